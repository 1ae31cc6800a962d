"""Claims that wait: from when on a missing volume is somebody's trouble."""

from __future__ import annotations

from typing import Any

from tests.analysis.checks.rules.running import judged_by, not_passed
from tests.analysis.clusters import ago

LATE = {
    "kind": "StorageClass",
    "metadata": {"name": "late"},
    "provisioner": "x.csi.example.com",
    "volumeBindingMode": "WaitForFirstConsumer",
}


def claim(storage_class: str | None = "late", **metadata: Any) -> dict[str, Any]:
    named = {"name": "data", "namespace": "shop", "creationTimestamp": ago("1h"), **metadata}
    spec = {} if storage_class is None else {"storageClassName": storage_class}
    return {"kind": "PersistentVolumeClaim", "metadata": named, "spec": spec, "status": {"phase": "Pending"}}


def user(node: str) -> dict[str, Any]:
    volume = {"name": "v", "persistentVolumeClaim": {"claimName": "data"}}
    spec = {"nodeName": node, "volumes": [volume]}
    return {"kind": "Pod", "metadata": {"name": "db", "namespace": "shop"}, "spec": spec}


def waits(*raws: dict[str, Any]) -> bool:
    """Whether the rule finds nothing wrong."""
    return not not_passed(judged_by("claims-bound", {}, *raws))


def test_a_first_consumer_that_is_not_placed_is_waited_for() -> None:
    assert waits(LATE, claim())
    assert waits(LATE, claim(), user(""))


def test_once_a_node_is_chosen_the_volume_is_due() -> None:
    assert not waits(LATE, claim(), user("a"))
    assert not waits(LATE, claim(annotations={"volume.kubernetes.io/selected-node": "a"}))


def test_a_class_that_binds_at_once_is_due_at_once() -> None:
    immediate = {**LATE, "volumeBindingMode": "Immediate"}
    assert not waits(immediate, claim())
    assert waits(immediate, claim(creationTimestamp=ago("1m")))


def test_a_claim_without_a_class_follows_the_default() -> None:
    default = {
        **LATE,
        "metadata": {"name": "late", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
    }
    assert waits(default, claim(None))
    assert not waits(LATE, claim(None))


def test_a_claim_of_the_empty_class_waits_for_a_volume_that_nobody_makes() -> None:
    assert not waits(LATE, claim(""))
