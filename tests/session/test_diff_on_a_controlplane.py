"""A recording against what its cluster became, one namespace against another, and two clusters: on real API servers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from k8sview.catalog.intended import read_intended
from k8sview.catalog.loader import Catalog, load_catalog
from k8sview.model.diff import IntendedRules, Unlikeness
from k8sview.model.diff_report import DiffEntry, DiffReport
from k8sview.model.drift import DriftKind
from k8sview.reports.documents import render
from k8sview.reports.schema import schema
from k8sview.session.diff import diff_once
from k8sview.session.diff_side import DiffScope, Operand, Tap
from k8sview.session.once import Clock, utc_now
from k8sview.sources.contract import ConfigurationError, Source
from k8sview.sources.live import Limits, LiveSource
from k8sview.sources.recording.keys import name_of
from k8sview.sources.recording.record import record
from k8sview.sources.recording.source import RecordingSource
from tests.controlplane import ControlPlane
from tests.controlplane.writer import ApiWriter

pytestmark = pytest.mark.controlplane

Raw = dict[str, Any]
CONFIGMAPS = frozenset({"configmaps"})
IMAGE = "spec.template.spec.containers[name=app].image"
KEY = b"k" * 32
HIDDEN = ("correct-horse", "battery-staple")
_MERGE = {"Content-Type": "application/merge-patch+json"}
_STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
_LIMITS = Limits(burst=1000)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def living(plane: ControlPlane, *, whole: bool = False) -> Operand:
    payloads = CONFIGMAPS if whole else frozenset[str]()

    def opened(tap: Tap) -> tuple[Source, Clock]:
        source = LiveSource(str(plane.kubeconfig), limits=_LIMITS, smooth=False, tap=tap, payloads=payloads)
        return source, utc_now

    return Operand("live", opened, whole=payloads)


def recorded(path: Path, key: bytes = b"") -> Operand:
    def opened(tap: Tap) -> tuple[Source, Clock]:
        source = RecordingSource(path, tap=tap, key=name_of(key))
        return source, lambda: source.clock

    return Operand(str(path), opened, recorded=True, whole=CONFIGMAPS if key else frozenset())


async def taken(plane: ControlPlane, path: Path, key: bytes = b"") -> Path:
    payloads = CONFIGMAPS if key else frozenset[str]()
    await record(
        lambda tap: LiveSource(str(plane.kubeconfig), limits=_LIMITS, smooth=False, tap=tap, payloads=payloads),
        path,
        key=key,
    )
    return path


def deployment(space: str, name: str, image: str = "registry.example/app:1", replicas: int = 1) -> Raw:
    labels = {"app": name}
    container = {"name": "app", "image": image, "env": [{"name": "MODE", "value": HIDDEN[0]}]}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    metadata = {"name": name, "namespace": space, "labels": labels}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def config(space: str, name: str, value: str) -> Raw:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": space},
        "data": {"level": value},
    }


def secret(space: str, name: str) -> Raw:
    metadata = {"name": name, "namespace": space}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"password": HIDDEN[0]}}


def role(space: str, name: str) -> Raw:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    metadata = {"name": name, "namespace": space}
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": rules}


def account(space: str, name: str) -> Raw:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": space}}


def space_of(name: str) -> Raw:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def by_object(report: DiffReport, space: str) -> dict[str, list[DiffEntry]]:
    found: dict[str, list[DiffEntry]] = {}
    for one in report.differences:
        if one.object is not None and one.object.namespace == space:
            found.setdefault(f"{one.object.kind}/{one.object.name}", []).append(one)
    return found


def checked(report: DiffReport) -> str:
    """Valid, and without a value that anybody hid."""
    text = render(report)
    jsonschema.Draft202012Validator(schema("diff")).validate(json.loads(text))
    for one in HIDDEN:
        assert one not in text
    return text


async def test_what_was_written_since_a_recording_is_found_and_nothing_else(
    controlplane: ControlPlane, catalog: Catalog, tmp_path: Path
) -> None:
    space = "fixture-diff-since"
    names = ("edited", "scaled", "reported", "left-alone", "covered")
    async with controlplane.writer() as api:
        await api.apply([space_of(space), *(deployment(space, name) for name in names)])
        await api.apply([config(space, name, "info") for name in ("config-edited", "config-left")])
        await api.apply([secret(space, name) for name in ("secret-edited", "secret-left")])
        await api.apply([role(space, "widened"), role(space, "removed"), account(space, "recreated")])
        path = await taken(controlplane, tmp_path / "before.k8sview")
        keyed = await taken(controlplane, tmp_path / "keyed.k8sview", KEY)
        await _written(api, space)
    report = await diff_once(recorded(path), living(controlplane), catalog)
    checked(report)
    assert report.comparison is DriftKind.BASELINE
    found = by_object(report, space)
    (image,) = found.pop("Deployment/edited")
    assert (image.path, image.a, image.b) == (IMAGE, "registry.example/app:1", "registry.example/app:2")
    assert image.managers == ("kubectl-edit",)
    (replicas,) = found.pop("Deployment/scaled")
    assert (replicas.path, replicas.a, replicas.b) == ("spec.replicas", "1", "4")
    (rules,) = found.pop("Role/widened")
    assert rules.security
    (gone,) = found.pop("Role/removed")
    assert (gone.unlike, gone.security) == (Unlikeness.ONLY_A, True)
    (new,) = found.pop("Deployment/new")
    assert new.unlike is Unlikeness.ONLY_B
    again = found.pop("ServiceAccount/recreated")
    assert [one.unlike for one in again] == [Unlikeness.RECREATED]
    assert found == {}, "what was left alone, or only reported its status, does not differ"

    gaps = {(one.what, example) for one in report.not_comparable for example in one.examples if f"{space}/" in example}
    told = {(what, example.split(" (written by ")[0]) for what, example in gaps}
    assert told == {
        ("configmaps", f"ConfigMap {space}/config-edited"),
        ("secrets", f"Secret {space}/secret-edited"),
        ("deployments.apps", f"Deployment {space}/covered spec.template.spec.containers[*].env[*].value"),
        ("deployments.apps", f"Deployment {space}/edited spec.template.spec.containers[*].env[*].value"),
        ("deployments.apps", f"Deployment {space}/scaled spec.template.spec.containers[*].env[*].value"),
    }
    assert any("written by kubectl-edit at" in example for _, example in gaps)

    for one in HIDDEN:
        assert one.encode() not in gzip.decompress(keyed.read_bytes()), "a keyed recording holds no value either"
    sharp = await diff_once(recorded(keyed, KEY), living(controlplane, whole=True), catalog, key=KEY)
    checked(sharp)
    more = by_object(sharp, space)
    (level,) = more.pop("ConfigMap/config-edited")
    assert (level.path, level.a, level.b) == ("data.level", "…", "…")
    (mode,) = more.pop("Deployment/covered")
    assert (mode.path.endswith(".value"), mode.a, mode.b) == (True, "…", "…")
    assert set(more) == set(by_object(report, space)), "what was told without the key is told with it"
    blind = {(one.what, example) for one in sharp.not_comparable for example in one.examples if space in example}
    assert {what for what, _ in blind} == {"secrets"}

    # Under another key, or none, hashes tell nothing: then they are not looked at.
    plain = await diff_once(recorded(keyed), living(controlplane), catalog)
    assert {one.fingerprint for one in plain.differences} == {one.fingerprint for one in report.differences}
    with pytest.raises(ConfigurationError, match="without a key"):
        await diff_once(recorded(path, KEY), living(controlplane), catalog, key=KEY)


async def _written(api: ApiWriter, space: str) -> None:
    root = f"/apis/apps/v1/namespaces/{space}/deployments"
    image = {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "registry.example/app:2"}]}}}}
    await api.request("PATCH", f"{root}/edited", image, _STRATEGIC, fieldManager="kubectl-edit")
    await api.request("PATCH", f"{root}/scaled/scale", {"spec": {"replicas": 4}}, _MERGE, fieldManager="kubectl")
    status = {"status": {"observedGeneration": 1}}
    await api.request("PATCH", f"{root}/reported/status", status, _MERGE, fieldManager="kube-controller-manager")
    mode = [{"name": "MODE", "value": HIDDEN[1]}]
    hidden = {"spec": {"template": {"spec": {"containers": [{"name": "app", "env": mode}]}}}}
    await api.request("PATCH", f"{root}/covered", hidden, _STRATEGIC, fieldManager="kubectl-edit")
    core = f"/api/v1/namespaces/{space}"
    level = {"data": {"level": "debug"}}
    await api.request("PATCH", f"{core}/configmaps/config-edited", level, _MERGE, fieldManager="kubectl-edit")
    password = {"stringData": {"password": HIDDEN[1]}}
    await api.request("PATCH", f"{core}/secrets/secret-edited", password, _MERGE, fieldManager="kubectl-edit")
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{space}/roles"
    wide = {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
    await api.request("PATCH", f"{rbac}/widened", wide, _MERGE, fieldManager="kubectl-edit")
    await api.request("DELETE", f"{rbac}/removed")
    await api.request("DELETE", f"{core}/serviceaccounts/recreated")
    await api.apply([account(space, "recreated"), deployment(space, "new")])


async def test_a_recording_and_its_cluster_left_alone_are_equal(
    controlplane: ControlPlane, catalog: Catalog, tmp_path: Path
) -> None:
    space = "fixture-diff-quiet"
    async with controlplane.writer() as api:
        await api.apply([space_of(space), deployment(space, "a"), config(space, "c", "x"), secret(space, "s")])
        path = await taken(controlplane, tmp_path / "quiet.k8sview")
    report = await diff_once(recorded(path), living(controlplane), catalog, scope=DiffScope(namespaces=(space,)))
    checked(report)
    assert report.comparison is DriftKind.BASELINE, "although nobody listed namespaces"
    assert [one for one in report.differences if one.object is not None] == []
    assert [one for one in report.not_comparable if one.objects] == []
    assert report.summary.equal == report.summary.compared > 2


RULES = """
renames:
- {kind: Namespace, a: fixture-diff-staging, b: fixture-diff-prod}
- {kind: Deployment, a: web-blue, b: web}
intended:
- {id: small, reason: staging is small, owner: shop, kind: Deployment, path: spec.replicas}
- {id: nobody, reason: none, owner: shop, kind: Gateway}
- {id: old, reason: none, owner: shop, expires: 2020-01-01, kind: ConfigMap}
"""


async def test_two_namespaces_of_one_cluster_under_renames(controlplane: ControlPlane, catalog: Catalog) -> None:
    staging, prod = "fixture-diff-staging", "fixture-diff-prod"
    rules = read_intended("rules.yaml", RULES)
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reads"},
    }
    async with controlplane.writer() as api:
        for space, name, count in ((staging, "web-blue", 1), (prod, "web", 3)):
            subjects = [{"kind": "ServiceAccount", "name": "runner", "namespace": space}]
            bound = {**binding, "metadata": {"name": "reads", "namespace": space}, "subjects": subjects}
            await api.apply([space_of(space), bound, role(space, "reads"), secret(space, "login")])
            await api.apply([deployment(space, name, replicas=count)])
        await api.apply([config(staging, "settings", HIDDEN[0]), config(prod, "settings", HIDDEN[1])])
        await api.apply([config(staging, "same", HIDDEN[0]), config(prod, "same", HIDDEN[0])])
        await api.apply([{**secret(prod, "login"), "stringData": {"user": HIDDEN[1]}}])
    side = living(controlplane, whole=True)
    scope = DiffScope(namespaces=(staging,))
    report = await diff_once(side, side, catalog, scope=scope, rules=rules)
    checked(report)
    assert report.sides.b.namespaces == (prod,)
    found = by_object(report, prod)
    (replicas,) = [one for one in found.pop("Deployment/web") if one.intended_by]
    assert (replicas.path, replicas.a, replicas.b, replicas.intended_by) == ("spec.replicas", "1", "3", "small")
    assert replicas.object_in_a is not None
    assert (replicas.object_in_a.namespace, replicas.object_in_a.name) == (staging, "web-blue")
    (level,) = found.pop("ConfigMap/settings")
    assert (level.path, level.a, level.b) == ("data.level", "…", "…")
    (user,) = found.pop("Secret/login")
    assert (user.path, user.a, user.b, user.security) == ("data.user", None, "…", True), "keys are told, values are not"
    assert found == {}
    assert ("secrets", 1) in {(one.what, one.objects) for one in report.not_comparable}
    assert {(one.rule, one.problem) for one in report.rules} == {("nobody", "unused"), ("old", "expired")}


async def test_two_clusters(
    controlplane: ControlPlane, fresh_controlplane: ControlPlane, catalog: Catalog, tmp_path: Path
) -> None:
    space = "fixture-diff-clusters"
    for plane, image in ((controlplane, "registry.example/app:1"), (fresh_controlplane, "registry.example/app:2")):
        async with plane.writer() as api:
            await api.apply([space_of(space), deployment(space, "app", image), role(space, "same")])
            await api.apply([config(space, "settings", HIDDEN[0])])
    a, b = living(controlplane, whole=True), living(fresh_controlplane, whole=True)
    report = await diff_once(a, b, catalog, scope=DiffScope(namespaces=(space,)))
    checked(report)
    assert report.comparison is DriftKind.CLUSTER
    assert {one.path for one in by_object(report, space)["Deployment/app"]} == {IMAGE}
    assert set(by_object(report, space)) == {"Deployment/app"}
    asked = [json.loads(line) for line in fresh_controlplane.audit_log.read_text().splitlines()]
    ours = [one for one in asked if str(one.get("userAgent", "")).startswith("k8sview")]
    assert ours
    assert {one["verb"] for one in ours} <= {"get", "list", "create"}
    assert not [one for one in ours if one.get("objectRef", {}).get("resource") == "secrets" and one["verb"] == "get"]

    recording = await taken(fresh_controlplane, tmp_path / "other.k8sview")
    blind = await diff_once(a, recorded(recording), catalog, rules=IntendedRules(), scope=DiffScope(kinds=("cm",)))
    checked(blind)
    (gap,) = [one for one in blind.not_comparable if f"ConfigMap {space}/settings" in one.examples]
    assert gap.what == "configmaps"
