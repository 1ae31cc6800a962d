"""One object on two sides: what differs, what only looks different, and what nobody can tell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.peers.leaves import Compared, Pair, Terms, compared
from k8sview.analysis.drift.peers.renames import Renames
from k8sview.analysis.drift.peers.vouching import counted as counted_at
from k8sview.model.diff import Rename
from k8sview.model.objects.meta import ObjectMeta
from k8sview.model.resources import Ref
from k8sview.model.times import format_time
from k8sview.sources.recording.redaction import REDACTED, Redactor, redact, without_hashes
from tests.analysis.clusters import NOON

Raw = dict[str, Any]
KEY = b"k" * 32


def meta(**more: Any) -> Raw:
    return {"name": "x", "namespace": "n", "uid": "u1", "resourceVersion": "1", **more}


def body(kind: str = "Deployment", version: str = "apps/v1", metadata: Raw | None = None, **fields: Any) -> Raw:
    return {"apiVersion": version, "kind": kind, "metadata": metadata or meta(), **fields}


def containers(*items: Raw, **pod: Any) -> Raw:
    return body(spec={"template": {"spec": {"containers": list(items), **pod}}})


def asked(
    a: Raw,
    b: Raw,
    *,
    baseline: bool = False,
    counted: bool = True,
    recorded: bool = False,
    keyed: bool = False,
    payload: bool = True,
    renames: Renames | None = None,
) -> Compared:
    ref = Ref(b["apiVersion"], b["kind"], "n", "x")
    metas = [msgspec.convert(one["metadata"], ObjectMeta) for one in (a, b)]
    pair = Pair(
        ref=ref, a=metas[0], b=metas[1], body_a=a, body_b=b, baseline=baseline, counted=counted, payload=payload
    )
    hashing = Redactor(KEY).redact if keyed else redact
    regard = hashing if recorded or keyed else lambda one: one
    terms = Terms(
        baseline=baseline,
        earlier=NOON,
        renames=renames or Renames(),
        shown=without_hashes if recorded or keyed else redact,
        regard=regard,
        covers=recorded or keyed,
        mark=REDACTED,
    )
    return compared(pair, terms)


def paths(found: Compared) -> list[str]:
    return [one.path for one in found.contrasts]


APP = {"name": "app", "image": "app:1", "env": [{"name": "MODE", "value": "fast"}]}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (body(metadata=meta()), body(metadata=meta(uid="u2", resourceVersion="9", generation=4))),
        (body(status={"replicas": 1}), body(status={"replicas": 2})),
        (
            body("Service", "v1", spec={"clusterIP": "10.0.0.1", "ports": [{"port": 80, "nodePort": 30001}]}),
            body("Service", "v1", spec={"clusterIP": "10.0.0.2", "ports": [{"port": 80, "nodePort": 30002}]}),
        ),
        (
            containers({**APP, "resources": {"limits": {"cpu": "1"}}}),
            containers({**APP, "resources": {"limits": {"cpu": "1000m"}}}),
        ),
        (containers(APP, {"name": "b", "image": "b:1"}), containers({"name": "b", "image": "b:1"}, APP)),
        (
            body(metadata=meta(ownerReferences=[{"kind": "A", "name": "a", "uid": "1"}])),
            body(metadata=meta(ownerReferences=[{"kind": "A", "name": "a", "uid": "2"}])),
        ),
        (
            body("PersistentVolume", "v1", spec={"claimRef": {"name": "c", "uid": "1"}}),
            body("PersistentVolume", "v1", spec={"claimRef": {"name": "c", "uid": "2"}}),
        ),
        (
            body(metadata=meta(annotations={"deployment.kubernetes.io/revision": "1"})),
            body(metadata=meta(annotations={"deployment.kubernetes.io/revision": "7"})),
        ),
        (body(spec={"strategy": {}}), body(spec={})),
    ],
)
def test_what_two_servers_make_otherwise_is_the_same(a: Raw, b: Raw) -> None:
    assert asked(a, b) == Compared()
    assert asked(b, a) == Compared()


@pytest.mark.parametrize(
    ("a", "b", "path", "words"),
    [
        (body(spec={"replicas": 3}), body(spec={"replicas": 1}), "spec.replicas", ("3", "1")),
        (
            body(metadata=meta(labels={"a": "1"})),
            body(metadata=meta(labels={"a": "1", "b": "2"})),
            "metadata.labels.b",
            (None, "2"),
        ),
        (
            body(metadata=meta(annotations={"x": "1"})),
            body(metadata=meta(annotations={})),
            "metadata.annotations.x",
            (REDACTED, None),
        ),
        (
            containers(APP),
            containers({**APP, "image": "app:2"}),
            "spec.template.spec.containers[name=app].image",
            ("app:1", "app:2"),
        ),
        (
            containers(APP),
            containers({**APP, "env": [{"name": "MODE", "value": "slow"}]}),
            "spec.template.spec.containers[name=app].env[name=MODE].value",
            ("…", "…"),
        ),
        (
            body("ConfigMap", "v1", data={"level": "info"}),
            body("ConfigMap", "v1", data={"level": "debug"}),
            "data.level",
            ("…", "…"),
        ),
        (
            body("Thing", "example.org/v1", spec={"values": {"password": "one"}}),
            body("Thing", "example.org/v1", spec={"values": {"password": "two"}}),
            "spec.values.password",
            ("…", "…"),
        ),
    ],
)
def test_a_leaf_that_differs_is_told_and_what_may_be_secret_is_not(
    a: Raw, b: Raw, path: str, words: tuple[str | None, str | None]
) -> None:
    (one,) = asked(a, b).contrasts
    assert (one.path, (one.a, one.b)) == (path, words)
    (back,) = asked(b, a).contrasts
    assert (back.path, (back.b, back.a)) == (path, words)


def test_of_one_cluster_an_address_that_changed_is_told() -> None:
    a = body("Service", "v1", spec={"clusterIP": "10.0.0.1"})
    b = body("Service", "v1", spec={"clusterIP": "10.0.0.2"})
    assert paths(asked(a, b, baseline=True)) == ["spec.clusterIP"]
    other = body("Service", "v1", metadata=meta(uid="u2"), spec={"clusterIP": "10.0.0.2"})
    assert paths(asked(a, other, baseline=True)) == [], "made anew it was allotted anew"


def test_a_schema_is_one_leaf() -> None:
    def crd(kind: str) -> Raw:
        schema = {"openAPIV3Schema": {"properties": {f"p{n}": {"type": kind} for n in range(50)}}}
        version = {"name": "v1", "served": True, "storage": True, "schema": schema}
        return body("CustomResourceDefinition", "apiextensions.k8s.io/v1", spec={"versions": [version]})

    assert asked(crd("string"), crd("string")) == Compared()
    (one,) = asked(crd("string"), crd("integer")).contrasts
    assert one.path == "spec.versions[name=v1].schema"
    assert str(one.a).startswith("sha256:")


def test_covered_on_both_sides_is_not_equal() -> None:
    hidden = {**APP, "env": [{"name": "MODE", "value": REDACTED}]}
    found = asked(containers(hidden), containers(APP), recorded=True)
    assert found.contrasts == ()
    assert found.covered == (("spec", "template", "spec", "containers", "[*]", "env", "[*]", "value"),)
    assert asked(containers(APP), containers(APP)).covered == (), "two clusters hold their values"


def test_under_a_key_what_is_covered_is_compared_and_still_not_told() -> None:
    recorded = Redactor(KEY).redact(containers(APP))
    assert asked(recorded, containers(APP), keyed=True) == Compared()
    (one,) = asked(recorded, containers({**APP, "env": [{"name": "MODE", "value": "slow"}]}), keyed=True).contrasts
    assert one.path == "spec.template.spec.containers[name=app].env[name=MODE].value"
    assert (one.a, one.b) == ("…", "…")
    (image,) = asked(recorded, containers({**APP, "image": "app:2"}), keyed=True).contrasts
    assert (image.a, image.b) == ("app:1", "app:2")
    renames = Renames([Rename(kind="Namespace", a="stage", b="prod")])
    (moved,) = asked(recorded, containers({**APP, "image": "app:2"}), keyed=True, renames=renames).contrasts
    assert (moved.a, moved.b) == ("app:1", "app:2")


def written(at: str, manager: str = "kubectl-edit", subresource: str = "") -> Raw:
    return {"manager": manager, "operation": "Update", "time": at, "subresource": subresource}


BEFORE = format_time(NOON - timedelta(hours=1))
NOW = format_time(NOON)
AFTER = format_time(NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("a", "b", "proven"),
    [
        (meta(generation=3), meta(generation=3), True),
        (meta(generation=3), meta(generation=4), False),
        (meta(), meta(), False),
        (meta(generation=3), meta(generation=3, uid="u2"), False),
        (meta(managedFields=[written(BEFORE)]), meta(managedFields=[written(BEFORE)]), True),
        (meta(managedFields=[written(BEFORE)]), meta(managedFields=[written(AFTER)]), False),
        (meta(managedFields=[written(NOW)]), meta(managedFields=[written(NOW)]), False),
        (meta(managedFields=[written(BEFORE)]), meta(managedFields=[]), False),
        (
            meta(managedFields=[written(BEFORE)]),
            meta(managedFields=[written(BEFORE), written(AFTER, "kubelet", "status")]),
            True,
        ),
    ],
)
def test_what_proves_that_a_covered_value_is_the_same(a: Raw, b: Raw, proven: bool) -> None:
    hidden = [{**APP, "env": [{"name": "MODE", "value": REDACTED}]}]
    spec = {"template": {"spec": {"containers": hidden}}}
    found = asked(body(metadata=a, spec=spec), body(metadata=b, spec=spec), baseline=True, recorded=True)
    assert (found.covered == ()) is proven
    apart = asked(body(metadata=a, spec=spec), body(metadata=b, spec=spec), recorded=True)
    assert apart.covered, "of two clusters nothing is proven by what each counts"


def test_a_generation_that_never_grows_proves_nothing() -> None:
    same = meta(generation=1)
    a, b = body(metadata=same, spec={"replicas": 1}), body(metadata=same, spec={"replicas": 2})
    assert paths(asked(a, b, baseline=True, counted=False)) == ["spec.replicas"]
    assert counted_at("deployments.apps", ())
    assert not counted_at("priorityclasses.scheduling.k8s.io", ())
    assert counted_at("things.example.org", {("", "things.example.org")})


def test_a_generation_says_nothing_of_annotations() -> None:
    noted = meta(generation=3, annotations={"mine/x": REDACTED})
    found = asked(body(metadata=noted), body(metadata=noted), baseline=True, recorded=True)
    assert found.covered == (("metadata", "annotations", "mine/x"),)


def test_where_a_side_has_no_payload_only_metadata_is_compared() -> None:
    a = body("ConfigMap", "v1", metadata=meta(labels={"x": "1"}))
    b = body("ConfigMap", "v1", metadata=meta(labels={"x": "2"}), data={"k": "v"})
    found = asked(a, b, payload=False)
    assert paths(found) == ["metadata.labels.x"]
    assert found.covered == (("data",),)


def test_names_that_are_called_otherwise_are_the_same_wherever_they_stand() -> None:
    renames = Renames([Rename(kind="Namespace", a="stage", b="prod"), Rename(kind="Service", a="web-a", b="web")])
    a = containers({**APP, "args": ["--to=web-a.stage.svc", "--stage-two", "stage"]})
    b = containers({**APP, "args": ["--to=web.prod.svc", "--stage-two", "prod"]})
    assert asked(a, b, renames=renames) == Compared()
    other = containers({**APP, "image": "stage/app:2", "args": ["--to=web.prod.svc", "--stage-two", "prod"]})
    (one,) = asked(a, other, renames=renames).contrasts
    assert (one.a, one.b) == ("app:1", "stage/app:2")


def test_a_name_may_be_just_a_word() -> None:
    renames = Renames([Rename(kind="Deployment", a="app", b="shop")])
    assert asked(containers(APP), containers(APP), renames=renames) == Compared(), "what is equal as it stands is equal"
    assert asked(containers(APP), containers({**APP, "name": "shop", "image": "shop:1"}), renames=renames) == Compared()
    found = asked(containers(APP), containers({**APP, "name": "shop", "image": "shop:2"}), renames=renames)
    assert paths(found) == ["spec.template.spec.containers[name=shop].image"], "renamed, and another image"
    other = asked(containers(APP), containers({**APP, "image": "app:2"}), renames=renames)
    assert paths(other) == ["spec.template.spec.containers[name=app].image"], "not renamed, and another image"


def test_the_words_are_those_of_a() -> None:
    renames = Renames([Rename(kind="Namespace", a="stage", b="prod")])
    a, b = body(spec={"host": "web.stage.example"}), body(spec={"host": "shop.prod.example"})
    (one,) = asked(a, b, renames=renames).contrasts
    assert (one.a, one.b) == ("web.stage.example", "shop.prod.example")


def test_nothing_that_is_handed_over_is_changed() -> None:
    a, b = containers(APP), containers({**APP, "image": "app:2"})
    before = msgspec.json.encode([a, b])
    asked(a, b, recorded=True, baseline=True)
    assert msgspec.json.encode([a, b]) == before
