"""All kinds together: each once, none silent, none that changes what it reads."""

from __future__ import annotations

import msgspec
import pytest

from k8sview.analysis.drift.kinds.table import ROWS, Row, in_view
from k8sview.model.drift import DriftKind
from k8sview.model.events import Cluster
from k8sview.model.kinds import KINDS
from k8sview.model.view import View
from tests.analysis.clusters import view_of
from tests.analysis.drift.kinds.gitops_objects import application, helm_release, kustomization, listed
from tests.analysis.drift.kinds.replicas_objects import DIGESTS, node, pod_of
from tests.analysis.drift.shapes import deployment, entry, replica_set

_GITOPS = (application("OutOfSync", listed()), kustomization(spec={"suspend": True}), helm_release())


def cluster() -> View:
    owner, replicas = deployment(age="9d", replicas=2), replica_set(1, "9d", app="registry.example/web:1")
    labels = {"pod-template-hash": "web-1"}
    pods = (
        pod_of(replicas, "a", labels=labels),
        pod_of(replicas, "b", entry("kubectl-set", "1h"), image="registry.example/x:9", labels=labels),
        pod_of(replicas, "c", digest=DIGESTS[1], labels=labels),
    )
    view = view_of(owner, replicas, *pods, node(), *_GITOPS)
    return msgspec.structs.replace(view, cluster=Cluster(version="v1.37.2"))


def test_each_kind_has_one_row() -> None:
    kinds = [row.kind for row in ROWS]
    assert len(kinds) == len(set(kinds))


def test_all_that_one_cluster_shows() -> None:
    found = in_view(cluster())
    kinds = {one.kind for one in found.drifts}
    assert kinds == {DriftKind.GITOPS, DriftKind.SUSPENDED, DriftKind.POD_TEMPLATE, DriftKind.IMAGE_DIGEST}
    assert len(set(found.not_checkable)) == len(found.not_checkable)
    assert all(one.message for one in found.drifts)
    assert all(" = " in evidence for one in found.drifts for evidence in one.evidence)


def test_only_the_kinds_that_are_asked_for() -> None:
    found = in_view(cluster(), frozenset({DriftKind.GITOPS}))
    assert {one.kind for one in found.drifts} == {DriftKind.GITOPS}
    assert {one.kind for one in found.not_checkable} <= {DriftKind.GITOPS}


@pytest.mark.parametrize("row", ROWS, ids=[row.kind for row in ROWS])
def test_who_may_read_nothing_is_told_so_and_accuses_nobody(row: Row) -> None:
    hidden = (*KINDS, "applications.argoproj.io", "kustomizations.kustomize.toolkit.fluxcd.io")
    view = view_of(*_GITOPS[:2], denied=hidden)
    assert list(row.find(view)) == []
    assert [one for one in row.not_checkable(view) if one.kind is row.kind]


@pytest.mark.parametrize("row", ROWS, ids=[row.kind for row in ROWS])
def test_looking_changes_nothing(row: Row) -> None:
    view = cluster()
    tables = {name: dict(table.objects) for name, table in view.tables.items()}
    assert list(row.find(view)) == list(row.find(view))
    assert {name: dict(table.objects) for name, table in view.tables.items()} == tables
