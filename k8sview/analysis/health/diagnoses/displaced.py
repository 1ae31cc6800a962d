"""Pods that something moved away: evicted by their node, preempted, drained, tainted away, or refused on arrival."""

from __future__ import annotations

import re
from typing import Any

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import clock, describe, since
from k8sview.analysis.health.moments import changed, status_written
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Diagnosis, Health, HealthVerdict
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Event, Node
from k8sview.model.objects.meta import Condition
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

_LOW = re.compile(r"low on resource: \[?([\w-]+)\]?|had condition: \[?(\w+)")
_THRESHOLD = re.compile(r"Threshold quantity: (\S+), available: (\S+?)\.(?:\s|$)")
_USAGE = re.compile(r"(Container|Pod) (\S+) was using (\S+), request is (\S+), has larger consumption")
_OWN_LIMIT = (
    (
        "pod.evicted-storage-limit",
        re.compile(r'Container (?P<who>\S+) exceeded its local ephemeral storage limit "(?P<limit>[^"]+)"'),
        "container {who} wrote more than its ephemeral-storage limit of {limit}",
    ),
    (
        "pod.evicted-storage-limit",
        re.compile(r"Pod ephemeral local storage usage exceeds the total limit of containers (?P<limit>\S+?)\.?\s*$"),
        "its containers wrote more than their ephemeral-storage limit of {limit} altogether",
    ),
    (
        "pod.evicted-empty-dir",
        re.compile(r'Usage of EmptyDir volume "(?P<who>[^"]+)" exceeds the limit "(?P<limit>[^"]+)"'),
        "emptyDir volume {who} holds more than its sizeLimit of {limit}",
    ),
)
_RESOURCES = {
    "memory": ("pod.evicted-memory", "memory"),
    "MemoryPressure": ("pod.evicted-memory", "memory"),
    "ephemeral-storage": ("pod.evicted-disk", "disk space"),
    "DiskPressure": ("pod.evicted-disk", "disk space"),
    "inodes": ("pod.evicted-disk", "inodes"),
    "pids": ("pod.evicted-pids", "process ids"),
    "PIDPressure": ("pod.evicted-pids", "process ids"),
}
_SHUTDOWN = frozenset({"NodeShutdown", "Shutdown"})
_PREEMPTED = frozenset({"PreemptionByScheduler", "PreemptionByKubeScheduler", "Preempting"})
_REJECTED = re.compile(
    r"OutOf\w+|NodeAffinity|NodePorts|NodeName|UnexpectedAdmissionError|TopologyAffinityError|\w*Admit\w*"
)


