"""One look for drift at a scripted server: what is fetched, what is never fetched, and what is said of the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.comparing.documents import Documents
from k8sview.analysis.drift.comparing.yaml_text import parsed
from k8sview.analysis.drift.merging import merged
from k8sview.model.drift import Drift, DriftKind
from k8sview.model.drift_report import DriftReport
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Ref, Resource
from k8sview.session.bodies import IN_FLIGHT, Bodies
from k8sview.session.drift import drift_once
from k8sview.session.drift_reporting import DriftScope
from k8sview.sources.contract import NotReadableError
from k8sview.sources.live import LiveSource
from k8sview.sources.live.whole import WholeSource
from tests.analysis.drift.helm.storage import PASSWORD, payload, stored
from tests.analysis.drift.openapi import DOCUMENT
from tests.fakes.apiserver import FakeApiServer

Raw = dict[str, Any]
SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {level: info}
"""
LOGIN = """
apiVersion: v1
kind: Secret
metadata: {name: login, namespace: shop}
stringData: {password: never-shown}
"""


def settings(level: str = "debug", manager: str = "kubectl-edit") -> Raw:
    marks = {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}
    entry = {"operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1"}
    made: Raw = {"f:metadata": {"f:annotations": {f"f:{name}": {} for name in marks}, "f:labels": {".": {}}}}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "settings",
            "namespace": "shop",
            "creationTimestamp": "2026-01-01T10:00:00Z",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": marks,
            "managedFields": [
                {**entry, "manager": "helm", "time": "2026-01-01T10:00:00Z", "fieldsV1": made},
                {
                    **entry,
                    "manager": manager,
                    "time": "2026-02-02T10:00:00Z",
                    "fieldsV1": {"f:data": {".": {}, "f:level": {}}},
                },
            ],
        },
        "data": {"level": level},
    }


def release() -> Raw:
    labels = {"owner": "helm", "name": "web", "status": "deployed", "version": "3"}
    name = "sh.helm.release.v1.web.v3"
    manifest = f"{SETTINGS}---{LOGIN}"
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "helm.sh/release.v1",
        "metadata": {"name": name, "namespace": "shop", "labels": labels},
        "data": {"release": payload(stored(manifest))},
    }


async def look(folder: Path, **how: Any) -> tuple[DriftReport, list[str]]:
    """The report, and the paths of single objects that were asked for."""
    async with FakeApiServer() as server:
        server.serve("configmaps", [settings()])
        login = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login", "namespace": "shop"}}
        server.serve("secrets", [release(), login])
        server.serve("namespaces", [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}])
        if document := how.pop("published", None):
            server.body("/openapi/v3/api/v1", document)
        if how.pop("roles", False):
            server.serve("clusterroles.rbac.authorization.k8s.io", [])
        for path in how.pop("failing", ()):
            server.fail(path, 403)
        report = await drift_once(WholeSource(server.kubeconfig(folder), request_timeout=2.0), **how)
        single = [one.path for one in server.requests if one.path.startswith("/api/v1/namespaces/shop/")]
        return report, single


async def test_a_leaf_is_told_once_with_its_hand_and_what_the_release_states(tmp_path: Path) -> None:
    report, asked = await look(tmp_path)
    (level,) = [one for one in report.drifts if one.path.startswith("data")]
    assert level.drift is DriftKind.OUT_OF_BAND
    assert level.actor is not None
    assert level.actor.manager == "kubectl-edit"
    assert level.time.at == "2026-02-02T10:00:00Z"
    assert level.next_upgrade_repairs is not None, "which only the release tells"
    assert asked.count("/api/v1/namespaces/shop/configmaps/settings") == 1
    assert "/api/v1/namespaces/shop/secrets/login" not in asked
    assert report.fetched == len(asked) == 2
    reasons = [one.reason for one in report.not_checkable if one.drift is DriftKind.HELM]
    assert any(reason.startswith("values of 1 Secret of Helm releases are never read") for reason in reasons)
    assert PASSWORD not in str(report)


