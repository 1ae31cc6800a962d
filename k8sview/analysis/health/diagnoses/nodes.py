"""Why nodes are not well: silent kubelets, network plugins, pressure, and drains that do not come to their end."""

from __future__ import annotations

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.cordons import cordon_of, held_up_by
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import explain
from k8sview.analysis.health.diagnoses.wording import clock, describe, since
from k8sview.analysis.health.heartbeats import LEASES, lease_path, renewed
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.analysis.health.pods import pod_health
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

_ZONE = "topology.kubernetes.io/zone"
_SHUT_DOWN = "node.cloudprovider.kubernetes.io/shutdown"
_CNI_WORDS = ("cni", "network plugin", "networkpluginnotready", "networkready=false")
_CNI_NAMES = (
    "antrea",
    "aws-node",
    "azure-cni",
    "azure-npm",
    "calico",
    "canal",
    "cilium",
    "cni",
    "flannel",
    "kindnet",
    "kube-router",
    "multus",
    "ovnkube",
    "weave",
)
_OVER = ("Succeeded", "Failed")
_MEANING = {
    "MemoryPressure": ("node.memory-pressure", "is short of memory: its kubelet evicts pods and takes no new ones"),
    "DiskPressure": ("node.disk-pressure", "is short of disk: its kubelet evicts pods and takes no new ones"),
    "PIDPressure": ("node.pid-pressure", "is short of process ids: its kubelet takes no new pods"),
    "NetworkUnavailable": ("node.network-unavailable", "has no working network"),
}


def unreachable(view: View, node: Node, health: Health) -> Diagnosis | None:
    """A kubelet that no longer reports: machine, network or kubelet, from outside they look alike."""
    ready = find(node.status.conditions, "Ready")
    if not health.verdict.faulty or ready is None or ready.status in ("True", "False"):
        return None
    name = node.metadata.name
    last = renewed(view, node)
    lease = (f"{lease_path(node)} = {last:%Y-%m-%dT%H:%M:%SZ}",) if last is not None else ()
    unread = tuple(one for one in ("pods", LEASES) if not view.readable(one))
    off = any(taint.key == _SHUT_DOWN for taint in node.spec.taints)
    words = "is shut down, says its cloud" if off else "has stopped reporting"
    heard = f", its last lease is of {clock(view, last)}" if last is not None else ""
    message = f"node {name} {words}{since(view, health.since)}{heard}: {_pods(view, node)}{_siblings(view, node)}"
    return explain(health, "node.unreachable", message, describe("node", None, name), evidence=lease, missing=unread)


def not_ready(view: View, node: Node, health: Health) -> Diagnosis | None:
    """A kubelet that reports, and says why it cannot run pods."""
    ready = find(node.status.conditions, "Ready")
    if not health.verdict.faulty or ready is None or ready.status != "False":
        return None
    name, said = node.metadata.name, one_line(ready.message)
    unread = () if view.readable("pods") else ("pods",)
    affected = f"{_pods(view, node)}{_siblings(view, node)}"
    if any(word in ready.message.lower() for word in _CNI_WORDS):
        plugin = _plugin(view, node)
        ill = tuple(ref_to("Pod", pod.metadata.namespace, pod.metadata.name) for pod in plugin if _ill(view, pod))
        shown = ", ".join(f"{pod.metadata.namespace}/{pod.metadata.name}" for pod in plugin)
        words = f" (its pod {shown})" if shown else " (no pod of one is known to run there)" if not unread else ""
        message = f"the network plugin of node {name} is not ready{words}{since(view, health.since)}: {said}"
        return explain(
            health,
            "node.network-plugin-down",
            f"{message}; {affected}",
            describe("node", None, name),
            because=ill,
            missing=unread,
        )
    message = f"node {name} is not ready{since(view, health.since)}: {said or ready.reason}; {affected}"
    return explain(health, "node.not-ready", message, describe("node", None, name), missing=unread)


def pressed(view: View, node: Node, health: Health) -> Diagnosis | None:
    """Short of something, or with another condition whose name tells of a fault."""
    condition = find(node.status.conditions, health.reason)
    if condition is None or condition.type == "Ready" or condition.status != "True":
        return None
    slug, words = _MEANING.get(condition.type, ("node.problem", f"reports {condition.type}"))
    message = joined(f"node {node.metadata.name} {words}{since(view, health.since)}", one_line(condition.message))
    return explain(health, slug, message, describe("node", None, node.metadata.name))