def displaced(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """By the pod's own reason, else by its condition DisruptionTarget."""
    mark = find(pod.status.conditions, "DisruptionTarget")
    target = mark if mark is not None and mark.status == "True" else None
    over = pod.status.phase == "Failed" or pod.metadata.deletion_timestamp is not None
    if not over and (target is None or health.reason != target.reason):
        return None
    why = _Displacement(view, pod, target)
    for rule in (why.evicted, why.shut_down, why.preempted, why.tainted_away, why.collected, why.drained, why.rejected):
        found = rule()
        if found is not None:
            return found
    return None


class _Displacement:
    """One pod and the rules that are asked about it."""

    def __init__(self, view: View, pod: Pod, target: Condition | None) -> None:
        self._view = view
        self._pod = pod
        self._target = target
        self._node = pod.spec.node_name
        self._place = f"node {self._node}" if self._node else "its node"
        self._reason = pod.status.reason
        self._disruption = target.reason if target is not None else ""
        self._said = pod.status.message or (target.message if target is not None else "")
        self._since = changed(target or find(pod.status.conditions, "Ready")) or status_written(pod)

    def evicted(self) -> Diagnosis | None:
        if self._reason != "Evicted" and "low on resource" not in self._said:
            return None
        event = next(iter(told.told(self._view, self._pod, "Evicted")), None)
        said = self._said or (told.text(event) if event is not None else "")
        for slug, pattern, clause in _OWN_LIMIT:
            found = pattern.search(said)
            if found:
                words = clause.format(**found.groupdict())
                return self._told(slug, f"was evicted by {self._place}", words, event=event)
        found = _LOW.search(said)
        resource = (found[1] or found[2]) if found else (_annotation(event, "starved_resource") or "")
        slug, name = _RESOURCES.get(resource, ("pod.evicted", resource))
        words = f"{self._place} was low on {name}" if name else joined(f"{self._place} evicted it", one_line(said))
        threshold = _THRESHOLD.search(said)
        if threshold:
            words += f" ({threshold[2]} left, it wants {threshold[1]})"
        words += self._usage(said, event)
        return self._told(slug, "was evicted", words, because=self._by_node(), event=event)

    def _usage(self, said: str, event: Event | None) -> str:
        used = [f"{kind.lower()} {name} used {use} and requests {ask}" for kind, name, use, ask in _USAGE.findall(said)]
        if not used:
            names = (_annotation(event, "offending_containers") or "").split(",")
            amounts = (_annotation(event, "offending_containers_usage") or "").split(",")
            used = [f"container {name} used {use}" for name, use in zip(names, amounts, strict=False) if name and use]
        return f"; {', '.join(used)}" if used else ""

    def shut_down(self) -> Diagnosis | None:
        terminated = self._reason == "Terminated" and "shutdown" in self._said
        if self._reason not in _SHUTDOWN and not terminated and "node shutdown" not in self._said:
            return None
        verb = "was ended" if terminated or self._reason != "NodeShutdown" else "was refused"
        return self._told("pod.node-shutdown", verb, f"{self._place} was shut down", because=self._by_node())

    def preempted(self) -> Diagnosis | None:
        if not {self._reason, self._disruption} & _PREEMPTED:
            return None
        event = next(iter(told.told(self._view, self._pod, "Preempted")), None)
        by = one_line(told.text(event)) if event is not None else one_line(self._said)
        mine = self._pod.spec.priority
        priority = f"; its own priority is {mine}" if mine is not None else ""
        words = f"a pod of higher priority needed its place on {self._place}{priority}{f' ({by})' if by else ''}"
        return self._told("pod.preempted", "was preempted", words, event=event)

    def tainted_away(self) -> Diagnosis | None:
        if self._disruption not in ("DeletionByTaintManager", "DeletionByDeviceTaintManager"):
            return None
        node = self._view.get("nodes", self._node) if self._node else None
        taints = [t.key for t in node.spec.taints if t.effect == "NoExecute"] if isinstance(node, Node) else []
        shown = f" ({', '.join(taints)})" if taints else ""
        words = f"{self._place} has a NoExecute taint{shown} that it does not tolerate"
        return self._told("pod.taint-evicted", "was removed", words, because=self._by_node())

    def collected(self) -> Diagnosis | None:
        if self._disruption != "DeletionByPodGC" and self._reason != "NodeLost":
            return None
        return self._told("pod.node-gone", "was ended", f"{self._place} is gone", because=self._by_node())

    def drained(self) -> Diagnosis | None:
        if self._disruption != "EvictionByEvictionAPI":
            return None
        return self._told("pod.drained", "was evicted", f"through the API, as a drain of {self._place} does it")

    def rejected(self) -> Diagnosis | None:
        if self._pod.status.phase != "Failed" or not _REJECTED.fullmatch(self._reason):
            return None
        said = one_line(self._said.removeprefix("Pod was rejected: "))
        # Devices that a node cannot hand out are its own trouble; otherwise the pod came without the scheduler.
        because = self._by_node() if self._reason == "UnexpectedAdmissionError" else ()
        what = f"was refused by {self._place} ({self._reason})"
        return self._told("pod.rejected-by-node", what, said, because=because)

    def _by_node(self) -> tuple[Ref, ...]:
        return (ref_to("Node", None, self._node),) if self._node else ()

    def _told(
        self, slug: str, what: str, why: str, *, because: tuple[Ref, ...] = (), event: Event | None = None
    ) -> Diagnosis:
        pod = self._pod
        facts = [f"status.reason = {self._reason}"] if self._reason else []
        facts += [f"status.message = {one_line(pod.status.message)}"] if pod.status.message else []
        if self._target is not None:
            facts.append(f"status.conditions[type=DisruptionTarget].reason = {self._disruption}")
        facts += [told.quoted(event)] if event is not None else []
        beginning = self._since or (told.last(event) if event is not None else None)
        place = describe("node", None, self._node) if because else ""
        at = f" at {clock(self._view, beginning)}" if beginning is not None else ""
        return Diagnosis(
            id=slug,
            message=joined(f"pod {pod.metadata.name} {what}{at}", why),
            next=place or describe("pod", pod.metadata.namespace, pod.metadata.name),
            since=beginning,
            evidence=tuple(facts),
            because=because,
        )


def _annotation(event: Any, name: str) -> str:
    return event.metadata.annotations.get(name, "") if event is not None else ""


def lost_node(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Its node does not report: what its containers do cannot be known. The pod's own event tells it, too."""
    name = pod.spec.node_name
    if not name or pod.ready:
        return None
    event = None
    if health.reason not in ("NodeNotReady", "PodUnknown"):
        if view.readable("nodes"):
            return None
        event = next((one for one in told.told(view, pod, "NodeNotReady") if told.fresh(view, one)), None)
        if event is None:
            return None
    beginning = told.first(event) if event is not None else health.since
    return Diagnosis(
        id="pod.node-not-ready",
        message=f"node {name} is not ready{since(view, beginning)}: nothing is known of the pods on it",
        next=describe("node", None, name),
        since=beginning,
        confidence=Confidence.OBSERVED if event is not None else health.confidence,
        evidence=(told.quoted(event),) if event is not None else health.evidence,
        because=(ref_to("Node", None, name),),
        missing=() if view.readable("nodes") else ("nodes",),
    )


def deadline(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Active for longer than its activeDeadlineSeconds."""
    if health.verdict is HealthVerdict.HEALTHY or pod.status.reason != "DeadlineExceeded":
        return None
    beginning = changed(find(pod.status.conditions, "Ready"))
    return Diagnosis(
        id="pod.deadline-exceeded",
        message="was ended because it ran for longer than its activeDeadlineSeconds",
        next=describe("pod", pod.metadata.namespace, pod.metadata.name),
        since=beginning,
        evidence=("status.reason = DeadlineExceeded", f"status.message = {one_line(pod.status.message)}"),
    )


def not_taken_up(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Bound to a node whose kubelet has said nothing of it: no status, no event."""
    name = pod.spec.node_name
    silent = not (pod.status.container_statuses or pod.status.init_container_statuses)
    if (
        not health.verdict.faulty
        or pod.status.phase != "Pending"
        or not name
        or not silent
        or pod.metadata.deletion_timestamp
    ):
        return None
    if any(event.reason not in ("Scheduled", "FailedScheduling") for event in view.events_of(pod)):
        return None
    gone = view.readable("nodes") and view.get("nodes", name) is None
    why = "there is no node of that name" if gone else "its kubelet has said nothing of the pod"
    return Diagnosis(
        id="pod.not-taken-up",
        message=f"pod {pod.metadata.name} is bound to node {name}{since(view, health.since)}, and {why}",
        next=describe(
            "pod" if gone else "node", pod.metadata.namespace if gone else None, pod.metadata.name if gone else name
        ),
        since=health.since,
        confidence=Confidence.CERTAIN if gone else Confidence.INFERRED,
        evidence=(f"spec.nodeName = {name}", "status.containerStatuses = absent"),
        because=() if gone else (ref_to("Node", None, name),),
        missing=(*told.unread(view, pod), *(() if view.readable("nodes") else ("nodes",))),
    )


FAMILY = Family(
    known=(
        Known("pod.evicted-memory", "Evicted because its node was low on memory", "Set memory requests near real use."),
        Known("pod.evicted-disk", "Evicted because its node was low on disk", "Find what fills the node's disk."),
        Known(
            "pod.evicted-pids",
            "Evicted because its node was short of process ids",
            "Find what starts so many processes.",
        ),
        Known("pod.evicted", "Evicted by its node", "Read the kubelet's words."),
        Known(
            "pod.evicted-storage-limit",
            "Wrote more than its ephemeral-storage limit",
            "Raise the limit, or write less.",
        ),
        Known(
            "pod.evicted-empty-dir", "Filled an emptyDir beyond its sizeLimit", "Raise the sizeLimit, or write less."
        ),
        Known(
            "pod.node-shutdown",
            "Ended because its node was shut down",
            "Look at the node; controllers replace the pod.",
        ),
        Known("pod.preempted", "Displaced by a pod of higher priority", "Add room, or review priorities."),
        Known("pod.taint-evicted", "Removed by a NoExecute taint of its node", "Look at who tainted the node."),
        Known("pod.node-gone", "Ended because its node is gone", "Look at why the node went."),
        Known("pod.drained", "Evicted through the API", "A drain or a scale-in: nothing is wrong with the pod."),
        Known("pod.rejected-by-node", "Its node refused it on arrival", "Let the scheduler choose the node."),
        Known("pod.not-taken-up", "Its node has said nothing of it", "Look at the node, or at spec.nodeName."),
        Known("pod.node-not-ready", "Its node does not report", "Look at the node."),
        Known(
            "pod.deadline-exceeded",
            "Ran longer than its activeDeadlineSeconds",
            "Raise the deadline or find what lasts.",
        ),
    ),
    rules={"pods": (lost_node, displaced, deadline, not_taken_up)},
)
