"""Cordons: since when and by whom a node takes no new pods, and what keeps its drain from coming to its end."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.health.budgets import BUDGETS, budget_health, rivals_of
from k8sview.analysis.health.moments import grace_end
from k8sview.analysis.health.phrases import counted
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import PodDisruptionBudget
from k8sview.model.times import parse_time
from k8sview.model.view import View

_TAINT = "node.kubernetes.io/unschedulable"
_DRAINING = timedelta(minutes=10)
_SAME_WRITE = timedelta(seconds=10)
_MIRROR = "kubernetes.io/config.mirror"
_OVER = ("Succeeded", "Failed")


class Cordon(msgspec.Struct, frozen=True):
    """``by``: `` by kubectl``, "" where nobody can tell: managers choose their names themselves."""

    since: datetime | None = None
    by: str = ""
    evidence: tuple[str, ...] = ()


class HeldUp(msgspec.Struct, frozen=True):
    """The budgets that keep a drain from its end; none where it is not drained, or goes on."""

    budgets: tuple[PodDisruptionBudget, ...] = ()
    evidence: tuple[str, ...] = ()
    recheck_at: datetime | None = None
    missing: tuple[str, ...] = ()


def cordon_of(node: Node) -> Cordon | None:
    """The cordon of a node, dated by the taint that the node controller puts on it at once."""
    if not node.spec.unschedulable:
        return None
    taint = next((one for one in node.spec.taints if one.key == _TAINT), None)
    since = parse_time(taint.time_added) if taint is not None else None
    writers = [
        entry.manager
        for entry in node.metadata.managed_fields
        if not entry.subresource and _near(parse_time(entry.time), since) and "controller" not in entry.manager
    ]
    evidence: tuple[str, ...] = ("spec.unschedulable = true",)
    if since is not None and taint is not None:
        evidence += (f"spec.taints[key={_TAINT}].timeAdded = {taint.time_added}",)
    return Cordon(since, f" by {writers[-1]}" if writers and writers[-1] else "", evidence)


def _near(written: datetime | None, since: datetime | None) -> bool:
    return written is not None and since is not None and abs(since - written) <= _SAME_WRITE


def held_up_by(view: View, node: Node, cordon: Cordon) -> HeldUp:
    """What a drain waits for. A drain it is when nothing is left but pods that budgets hold; else a mere cordon."""
    unread = tuple(name for name in ("pods", BUDGETS) if not view.readable(name))
    if unread or cordon.since is None:
        return HeldUp(missing=unread)
    left = [pod for pod in view.pods_on(node.metadata.name) if _evictable(pod)]
    found: dict[tuple[str, str], PodDisruptionBudget] = {}
    for pod in left:
        holding = _holding(view, pod)
        if not holding:
            return HeldUp()
        found.update({(one.metadata.namespace or "", one.metadata.name): one for one in holding})
    end = grace_end(view, cordon.since, _DRAINING)
    if not found or end is not None:
        return HeldUp(recheck_at=end)
    count = counted(len(left), "pod")
    return HeldUp(tuple(found[key] for key in sorted(found)), (f"pods[spec.nodeName={node.metadata.name}] = {count}",))


def _evictable(pod: Pod) -> bool:
    """Whether a drain would take a pod away: it leaves DaemonSets', static and finished ones."""
    owners = pod.metadata.owner_references
    return (
        pod.status.phase not in _OVER
        and _MIRROR not in pod.metadata.annotations
        and all(one.kind not in ("DaemonSet", "Node") for one in owners)
    )


def _holding(view: View, pod: Pod) -> tuple[PodDisruptionBudget, ...]:
    """Budgets that let nobody evict a pod, and would not once it moves: they are at fault themselves."""
    over = [
        one
        for one in view.in_namespace(BUDGETS, pod.metadata.namespace or "")
        if isinstance(one, PodDisruptionBudget)
        if one.spec.selector is not None and one.spec.selector.matches(pod.metadata.labels)
    ]
    return tuple(
        one
        for one in over
        if (one.status.disruptions_allowed == 0 or rivals_of(view, one)) and budget_health(view, one).verdict.faulty
    )
