"""Deployments and ReplicaSets: rollout, availability and stability, and what must not be accused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from k8sview.model.health import HealthVerdict
from k8sview.model.status import Confidence
from tests.analysis.clusters import NOON, ago
from tests.analysis.health.objects import (
    ALWAYS_READY,
    ROLLED_OUT,
    Raw,
    condition,
    crashed,
    deployment,
    event,
    judge,
    pod,
    rolling,
    waiting,
    workload,
)

LOST = condition("Available", "False", "10m", reason="MinimumReplicasUnavailable")
STALLED = rolling("1h", "ProgressDeadlineExceeded", "False")
CANNOT_PULL = pod(waiting("ImagePullBackOff"), name="web-1", phase="Pending")
LOOPS_BUT_READY = pod({**ALWAYS_READY, "restartCount": 9, "lastState": crashed("1m")}, name="web-1")

NOT_TO_BE_ACCUSED = [
    ("rolled out", deployment(2, 2, 2, ROLLED_OUT), "Healthy", "complete", "ok"),
    ("rolled out, no conditions", deployment(2), "Healthy", "complete", "ok"),
    ("just created", deployment(2, 2, 0, rolling("30s"), age="30s"), "Progressing", "moving", "down"),
    ("rolling update within its deadline", deployment(4, 2, 3, rolling("1m"), total=5), "Progressing", "moving", "ok"),
    (
        "surplus old pods within the deadline",
        deployment(2, 2, 2, rolling("1m"), total=3),
        "Progressing",
        "moving",
        "ok",
    ),
    ("paused", deployment(2, 1, 2, total=2, spec={"paused": True}), "Suspended", "paused", "ok"),
    ("created paused", deployment(2, 0, 0, total=0, spec={"paused": True}), "Suspended", "paused", "down"),
    ("scaled to zero", deployment(0), "Suspended", "complete", "ok"),
    ("one of many lost just now", deployment(4, 4, 3, ROLLED_OUT), "Progressing", "complete", "ok"),
    ("scaled up just now", deployment(10, 2, 2, ROLLED_OUT, total=2), "Progressing", "complete", "degraded"),
    ("not observed yet", deployment(2, metadata={"generation": 2}), "Progressing", "moving", None),
]


@pytest.mark.parametrize(
    ("raw", "verdict", "rollout", "availability"),
    [case[1:] for case in NOT_TO_BE_ACCUSED],
    ids=[case[0] for case in NOT_TO_BE_ACCUSED],
)
def test_a_deployment_that_is_not_at_fault(raw: Raw, verdict: str, rollout: str, availability: str) -> None:
    young = pod(waiting("ContainerCreating"), name="web-9", phase="Pending", age="20s")
    health = judge(raw, young)
    assert (health.verdict, health.rollout, health.availability) == (verdict, rollout, availability)
    assert (health.message == "") is (verdict == "Healthy")


BROKEN = [
    (
        "no image",
        deployment(2, 2, 0, rolling("1m"), age="1m"),
        [CANNOT_PULL],
        ("Down", "stalled", "down", "stable"),
        "0 of 2 replicas available: ImagePullBackOff in container app (registry.example/x:1)",
    ),
    (
        "a stuck rollout that still serves",
        deployment(3, 1, 3, STALLED, total=4),
        [pod(name="web-0"), CANNOT_PULL],
        ("Degraded", "stalled", "ok", "stable"),
        "rollout stalled with 1 of 3 replicas updated: ImagePullBackOff in container app (registry.example/x:1)",
    ),
    (
        "deadline exceeded, pods say nothing",
        deployment(2, 2, 1, STALLED),
        [],
        ("Degraded", "stalled", "degraded", "stable"),
        "1 of 2 replicas available",
    ),
    (
        "all lost",
        deployment(2, 2, 0, ROLLED_OUT, LOST),
        [],
        ("Down", "complete", "down", "stable"),
        "0 of 2 replicas available",
    ),
    (
        "available, but only between crashes",
        deployment(2, 2, 2, ROLLED_OUT),
        [pod(name="web-0"), LOOPS_BUT_READY],
        ("Degraded", "complete", "ok", "flapping"),
        "1 pod of 2 restarting: container app has restarted 9 times, last: exit code 1, 60s ago",
    ),
    (
        "a quota refuses the pods",
        deployment(2, 0, 0, rolling("1m"), condition("ReplicaFailure", "True", message="exceeded quota: q"), total=0),
        [],
        ("Down", "moving", "down", "stable"),
        "0 of 2 replicas available: exceeded quota: q",
    ),
    (
        "paused in the middle of an outage",
        deployment(2, 1, 0, total=2, spec={"paused": True}),
        [CANNOT_PULL],
        ("Down", "paused", "down", "stable"),
        "0 of 2 replicas available: ImagePullBackOff in container app (registry.example/x:1)",
    ),
    (
        "a controller that does not act",
        deployment(2, metadata={"generation": 2, "managedFields": [{"manager": "kubectl", "time": ago("1h")}]}),
        [],
        ("Degraded", "stalled", None, None),
        "its controller has not acted on the latest change for 60m",
    ),
]


@pytest.mark.parametrize(
    ("raw", "pods", "axes", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_deployment_that_is_at_fault(raw: Raw, pods: list[Raw], axes: tuple[str, ...], message: str) -> None:
    health = judge(raw, *pods)
    assert (health.verdict, health.rollout, health.availability, health.stability) == axes
    assert health.message == message
    assert health.evidence


def test_counters_without_any_date_are_not_excused_as_fresh() -> None:
    raw = deployment(2, 2, 1)
    del raw["metadata"]["creationTimestamp"]
    health = judge(raw)
    assert health.verdict is HealthVerdict.DEGRADED
    assert "status.availableReplicas = 1" in health.evidence


def test_without_pods_the_cause_is_missing_and_the_verdict_less_sure() -> None:
    health = judge(deployment(2, 2, 0, STALLED), CANNOT_PULL, denied=("pods",))
    assert health.verdict is HealthVerdict.DOWN
    assert (health.missing, health.confidence, health.stability) == (("pods",), Confidence.INFERRED, None)
    assert judge(deployment(2), denied=("pods",)).missing == ("pods",)


def replica_set(name: str, revision: str) -> Raw:
    return workload(
        "ReplicaSet",
        {"replicas": 2},
        {},
        name=name,
        uid=name,
        labels={"pod-template-hash": name},
        annotations={"deployment.kubernetes.io/revision": revision},
        ownerReferences=[{"kind": "Deployment", "name": "web", "uid": "web", "controller": True}],
    )


def owned_by(name: str, raw: Raw) -> Raw:
    more = {
        "labels": {"app": "web", "pod-template-hash": name},
        "ownerReferences": [{"kind": "ReplicaSet", "name": name, "uid": name, "controller": True}],
    }
    return {**raw, "metadata": {**raw["metadata"], **more}}


def test_a_fix_that_rolls_out_is_not_accused_of_the_pods_it_replaces() -> None:
    raw = deployment(
        2, 1, 0, rolling("1m"), total=3, metadata={"annotations": {"deployment.kubernetes.io/revision": "2"}}
    )
    old = owned_by("old", CANNOT_PULL)
    new = owned_by("new", pod(waiting("ContainerCreating"), name="web-2", phase="Pending", age="20s"))
    health = judge(raw, replica_set("old", "1"), replica_set("new", "2"), old, new)
    assert (health.verdict, health.rollout, health.availability) == (HealthVerdict.PROGRESSING, "moving", "down")


def test_a_rollout_may_wait_for_a_node_until_its_deadline_while_enough_pods_serve() -> None:
    lacks = condition("PodScheduled", "False", "5m", reason="Unschedulable", message="0/3 nodes are available")
    waits = pod(name="web-1", phase="Pending", node="")
    waits["status"] = {"phase": "Pending", "conditions": [lacks]}
    young = judge(deployment(2, 1, 2, rolling("5m"), total=3, age="9d"), waits)
    assert (young.verdict, young.rollout) == (HealthVerdict.PROGRESSING, "moving")
    short = judge(deployment(2, 2, 1, rolling("5m"), age="5m"), waits)
    assert (short.verdict, short.reason) == (HealthVerdict.DEGRADED, "Unschedulable")
    assert short.message == "1 of 2 replicas available: no node can take it: 0/3 nodes are available"
    late = judge(deployment(2, 2, 1, rolling("15m"), age="15m"), waits)
    assert (late.verdict, late.rollout, late.reason) == (HealthVerdict.DEGRADED, "stalled", "Unschedulable")
    assert judge(deployment(2, 2, 1, ROLLED_OUT), waits).verdict is HealthVerdict.DEGRADED


def test_pods_of_others_under_the_same_labels_are_not_its_own() -> None:
    foreign = owned_by("canary", CANNOT_PULL)
    assert judge(deployment(2), replica_set("new", "1"), foreign).verdict is HealthVerdict.HEALTHY


def test_the_newest_refusal_counts_not_the_first() -> None:
    stale = condition(
        "ReplicaFailure", "True", reason="FailedCreate", message='pods "x" is forbidden: exceeded quota: q'
    )
    raw = deployment(2, 0, 0, rolling("1m"), stale, total=0)
    said = "(combined from similar events): Error creating: pods is forbidden: minimum cpu usage per Container is 1."
    health = judge(raw, replica_set("new", "1"), event("new", "FailedCreate", said))
    assert health.message == "0 of 2 replicas available: pods is forbidden: minimum cpu usage per Container is 1"
    assert judge(raw, denied=("events",)).missing == ("events",)


def test_an_old_refusal_accuses_nobody() -> None:
    raw = deployment(3, 2, 2, rolling("1m"), total=2)
    refused = event("new", "FailedCreate", "Error creating: exceeded quota: q", "50m")
    assert judge(raw, replica_set("new", "1"), refused).verdict is HealthVerdict.PROGRESSING


@pytest.mark.parametrize(
    ("max_unavailable", "availability"),
    [(None, "degraded"), (1, "ok"), ("50%", "ok"), ("33%", "degraded"), ("nonsense", "degraded")],
)
def test_what_a_rollout_may_take_away(max_unavailable: int | str | None, availability: str) -> None:
    strategy = {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": max_unavailable}}}
    assert judge(deployment(3, 3, 2, rolling("1m"), spec=strategy)).availability == availability


def test_old_replica_sets_are_at_rest() -> None:
    raw = workload("ReplicaSet", {"replicas": 0}, {})
    assert judge(raw).verdict is HealthVerdict.SUSPENDED


@pytest.mark.parametrize(
    ("age", "available", "verdict"),
    [("2d", 2, "Healthy"), ("1m", 0, "Progressing"), ("2d", 1, "Degraded"), ("2d", 0, "Down")],
)
def test_replica_sets(age: str, available: int, verdict: str) -> None:
    raw = workload("ReplicaSet", {"replicas": 2}, {"replicas": 2, "availableReplicas": available}, age)
    pods = [pod(name="web-0"), pod(waiting("ContainerCreating"), name="web-1", phase="Pending", age=age)]
    assert judge(raw, *pods[: 2 if available < 2 else 1]).verdict == verdict


def test_without_a_deadline_what_was_made_for_it_dates_a_rollout() -> None:
    endless = {"progressDeadlineSeconds": 2147483647}
    raw = deployment(2, 1, 1, total=2, spec=endless, age="90d")
    new = replica_set("new", "2")
    for born, verdict in (("1m", "Progressing"), ("20m", "Degraded")):
        new["metadata"]["creationTimestamp"] = ago(born)
        young = owned_by("new", pod({"name": "app", "ready": False}, name="web-2", age=born))
        young["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": ago(born)}}
        health = judge(raw, new, young)
        assert (health.verdict, health.rollout) == (verdict, "moving" if verdict == "Progressing" else "stalled")


def test_a_replica_set_has_the_time_that_its_deployment_has() -> None:
    """A roll-back scales up a set that is months old."""
    back = replica_set("old", "3")
    back["status"] |= {"replicas": 2, "availableReplicas": 0}
    starting = owned_by("old", pod({"name": "app", "ready": False}, name="web-2", age="3m"))
    starting["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": ago("3m")}}
    assert judge(back, starting).verdict is HealthVerdict.DOWN
    for since, verdict in (("3m", HealthVerdict.PROGRESSING), ("15m", HealthVerdict.DOWN)):
        assert judge(back, starting, deployment(2, 2, 0, rolling(since), total=3)).verdict is verdict


def test_a_stalled_rollout_stands_still_since_its_last_progress_and_nothing_is_there_since_longer() -> None:
    """Not since the deadline was over, nor since the last of many crashes."""
    looping = pod(waiting("CrashLoopBackOff", lastState=crashed("2m"), restartCount=9), name="web-1")
    gave_up = rolling("1h", "ProgressDeadlineExceeded", "False")
    stalled = judge(deployment(3, 1, 2, gave_up, total=4), looping)
    assert stalled.since == NOON - timedelta(hours=1, minutes=10)
    down = judge(deployment(2, 2, 0, gave_up, condition("Available", "False", "3h")), looping)
    assert down.since == NOON - timedelta(hours=3)
