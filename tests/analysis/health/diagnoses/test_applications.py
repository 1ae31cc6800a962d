"""What GitOps delivers: the object that is at fault is the cause, and what delivers it folds beneath."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.health.engine import HealthEngine
from k8sview.model.health import ClusterHealth
from k8sview.session.slices import to_end
from tests.analysis.clusters import ago, view_of

CLAIM = {
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "namespace": "shop", "uid": "data", "creationTimestamp": ago("1d")},
    "status": {"phase": "Lost"},
}
FINE = {**CLAIM, "status": {"phase": "Bound"}}


def application(*resources: dict[str, Any], health: str = "Degraded") -> dict[str, Any]:
    status = {"health": {"status": health}, "sync": {"status": "Synced"}, "resources": list(resources)}
    meta = {"name": "shop", "namespace": "argocd", "uid": "app", "creationTimestamp": ago("9d")}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": meta, "status": status}


def kustomization(*ids: str) -> dict[str, Any]:
    failed = {"type": "Ready", "status": "False", "reason": "HealthCheckFailed", "lastTransitionTime": ago("1h")}
    entries = [{"id": one, "v": "v1"} for one in ids]
    meta = {"name": "shop", "namespace": "flux-system", "uid": "k", "creationTimestamp": ago("9d")}
    status = {"conditions": [failed], "inventory": {"entries": entries}}
    return {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": meta, "status": status}


def judge(*raws: dict[str, Any]) -> ClusterHealth:
    return to_end(HealthEngine().update(view_of(*raws)))


LISTED = {"kind": "PersistentVolumeClaim", "version": "v1", "namespace": "shop", "name": "data"}


@pytest.mark.parametrize("delivering", [application(LISTED), kustomization("shop_data__PersistentVolumeClaim")])
def test_the_object_that_is_delivered_is_the_cause(delivering: dict[str, Any]) -> None:
    health = judge(delivering, CLAIM)
    kinds = {one.object.kind: [each.kind for each in one.objects] for one in health.causes}
    assert delivering["kind"] not in kinds
    assert [delivering["kind"]] in kinds.values()


@pytest.mark.parametrize("delivering", [application(LISTED), kustomization("shop_data__PersistentVolumeClaim", "odd")])
def test_without_an_object_at_fault_it_stands_for_itself(delivering: dict[str, Any]) -> None:
    (cause,) = judge(delivering, FINE).causes
    assert (cause.object.kind, cause.diagnosis) == (delivering["kind"], "object.not-well")
