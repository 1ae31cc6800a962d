"""Pods that were moved away, as kubelets, the scheduler and the controllers write it."""

from __future__ import annotations

import pytest

from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, pod_of, said, why
from tests.analysis.health.objects import Raw, condition, node, pod


def failed(reason: str, message: str = "", target: str = "", **spec: object) -> Raw:
    conditions = [condition("Ready", "False", "10m", reason="PodFailed")]
    if target:
        conditions.append(condition("DisruptionTarget", "True", "12m", reason=target, message=message))
    return {
        "kind": "Pod",
        "metadata": {"name": "web-0", "namespace": "shop", "uid": "web-0", "creationTimestamp": ago("2d")},
        "spec": {"nodeName": "n1", "containers": [{"name": "app"}], **spec},
        "status": {"phase": "Failed", "reason": reason, "message": message, "conditions": conditions},
    }


MEMORY = (
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 91244Ki. "
    "Container app was using 1843Mi, request is 256Mi, has larger consumption of memory. "
)
DISK = (
    "The node was low on resource: ephemeral-storage. Threshold quantity: 46993491787, available: 45494108Ki. "
    "Container app was using 108Ki, request is 0, has larger consumption of ephemeral-storage. "
)
MOVED = [
    (
        failed("Evicted", MEMORY, "TerminationByKubelet"),
        "pod.evicted-memory",
        (
            "pod web-0 was evicted at 11:48 UTC: node n1 was low on memory (91244Ki left, it wants 100Mi); "
            "container app used 1843Mi and requests 256Mi"
        ),
        True,
    ),
    (failed("Evicted", DISK), "pod.evicted-disk", "node n1 was low on disk space", True),
    (failed("Evicted", "The node was low on resource: inodes. "), "pod.evicted-disk", "low on inodes", True),
    (failed("Evicted", "The node was low on resource: pids. "), "pod.evicted-pids", "low on process ids", True),
    (failed("Evicted", "The node had condition: [DiskPressure]. "), "pod.evicted-disk", "low on disk space", True),
    (
        failed("Evicted", 'Container app exceeded its local ephemeral storage limit "1Gi". '),
        "pod.evicted-storage-limit",
        "container app wrote more than its ephemeral-storage limit of 1Gi",
        False,
    ),
    (
        failed("Evicted", "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. "),
        "pod.evicted-storage-limit",
        "more than their ephemeral-storage limit of 1Gi altogether",
        False,
    ),
    (
        failed("Evicted", 'Usage of EmptyDir volume "scratch" exceeds the limit "1Gi". '),
        "pod.evicted-empty-dir",
        "emptyDir volume scratch holds more than its sizeLimit of 1Gi",
        False,
    ),
    (
        failed("Terminated", "Pod was terminated in response to imminent node shutdown.", "TerminationByKubelet"),
        "pod.node-shutdown",
        "was ended at 11:48 UTC: node n1 was shut down",
        True,
    ),
    (
        failed("NodeShutdown", "Pod was rejected as the node is shutting down."),
        "pod.node-shutdown",
        "was refused at 11:50 UTC: node n1 was shut down",
        True,
    ),
    (
        failed("Preempting", "Preempted in order to admit critical pod", priority=0),
        "pod.preempted",
        "a pod of higher priority needed its place on node n1; its own priority is 0",
        False,
    ),
    (
        failed("", "default-scheduler: preempting to accommodate a higher priority pod", "PreemptionByScheduler"),
        "pod.preempted",
        "was preempted at 11:48 UTC",
        False,
    ),
    (
        failed("", "Taint manager: deleting due to NoExecute taint", "DeletionByTaintManager"),
        "pod.taint-evicted",
        "node n1 has a NoExecute taint (maintenance) that it does not tolerate",
        True,
    ),
    (failed("", "PodGC: node no longer exists", "DeletionByPodGC"), "pod.node-gone", "node n1 is gone", True),
    (failed("", "Eviction API: evicting", "EvictionByEvictionAPI"), "pod.drained", "as a drain of node n1", False),
    (
        failed(
            "OutOfcpu",
            "Pod was rejected: Node didn't have enough resource: cpu, requested: 4000, used: 3100, capacity: 4000",
        ),
        "pod.rejected-by-node",
        "was refused by node n1 (OutOfcpu) at 11:50 UTC: Node didn't have enough resource: cpu",
        False,
    ),
    (
        failed(
            "UnexpectedAdmissionError",
            "Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices "
            "nvidia.com/gpu, which is unexpected",
        ),
        "pod.rejected-by-node",
        "no healthy devices present",
        True,
    ),
    (
        failed("DeadlineExceeded", "Pod was active on the node longer than the specified deadline"),
        "pod.deadline-exceeded",
        "longer than its activeDeadlineSeconds",
        False,
    ),
]


