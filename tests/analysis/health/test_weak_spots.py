"""Where other judges are known to be wrong, one test for each: kstatus, Argo CD, k9s, Headlamp, k8sgpt, Robusta.

What each of them says instead is tried in ``compare``; here stands what is right.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import why
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
from tests.analysis.health.platform_objects import (
    ABLE,
    api_service,
    autoscaler,
    available,
    budget,
    configuration,
    definition,
    inactive,
    webhook,
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


BLIND = inactive("FailedGetResourceMetric", "unable to get metrics for resource cpu: no metrics returned")


def test_an_autoscaler_without_figures_is_not_well_although_it_is_able_to_scale() -> None:
    health = judge(autoscaler(ABLE, BLIND), deployment())
    assert (health.verdict, health.reason) == ("Degraded", "FailedGetResourceMetric")
    assert "no metrics returned" in health.message


def test_an_autoscaler_whose_target_starts_is_given_time() -> None:
    early = inactive("FailedGetResourceMetric", since="2m")
    assert judge(autoscaler(ABLE, early), deployment()).verdict == "Progressing"


NGINX = {"kind": "IngressClass", "metadata": {"name": "nginx"}, "spec": {"controller": "k8s.io/ingress-nginx"}}
BACKEND = named("Service", "web", {"selector": {"app": "web"}, "ports": [{"port": 80}]})


def ingress(name: str = "shop", address: str = "", service: str = "web") -> Raw:
    backend = {"service": {"name": service, "port": {"number": 80}}}
    rules = [{"host": "shop.example", "http": {"paths": [{"path": "/", "backend": backend}]}}]
    addresses = [{"ip": address}] if address else []
    status = {"loadBalancer": {"ingress": addresses}}
    return named("Ingress", name, {"ingressClassName": "nginx", "rules": rules}, status)


def test_an_ingress_is_judged_by_where_it_leads() -> None:
    health = judge(ingress(address="203.0.113.9", service="gone"), NGINX, BACKEND, pod())
    assert (health.verdict.faulty, health.reason) == (True, "BackendMissing")
    assert "Service gone does not exist" in health.message


def test_an_ingress_without_an_address_is_no_fault_where_nobody_publishes_any() -> None:
    assert judge(ingress(), NGINX, BACKEND, pod()).verdict == "Healthy"
    assert judge(ingress(), ingress("other", "203.0.113.9"), NGINX, BACKEND, pod()).verdict == "Waiting"


EDGE = {"kind": "GatewayClass", "metadata": {"name": "edge"}, "spec": {"controllerName": "example.org/edge"}}


def gateway(*conditions: Raw, **status: Any) -> Raw:
    return named("Gateway", "edge", {"gatewayClassName": "edge"}, {"conditions": [*conditions], **status})


def test_a_gateway_that_nobody_programmed_is_not_well() -> None:
    pending = condition("Programmed", "False", reason="AddressNotAssigned", message="no address is left in the pool")
    health = judge(gateway(condition("Accepted", "True"), pending), EDGE)
    assert (health.verdict.faulty, health.reason) == (True, "AddressNotAssigned")
    assert "no address is left in the pool" in health.message


def test_listeners_in_conflict_are_seen() -> None:
    clash = condition("Conflicted", "True", reason="HostnameConflict", message="two listeners want port 443")
    listeners = [{"name": "https", "attachedRoutes": 0, "conditions": [clash]}]
    fine = (condition("Accepted", "True"), condition("Programmed", "True"))
    health = judge(gateway(*fine, listeners=listeners), EDGE)
    assert (health.verdict.faulty, health.reason) == (True, "HostnameConflict")
    assert "https" in health.message


def route(kind: str, *conditions: Raw, generation: int = 2) -> Raw:
    answered = [{"parentRef": {"name": "edge"}, "conditions": [*conditions]}] if conditions else []
    spec = {"parentRefs": [{"name": "edge"}]}
    found = named(kind, "shop", spec, {"parents": answered}, generation=generation)
    return {**found, "apiVersion": "gateway.networking.k8s.io/v1"}


@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute", "TLSRoute"])
def test_a_route_that_no_controller_takes_notice_of(kind: str) -> None:
    edge = gateway(condition("Accepted", "True"), condition("Programmed", "True"))
    health = judge(route(kind), edge, EDGE)
    assert (health.verdict.faulty, health.reason) == (True, "Unclaimed")


@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute", "TLSRoute"])
def test_what_is_said_of_an_older_generation_of_a_route_is_not_held_against_it(kind: str) -> None:
    refused = condition("Accepted", "False", reason="NoMatchingListenerHostname")
    edge = gateway(condition("Accepted", "True"), condition("Programmed", "True"))
    assert judge(route(kind, {**refused, "observedGeneration": 2}), edge, EDGE).verdict.faulty
    assert not judge(route(kind, {**refused, "observedGeneration": 1}), edge, EDGE).verdict.faulty


def test_a_budget_that_will_block_every_drain() -> None:
    ready = [pod(name=f"web-{one}") for one in range(3)]
    health = judge(budget(3, 3, 3, spec={"maxUnavailable": 0}), *ready)
    assert (health.verdict, health.reason) == ("Degraded", "BlocksEveryDrain")
    assert "maxUnavailable 0 with 3 pods never allows an eviction" in health.message


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


@pytest.mark.parametrize("reason", ["InvalidImageName", "ImagePullBackOff", "CreateContainerConfigError"])
@pytest.mark.parametrize(("always", "words"), [(False, "init container proxy"), (True, "sidecar proxy")])
def test_fatal_waits_before_the_main_containers_are_seen(reason: str, always: bool, words: str) -> None:
    first = {**waiting(reason), "name": "proxy"}
    stuck = pod(waiting("PodInitializing"), phase="Pending", status={"initContainerStatuses": [first]})
    policy = {"restartPolicy": "Always"} if always else {}
    stuck["spec"]["initContainers"] = [{"name": "proxy", "image": "registry.example/proxy:4", **policy}]
    health = judge(stuck)
    assert (health.verdict, health.reason) == ("Down", reason)
    assert words in health.message


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


def test_an_api_that_does_not_answer_is_down_soon() -> None:
    gone = available("False", "3m", "MissingEndpoints", "endpoints for service/adapter have no addresses")
    health = judge(api_service("metrics.k8s.io", gone))
    assert (health.verdict, health.reason) == ("Down", "MissingEndpoints")
    assert "have no addresses" in health.message
    assert judge(api_service("metrics.k8s.io", {**gone, "lastTransitionTime": ago("1m")})).verdict == "Progressing"


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


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"maxUnavailable": None, "minAvailable": "100%"}, "minAvailable 100% with 3 pods"),
        ({"maxUnavailable": "0%"}, "maxUnavailable 0% with 3 pods"),
        ({"maxUnavailable": 0}, "maxUnavailable 0 with 3 pods"),
        ({"maxUnavailable": None, "minAvailable": 3}, "minAvailable 3 with 3 pods"),
    ],
)
def test_a_budget_is_understood_however_it_is_written(spec: Raw, words: str) -> None:
    ready = [pod(name=f"web-{one}") for one in range(3)]
    health = judge(budget(3, 3, 3, spec=spec), *ready)
    assert (health.verdict, health.reason) == ("Degraded", "BlocksEveryDrain")
    assert words in health.message
    assert judge(budget(3, 3, 2, spec={"maxUnavailable": "50%"}), *ready).verdict == "Healthy"


def test_a_cron_job_that_missed_its_run() -> None:
    ran = {"lastScheduleTime": "2026-02-26T03:00:00Z", "lastSuccessfulTime": "2026-02-26T03:02:00Z"}
    nightly = named("CronJob", "nightly", {"schedule": "0 3 * * *"}, ran, "90d")
    health = judge(nightly)
    assert health.verdict == "Degraded"
    assert "Missed" in health.reason


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
        (named("Service", "web", {"selector": {"app": "web"}}), "Down"),
        (job(FAILED, failed=7), "Degraded"),
        (custom("Certificate", "cert-manager.io", condition("Ready", "False")), "Degraded"),
        (custom("Kustomization", "kustomize.toolkit.fluxcd.io", condition("Stalled", "True")), "Degraded"),
        (custom("Widget", "example.org"), "Unknown"),
        (named("PersistentVolume", "pv-17", status={"phase": "Failed"}), "Degraded"),
        (autoscaler(ABLE, BLIND), "Degraded"),
        (budget(3, 3, 3), "Degraded"),
        (api_service("metrics.k8s.io", available("False")), "Down"),
        (definition(condition("NamesAccepted", "False", reason="ListKindConflict")), "Down"),
        (configuration(webhook()), "Down"),
        (ingress(service="gone"), "Down"),
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


# Robusta, and everybody else who reads the scheduler's sentence alone

TAINT = {"key": "dedicated", "value": "db", "effect": "NoSchedule"}


NO_PREEMPTION = " preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."


@pytest.mark.parametrize(
    "said",
    [
        f"2 node(s) had untolerated taint(s).{NO_PREEMPTION}",
        f"2 node(s) had untolerated taint {{dedicated: db}}. no new claims to deallocate,{NO_PREEMPTION}",
        "2 node(s) had taint {dedicated: db}, that the pod didn't tolerate.",
        "2 node(s) had taints that the pod didn't tolerate.",
    ],
)
def test_a_taint_is_named_in_whatever_words_the_scheduler_hides_it(said: str) -> None:
    unschedulable = condition(
        "PodScheduled", "False", "30m", reason="Unschedulable", message=f"0/2 nodes are available: {said}"
    )
    pending = named("Pod", "web-0", {"containers": [{"name": "app"}]}, {"phase": "Pending"}, "30m")
    pending["status"]["conditions"] = [unschedulable]
    tainted = [node(name, taints=[TAINT]) for name in ("n1", "n2")]
    for one in tainted:
        one["status"]["allocatable"] = {"cpu": "4", "memory": "8Gi", "pods": "110"}
    assert judge(pending, *tainted).verdict == "Down"
    found = why(pending, *tainted)
    assert found.id == "pod.unschedulable-taint"
    assert "dedicated=db:NoSchedule" in found.message
    blind = why(pending, denied=("nodes",))
    assert (blind.id, blind.missing) == ("pod.unschedulable-taint", ("nodes",))
    assert "preemption" not in found.message + blind.message
