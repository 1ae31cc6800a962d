"""Where other judges are known to be wrong, one test for each: kstatus, Argo CD, k9s, Headlamp, k8sgpt, Robusta.

What each of them says instead is tried in ``compare``; here stands what is right.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.clusters import ago
from tests.analysis.health.objects import (
    ALWAYS_READY,
    ROLLED_OUT,
    Raw,
    condition,
    crashed,
    deployment,
    event,
    judge,
    node,
    pod,
    rolling,
    waiting,
    workload,
)

LOOPING = waiting("CrashLoopBackOff", restartCount=9, lastState=crashed("2m", 137, "OOMKilled"))


def named(
    kind: str, name: str, spec: Raw | None = None, status: Raw | None = None, age: str = "2h", **meta: Any
) -> Raw:
    metadata = {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": ago(age), **meta}
    return {"kind": kind, "metadata": metadata, "spec": spec or {}, "status": status or {}}


def owned_by(kind: str, name: str) -> Raw:
    return {"ownerReferences": [{"kind": kind, "name": name, "uid": name, "controller": True}]}


def job(*conditions: Raw, name: str = "import", age: str = "10m", suspend: bool = False, **more: Any) -> Raw:
    started = {"startTime": ago(age)} if more.pop("started", True) else {}
    return named("Job", name, {"suspend": suspend}, {**started, "conditions": [*conditions], **more}, age, **OF_NIGHTLY)


OF_NIGHTLY = owned_by("CronJob", "nightly")
FAILED = condition("Failed", "True", reason="BackoffLimitExceeded", message="Job has reached the backoff limit")


# kstatus


def test_a_failed_pod_has_failed() -> None:
    ended = {"name": "app", "ready": False, "state": crashed("5m", 3)}
    health = judge(pod(ended, phase="Failed", spec={"restartPolicy": "Never"}))
    assert (health.verdict, health.message) == ("Degraded", "failed: container app ended with exit code 3")


def test_a_cron_job_whose_last_run_failed() -> None:
    nightly = named("CronJob", "nightly", {"schedule": "0 3 * * *"}, {"lastScheduleTime": ago("10m")}, "9d")
    health = judge(nightly, job(FAILED, failed=7))
    assert (health.verdict, health.reason) == ("Degraded", "RunsFail")
    assert "BackoffLimitExceeded" in health.message


def test_a_load_balancer_is_judged_by_its_address_not_by_its_cluster_ip() -> None:
    spec = {"type": "LoadBalancer", "clusterIP": "10.96.0.17", "selector": {"app": "web"}}
    refused = event("web", "SyncLoadBalancerFailed", "quota of forwarding rules exceeded")
    health = judge(named("Service", "web", spec), refused, pod())
    assert (health.verdict, health.reason) == ("Degraded", "NoAddress")
    assert "quota of forwarding rules exceeded" in health.message


def test_a_lost_claim_is_down_with_the_volume_it_lost() -> None:
    health = judge(named("PersistentVolumeClaim", "db", {"volumeName": "pv-17"}, {"phase": "Lost"}))
    assert (health.verdict, health.reason) == ("Down", "Lost")
    assert "pv-17" in health.message


@pytest.mark.parametrize("started", [False, True])
def test_a_suspended_job_is_suspended_whether_or_not_it_ever_started(started: bool) -> None:
    health = judge(job(condition("Suspended", "True"), suspend=True, started=started))
    assert (health.verdict, health.reason) == ("Suspended", "Suspended")


# Argo CD


def test_a_crash_loop_of_an_init_container_is_seen() -> None:
    looping = {**LOOPING, "name": "migrate"}
    stuck = pod(waiting("PodInitializing"), phase="Pending", status={"initContainerStatuses": [looping]})
    stuck["spec"]["initContainers"] = [{"name": "migrate", "image": "registry.example/migrate:4"}]
    health = judge(stuck)
    assert (health.verdict, health.reason) == ("Down", "CrashLoopBackOff")
    assert "init container migrate" in health.message
    assert "OOMKilled" in health.message


@pytest.mark.parametrize(
    "reason", ["InvalidImageName", "RegistryUnavailable", "SignatureValidationFailed", "ErrImageNeverPull"]
)
@pytest.mark.parametrize("policy", ["Always", "Never"])
def test_every_fatal_wait_is_one_whatever_its_name_ends_with(reason: str, policy: str) -> None:
    health = judge(pod(waiting(reason), phase="Pending", spec={"restartPolicy": policy}))
    assert (health.verdict, health.reason) == ("Down", reason)
    assert "container app" in health.message


def test_a_resumed_job_runs() -> None:
    health = judge(job(condition("Suspended", "False", reason="JobResumed"), active=1))
    assert (health.verdict, health.reason) == ("Progressing", "Running")


def test_a_condition_that_is_false_says_nothing_has_happened() -> None:
    assert judge(job(condition("Failed", "False"), active=1)).verdict == "Progressing"
    assert judge(job(condition("Complete", "False"), active=1)).verdict == "Progressing"


def test_a_daemon_set_with_on_delete_and_no_available_pod_is_down() -> None:
    counters = {"desiredNumberScheduled": 2, "currentNumberScheduled": 2, "updatedNumberScheduled": 2}
    agent = workload("DaemonSet", {"updateStrategy": {"type": "OnDelete"}}, counters)
    health = judge(agent, pod(LOOPING), pod(LOOPING, name="web-1", node="n2"), node(), node("n2"))
    assert (health.verdict, health.reason, health.availability) == ("Down", "CrashLoopBackOff", "down")
    assert "0 of 2 nodes available" in health.message


def test_a_daemon_set_degrades() -> None:
    counters = {
        "desiredNumberScheduled": 2,
        "currentNumberScheduled": 2,
        "updatedNumberScheduled": 2,
        "numberAvailable": 1,
        "numberReady": 1,
    }
    health = judge(
        workload("DaemonSet", {}, counters), pod(), pod(LOOPING, name="web-1", node="n2"), node(), node("n2")
    )
    assert (health.verdict, health.reason) == ("Degraded", "CrashLoopBackOff")
    assert "1 of 2 nodes available" in health.message


def test_a_stateful_set_degrades_and_names_the_ordinal() -> None:
    counters = {"replicas": 2, "readyReplicas": 1, "availableReplicas": 1, "currentReplicas": 2}
    health = judge(workload("StatefulSet", {"replicas": 2}, counters), pod(), pod(LOOPING, name="web-1"))
    assert (health.verdict, health.reason) == ("Degraded", "CrashLoopBackOff")
    assert "pod web-1" in health.message


def test_a_crash_loop_that_is_ready_at_this_instant_is_not_healthy() -> None:
    health = judge(pod({**ALWAYS_READY, "restartCount": 14, "lastState": crashed("3m")}, age="1d"))
    assert (health.verdict, health.reason, health.stability) == ("Degraded", "Restarting", "flapping")
    web = deployment(1, 1, 1, ROLLED_OUT)
    behind = judge(web, pod({**ALWAYS_READY, "restartCount": 14, "lastState": crashed("3m")}, age="1d"))
    assert (behind.verdict, behind.stability, behind.availability) == ("Degraded", "flapping", "ok")


# k9s


QUOTA = 'pods "web-1" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=5, limited: pods=5'


def test_a_deployment_of_which_no_pod_was_even_created_is_down() -> None:
    refused = condition("ReplicaFailure", "True", "2m", reason="FailedCreate", message=QUOTA)
    health = judge(deployment(2, 0, 0, rolling("2m"), refused, total=0))
    assert (health.verdict, health.availability) == ("Down", "down")
    assert "exceeded quota: compute" in health.message


def test_some_pods_do_not_hide_the_refusal_of_the_others() -> None:
    refused = condition("ReplicaFailure", "True", "20m", reason="FailedCreate", message=QUOTA)
    counters = {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "conditions": [refused]}
    health = judge(workload("ReplicaSet", {"replicas": 2}, counters), pod())
    assert (health.verdict, health.reason) == ("Degraded", "ReplicaFailure")
    assert "exceeded quota: compute" in health.message


def test_a_service_is_not_fine_when_nothing_ready_answers_for_it() -> None:
    unready = pod({"name": "app", "ready": False, "state": {"running": {"startedAt": ago("1h")}}})
    health = judge(named("Service", "web", {"selector": {"app": "web"}}), unready)
    assert health.verdict == "Down"


def test_a_namespace_that_cannot_go_says_by_what() -> None:
    message = "Discovery failed for some groups, 1 failing: metrics.k8s.io/v1beta1: stale GroupVersion discovery"
    stuck = condition("NamespaceDeletionDiscoveryFailure", "True", "30m", reason="DiscoveryFailed", message=message)
    leaving: Raw = {
        "kind": "Namespace",
        "metadata": {"name": "shop", "uid": "shop", "deletionTimestamp": ago("30m")},
        "status": {"phase": "Terminating", "conditions": [stuck]},
    }
    health = judge(leaving)
    assert health.verdict == "Degraded"
    assert "metrics.k8s.io/v1beta1" in health.message
    leaving["metadata"]["deletionTimestamp"] = ago("20s")
    assert judge(leaving).verdict == "Terminating"


# Headlamp


def custom(kind: str, group: str, *conditions: Raw) -> Raw:
    return {**named(kind, "web", status={"conditions": [*conditions]}), "apiVersion": f"{group}/v1"}


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        (node("n1", "False"), "Down"),
        (node("n1", "True", condition("DiskPressure", "True")), "Degraded"),
        (named("PersistentVolumeClaim", "db", status={"phase": "Pending"}), "Degraded"),
        (named("Service", "web", {"type": "LoadBalancer", "selector": {"app": "web"}}), "Degraded"),
        (job(FAILED, failed=7), "Degraded"),
        (custom("Certificate", "cert-manager.io", condition("Ready", "False")), "Degraded"),
        (custom("Kustomization", "kustomize.toolkit.fluxcd.io", condition("Stalled", "True")), "Degraded"),
        (custom("Widget", "example.org"), "Unknown"),
        (named("PersistentVolume", "pv-17", status={"phase": "Failed"}), "Degraded"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_no_kind_is_green_by_default(raw: Raw, verdict: str) -> None:
    assert judge(raw).verdict == verdict


# k8sgpt


def test_events_of_a_former_object_of_the_same_name_are_not_told() -> None:
    claim = named("PersistentVolumeClaim", "db", {"storageClassName": "fast"}, {"phase": "Pending"})
    fast = {"kind": "StorageClass", "metadata": {"name": "fast"}, "volumeBindingMode": "Immediate"}
    former = event("db-of-last-week", "ProvisioningFailed", "no space left in pool a", "1m")
    former["involvedObject"] = {"kind": "PersistentVolumeClaim", "name": "db", "uid": "db-of-last-week"}
    health = judge(claim, fast, former)
    assert health.verdict == "Degraded"
    assert "pool a" not in health.message
    assert "pool b" in judge(claim, fast, former, event("db", "ProvisioningFailed", "no space in pool b", "9m")).message


def test_the_newest_event_is_found_though_it_has_no_last_timestamp() -> None:
    older = event("web-0", "FailedMount", 'configmap "settings" not found', "12m")
    newest = event("web-0", "FailedMount", 'secret "token" not found')
    del newest["lastTimestamp"]
    newest |= {"eventTime": ago("1h"), "series": {"count": 31, "lastObservedTime": ago("1m")}}
    creating = pod(waiting("ContainerCreating"), phase="Pending", age="1h")
    for order in ([older, newest], [newest, older]):
        health = judge(creating, *order)
        assert health.verdict == "Down"
        assert 'secret "token" not found' in health.message


@pytest.mark.parametrize(
    "found",
    [
        condition("DrainInProgress", "True"),
        condition("MaintenancePlanned", "True"),
        condition("GracefulNodeShutdownInProgress", "False"),
        condition("SomethingNobodyKnows", "True"),
        condition("SomethingNobodyKnows", "Unknown"),
        condition("KernelDeadlock", "False"),
        condition("ContainerRuntimeReady", "True"),
        condition("EtcdIsVoter", "True"),
    ],
    ids=lambda found: f"{found['type']}={found['status']}",
)
def test_a_node_condition_that_tells_no_fault_is_none(found: Raw) -> None:
    assert judge(node("n1", "True", found)).verdict in ("Healthy", "Suspended")


@pytest.mark.parametrize("name", ["KernelDeadlock", "FrequentKubeletRestart", "ReadonlyFilesystem", "PIDPressure"])
def test_a_node_condition_whose_name_tells_a_fault_is_one(name: str) -> None:
    health = judge(node("n1", "True", condition(name, "True")))
    assert (health.verdict, health.reason) == ("Degraded", name)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("NodeAffinity", "Pod was rejected: Predicate NodeAffinity failed"),
        ("UnexpectedAdmissionError", "Allocate failed due to no healthy devices present"),
        ("Evicted", "The node was low on resource: ephemeral-storage."),
        ("Terminated", "Pod was terminated in response to imminent node shutdown."),
    ],
)
def test_a_pod_can_fail_without_any_container_that_ended(reason: str, message: str) -> None:
    gone = pod(phase="Failed", status={"reason": reason, "message": message, "containerStatuses": []})
    health = judge(gone)
    assert (health.verdict, health.reason) == ("Degraded", reason)
    assert message.rstrip(".") in health.message
