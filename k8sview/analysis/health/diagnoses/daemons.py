"""DaemonSets, node by node: which nodes lack an available pod, and why each of them does."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from k8sview.analysis.health.behind import Behind, pods_behind
from k8sview.analysis.health.daemonsets import Excuse, excuse_of, target
from k8sview.analysis.health.diagnoses.blamed import Judged, idle_controllers, lately_failed, pod_ref, worth_naming
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import describe, word
from k8sview.analysis.health.phrases import counted
from k8sview.model.health import Diagnosis, Health, HealthVerdict
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node
from k8sview.model.objects.workloads import DaemonSet
from k8sview.model.placement import admits
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.text import shorten
from k8sview.model.view import View

_MOST = 5


class Lacking(msgspec.Struct, frozen=True):
    """One node without an available pod; ``pod`` None: there is none at all."""

    node: str
    pod: Judged | None
    excuse: Excuse | None

    @property
    def lost(self) -> bool:
        """The node is itself not well, so that nothing on it can be."""
        return self.excuse is not None and self.excuse.lost

    @property
    def why(self) -> str:
        if self.excuse is not None and (self.excuse.lost or self.pod is None):
            return f"the node {self.excuse.words}"
        if self.pod is None:
            return "it has no pod"
        return self.pod[1].message or self.pod[1].reason


def lacking(view: View, daemon_set: DaemonSet) -> tuple[Lacking, ...]:
    """The nodes that should run its pod and have no healthy one, by name."""
    behind = pods_behind(view, daemon_set.metadata.namespace, daemon_set.spec.selector, (daemon_set,))
    gone = {target(pod): (pod, health) for pod, health in lately_failed(view, daemon_set, (daemon_set,))}
    by_node = gone | dict(_by_node(behind))
    served = {node for node, (_, health) in by_node.items() if health.verdict is HealthVerdict.HEALTHY}
    wanted = {
        node.metadata.name
        for node in view.each("nodes")
        if isinstance(node, Node) and admits(daemon_set.spec.template.spec, node)
    }
    return tuple(
        Lacking(name, by_node.get(name), excuse_of(view, name))
        for name in sorted((wanted | by_node.keys()) - served)
        if name
    )


def node_missing(view: View, daemon_set: DaemonSet, health: Health) -> Diagnosis | None:
    """Nodes lack an available pod: by their own fault, by their pod's, or because none was made."""
    if daemon_set.metadata.deletion_timestamp is not None:
        return None
    if not health.verdict.faulty and health.reason not in ("NodesNotReady", "NodesCordoned"):
        return None
    namespace, name = daemon_set.metadata.namespace, daemon_set.metadata.name
    if not view.readable("pods", namespace):
        return _unseen(daemon_set, health)
    found = lacking(view, daemon_set)
    because, evidence = _because(view, found), tuple(_evidence(found))
    if not found:
        because, words, told = idle_controllers(view)
        message, evidence = words or f"{health.message}, and no pod of it shows a fault", told
    else:
        desired = daemon_set.status.desired_number_scheduled
        shown = ", ".join(f"{one.node} ({shorten(one.why, 120)})" for one in found[:_MOST])
        more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
        lack = "lacks" if len(found) == 1 else "lack"
        message = f"{counted(len(found), 'node')} of {desired} {lack} an available pod: {shown}{more}"
    return Diagnosis(
        id="daemonset.node-missing",
        message=message,
        next=f"kubectl get pods -n {word(namespace)} -o wide; {describe('daemonset', namespace, name)}",
        since=health.since,
        confidence=health.confidence if found or because else Confidence.INFERRED,
        evidence=(*health.evidence, *evidence),
        because=because,
        missing=health.missing,
        recheck_at=health.recheck_at,
    )


def no_nodes(view: View, daemon_set: DaemonSet, health: Health) -> Diagnosis | None:
    """No node wants it: perhaps meant so, perhaps a label that no node has."""
    if health.reason != "NoNodesMatch":
        return None
    spec = daemon_set.spec.template.spec
    nodes = [node for node in view.each("nodes") if isinstance(node, Node)]
    absent = [
        f"{label}={value}"
        for label, value in sorted(spec.node_selector.items())
        if not any(node.metadata.labels.get(label) == value for node in nodes)
    ]
    message = f"no node runs DaemonSet {daemon_set.metadata.namespace}/{daemon_set.metadata.name}"
    if absent and view.readable("nodes"):
        message += f": no node has the label {', '.join(absent)}"
    return Diagnosis(
        id="daemonset.no-nodes",
        message=message,
        next="kubectl get nodes --show-labels",
        evidence=(*health.evidence, *(f"spec.template.spec.nodeSelector = {one}" for one in absent)),
        missing=() if view.readable("nodes") else ("nodes",),
    )


def _unseen(daemon_set: DaemonSet, health: Health) -> Diagnosis:
    return Diagnosis(
        id="daemonset.node-missing",
        message=f"{health.message}; which nodes these are cannot be told without its pods",
        next=describe("daemonset", daemon_set.metadata.namespace, daemon_set.metadata.name),
        since=health.since,
        confidence=Confidence.INFERRED,
        evidence=health.evidence,
        missing=tuple(dict.fromkeys(("pods", *health.missing))),
        recheck_at=health.recheck_at,
    )


def _because(view: View, found: tuple[Lacking, ...]) -> tuple[Ref, ...]:
    """Pods that are not well, and nodes that are not ready; nothing where a sound node merely has no pod."""
    pods = worth_naming(one.pod for one in found if one.pod is not None and not one.lost)
    nodes = [ref_to("Node", None, one.node) for one in found if one.lost]
    return (*(pod_ref(pod) for pod, _ in pods), *nodes[:_MOST])


def _evidence(found: tuple[Lacking, ...]) -> Iterator[str]:
    for one in found[:_MOST]:
        if one.pod is not None:
            name, verdict = one.pod[0].metadata.name, one.pod[1]
            yield f"pods/{name} spec.nodeName = {one.pod[0].spec.node_name or 'absent'}"
            yield from (f"pods/{name} {told}" for told in verdict.evidence[:1] if "/" not in told.partition(" ")[0])


def _by_node(behind: Behind) -> Iterator[tuple[str, Judged]]:
    """Each pod by its node, or by the one that it is made for; the last of a node counts, which is the best."""
    for pod, health in sorted(behind.judged, key=lambda one: -one[1].verdict.badness):
        yield target(pod), (pod, health)


FAMILY = Family(
    known=(
        Known(
            "daemonset.no-nodes",
            "No node matches what the DaemonSet's pods ask for",
            "Compare its node selector, affinity and tolerations with the nodes, if it should run somewhere.",
        ),
        Known(
            "daemonset.node-missing",
            "Nodes that should run a pod of the DaemonSet have no available one",
            "The message says for each node why: the node itself, its pod, or none was made.",
        ),
    ),
    rules={"daemonsets.apps": (node_missing, no_nodes)},
)
