"""Why nodes are not well."""

from __future__ import annotations

from typing import Any

from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import Raw, condition, node, pod, waiting
from tests.analysis.health.platform_objects import budget
from tests.analysis.health.test_nodes import cordoned, lease

CNI = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:cni not initialized"
DAEMON = {"ownerReferences": [{"kind": "DaemonSet", "name": "calico-node", "uid": "c", "controller": True}]}


def silent(name: str = "n1", zone: str = "eu-1a", **more: Any) -> Raw:
    raw = node(name, "Unknown", **more)
    raw["status"]["conditions"][0] |= {"reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status."}
    raw["metadata"]["labels"] = {"topology.kubernetes.io/zone": zone}
    return raw


def unready(message: str) -> Raw:
    raw = node("n1", "False")
    raw["status"]["conditions"][0] |= {"reason": "KubeletNotReady", "message": message}
    return raw


def test_a_kubelet_that_has_stopped_reporting() -> None:
    found = why(silent(), silent("n2"), silent("n3", "eu-1b"), lease("n1", "25m"), pod(ready="False"), pod(name="b"))
    assert (found.id, found.because) == ("node.unreachable", ())
    assert found.message == (
        "node n1 has stopped reporting since 11:40 UTC, its last lease is of 11:35 UTC: 2 pods on it, "
        "1 of them not ready (2 of 2 nodes of zone eu-1a are not ready)"
    )
    assert "leases.coordination.k8s.io/n1 spec.renewTime = 2026-03-01T11:35:00Z" in found.evidence
    off = why(silent(taints=[{"key": "node.cloudprovider.kubernetes.io/shutdown", "effect": "NoSchedule"}]))
    assert "is shut down, says its cloud" in off.message


def test_what_may_not_be_seen_is_named() -> None:
    found = why(silent(), denied=("pods", "leases.coordination.k8s.io"))
    assert found.missing == ("pods", "leases.coordination.k8s.io")
    assert "which pods that hits cannot be seen" in found.message


def test_the_network_plugin_of_that_node() -> None:
    crashed = pod(waiting("CrashLoopBackOff"), name="calico-node-x", metadata=DAEMON)
    found = why(unready(CNI), crashed)
    assert (found.id, because(found)) == ("node.network-plugin-down", ("Pod shop/calico-node-x",))
    assert why(unready(CNI), pod(name="calico-node-x", metadata=DAEMON)).because == ()
    absent = why(unready(CNI), pod())
    assert (absent.because, "no pod of one is known to run there" in absent.message) == ((), True)
    # A pod that is unready because its node is: the node stays the cause.
    dragged = pod(ready="False", name="calico-node-x", metadata=DAEMON)
    assert why(unready(CNI), dragged).because == ()


def test_a_runtime_that_is_down_is_quoted() -> None:
    found = why(unready("[container runtime is down, PLEG is not healthy]"))
    assert found.id == "node.not-ready"
    assert "[container runtime is down, PLEG is not healthy]" in found.message


def test_pressure() -> None:
    for name, slug in (
        ("MemoryPressure", "node.memory-pressure"),
        ("DiskPressure", "node.disk-pressure"),
        ("PIDPressure", "node.pid-pressure"),
        ("NetworkUnavailable", "node.network-unavailable"),
        ("KernelDeadlock", "node.problem"),
    ):
        found = why(node("n1", "True", condition(name, "True", "2h", message="said so")))
        assert (found.id, found.because) == (slug, ())
        assert found.message.endswith("since 10:00 UTC: said so")


def test_a_drain_that_a_budget_holds_up() -> None:
    found = why(cordoned(), pod(), budget(1, 1, 1))
    assert (found.id, because(found)) == ("node.drain-blocked", ("PodDisruptionBudget shop/web",))
    assert found.message == "the drain of node n1 cannot end: PodDisruptionBudget shop/web lets no pod go"


def test_a_silent_kubelet() -> None:
    found = why(node(), lease("n1", "3m"), lease("n2", "1s"), pod())
    assert found.id == "node.silent"
    assert "since 11:57 UTC" in found.message
    assert ago("3m") in " ".join(found.evidence)