@pytest.mark.parametrize(("raw", "slug", "words", "by_node"), MOVED)
def test_what_moved_it(raw: Raw, slug: str, words: str, by_node: bool) -> None:
    found = why(raw, node(taints=[{"key": "maintenance", "effect": "NoExecute"}]))
    assert found.id == slug
    assert words in found.message
    assert because(found) == (("Node n1",) if by_node else ())


def test_the_event_tells_what_the_status_does_not() -> None:
    raw = failed("Evicted")
    told = said(
        "Evicted",
        "The node was low on resource: memory. ",
        metadata={"annotations": {"offending_containers": "app,proxy", "offending_containers_usage": "2Gi,1Gi"}},
    )
    found = why(raw, told)
    assert found.id == "pod.evicted-memory"
    assert "container app used 2Gi, container proxy used 1Gi" in found.message
    assert why(raw, denied=("events",)).id == "pod.evicted"


def test_a_pod_on_its_way_out_says_who_sent_it() -> None:
    raw = pod(metadata={"deletionTimestamp": ago("5s")})
    message = "default-scheduler: preempting to accommodate a higher priority pod"
    raw["status"]["conditions"].append(
        condition("DisruptionTarget", "True", "35s", reason="PreemptionByScheduler", message=message)
    )
    told = said("Preempted", "Preempted by pod 3f2a on node n1", kind="Normal")
    found = why(raw, told)
    assert found.id == "pod.preempted"
    assert "Preempted by pod 3f2a on node n1" in found.message


def test_pods_of_a_lost_node_are_its_doing() -> None:
    raw = pod_of({"state": {"running": {"startedAt": ago("2d")}}}, turned="10m")
    found = why(raw, node(ready="Unknown"))
    assert (found.id, because(found)) == ("pod.node-not-ready", ("Node n1",))


def test_a_lost_node_that_may_not_be_read_is_told_by_the_pods_event() -> None:
    raw = pod_of({"ready": True, "state": {"running": {"startedAt": ago("2d")}}}, ready="False", turned="10m")
    found = why(raw, said("NodeNotReady", "Node is not ready", "10m", first="10m"), denied=("nodes",))
    assert (found.id, because(found), found.missing) == ("pod.node-not-ready", ("Node n1",), ("nodes",))


def test_an_evicted_pod_without_conditions_is_dated_by_the_last_write_of_its_status() -> None:
    raw = failed("Evicted", MEMORY)
    raw["status"]["conditions"] = []
    raw["metadata"]["managedFields"] = [{"manager": "kubelet", "subresource": "status", "time": ago("30m")}]
    assert why(raw).message.startswith("pod web-0 was evicted at 11:30 UTC")


def test_a_pod_that_its_node_has_not_taken_up() -> None:
    raw = pod(phase="Pending", age="30m")
    raw["status"] = {"phase": "Pending", "conditions": [condition("PodScheduled", "True", "30m")]}
    found = why(raw, node())
    assert (found.id, because(found)) == ("pod.not-taken-up", ("Node n1",))
    lost = why(raw)
    assert because(lost) == ()
    assert lost.message.endswith("and there is no node of that name")
    assert why(raw, denied=("nodes", "events")).missing == ("events", "nodes")
    pulling = said("Pulling", "Pulling image", source={"component": "kubelet"})
    assert why(raw, node(), pulling).id != "pod.not-taken-up"
