"""What no family explains follows ownership, and else stands for itself."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.engine import HealthEngine
from k8sview.model.health import ClusterHealth
from k8sview.session.slices import to_end
from tests.analysis.clusters import ago, view_of


def custom(kind: str, name: str, ready: bool, owner: tuple[str, str] | None = None) -> dict[str, Any]:
    owners = []
    if owner is not None:
        owners = [
            {"apiVersion": "example.org/v1", "kind": owner[0], "name": owner[1], "uid": owner[1], "controller": True}
        ]
    meta = {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": ago("2h"), "ownerReferences": owners}
    said = {"type": "Ready", "status": str(ready), "reason": "Failed", "message": f"{name} is broken"}
    condition = {**said, "lastTransitionTime": ago("1h")}
    return {"apiVersion": "example.org/v1", "kind": kind, "metadata": meta, "status": {"conditions": [condition]}}


def judge(*raws: dict[str, Any]) -> ClusterHealth:
    return to_end(HealthEngine().update(view_of(*raws)))


def test_an_owner_is_explained_by_the_part_that_is_broken() -> None:
    health = judge(custom("Database", "db", False), custom("Replica", "db-1", False, ("Database", "db")))
    (cause,) = health.causes
    assert (cause.diagnosis, str(cause.object)) == ("object.not-well", "Replica shop/db-1")
    assert [str(one) for one in cause.objects] == ["Database shop/db"]
    assert cause.next == "kubectl describe -n shop replicas.example.org db-1"


def test_parts_that_are_well_explain_nothing() -> None:
    health = judge(custom("Database", "db", False), custom("Replica", "db-1", True, ("Database", "db")))
    (cause,) = health.causes
    assert (str(cause.object), cause.objects) == ("Database shop/db", ())


def test_a_part_whose_owner_is_explained_folds_beneath_it() -> None:
    deployment = {
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "uid": "web", "creationTimestamp": ago("2h")},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}},
        "status": {"conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]},
    }
    part = custom("Probe", "web-probe", False)
    part["metadata"]["ownerReferences"] = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "web", "controller": True}
    ]
    health = judge(deployment, part)
    (cause,) = health.causes
    assert (cause.object.kind, [str(one) for one in cause.objects]) == ("Deployment", ["Probe shop/web-probe"])
