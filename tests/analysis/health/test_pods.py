"""One pod at a time: what is broken is said, what is only young or finished is not accused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from k8sview.model.health import HealthVerdict
from tests.analysis.clusters import NOON, ago
from tests.analysis.health.objects import ALWAYS_READY, Raw, condition, crashed, event, judge, node, pod, waiting

RUNS = {"name": "app", "ready": False, "state": {"running": {"startedAt": ago("30s")}}}
RUNS_LONG = {"name": "app", "ready": False, "state": {"running": {"startedAt": ago("2h")}}}


def unscheduled(*conditions: Raw, age: str = "10m", **spec: str) -> Raw:
    return {
        "kind": "Pod",
        "metadata": {"name": "web-0", "namespace": "shop", "uid": "web-0", "creationTimestamp": ago(age)},
        "spec": spec,
        "status": {"phase": "Pending", "conditions": [*conditions]},
    }


def initialising(name: str, status: Raw, age: str = "30m", **container: str) -> Raw:
    main = {"name": "app", "ready": False, "state": {"waiting": {"reason": "PodInitializing"}}}
    built = pod(main, phase="Pending", age=age, status={"initContainerStatuses": [{"name": name, **status}]})
    built["spec"]["initContainers"] = [{"name": name, "image": "registry.example/init:1", **container}]
    return built


NOT_TO_BE_ACCUSED = [
    ("ready", pod(), "Healthy"),
    ("completed, as a finished Job leaves it", pod({"name": "app", "ready": False}, phase="Succeeded"), "Healthy"),
    (
        "one restart, long ago",
        pod({**ALWAYS_READY, "restartCount": 1, "lastState": crashed("3d")}, age="9d"),
        "Healthy",
    ),
    ("one restart just now", pod({**ALWAYS_READY, "restartCount": 1, "lastState": crashed("2m")}), "Progressing"),
    ("starting", pod(RUNS, age="1m"), "Progressing"),
    ("container being created", pod(waiting("ContainerCreating"), phase="Pending", age="1m"), "Progressing"),
    ("just created, no scheduler has looked yet", unscheduled(age="5s"), "Progressing"),
    (
        "no room for some seconds",
        unscheduled(condition("PodScheduled", "False", "9s", reason="Unschedulable")),
        "Progressing",
    ),
    ("scheduling gates", unscheduled(condition("PodScheduled", "False", reason="SchedulingGated")), "Waiting"),
    (
        "init container at work",
        initialising("migrate", {"state": {"running": {"startedAt": ago("1m")}}}),
        "Progressing",
    ),
    ("within its grace period", pod(metadata={"deletionTimestamp": ago("10s")}), "Terminating"),
    (
        "a helper container that has done its part",
        pod(
            {"name": "app", "ready": False, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
            {**ALWAYS_READY, "name": "other"},
            spec={"restartPolicy": "Never"},
        ),
        "Progressing",
    ),
]


@pytest.mark.parametrize(
    ("raw", "verdict"), [case[1:] for case in NOT_TO_BE_ACCUSED], ids=[c[0] for c in NOT_TO_BE_ACCUSED]
)
def test_a_pod_that_is_not_at_fault(raw: Raw, verdict: str) -> None:
    health = judge(raw)
    assert health.verdict == verdict
    assert (health.message == "") is (verdict == "Healthy")


BROKEN = [
    (
        "an image that nobody can pull",
        pod(waiting("ImagePullBackOff", "Back-off pulling image"), phase="Pending"),
        "Down",
        "ImagePullBackOff in container app (registry.example/x:1)",
    ),
    (
        "an image name with a typing error",
        pod(waiting("InvalidImageName"), phase="Pending"),
        "Down",
        "InvalidImageName in container app (registry.example/x:1)",
    ),
    (
        "a missing Secret",
        pod(waiting("CreateContainerConfigError", 'secret "db" not found'), phase="Pending"),
        "Down",
        'CreateContainerConfigError in container app: secret "db" not found',
    ),
    (
        "a crash loop at rest",
        pod(waiting("CrashLoopBackOff", restartCount=14, lastState=crashed("2m", 137, "OOMKilled"))),
        "Down",
        "CrashLoopBackOff in container app: OOMKilled (exit code 137), 14 restarts",
    ),
    (
        "a crash loop that is ready at this instant",
        pod({**ALWAYS_READY, "restartCount": 14, "lastState": crashed("2m", 137, "OOMKilled")}),
        "Degraded",
        "container app has restarted 14 times, last: OOMKilled (exit code 137), 2m ago",
    ),
    (
        "a slow crash loop: four times an hour",
        pod({**ALWAYS_READY, "restartCount": 40, "lastState": crashed("14m")}, age="10h"),
        "Degraded",
        "container app has restarted 40 times, last: exit code 1, 14m ago",
    ),
    (
        "a process that ends without an error but should serve",
        pod(waiting("CrashLoopBackOff", restartCount=5, lastState=crashed("1m", 0, "Completed"))),
        "Down",
        "CrashLoopBackOff in container app: it exits with code 0 instead of running on, 5 restarts",
    ),
    (
        "a crash loop in an init container",
        initialising(
            "migrate", {**waiting("CrashLoopBackOff", restartCount=3, lastState=crashed("1m", 2)), "name": "migrate"}
        ),
        "Down",
        "CrashLoopBackOff in init container migrate: exit code 2, 3 restarts",
    ),
    (
        "a crash loop in a sidecar",
        initialising("proxy", {**waiting("CrashLoopBackOff", restartCount=3), "name": "proxy"}, restartPolicy="Always"),
        "Down",
        "CrashLoopBackOff in sidecar proxy: 3 restarts",
    ),
    (
        "an init container that waits for ever",
        initialising("wait-for-db", {"state": {"running": {"startedAt": ago("25m")}}}),
        "Degraded",
        "init container wait-for-db has not finished for 25m",
    ),
    (
        "readiness lost",
        pod(RUNS_LONG, turned="20m"),
        "Down",
        "container app runs but is not ready for 20m",
    ),
    (
        "never ready",
        pod(RUNS_LONG, age="2h", turned="2h"),
        "Down",
        "container app runs but is not ready for 120m",
    ),
    (
        "no node fits",
        unscheduled(
            condition(
                "PodScheduled",
                "False",
                "5m",
                reason="Unschedulable",
                message="0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). "
                "no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful.",
            )
        ),
        "Down",
        "no node can take it: 0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s)",
    ),
    (
        "a claim that nobody binds",
        unscheduled(
            condition(
                "PodScheduled",
                "False",
                "5m",
                reason="Unschedulable",
                message="0/16 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
            )
        ),
        "Down",
        "no node can take it: 0/16 nodes are available: pod has unbound immediate PersistentVolumeClaims",
    ),
    (
        "a scheduler that does not exist",
        unscheduled(schedulerName="gpu-scheduler"),
        "Down",
        "no scheduler named gpu-scheduler picks this pod up",
    ),
    (
        "evicted",
        {
            **pod(phase="Failed"),
            "status": {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."},
        },
        "Degraded",
        "failed, Evicted: The node was low on resource: memory",
    ),
    (
        "failed",
        pod({"name": "app", "ready": False, "state": crashed("1h", 3)}, phase="Failed"),
        "Degraded",
        "failed: container app ended with exit code 3",
    ),
    (
        "kept from ending by a finalizer",
        pod(metadata={"deletionTimestamp": ago("20m"), "finalizers": ["example.org/hold"]}),
        "Degraded",
        "is stuck in deletion for 20m: finalizers example.org/hold",
    ),
]


@pytest.mark.parametrize(("raw", "verdict", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_pod_that_is_at_fault(raw: Raw, verdict: str, message: str) -> None:
    health = judge(raw)
    assert (health.verdict, health.message) == (verdict, message)
    assert health.reason
    assert health.evidence


def test_containers_of_a_lost_node_keep_their_last_status() -> None:
    lost = pod(ready="False", turned="10m")
    assert judge(lost, node(ready="Unknown")).message == "its node n1 is not ready"
    assert judge(lost, node(ready="True")).reason != "NodeNotReady"


def test_a_stuck_deletion_names_the_lost_node() -> None:
    health = judge(pod(metadata={"deletionTimestamp": ago("20m")}), node(ready="Unknown"))
    assert health.message.endswith("its node n1 is not ready and cannot confirm the end")


def test_an_autoscaler_that_brings_a_node_is_given_time() -> None:
    raw = unscheduled(
        condition("PodScheduled", "False", "5m", reason="Unschedulable", message="0/3 nodes are available")
    )
    coming = event("web-0", "TriggeredScaleUp", "pod triggered scale-up", "4m", "Normal")
    assert judge(raw, coming).verdict is HealthVerdict.PROGRESSING
    assert judge(raw).verdict is HealthVerdict.DOWN


def test_a_volume_that_does_not_come_is_told_by_its_event() -> None:
    raw = pod(waiting("ContainerCreating"), phase="Pending", age="5m")
    health = judge(raw, event("web-0", "FailedMount", "MountVolume.SetUp failed: secret db not found"))
    assert health.verdict is HealthVerdict.DOWN
    assert health.message.endswith("FailedMount: MountVolume.SetUp failed: secret db not found")
    assert judge(raw, denied=("events",)).missing == ("events",)


def test_a_readiness_gate_that_nobody_opens_is_named() -> None:
    raw = pod(ready="False", turned="20m")
    raw["status"]["conditions"][1]["message"] = 'the status of pod readiness gate "target-health" is not "True"'
    assert "target-health" in judge(raw).message


def test_a_failed_attempt_of_a_job_that_then_succeeded_is_history() -> None:
    owner = {"ownerReferences": [{"kind": "Job", "name": "import", "uid": "import", "controller": True}]}
    raw = pod({"name": "app", "ready": False, "state": crashed("1h")}, phase="Failed", metadata=owner)
    job = {"kind": "Job", "metadata": {"name": "import", "namespace": "shop", "uid": "import"}}
    done = {**job, "status": {"conditions": [condition("Complete", "True")]}}
    assert judge(raw, done).verdict is HealthVerdict.HEALTHY
    assert judge(raw, job).verdict is HealthVerdict.DEGRADED
    assert judge(raw, denied=("jobs.batch",)).missing == ("jobs.batch",)


def test_startup_probes_extend_the_patience() -> None:
    slow = pod({**RUNS, "state": {"running": {"startedAt": ago("8m")}}}, age="8m")
    assert judge(slow).verdict is HealthVerdict.DOWN
    slow["spec"]["containers"][0]["startupProbe"] = {"periodSeconds": 10, "failureThreshold": 60}
    assert judge(slow).verdict is HealthVerdict.PROGRESSING


def test_time_alone_changes_the_verdict_when_it_says() -> None:
    health = judge(pod(RUNS, age="1m"))
    assert health.recheck_at == NOON + timedelta(minutes=4, seconds=30)


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"phase": "Running"},
        {"phase": "Confused"},
        {"phase": "Running", "containerStatuses": [{}]},
        {"phase": "Running", "containerStatuses": [{"name": "app", "ready": True, "restartCount": -1}]},
        {"phase": "Pending", "conditions": [{}]},
        {"phase": "Running", "conditions": [condition("Ready", "perhaps")], "containerStatuses": [ALWAYS_READY]},
        {"phase": "Failed"},
        {"phase": "Unknown"},
    ],
)
def test_odd_statuses_are_judged_without_ever_being_green(status: Raw) -> None:
    raw = {"kind": "Pod", "metadata": {"name": "web-0", "creationTimestamp": "9999-12-31T23:59:59Z"}, "status": status}
    assert judge(raw).verdict is not HealthVerdict.HEALTHY
