"""DaemonSets node by node: the node's fault, the pod's, or no pod at all."""

from __future__ import annotations

from typing import Any

from k8sview.model.health import HealthVerdict
from k8sview.model.status import Confidence
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, ended, looping, pod_of, why
from tests.analysis.health.objects import ALWAYS_READY, Raw, condition, judge, node, pod, workload


def daemon(available: int, desired: int = 3, current: int | None = None, **more: Any) -> Raw:
    status = {
        "desiredNumberScheduled": desired,
        "currentNumberScheduled": desired if current is None else current,
        "updatedNumberScheduled": desired,
        "numberAvailable": available,
        **more.pop("status", {}),
    }
    return workload("DaemonSet", {"template": {"spec": more.pop("template", {})}, **more}, status)


def on(where: str, status: Raw | None = None) -> Raw:
    name = f"agent-{where}"
    return pod_of(status, name=name, node=where, age="2h") if status else pod(ALWAYS_READY, name=name, node=where)


def pending(where: str, message: str = "0/3 nodes are available: 1 Insufficient cpu") -> Raw:
    """Its controller names the node, and the scheduler does not let it there."""
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [where]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    raw = pod(name=f"agent-{where}", node="", phase="Pending", spec={"affinity": {"nodeAffinity": required}})
    lacks = condition("PodScheduled", "False", "1h", reason="Unschedulable", message=message)
    raw["status"] = {"phase": "Pending", "conditions": [lacks]}
    return raw


def test_a_pod_that_fails_on_its_node() -> None:
    found = why(daemon(2), on("n1"), on("n2"), on("n3", looping(ended(2))), node("n1"), node("n2"), node("n3"))
    assert (found.id, because(found)) == ("daemonset.node-missing", ("Pod shop/agent-n3",))
    assert found.message.startswith("1 node of 3 lacks an available pod: n3 (CrashLoopBackOff")


def test_a_node_without_room_is_named_although_no_node_has_the_pod() -> None:
    found = why(daemon(1, 2), on("n1"), pending("n2"), node("n1"), node("n2"))
    assert (found.id, because(found)) == ("daemonset.node-missing", ("Pod shop/agent-n2",))
    assert "n2 (no node can take it" in found.message


def test_a_node_that_is_not_ready_is_the_cause_and_the_daemon_only_waits() -> None:
    lost = on("n2", {"state": {"running": {"startedAt": ago("2d")}}, "ready": False})
    raw = daemon(1, 2)
    health = judge(raw, on("n1"), lost, node("n1"), node("n2", "Unknown"))
    assert (health.verdict, health.reason) == (HealthVerdict.WAITING, "NodesNotReady")
    assert "nodes/n2 status.conditions[type=Ready].status = Unknown" in health.evidence
    found = why(raw, on("n1"), lost, node("n1"), node("n2", "Unknown"))
    assert (found.id, because(found)) == ("daemonset.node-missing", ("Node n2",))
    assert "n2 (the node is not ready)" in found.message


def test_lost_nodes_and_real_faults_are_split() -> None:
    company = (
        on("n1", looping(ended(2))),
        on("n2", {"state": {"running": {"startedAt": ago("2d")}}, "ready": False}),
        on("n3"),
        node("n1"),
        node("n2", "Unknown"),
        node("n3"),
    )
    health = judge(daemon(1), *company)
    assert health.verdict is HealthVerdict.DEGRADED
    assert health.message.endswith("of these 1 node out of service: n2 is not ready")
    assert set(because(why(daemon(1), *company))) == {"Pod shop/agent-n1", "Node n2"}


def test_a_sound_node_for_which_no_pod_was_made() -> None:
    found = why(daemon(1, 2, 1), on("n1"), node("n1"), node("n2"))
    assert (found.id, found.because) == ("daemonset.node-missing", ())
    assert "n2 (it has no pod)" in found.message


def test_nodes_that_it_does_not_want_are_not_missing() -> None:
    picky = daemon(1, 2, template={"nodeSelector": {"disk": "ssd"}})
    with_disk = node("n2")
    with_disk["metadata"]["labels"] = {"disk": "ssd"}
    found = why(picky, on("n1"), on("n2", looping(ended(2))), node("n1"), with_disk, node("n3"))
    assert found.message.startswith("1 node of 2 lacks an available pod: n2")


def test_without_pods_nobody_knows_which_nodes() -> None:
    found = why(daemon(1), node("n1"), denied=("pods",))
    assert (found.confidence, found.because, found.missing) == (Confidence.INFERRED, (), ("pods",))


def test_pods_on_nodes_that_no_longer_want_them_are_only_mentioned() -> None:
    health = judge(daemon(3, status={"numberMisscheduled": 1}), on("n1"))
    assert health.verdict is HealthVerdict.HEALTHY
    assert "status.numberMisscheduled = 1" in health.evidence


def test_a_node_that_turns_every_pod_away() -> None:
    """The kubelet fails the pod at once, and the controller makes another, for ever."""
    away = pod(name="agent-n2", node="n2", phase="Failed", age="10s")
    away["status"] |= {
        "reason": "OutOfcpu",
        "message": "Node didn't have enough resource: cpu",
        "containerStatuses": [],
    }
    away["metadata"]["ownerReferences"] = [{"kind": "DaemonSet", "name": "web", "uid": "web", "controller": True}]
    found = why(daemon(1, 2), on("n1"), away, node("n1"), node("n2"))
    assert (found.id, because(found)) == ("daemonset.node-missing", ("Pod shop/agent-n2",))
    assert "n2 (failed, OutOfcpu" in found.message


def test_a_label_that_no_node_has() -> None:
    raw = daemon(0, 0, template={"nodeSelector": {"disk": "sdd"}})
    assert judge(raw, node("n1")).verdict is HealthVerdict.WAITING
    found = why(raw, node("n1"))
    assert (found.id, found.message) == (
        "daemonset.no-nodes",
        "no node runs DaemonSet shop/web: no node has the label disk=sdd",
    )
    assert why(raw, denied=("nodes",)).missing == ("nodes",)


def test_a_node_that_is_set_aside_excuses_its_agent() -> None:
    aside = node("n2", unschedulable=True)
    health = judge(daemon(1, 2), on("n1"), on("n2", looping(ended(2))), node("n1"), aside)
    assert (health.verdict, health.reason) == (HealthVerdict.WAITING, "NodesCordoned")
    assert health.message == "1 of 2 nodes available; 1 node out of service: n2 is cordoned"
    found = why(daemon(1, 2), on("n1"), on("n2", looping(ended(2))), node("n1"), aside)
    assert because(found) == ("Pod shop/agent-n2",)
    pending_there = judge(daemon(1, 2), on("n1"), pending("n2"), node("n1"), aside)
    assert pending_there.verdict is HealthVerdict.WAITING
