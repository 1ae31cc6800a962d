"""StatefulSets and DaemonSets: ordinals, partitions, OnDelete, and nodes that excuse."""

from __future__ import annotations

import pytest

from k8sview.model.health import HealthVerdict
from tests.analysis.health.objects import Raw, condition, event, judge, node, pod, waiting, workload

AT_ONE = {"currentRevision": "web-1", "updateRevision": "web-1"}
FROM_ONE_TO_TWO = {"currentRevision": "web-1", "updateRevision": "web-2"}


def stateful(available: int, status: Raw, spec: Raw | None = None, age: str = "2d") -> Raw:
    shown = {"replicas": 3, "availableReplicas": available, **status}
    return workload("StatefulSet", {"replicas": 3, **(spec or {})}, shown, age)


def broken(name: str, revision: str) -> Raw:
    raw = pod(waiting("ImagePullBackOff"), name=name, phase="Pending")
    raw["metadata"]["labels"]["controller-revision-hash"] = revision
    return raw


NOT_TO_BE_ACCUSED = [
    ("all there", stateful(3, AT_ONE), "Healthy", "complete"),
    ("scaled to zero", workload("StatefulSet", {"replicas": 0}, {}), "Suspended", "complete"),
    ("first start", stateful(1, {**AT_ONE, "replicas": 2}, age="2m"), "Progressing", "moving"),
    ("rolling", stateful(3, {**FROM_ONE_TO_TWO, "updatedReplicas": 1}, age="2m"), "Progressing", "moving"),
    (
        "held back by its partition",
        stateful(
            3,
            {**FROM_ONE_TO_TWO, "updatedReplicas": 1},
            {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}},
        ),
        "Healthy",
        "paused",
    ),
    ("on delete", stateful(3, FROM_ONE_TO_TWO, {"updateStrategy": {"type": "OnDelete"}}), "Healthy", "paused"),
]


@pytest.mark.parametrize(
    ("raw", "verdict", "rollout"), [case[1:] for case in NOT_TO_BE_ACCUSED], ids=[case[0] for case in NOT_TO_BE_ACCUSED]
)
def test_a_stateful_set_that_is_not_at_fault(raw: Raw, verdict: str, rollout: str) -> None:
    health = judge(raw)
    assert (health.verdict, health.rollout) == (verdict, rollout)


def test_the_broken_ordinal_is_named() -> None:
    health = judge(stateful(2, AT_ONE), pod(name="web-0"), broken("web-1", "web-1"))
    assert health.verdict is HealthVerdict.DEGRADED
    expected = "2 of 3 replicas available: pod web-1: ImagePullBackOff in container app (registry.example/x:1)"
    assert health.message == expected


def test_a_fix_that_never_reaches_the_broken_pod() -> None:
    raw = stateful(2, {"currentRevision": "web-1", "updateRevision": "web-3"})
    health = judge(raw, pod(name="web-0"), broken("web-2", "web-2"))
    assert (health.verdict, health.rollout, health.reason) == (HealthVerdict.DEGRADED, "stalled", "RolloutBlocked")
    assert health.message.endswith("the controller will not replace it: delete pod web-2")
    parallel = stateful(2, FROM_ONE_TO_TWO, {"podManagementPolicy": "Parallel"})
    assert judge(parallel, broken("web-2", "web-1")).reason == "ImagePullBackOff"


def test_a_pod_not_ready_for_long_stalls_a_stateful_set() -> None:
    slow = pod({"name": "app", "ready": False}, name="web-0", age="30m", status={"conditions": []})
    health = judge(stateful(2, {**FROM_ONE_TO_TWO, "updatedReplicas": 1}), slow)
    assert (health.verdict, health.rollout) == (HealthVerdict.DEGRADED, "stalled")


def test_a_stuck_deletion_blocks_the_replacement() -> None:
    stuck = pod(name="web-1", metadata={"deletionTimestamp": "2026-03-01T11:00:00Z", "labels": {"app": "web"}})
    health = judge(stateful(2, AT_ONE), stuck, node(ready="Unknown"))
    assert "pod web-1: is stuck in deletion for 60m: its node n1 is not ready" in health.message


def test_a_rollout_moves_with_the_pod_that_was_told_to_go() -> None:
    """A database may take half an hour to stop, and is given it."""
    raw = stateful(2, {**FROM_ONE_TO_TWO, "updatedReplicas": 1})
    for end, verdict in (("2026-03-01T12:10:00Z", "Progressing"), ("2026-03-01T11:00:00Z", "Degraded")):
        going = pod(name="web-1", metadata={"deletionTimestamp": end, "labels": {"app": "web"}})
        assert judge(raw, pod(name="web-0"), going).verdict == verdict


def daemon(available: int, desired: int = 3, updated: int | None = None, age: str = "2d", **spec: object) -> Raw:
    status = {
        "desiredNumberScheduled": desired,
        "currentNumberScheduled": desired,
        "updatedNumberScheduled": desired if updated is None else updated,
        "numberAvailable": available,
    }
    return workload("DaemonSet", spec, status, age)


def agent(name: str, where: str, *statuses: Raw, age: str = "2d") -> Raw:
    return pod(*statuses, name=name, node=where, age=age)


CREATING = waiting("ContainerCreating")


def test_daemon_sets_that_are_not_at_fault() -> None:
    assert judge(daemon(3)).verdict is HealthVerdict.HEALTHY
    assert judge(daemon(0, 0)).reason == "NoNodesMatch"
    assert judge(daemon(3, updated=1, updateStrategy={"type": "OnDelete"})).verdict is HealthVerdict.HEALTHY
    assert judge(daemon(3, updated=1), agent("a", "n1", age="1m")).verdict is HealthVerdict.PROGRESSING
    assert judge(daemon(2), agent("a", "n1", CREATING, age="1m")).verdict is HealthVerdict.PROGRESSING


def test_a_lost_node_is_not_the_daemon_sets_fault() -> None:
    lost = agent("a", "n1", CREATING)
    health = judge(daemon(2), lost, node("n1", "Unknown"), node("n2"))
    assert (health.verdict, health.message) == (
        HealthVerdict.WAITING,
        "2 of 3 nodes available; 1 node out of service: n1 is not ready",
    )
    assert judge(daemon(2), lost, node("n1"), node("n2")).verdict is HealthVerdict.DEGRADED
    assert "nodes" in judge(daemon(2), lost, denied=("nodes",)).missing


def test_a_healthy_node_without_its_agent_is() -> None:
    health = judge(daemon(2), agent("a", "n1", waiting("CrashLoopBackOff", restartCount=4)), node("n1"))
    assert health.message == "2 of 3 nodes available: CrashLoopBackOff in container app: 4 restarts"


def test_a_refused_agent_is_told_by_the_event() -> None:
    raw = daemon(0)
    raw["status"]["currentNumberScheduled"] = 0
    health = judge(raw, event("web", "FailedCreate", "Error creating: pods is forbidden: violates PodSecurity"))
    assert (health.verdict, health.reason) == (HealthVerdict.DOWN, "ReplicaFailure")
    assert health.message == "0 of 3 nodes available: pods is forbidden: violates PodSecurity"


def test_pressure_is_no_excuse() -> None:
    pressed = node("n1", "True", condition("DiskPressure", "True"))
    assert judge(daemon(2), agent("a", "n1", CREATING), pressed).verdict is HealthVerdict.DEGRADED
