"""What differs is told once, at the path that people write, with who holds it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.analysis.drift.comparing.compare import compare, drifting
from k8sview.analysis.drift.comparing.difference import ABSENT, Comparing
from k8sview.analysis.drift.comparing.told import drift_of, in_words
from k8sview.model.drift import DriftKind
from k8sview.model.resources import Ref
from tests.analysis.drift.comparing.bodies import (
    CONTAINER,
    RBAC,
    Raw,
    deployment,
    entry,
    key,
    merged,
    obj,
    owned,
    with_entries,
)

APP = "spec.template.spec.containers[name=app]"


def widget(**spec: Any) -> Raw:
    return obj("Widget", "example.org/v1", spec=spec)


def told(desired: Raw, live: Raw, **context: Any) -> list[tuple[str, str]]:
    return [(one.path, one.change) for one in drifting(compare(desired, live, Comparing(**context)))]


@pytest.mark.parametrize(
    ("desired", "live", "path", "change"),
    [
        (deployment(), deployment({"image": "x"}), f"{APP}.image", "override"),
        (deployment(replicas=2), deployment(replicas=0), "spec.replicas", "override"),
        (deployment({"args": ["a", "b"]}), deployment({"args": ["b", "a"]}), f"{APP}.args", "override"),
        (deployment({"args": ["1m"]}), deployment({"args": ["60s"]}), f"{APP}.args", "override"),
        (deployment({"args": []}), deployment({"args": ["--debug"]}), f"{APP}.args", "override"),
        (
            deployment({"readinessProbe": {"httpGet": {"port": 80}, "periodSeconds": 5}}),
            deployment(),
            f"{APP}.readinessProbe",
            "removal",
        ),
        (deployment({"env": [{"name": "A", "value": "1"}]}), deployment(), f"{APP}.env", "removal"),
        (
            deployment({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}),
            deployment({"env": [{"name": "B", "value": "2"}]}),
            f"{APP}.env[name=A]",
            "removal",
        ),
        (
            deployment({"resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}),
            deployment({"resources": {"limits": {"cpu": "1001m", "memory": "1Gi"}}}),
            f"{APP}.resources.limits.cpu",
            "override",
        ),
        (
            obj("ConfigMap", metadata={"labels": {"example.org/a": "b"}}),
            obj("ConfigMap"),
            "metadata.labels[example.org/a]",
            "removal",
        ),
        (obj("ConfigMap", data={"a.yaml": "x"}), obj("ConfigMap", data={"a.yaml": "y"}), "data[a.yaml]", "override"),
        (obj("ConfigMap", data={"t": "60m"}), obj("ConfigMap", data={"t": "1h"}), "data.t", "override"),
        (widget(on=True), widget(on=1), "spec.on", "override"),
        (widget(every="5m"), widget(every="5"), "spec.every", "override"),
        (widget(every="1m"), widget(every="1ms"), "spec.every", "override"),
        (widget(size="1Gi"), widget(size="1G"), "spec.size", "override"),
        (
            widget(rules=[{"a": 1}, {"a": 2}]),
            widget(rules=[{"a": 1}, {"a": 3}]),
            "spec.rules[1].a",
            "override",
        ),
        (widget(rules=[{"a": 1}]), widget(rules=[{"a": 1}, {"a": 2}]), "spec.rules", "override"),
        (
            widget(parts=[{"name": "x", "n": 1}]),
            widget(parts=[{"name": "x", "n": 2}]),
            "spec.parts[name=x].n",
            "override",
        ),
        (
            obj("Service", spec={"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "targetPort": 1}]}),
            obj("Service", spec={"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "targetPort": 2}]}),
            "spec.ports[port=53,protocol=TCP].targetPort",
            "override",
        ),
        (
            obj("Service", spec={"ports": [{"port": 80, "nodePort": 31000}]}),
            obj("Service", spec={"ports": [{"port": 80, "nodePort": 31001}]}),
            "spec.ports[port=80].nodePort",
            "override",
        ),
        (
            obj("ConfigMap", metadata={"finalizers": ["a/b", "c/d"]}),
            obj("ConfigMap", metadata={"finalizers": ["a/b"]}),
            "metadata.finalizers",
            "removal",
        ),
        (
            deployment(pod={"volumes": [{"name": "v", "emptyDir": {}}]}),
            deployment(pod={"volumes": [{"name": "v", "configMap": {"name": "c"}}]}),
            "spec.template.spec.volumes[name=v].emptyDir",
            "removal",
        ),
    ],
)
def test_a_difference_and_its_path(desired: Raw, live: Raw, path: str, change: str) -> None:
    assert told(desired, live) == [(path, change)]


def test_a_container_in_front_shifts_nothing() -> None:
    live = deployment(pod={"containers": [{"name": "proxy", "image": "p"}, {"name": "app", "image": "x"}]})
    assert told(deployment(), live) == [(f"{APP}.image", "override")]
    assert told(deployment(), live, additions=True) == [
        (f"{APP}.image", "override"),
        ("spec.template.spec.containers[name=proxy]", "addition"),
    ]


def test_keys_from_the_openapi() -> None:
    desired, live = widget(users=[{"u": 1, "r": "a"}, {"u": 2}]), widget(users=[{"u": 2}, {"u": 1, "r": "b"}])
    assert told(desired, live, list_keys={"spec.users": ("u",)}) == [("spec.users[u=1].r", "override")]


def test_an_atomic_list_owned_whole_is_stated_whole() -> None:
    desired, live = widget(parts=[{"name": "x"}]), widget(parts=[{"name": "x"}, {"name": "y"}])
    assert told(desired, live) == []  # nothing tells that the list is not merged
    edited = with_entries(live, entry("kubectl-edit", owned("f:spec", "f:parts")), entry("helm", owned("f:metadata")))
    assert told(desired, edited) == [("spec.parts[name=y]", "addition")]


def test_who_holds_a_leaf() -> None:
    helm = entry("helm", merged(owned(*CONTAINER, "f:name"), owned("f:spec", "f:replicas")))
    person = entry("kubectl-edit", owned(*CONTAINER, "f:image"))
    (one,) = compare(deployment(replicas=2), with_entries(deployment({"image": "x"}, replicas=2), helm, person))
    assert (one.owners, one.own) == (("kubectl-edit",), False)
    whole = entry("helm", merged(owned(*CONTAINER, below={"f:name": {}, "f:image": {}}), owned("f:spec", "f:replicas")))
    (rewritten,) = compare(deployment(replicas=2), with_entries(deployment({"image": "x"}, replicas=2), whole))
    assert (rewritten.owners, rewritten.own) == (("helm",), True)
    (unknown,) = compare(deployment(), deployment({"image": "x"}))
    assert (unknown.owners, unknown.own) == ((), None)


def test_a_person_who_took_every_field_is_no_source() -> None:
    # The desired side's entry vanished with its last field: what is left must not count as the desired side's.
    live = with_entries(
        deployment({"image": "x"}), entry("kubectl-edit", owned(*CONTAINER, below={"f:name": {}, "f:image": {}}))
    )
    (one,) = drifting(compare(deployment(), live))
    assert one.own is not True


def test_a_security_context_that_a_person_added() -> None:
    live = with_entries(
        deployment({"securityContext": {"privileged": True}}),
        entry("helm", owned(*CONTAINER, below={"f:name": {}, "f:image": {}})),
        entry("kubectl-patch", owned(*CONTAINER, "f:securityContext", "f:privileged")),
    )
    (one,) = drifting(compare(deployment(), live))
    assert (one.path, one.change, one.owners) == (f"{APP}.securityContext.privileged", "addition", ("kubectl-patch",))


def test_what_admission_added_is_explained_and_not_hidden() -> None:
    live = with_entries(
        deployment({"securityContext": {"privileged": True}}),
        entry("helm", owned(*CONTAINER, below={"f:name": {}, "f:image": {}})),
    )
    (one,) = compare(deployment(), live)
    assert (one.excuse, one.security) == ("N12a", True)


def test_an_object_that_lost_its_tracking_excuses_nobody() -> None:
    live = with_entries(deployment({"securityContext": {"privileged": True}}))
    assert told(deployment(), live) == [(f"{APP}.securityContext.privileged", "addition")]


def test_an_aggregated_role_is_explained_and_not_hidden() -> None:
    aggregation = {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}
    desired = obj("ClusterRole", RBAC, aggregationRule=aggregation, rules=[])
    (one,) = compare(desired, obj("ClusterRole", RBAC, aggregationRule=aggregation, rules=[{"verbs": ["*"]}]))
    assert one.excuse == "N13"
    fresh = obj("ClusterRole", RBAC, aggregationRule=aggregation, rules=[{"verbs": ["*"]}])
    assert all(not each.excuse for each in compare(obj("ClusterRole", RBAC, rules=[{"verbs": ["get"]}]), fresh))


def test_secret_values_never_come_out() -> None:
    desired = obj(
        "Secret", stringData={"a": "one-password", "b": "same"}, metadata={"annotations": {"n": "one-password"}}
    )
    live = obj("Secret", data={"a": "b3RoZXItcGFzcw==", "b": "c2FtZQ=="}, metadata={"annotations": {"n": "other-pass"}})
    for context in (Comparing(), Comparing(mask_key=b"key"), Comparing(off=frozenset({"N4", "N18"}), additions=True)):
        text = repr(compare(desired, live, context))
        for value in ("one-password", "other-pass", "b3RoZXItcGFzcw", "c2FtZQ", "same'"):
            assert value not in text
    (data,) = (one for one in compare(desired, live, Comparing(mask_key=b"key")) if one.path.startswith("data"))
    assert data.desired != data.live
    (again,) = (one for one in compare(desired, live, Comparing(mask_key=b"key")) if one.path.startswith("data"))
    assert (again.desired, again.live) == (data.desired, data.live)


def test_the_copy_that_kubectl_keeps_never_comes_out() -> None:
    annotation = "kubectl.kubernetes.io/last-applied-configuration"
    desired = deployment(metadata={"annotations": {annotation: "hush-one"}})
    live = deployment(metadata={"annotations": {annotation: "hush-two"}})
    assert compare(desired, live) == ()
    found = compare(desired, live, Comparing(off=frozenset({"N18"})))
    assert found
    assert "hush" not in repr(found)


def test_in_words() -> None:
    assert in_words("spec.replicas", 2, 3) == ("2", "3")
    assert in_words("spec.paused", ABSENT, True) == (None, "true")
    assert in_words("spec.args", ["--password", "x", "-v"], ["-v"]) == ("--password … -v", "-v")
    assert in_words("data.conf", "a\nb\nc", "a\nx\nc") == ("line 2: b", "line 2: x")
    assert in_words("data.conf", "a\nb", "a\nb\nc") == ("2 lines", "line 3: c")
    assert in_words("spec.env[name=A].value", "x", "y") == ("…", "…")
    assert (
        in_words("spec.x", {"env": [{"name": "A", "value": "hush"}]}, None)[0] == '{"env":[{"name":"A","value":"…"}]}'
    )
    assert in_words("spec.image", "r/x@sha256:" + "0a" * 32, "y")[0] == "r/x@sha256:" + "0a" * 32
    long = in_words("spec.x", ["word"] * 200, None)[0]
    assert long is not None
    assert len(long) == 200


def test_as_a_drift() -> None:
    ref = Ref("apps/v1", "Deployment", "shop", "web")
    (one,) = compare(deployment(replicas=2), deployment(replicas=5))
    drift = drift_of(DriftKind.MANIFEST, ref, one, stated_by="the manifest")
    assert drift.message == "spec.replicas is 5, the manifest states 2"
    assert (drift.before, drift.after, drift.evidence) == ("2", "5", ("spec.replicas = 5",))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3),
    max_leaves=12,
)
kinds = st.sampled_from([("Deployment", "apps/v1"), ("Secret", "v1"), ("Role", RBAC), ("Widget", "example.org/v1")])


@given(kinds, json_values, json_values)
def test_no_shape_raises_and_equal_sides_never_differ(kind: tuple[str, str], one: Any, other: Any) -> None:
    name, version = kind
    desired, live = obj(name, version, spec=one, data=one), obj(name, version, spec=other, data=other)
    for off in (frozenset[str](), frozenset({"N7", "N9"})):
        compare(desired, live, Comparing(off=off, additions=True))
        assert compare(desired, desired, Comparing(off=off, additions=True)) == ()


@given(json_values, json_values)
def test_with_no_rule_every_change_is_told(one: Any, other: Any) -> None:
    from k8sview.analysis.drift.comparing.equality import same
    from k8sview.analysis.drift.comparing.rules import IDS

    found = compare(
        obj("Widget", "example.org/v1", spec=one),
        obj("Widget", "example.org/v1", spec=other),
        Comparing(off=frozenset(IDS)),
    )
    assert bool(found) != same(one, other)


def test_keys_that_a_field_set_tells() -> None:
    desired = widget(users=[{"uid": 1, "r": "a"}])
    live = with_entries(
        widget(users=[{"uid": 9, "r": "z"}, {"uid": 1, "r": "b"}]),
        entry("helm", owned("f:spec", "f:users", key(uid=1), "f:uid")),
        entry("kubectl-edit", owned("f:spec", "f:users", key(uid=1), "f:r")),
    )
    assert told(desired, live) == [("spec.users[uid=1].r", "override")]