async def test_labels_alone_read_no_secret(tmp_path: Path) -> None:
    report, asked = await look(tmp_path, labels_only=True)
    assert not [path for path in asked if "/secrets/" in path]
    (helm,) = [one for one in report.not_checkable if one.drift is DriftKind.HELM]
    assert "labels-only" in helm.reason
    assert not helm.asked


async def test_a_release_that_stopped_half_way_shows_in_its_labels(tmp_path: Path) -> None:
    stuck = release()
    stuck["metadata"]["labels"]["status"] = "pending-upgrade"
    stuck["metadata"]["creationTimestamp"] = "2026-01-01T10:00:00Z"
    async with FakeApiServer() as server:
        server.serve("secrets", [stuck])
        source = LiveSource(server.kubeconfig(tmp_path), request_timeout=2.0)
        report = await drift_once(source, scope=DriftScope(kinds=frozenset({DriftKind.HELM})))
    (half,) = report.drifts
    assert half.after == "pending-upgrade"
    assert report.fetched == 0
    assert not [path for path in (one.path for one in server.requests) if "sh.helm" in path]


async def test_what_cannot_be_fetched_is_not_taken_for_sound(tmp_path: Path) -> None:
    denied = (
        "/api/v1/namespaces/shop/configmaps/settings",
        "/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v3",
    )
    report, _ = await look(tmp_path, failing=denied)
    assert not [one for one in report.drifts if one.path.startswith("data")]
    told = {one.drift: one.reason for one in report.not_checkable if "cannot read" in one.reason}
    assert "settings" in told[DriftKind.OUT_OF_BAND]
    assert "release shop/web" in told[DriftKind.HELM]


@pytest.mark.parametrize(
    ("text", "found"),
    [(SETTINGS, {DriftKind.MANIFEST}), (SETTINGS.replace("settings", "gone"), {DriftKind.MISSING})],
)
async def test_manifests_are_compared_with_what_lives(tmp_path: Path, text: str, found: set[DriftKind]) -> None:
    kinds = frozenset({DriftKind.MANIFEST, DriftKind.MISSING})
    report, _ = await look(tmp_path, stated=parsed(text), scope=DriftScope(kinds=kinds))
    assert {one.drift for one in report.drifts} == found
    assert not report.not_checkable


async def test_manifests_alone_change_nothing_else(tmp_path: Path) -> None:
    report, _ = await look(tmp_path, stated=Documents((), ("document 1 is no YAML",)))
    assert "document 1 is no YAML" in {one.reason for one in report.not_checkable}


