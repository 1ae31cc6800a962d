"""Deployments, StatefulSets, DaemonSets and ReplicaSets: counters, revisions, strategies, deadlines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.clusters import ago
from tests.analysis.health.compare.judges import ours_and_theirs, words
from tests.analysis.health.objects import (
    ALWAYS_READY,
    ROLLED_OUT,
    Raw,
    condition,
    crashed,
    deployment,
    event,
    pod,
    rolling,
    workload,
)

AVAILABLE = condition("Available", "True", "1d")


def web(replicas: int = 2, *conditions: Raw, ready: int | None = None, **more: Any) -> Raw:
    """A Deployment with every counter that kstatus reads."""
    found = deployment(replicas, more.pop("updated", None), more.pop("available", None), *conditions, **more)
    found["status"]["readyReplicas"] = found["status"]["availableReplicas"] if ready is None else ready
    return found


DONE = web(2, ROLLED_OUT, AVAILABLE)
QUOTA = condition(
    "ReplicaFailure", "True", reason="FailedCreate", message='pods "web-1" is forbidden: exceeded quota: q'
)


@pytest.mark.parametrize(
    ("raw", "kstatus", "argocd"),
    [
        (DONE, "Current", "Healthy"),
        (web(2, ROLLED_OUT), "InProgress", "Healthy"),
        (web(2, AVAILABLE), "InProgress", "Healthy"),
        (web(2, AVAILABLE, spec={"progressDeadlineSeconds": 2147483647}), "Current", "Healthy"),
        (web(2, rolling("1h", "ReplicaSetUpdated"), AVAILABLE, updated=1), "InProgress", "Progressing"),
        (web(2, ROLLED_OUT, AVAILABLE, total=3), "InProgress", "Progressing"),
        (web(2, ROLLED_OUT, AVAILABLE, available=1), "InProgress", "Progressing"),
        (web(2, ROLLED_OUT, AVAILABLE, ready=1), "InProgress", "Healthy"),
        (web(2, rolling("1h", "ProgressDeadlineExceeded", "False"), AVAILABLE, updated=1), "Failed", "Degraded"),
        (web(2, ROLLED_OUT, AVAILABLE, spec={"paused": True}), "Current", "Suspended"),
        (web(0, ROLLED_OUT, AVAILABLE), "Current", "Healthy"),
    ],
)
def test_deployments(raw: Raw, kstatus: str, argocd: str) -> None:
    assert words(raw) == (kstatus, argocd)


def test_a_deployment_that_is_done_is_agreed_upon() -> None:
    assert ours_and_theirs(DONE, pod(), pod(name="web-1")) == ("Healthy", "Current", "Healthy", "")


def test_a_deployment_whose_pods_a_quota_refuses() -> None:
    refused = web(2, rolling("1m"), QUOTA, updated=0, available=0, total=0)
    ours, kstatus, argocd, rule = ours_and_theirs(refused)
    assert (ours, kstatus, argocd) == ("Down", "InProgress", "Progressing")
    assert "kstatus says InProgress: status.replicas 0 is below spec.replicas 2" in rule
    assert "only an exceeded progress deadline is Degraded there" in rule


def test_a_deployment_whose_pods_crash_and_are_ready_just_now() -> None:
    looping = pod({**ALWAYS_READY, "restartCount": 14, "lastState": crashed("3m")})
    ours, kstatus, argocd, rule = ours_and_theirs(web(1, ROLLED_OUT, AVAILABLE), looping)
    assert (ours, kstatus, argocd) == ("Degraded", "Current", "Healthy")
    assert "are all it looks at" in rule


def test_a_paused_and_a_scaled_down_deployment() -> None:
    ours, kstatus, argocd, rule = ours_and_theirs(web(0, ROLLED_OUT, AVAILABLE))
    assert (ours, kstatus, argocd) == ("Suspended", "Current", "Healthy")
    assert rule.startswith("Argo CD says Healthy")
    assert rule.endswith("only spec.paused is Suspended there")
    paused = web(2, ROLLED_OUT, AVAILABLE, spec={"paused": True})
    assert ours_and_theirs(paused, pod(), pod(name="web-1")) == ("Suspended", "Current", "Suspended", "")


def sts(ready: int = 2, strategy: Raw | None = None, **status: Any) -> Raw:
    counters = {
        "replicas": 2,
        "readyReplicas": ready,
        "availableReplicas": ready,
        "currentReplicas": 2,
        "currentRevision": "a",
        "updateRevision": "a",
    }
    defaults = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
    return workload("StatefulSet", {"replicas": 2, "updateStrategy": strategy or defaults}, counters | status)


PLAIN = {"type": "RollingUpdate"}


@pytest.mark.parametrize(
    ("raw", "kstatus", "argocd"),
    [
        (sts(updatedReplicas=2), "Current", "Healthy"),
        (sts(1), "InProgress", "Progressing"),
        (sts(1, {"type": "OnDelete"}), "Current", "Progressing"),
        (sts(2, {"type": "OnDelete"}, updateRevision="b"), "Current", "Healthy"),
        (sts(2, updateRevision="b", updatedReplicas=1), "InProgress", "Progressing"),
        (sts(2, updateRevision="b", updatedReplicas=2), "Current", "Healthy"),
        (sts(2, PLAIN, updateRevision="b", updatedReplicas=2), "InProgress", "Progressing"),
        (sts(2, PLAIN, currentReplicas=1), "InProgress", "Healthy"),
        (sts(2, PLAIN), "Current", "Healthy"),
        (sts(3, replicas=3, updatedReplicas=3), "InProgress", "Healthy"),
        (sts(2, replicas=1), "InProgress", "Progressing"),
        (sts(updatedReplicas=2, observedGeneration=0), "Current", "Progressing"),
    ],
)
def test_stateful_sets(raw: Raw, kstatus: str, argocd: str) -> None:
    assert words(raw) == (kstatus, argocd)


def test_a_stateful_set_never_fails_for_them() -> None:
    looping = pod({**ALWAYS_READY, "ready": False, "state": {"waiting": {"reason": "CrashLoopBackOff"}}})
    ours, kstatus, argocd, rule = ours_and_theirs(sts(1, availableReplicas=1), looping, pod(name="web-1"))
    assert (ours, kstatus, argocd) == ("Degraded", "InProgress", "Progressing")
    assert "it never calls a StatefulSet Failed" in rule
    assert "it never calls a StatefulSet Degraded" in rule


def test_a_stateful_set_that_kstatus_does_not_count() -> None:
    ours, kstatus, argocd, rule = ours_and_theirs(sts(0, {"type": "OnDelete"}, replicas=2))
    assert (ours, kstatus, argocd) == ("Down", "Current", "Progressing")
    assert "OnDelete is Current there before any pod is counted" in rule


def ds(available: int = 3, strategy: str = "RollingUpdate", updated: int = 3, **status: Any) -> Raw:
    counters = {
        "desiredNumberScheduled": 3,
        "currentNumberScheduled": 3,
        "updatedNumberScheduled": updated,
        "numberAvailable": available,
        "numberReady": available,
    }
    return workload("DaemonSet", {"updateStrategy": {"type": strategy}}, counters | status)


@pytest.mark.parametrize(
    ("raw", "kstatus", "argocd"),
    [
        (ds(), "Current", "Healthy"),
        (ds(2), "InProgress", "Progressing"),
        (ds(updated=1), "InProgress", "Progressing"),
        (ds(updated=1, strategy="OnDelete"), "InProgress", "Healthy"),
        (ds(0, strategy="OnDelete"), "InProgress", "Healthy"),
        (ds(numberReady=2), "InProgress", "Healthy"),
        (ds(currentNumberScheduled=2), "InProgress", "Healthy"),
        (ds(observedGeneration=0), "InProgress", "Progressing"),
    ],
)
def test_daemon_sets(raw: Raw, kstatus: str, argocd: str) -> None:
    assert words(raw) == (kstatus, argocd)


def test_a_daemon_set_without_a_generation_is_not_observed_for_kstatus() -> None:
    bare = ds()
    del bare["metadata"]["generation"]
    assert words(bare) == ("InProgress", "Healthy")


def test_a_daemon_set_with_on_delete_and_nothing_available() -> None:
    ours, kstatus, argocd, rule = ours_and_theirs(ds(0, strategy="OnDelete"))
    assert (ours, kstatus, argocd) == ("Down", "InProgress", "Healthy")
    assert "OnDelete is Healthy there whatever is available" in rule
    assert "it never calls a DaemonSet Failed" in rule


def test_a_daemon_set_never_degrades_for_argo() -> None:
    ours, kstatus, argocd, rule = ours_and_theirs(ds(2))
    assert (ours, kstatus, argocd) == ("Degraded", "InProgress", "Progressing")
    assert "it never calls a DaemonSet Degraded" in rule


def rs(available: int, *conditions: Raw, replicas: int = 2, total: int | None = None) -> Raw:
    counters = {
        "replicas": replicas if total is None else total,
        "availableReplicas": available,
        "readyReplicas": available,
        "conditions": [*conditions],
    }
    return workload("ReplicaSet", {"replicas": replicas}, counters)


@pytest.mark.parametrize(
    ("raw", "kstatus", "argocd"),
    [
        (rs(2), "Current", "Healthy"),
        (rs(1), "InProgress", "Progressing"),
        (rs(1, QUOTA, total=1), "InProgress", "Degraded"),
        (rs(2, total=3), "InProgress", "Healthy"),
        (rs(0, replicas=0), "Current", "Healthy"),
    ],
)
def test_replica_sets(raw: Raw, kstatus: str, argocd: str) -> None:
    assert words(raw) == (kstatus, argocd)


def test_refused_pods_are_only_in_progress_for_kstatus() -> None:
    refused = event("web", "FailedCreate", 'Error creating: pods "web-1" is forbidden: exceeded quota: q')
    ours, kstatus, argocd, rule = ours_and_theirs(rs(1, QUOTA, total=1), refused, pod())
    assert (ours, kstatus, argocd) == ("Degraded", "InProgress", "Degraded")
    assert rule == (
        "kstatus says InProgress: ReplicaFailure, pods that are refused, is InProgress there without any limit"
    )


def test_a_change_that_no_controller_has_seen() -> None:
    asleep = sts(updatedReplicas=2)
    asleep["metadata"] |= {
        "generation": 4,
        "managedFields": [{"manager": "kubectl", "operation": "Update", "time": ago("1h")}],
    }
    ours, kstatus, argocd, rule = ours_and_theirs(asleep)
    assert (ours, kstatus, argocd) == ("Degraded", "InProgress", "Progressing")
    assert "however long it lasts" in rule
