"""Pods in between: being set up, marked for their end, resized, restarted, tried again. Graces are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.analysis.clusters import NOON, ago
from tests.analysis.health.objects import ALWAYS_READY, Raw, condition, crashed, event, judge, pod, waiting

STARTED = {"name": "proxy", "started": True, "state": {"running": {"startedAt": ago("2h")}}}


def unprepared(since: str) -> Raw:
    """No sandbox yet: volumes and network come first."""
    raw = pod(waiting("PodInitializing"), phase="Pending", age=since)
    raw["status"]["conditions"].append(condition("PodReadyToStartContainers", "False", since))
    raw["spec"]["initContainers"] = [{"name": "migrate"}]
    raw["status"]["initContainerStatuses"] = [{**waiting("PodInitializing"), "name": "migrate"}]
    return raw


def with_sidecar(status: Raw, ready: str = "False", **spec: object) -> Raw:
    raw = pod(ready=ready, turned="20m", spec=dict(spec))
    raw["spec"]["initContainers"] = [{"name": "proxy", "restartPolicy": "Always"}]
    raw["status"]["initContainerStatuses"] = [status]
    return raw


def test_a_sandbox_that_is_being_set_up_is_given_time() -> None:
    health = judge(unprepared("1m"))
    assert (health.verdict, health.grace) == ("Progressing", timedelta(minutes=10))
    assert health.message == "its volumes and network are being set up"


def test_a_sandbox_that_cannot_be_set_up_is_told_by_its_event() -> None:
    failed = event("web-0", "FailedCreatePodSandBox", "Failed to create pod sandbox: no IP addresses available")
    health = judge(unprepared("5m"), failed)
    assert (health.verdict, health.reason) == ("Down", "FailedCreatePodSandBox")
    assert health.message.endswith("FailedCreatePodSandBox: Failed to create pod sandbox: no IP addresses available")


def test_what_it_waited_for_before_it_had_a_node_is_over() -> None:
    old = event("web-0", "FailedScheduling", "0/3 nodes are available", "5m")
    earlier = event("web-0", "FailedMount", "of another node", "20m")
    assert judge(unprepared("5m"), old, earlier).verdict == "Progressing"


def test_without_events_a_sandbox_is_given_the_whole_time_and_says_what_is_missing() -> None:
    health = judge(unprepared("5m"), denied=("events",))
    assert (health.verdict, health.missing) == ("Progressing", ("events",))
    assert judge(unprepared("20m"), denied=("events",)).verdict == "Down"


FATAL = [
    "CrashLoopBackOff",
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "ImageInspectError",
    "InvalidImageName",
    "RegistryUnavailable",
    "SignatureValidationFailed",
    "CreateContainerConfigError",
    "CreateContainerError",
    "PreCreateHookError",
    "PreStartHookError",
    "PostStartHookError",
    "RunContainerError",
    "KillContainerError",
    "CreatePodSandboxError",
    "ConfigPodSandboxError",
    "ResizePodInPlaceError",
]


@pytest.mark.parametrize("reason", FATAL)
def test_every_fatal_wait_is_a_fault_at_once(reason: str) -> None:
    main = judge(pod(waiting(reason), phase="Pending", age="5s"))
    assert (main.verdict, main.reason) == ("Down", reason)
    raw = pod(waiting("PodInitializing"), phase="Pending", age="5s")
    raw["spec"]["initContainers"] = [{"name": "migrate"}]
    raw["status"]["initContainerStatuses"] = [{**waiting(reason), "name": "migrate"}]
    assert judge(raw).message.startswith(f"{reason} in init container migrate")


def test_a_mark_of_an_end_that_comes_is_told_and_one_that_does_not_is_forgotten() -> None:
    def marked(since: str) -> Raw:
        raw = pod()
        raw["status"]["conditions"].append(
            condition("DisruptionTarget", "True", since, reason="PreemptionByScheduler", message="preempting")
        )
        return raw

    health = judge(marked("1m"))
    assert (health.verdict, health.reason, health.grace) == (
        "Progressing",
        "PreemptionByScheduler",
        timedelta(minutes=2),
    )
    assert judge(marked("5m")).verdict == "Healthy"


def test_a_deletion_says_who_asked_for_it() -> None:
    raw = pod(metadata={"deletionTimestamp": ago("5s")})
    message = "Taint manager: deleting due to NoExecute taint"
    raw["status"]["conditions"].append(
        condition("DisruptionTarget", "True", "1m", reason="DeletionByTaintManager", message=message)
    )
    health = judge(raw)
    assert (health.verdict, health.grace) == ("Terminating", timedelta(minutes=1))
    assert health.message == f"is being deleted: DeletionByTaintManager: {message}"


RESIZES = [
    ("PodResizePending", "Deferred", "1m", "Progressing"),
    ("PodResizePending", "Deferred", "20m", "Degraded"),
    ("PodResizePending", "Infeasible", "1m", "Degraded"),
    ("PodResizeInProgress", "", "1m", "Progressing"),
    ("PodResizeInProgress", "Error", "1m", "Degraded"),
]


@pytest.mark.parametrize(("kind", "reason", "since", "verdict"), RESIZES)
def test_a_resize_in_place(kind: str, reason: str, since: str, verdict: str) -> None:
    raw = pod()
    raw["status"]["conditions"].append(condition(kind, "True", since, reason=reason, message="cpu"))
    assert judge(raw).verdict == verdict
    raw["status"]["conditions"][-1]["status"] = "False"
    assert judge(raw).verdict == "Healthy"


def test_a_resize_of_old_is_told_by_a_field_without_a_date() -> None:
    assert judge(pod(status={"resize": "Deferred"})).verdict == "Progressing"
    assert judge(pod(status={"resize": "Infeasible"})).verdict == "Degraded"


def test_a_sidecar_counts_for_readiness_once_it_has_started() -> None:
    health = judge(with_sidecar({**STARTED, "ready": False}))
    assert (health.verdict, health.message) == ("Down", "sidecar proxy runs but is not ready for 20m")
    assert judge(with_sidecar({**STARTED, "ready": True}, "True")).verdict == "Healthy"


def test_a_sidecar_that_does_not_start_is_a_fault_even_of_a_job() -> None:
    health = judge(with_sidecar({**STARTED, "ready": False, "started": False}, restartPolicy="Never"))
    assert (health.verdict, health.message) == ("Degraded", "sidecar proxy has not started for 120m")


def test_a_sidecar_that_was_asked_to_end_after_the_app_is_none() -> None:
    done = {"name": "app", "ready": False, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
    raw = pod(done, spec={"restartPolicy": "Never"})
    raw["spec"]["initContainers"] = [{"name": "proxy", "restartPolicy": "Always"}]
    raw["status"]["initContainerStatuses"] = [{"name": "proxy", "ready": False, "state": crashed("5s", 143)}]
    assert judge(raw).verdict == "Progressing"


def test_a_finished_init_container_and_a_long_past_restart_are_in_order() -> None:
    raw = pod({**ALWAYS_READY, "restartCount": 1, "lastState": crashed("30d", 137, "OOMKilled")}, age="90d")
    raw["spec"]["initContainers"] = [{"name": "migrate"}]
    raw["status"]["initContainerStatuses"] = [
        {"name": "migrate", "ready": True, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
    ]
    assert judge(raw).verdict == "Healthy"


def test_running_and_not_ready_after_many_restarts_is_not_a_start() -> None:
    status = {"name": "app", "ready": False, "state": {"running": {"startedAt": ago("30s")}}}
    health = judge(pod({**status, "restartCount": 14, "lastState": crashed("1m", 143)}))
    assert (health.verdict, health.stability) == ("Down", "flapping")
    assert health.message == "container app has restarted 14 times, last: exit code 143, 60s ago"
    assert judge(pod({**status, "restartCount": 1, "lastState": crashed("1m", 143)})).verdict == "Progressing"


def attempt(job: str) -> Raw:
    owner = {"kind": "Job", "name": job, "uid": job, "controller": True}
    return pod(
        {"name": "app", "ready": False, "state": crashed("1h")}, phase="Failed", metadata={"ownerReferences": [owner]}
    )


def run(name: str, age: str, *conditions: Raw, **status: int) -> Raw:
    owner = {"kind": "CronJob", "name": "nightly", "uid": "nightly", "apiVersion": "batch/v1", "controller": True}
    return {
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": name,
            "creationTimestamp": ago(age),
            "ownerReferences": [owner],
        },
        "status": {"conditions": [*conditions], **status},
    }


def test_an_attempt_of_a_job_that_tries_again_is_no_fault_yet() -> None:
    health = judge(attempt("one"), run("one", "1h", active=1, failed=1))
    assert (health.verdict, health.message) == ("Progressing", "failed, and its job one tries again")
    assert judge(attempt("one"), run("one", "1h", failed=1)).verdict == "Progressing"
    assert judge(attempt("one"), run("one", "1h", active=1, failed=4)).verdict == "Degraded"
    assert judge(attempt("one"), run("one", "1h", condition("Failed", "True"), failed=1)).verdict == "Degraded"


def test_a_failed_run_is_history_once_a_later_one_succeeded() -> None:
    cron = {"kind": "CronJob", "metadata": {"name": "nightly", "namespace": "shop", "uid": "nightly"}}
    failed, later = run("one", "2d", condition("Failed", "True")), run("two", "1d", condition("Complete", "True"))
    assert judge(attempt("one"), failed, later, cron).verdict == "Healthy"
    assert judge(attempt("one"), failed, run("two", "3d", condition("Complete", "True")), cron).verdict == "Degraded"
    assert judge(attempt("one"), failed, cron).verdict == "Degraded"


def replaced(ready: int, since: str) -> tuple[Raw, Raw]:
    """An evicted pod and the ReplicaSet that made it."""
    owner = {"kind": "ReplicaSet", "name": "web", "uid": "web", "apiVersion": "apps/v1", "controller": True}
    raw = pod(phase="Failed", ready="False", turned=since, metadata={"ownerReferences": [owner]})
    raw["status"] |= {"reason": "Evicted", "message": "The node was low on resource: memory. "}
    maker = {"kind": "ReplicaSet", "metadata": {"name": "web", "namespace": "shop", "uid": "web"}}
    return raw, {**maker, "spec": {"replicas": 2}, "status": {"replicas": 2, "readyReplicas": ready}}


def test_a_failed_pod_that_was_replaced_is_news_for_minutes_and_history_afterwards() -> None:
    fresh = judge(*replaced(2, "3m"))
    assert (fresh.verdict, fresh.recheck_at) == ("Degraded", NOON + timedelta(minutes=7))
    assert (judge(*replaced(2, "3h")).verdict, judge(*replaced(2, "3h")).reason) == ("Healthy", "Replaced")
    assert judge(*replaced(1, "3h")).verdict == "Degraded"
    undated, maker = replaced(2, "3h")
    undated["status"]["conditions"] = []
    undated["metadata"]["managedFields"] = [{"manager": "kubelet", "subresource": "status", "time": ago("3m")}]
    assert judge(undated, maker).verdict == "Degraded"
    assert judge(replaced(2, "3h")[0], denied=("replicasets.apps",)).verdict == "Degraded"


def started(times: int, first: str, container: str = "app") -> Raw:
    told = event("web-0", "Started", "Container started", "15m", "Normal")
    told["involvedObject"]["fieldPath"] = f"spec.containers{{{container}}}"
    return {**told, "count": times, "firstTimestamp": ago(first)}


def test_restarts_that_came_lately_are_counted_by_their_events() -> None:
    raw = pod({**ALWAYS_READY, "restartCount": 30, "lastState": crashed("15m")}, age="90d")
    assert judge(raw, started(5, "75m")).reason == "Restarting"
    assert judge(raw).verdict == "Healthy"
    assert judge(raw, started(5, "75m", "other")).verdict == "Healthy"
    assert judge(raw, started(3, "75m")).verdict == "Healthy"
    assert judge(raw, started(5, "9h")).verdict == "Healthy"


def test_an_init_container_that_failed_long_ago_and_runs_now_is_at_work() -> None:
    raw = pod(waiting("PodInitializing"), phase="Pending", age="90d")
    raw["spec"]["initContainers"] = [{"name": "migrate"}]
    status = {"name": "migrate", "restartCount": 3, "state": {"running": {"startedAt": ago("1m")}}}
    raw["status"]["initContainerStatuses"] = [{**status, "lastState": crashed("2h")}]
    assert judge(raw).verdict == "Progressing"
    raw["status"]["initContainerStatuses"] = [{**status, "lastState": crashed("2m")}]
    assert (judge(raw).verdict, judge(raw).stability) == ("Down", "flapping")


@pytest.mark.parametrize(
    "raw",
    [
        unprepared("20m"),
        pod(waiting("ContainerCreating"), phase="Pending", age="20m"),
        pod(waiting("CreateContainerError", "no command specified"), phase="Pending"),
        with_sidecar({**STARTED, "ready": False, "started": False}),
        pod({**ALWAYS_READY, "restartCount": 9, "lastState": crashed("1m")}),
        pod(phase="Failed"),
    ],
)
def test_evidence_is_a_path_and_its_value(raw: Raw) -> None:
    health = judge(raw)
    assert health.evidence
    assert all(" = " in line for line in health.evidence)