def silent(view: View, node: Node, health: Health) -> Diagnosis | None:
    """A kubelet that stopped, which the control plane has not noticed (yet)."""
    if health.reason != "KubeletSilent":
        return None
    message = (
        f"the kubelet of node {node.metadata.name} has not renewed its lease{since(view, health.since)}, "
        f"and nothing has marked the node as not ready yet: {_pods(view, node)}"
    )
    return explain(health, "node.silent", message, describe("node", None, node.metadata.name))


def drain_blocked(view: View, node: Node, health: Health) -> Diagnosis | None:
    """Cordoned, and nothing is left but pods that budgets hold."""
    cordon = cordon_of(node)
    if health.reason != "DrainBlocked" or cordon is None:
        return None
    held = held_up_by(view, node, cordon)
    budgets = tuple(ref_to("PodDisruptionBudget", one.metadata.namespace, one.metadata.name) for one in held.budgets)
    names = ", ".join(f"{one.namespace}/{one.name}" for one in budgets)
    message = f"the drain of node {node.metadata.name} cannot end: PodDisruptionBudget {names} lets no pod go"
    look = f"kubectl get pods -A -o wide --field-selector spec.nodeName={node.metadata.name}"
    return explain(health, "node.drain-blocked", message, look, because=budgets)


def _pods(view: View, node: Node) -> str:
    if not view.readable("pods"):
        return "which pods that hits cannot be seen"
    pods = [pod for pod in view.pods_on(node.metadata.name) if pod.status.phase not in _OVER]
    down = sum(not pod.ready for pod in pods)
    return f"{counted(len(pods), 'pod')} on it" + (f", {down} of them not ready" if down else "")


def _siblings(view: View, node: Node) -> str:
    """How its zone fares: one node is a machine, all of them are the zone."""
    zone = node.metadata.labels.get(_ZONE)
    nodes = [one for one in view.each("nodes") if isinstance(one, Node) and one.metadata.labels.get(_ZONE) == zone]
    if len(nodes) < 2:
        return ""
    down = sum(not _is_ready(one) for one in nodes)
    where = f"of zone {zone}" if zone else "of the cluster"
    return f" ({down} of {len(nodes)} nodes {where} are not ready)" if down > 1 else ""


def _is_ready(node: Node) -> bool:
    ready = find(node.status.conditions, "Ready")
    return ready is not None and ready.status == "True"


def _plugin(view: View, node: Node) -> tuple[Pod, ...]:
    """Pods of DaemonSets on the node that are named like a network plugin."""
    return tuple(
        pod
        for pod in view.pods_on(node.metadata.name)
        if any(owner.kind == "DaemonSet" for owner in pod.metadata.owner_references)
        and any(name in pod.metadata.name for name in _CNI_NAMES)
    )


def _ill(view: View, pod: Pod) -> bool:
    """Whether a pod has a fault that it did not get from its node: a container that waits for a reason of its own."""
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    waits = [one.state.waiting.reason for one in statuses if one.state.waiting is not None]
    return any(one not in ("", "ContainerCreating", "PodInitializing") for one in waits) and (
        pod_health(view, pod).verdict.faulty
    )


FAMILY = Family(
    known=(
        Known(
            "node.unreachable",
            "A node's kubelet has stopped reporting: the machine, its network or the kubelet is down",
            "Look at the machine in the provider's console; see whether the whole zone is hit.",
        ),
        Known("node.not-ready", "A node's kubelet says that it cannot run pods", "Read what the kubelet says."),
        Known(
            "node.network-plugin-down",
            "A node's network plugin is not ready, so no pod gets an address there",
            "Look at the network plugin's pod on that node.",
        ),
        Known("node.memory-pressure", "A node is short of memory", "See which pods use more than they request."),
        Known("node.disk-pressure", "A node is short of disk", "See what fills it: images, logs, emptyDir volumes."),
        Known("node.pid-pressure", "A node is short of process ids", "See which pod starts so many processes."),
        Known("node.network-unavailable", "A node's network is not set up", "Look at the network plugin or the cloud."),
        Known("node.problem", "A node reports a problem", "Read the condition's message."),
        Known("node.silent", "A kubelet has stopped renewing its lease", "Look at the machine and at the controllers."),
        Known(
            "node.drain-blocked",
            "A drain waits for disruption budgets that let no pod go",
            "Mend the budget or its pods; the drain goes on by itself.",
        ),
    ),
    rules={"nodes": (unreachable, not_ready, pressed, silent, drain_blocked)},
)
