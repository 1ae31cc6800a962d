"""Nodes: silent, not ready, under pressure, cordoned, drained; and conditions that nobody has heard of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.clusters import ago
from tests.analysis.health.objects import Raw, condition, judge, node, pod
from tests.analysis.health.platform_objects import budget, leaving

_TAINT = "node.kubernetes.io/unschedulable"


def cordoned(span: str = "1h", **more: Any) -> Raw:
    taint = {"key": _TAINT, "effect": "NoSchedule", "timeAdded": ago(span)}
    return node("n1", "True", unschedulable=True, taints=[taint], **more)


def lease(name: str, span: str) -> Raw:
    metadata = {"name": name, "namespace": "kube-node-lease"}
    return {"kind": "Lease", "metadata": metadata, "spec": {"holderIdentity": name, "renewTime": ago(span)}}


TALKATIVE = [
    condition("KernelDeadlock", "False"),
    condition("ReadonlyFilesystem", "False"),
    condition("CorruptDockerOverlay2", "Unknown"),
    condition("KubeletHasSufficientEntropy", "True"),
    condition("EtcdIsVoter", "True"),
    condition("MaintenancePlanned", "True"),
]


@pytest.mark.parametrize(
    ("raw", "verdict", "reason"),
    [
        (node("n1", "True", *TALKATIVE), "Healthy", ""),
        (node("n1", "True", condition("MemoryPressure", "True")), "Degraded", "MemoryPressure"),
        (node("n1", "True", condition("PIDPressure", "True")), "Degraded", "PIDPressure"),
        (node("n1", "True", condition("FrequentContainerdRestart", "True")), "Degraded", "FrequentContainerdRestart"),
        (node("n1", "True", condition("DrainInProgress", "True")), "Suspended", "DrainInProgress"),
        (node("n1", "True", condition("MaintenanceInProgress", "True")), "Suspended", "MaintenanceInProgress"),
        (node("n1", "True", condition("DrainInProgress", "False")), "Healthy", ""),
        (node("n1", "False"), "Down", "KubeletReady"),
        (cordoned("10s"), "Suspended", "Cordoned"),
        (leaving(node(), "karpenter.sh/termination", span="2m"), "Terminating", "Terminating"),
    ],
)
def test_conditions(raw: Raw, verdict: str, reason: str) -> None:
    health = judge(raw)
    assert (health.verdict, health.reason) == (verdict, reason)


def test_a_node_that_joins_has_its_time() -> None:
    raw = node(ready="False")
    raw["metadata"]["creationTimestamp"] = ago("1m")
    health = judge(raw)
    assert (health.verdict, health.reason) == ("Progressing", "Joining")
    assert health.grace is not None


def test_who_cordoned_it_and_when() -> None:
    raw = cordoned("2h")
    raw["metadata"]["managedFields"] = [
        {"manager": "kubelet", "operation": "Update", "subresource": "status", "time": ago("2h")},
        {"manager": "kubectl-cordon", "operation": "Update", "time": ago("2h")},
        {"manager": "kube-controller-manager", "operation": "Update", "time": ago("2h")},
        {"manager": "cloud-node-labels", "operation": "Update", "time": ago("5h")},
    ]
    assert judge(raw).message == "cordoned by kubectl-cordon since 10:00 UTC"
    assert judge(cordoned("2d")).message.endswith("still on purpose?")
    assert judge(node("n1", "True", unschedulable=True)).message == "cordoned"


def test_a_drain_that_waits_for_budgets() -> None:
    kept, daemon = pod(), pod(name="agent", metadata={"ownerReferences": [{"kind": "DaemonSet", "uid": "a"}]})
    blocking = budget(1, 1, 1)
    held = judge(cordoned(), kept, daemon, blocking)
    assert (held.verdict, held.reason) == ("Degraded", "DrainBlocked")
    assert held.message == "cordoned since 11:00 UTC, and its drain waits for PodDisruptionBudget web"
    # Just cordoned; other pods are left, so nobody drains it; a budget that lets go; nothing left at all.
    assert judge(cordoned("5m"), kept, blocking).verdict == "Suspended"
    other = pod(name="batch", metadata={"labels": {"app": "batch"}})
    assert judge(cordoned(), kept, other, blocking).verdict == "Suspended"
    assert judge(cordoned(), kept, budget(3, 3, 2)).verdict == "Suspended"
    assert judge(cordoned(), daemon, blocking).verdict == "Suspended"


def test_a_drain_may_be_out_of_sight() -> None:
    health = judge(cordoned(), pod(), budget(1, 1, 1), denied=("poddisruptionbudgets.policy",))
    assert (health.verdict, health.missing) == ("Suspended", ("poddisruptionbudgets.policy",))


def test_a_kubelet_that_is_silent_while_its_node_still_counts_as_ready() -> None:
    others = (lease("n2", "5s"), lease("n3", "1s"))
    assert judge(node(), lease("n1", "8s"), *others).verdict == "Healthy"
    silent = judge(node(), lease("n1", "3m"), *others)
    assert (silent.verdict, silent.reason, silent.confidence) == ("Unknown", "KubeletSilent", "inferred")
    # All leases were read a while ago; leases of a plane that nobody renews; a lease alone; none at all.
    assert judge(node(), lease("n1", "3m"), lease("n2", "3m")).verdict == "Healthy"
    assert judge(node(), lease("n1", "3m")).verdict == "Healthy"
    assert judge(node(), *others).verdict == "Healthy"
    assert judge(node(), lease("n1", "3m"), *others, denied=("leases.coordination.k8s.io",)).verdict == "Healthy"
    # Its status is still written, whatever its lease says.
    reporting = node()
    reporting["status"]["conditions"][0]["lastHeartbeatTime"] = ago("10s")
    assert judge(reporting, lease("n1", "3m"), *others).verdict == "Healthy"


def test_silence_is_no_change_so_it_is_looked_for() -> None:
    health = judge(node(), lease("n1", "8s"), lease("n2", "5s"))
    assert health.recheck_at is not None
    assert judge(node(), lease("n1", "3m")).recheck_at is None
    assert judge(node()).recheck_at is None