class Slow:
    """Counts how many are asked for at a time; knows nothing of what begins with ``no``."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def body(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        if name == "no-right":
            raise NotReadableError("forbidden")
        if name == "no-object":
            return b"[]"
        return None if name == "no-body" else b'{"metadata":{}}'

    async def metadata(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        return None

    async def pages(self, resource: Resource, namespace: str | None) -> AsyncIterator[list[msgspec.Raw]]:
        yield []


async def test_few_are_asked_for_at_a_time_and_each_once() -> None:
    source, maps, secrets = Slow(), KINDS["configmaps"].resource, KINDS["secrets"].resource
    bodies = Bodies(source)
    names = [*(f"x{number}" for number in range(30)), "no-right", "no-object", "no-body"]
    for _ in range(2):
        await bodies.fetch([*((maps, "a", name) for name in names), (secrets, "a", "s")])
    assert bodies.fetched == len(names)
    assert 1 < source.most <= IN_FLIGHT
    assert bodies.found["configmaps", "a", "no-body"] is None
    assert {name for _, _, name in bodies.unread} == {"no-right", "no-object"}
    assert not [address for address in bodies.found if address[0] == "secrets"]


def test_the_kind_that_knows_a_leaf_best_tells_it() -> None:
    ref = Ref("apps/v1", "Deployment", "shop", "api")
    by_hand = Drift(kind=DriftKind.OUT_OF_BAND, object=ref, path="spec.replicas", after="4")
    scaled = Drift(kind=DriftKind.REPLICAS, object=ref, path="spec.replicas", before="1", after="4")
    stated = Drift(kind=DriftKind.LAST_APPLIED, object=ref, path="spec.paused", before="false", after="true")
    suspended = Drift(kind=DriftKind.SUSPENDED, object=ref, path="spec.replicas")
    told = merged((by_hand, stated, scaled, suspended))
    assert sorted((str(one.kind), one.before or "") for one in told) == [("last-applied", "false"), ("suspended", "1")]


MISSING = DriftScope(kinds=frozenset({DriftKind.MISSING}))


async def test_who_may_not_read_releases_cannot_tell_what_is_missing(tmp_path: Path) -> None:
    unlisted, _ = await look(tmp_path, failing=("/api/v1/secrets",), scope=MISSING)
    assert [one.asked for one in unlisted.not_checkable if one.reason.startswith("secrets: ")] == [True]
    unread, _ = await look(
        tmp_path, failing=("/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v3",), scope=MISSING
    )
    assert [one.asked for one in unread.not_checkable if one.reason.startswith("release shop/web: ")] == [True]
    whole, _ = await look(tmp_path, scope=MISSING)
    assert [one for one in whole.not_checkable if one.asked] == [], "the release says what should be there"
    labels, _ = await look(tmp_path, scope=MISSING, labels_only=True)
    assert [one for one in labels.not_checkable if one.asked], "nothing else does"


async def test_manifests_go_where_kubectl_puts_them(tmp_path: Path) -> None:
    kinds = frozenset({DriftKind.MANIFEST})
    loose = SETTINGS.replace(", namespace: shop", "")
    inside, _ = await look(
        tmp_path, namespaces=("shop",), stated=parsed(loose), scope=DriftScope(("shop",), kinds=kinds)
    )
    assert [one.object.namespace for one in inside.drifts] == ["shop"]
    other = SETTINGS.replace("namespace: shop", "namespace: other")
    outside, _ = await look(
        tmp_path, namespaces=("shop",), stated=parsed(other), scope=DriftScope(("shop",), kinds=kinds)
    )
    assert outside.drifts == ()
    (told,) = outside.not_checkable
    assert told.asked
    assert "ConfigMap other/settings lies outside" in told.reason
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: gone}\n"
    wide, _ = await look(tmp_path, namespaces=("shop",), stated=parsed(role), scope=DriftScope(("shop",)), roles=True)
    assert "gone" in {one.object.name for one in wide.drifts}, "what has no namespace is in none that could be left out"


async def test_a_secret_that_was_handed_in_was_not_compared(tmp_path: Path) -> None:
    report, asked = await look(tmp_path, stated=parsed(LOGIN), scope=DriftScope(kinds=frozenset({DriftKind.MANIFEST})))
    assert [one.asked for one in report.not_checkable] == [True]
    assert asked == ["/api/v1/namespaces/shop/secrets/login"], "its metadata alone"


@pytest.mark.parametrize("published", [True, False])
async def test_a_field_that_the_cluster_does_not_know_was_removed_by_nobody(tmp_path: Path, published: bool) -> None:
    stated = SETTINGS.replace("level: info", "level: debug, lost: gone") + "unknownField: 1\n"
    report, _ = await look(
        tmp_path,
        stated=parsed(stated),
        scope=DriftScope(kinds=frozenset({DriftKind.MANIFEST})),
        published=DOCUMENT if published else None,
    )
    told = {one.path for one in report.drifts}
    assert told == ({"data.lost"} if published else {"data.lost", "unknownField"})
    unknown = [
        one for one in report.not_checkable if "unknownField is no field that this cluster supports" in one.reason
    ]
    assert [one.asked for one in unknown] == ([False] if published else [])
