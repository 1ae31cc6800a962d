"""Verdict on DaemonSets, node by node: a node that is itself not ready is no fault of theirs."""

from __future__ import annotations

from datetime import datetime

import msgspec

from k8sview.analysis.health.behind import began, pods_behind
from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.generations import unobserved
from k8sview.analysis.health.moments import changed
from k8sview.analysis.health.phrases import counted
from k8sview.analysis.health.refusals import refusal, unread
from k8sview.analysis.health.replicas import Replicas, judge, share
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import DaemonSet
from k8sview.model.placement import affinity_terms, pinned_to
from k8sview.model.times import parse_time
from k8sview.model.view import View


def daemon_set_health(view: View, daemon_set: DaemonSet) -> Health:
    """Verdict on one DaemonSet."""
    status = daemon_set.status
    if daemon_set.metadata.deletion_timestamp is not None:
        return deletion(view, daemon_set)
    lagging = unobserved(view, daemon_set, status.observed_generation)
    if lagging is not None:
        return lagging
    if status.desired_number_scheduled <= 0:
        return Health(
            HealthVerdict.WAITING,
            "NoNodesMatch",
            "no node matches it",
            rollout="complete",
            availability="ok",
            evidence=("status.desiredNumberScheduled = 0",),
        )
    behind = pods_behind(view, daemon_set.metadata.namespace, daemon_set.spec.selector, (daemon_set,))
    rollout = _rollout(daemon_set)
    short = status.current_number_scheduled < status.desired_number_scheduled
    replicas = Replicas(
        desired=status.desired_number_scheduled,
        available=status.number_available,
        updated=status.updated_number_scheduled,
        rollout=rollout,
        noun="nodes",
        tolerated=_tolerated(daemon_set),
        behind=behind,
        refusal=refusal(view, daemon_set),
        missing=unread(view, daemon_set.metadata.namespace) if short else (),
        started=began(daemon_set, behind, rollout),
        dated_by_pods=True,
        evidence=_evidence(daemon_set),
    )
    health = judge(view, replicas)
    if health.verdict is HealthVerdict.HEALTHY:
        return health
    return _excused(view, replicas, health) or health


def _rollout(daemon_set: DaemonSet) -> str:
    status = daemon_set.status
    if status.updated_number_scheduled >= status.desired_number_scheduled:
        return "complete"
    return "paused" if daemon_set.spec.update_strategy.type == "OnDelete" else "moving"


def _tolerated(daemon_set: DaemonSet) -> int:
    rolling = daemon_set.spec.update_strategy.rolling_update
    desired = daemon_set.status.desired_number_scheduled
    return min(share(rolling.max_unavailable if rolling else None, desired, "1"), max(desired - 1, 0))


def _excused(view: View, replicas: Replicas, health: Health) -> Health | None:
    """Waiting, where every pod that is missing belongs to a node that is itself not ready, or not in service."""
    lacking = replicas.desired - replicas.available
    if lacking <= 0 or not replicas.behind.readable:
        return None
    if not view.readable("nodes"):
        return msgspec.structs.replace(health, missing=(*health.missing, "nodes"))
    ill = {target(pod) for pod, judged in replicas.behind.judged if judged.verdict is not HealthVerdict.HEALTHY}
    excuses = {name: excuse for name in sorted(ill) if (excuse := excuse_of(view, name)) is not None}
    if not excuses:
        return None
    shown = ", ".join(f"{name} {excuse.words}" for name, excuse in list(excuses.items())[:3])
    words = f"{counted(len(excuses), 'node')} out of service: {shown}"
    if len(excuses) < lacking or ill - excuses.keys():
        return msgspec.structs.replace(health, message=f"{health.message}; of these {words}")
    dates = [excuse.since for excuse in excuses.values() if excuse.since is not None]
    return msgspec.structs.replace(
        health,
        verdict=HealthVerdict.WAITING,
        reason="NodesNotReady" if any(one.lost for one in excuses.values()) else "NodesCordoned",
        message=f"{replicas.counts}; {words}",
        since=min(dates, default=health.since),
        evidence=health.evidence + tuple(excuse.evidence for excuse in list(excuses.values())[:3]),
    )


class Excuse(msgspec.Struct, frozen=True):
    """Why a node need not have an available pod. ``lost``: it is itself not well, and not merely set aside."""

    words: str
    lost: bool
    since: datetime | None
    evidence: str


def excuse_of(view: View, name: str) -> Excuse | None:
    """A node's excuse: not ready, being deleted, cordoned; None for one in service, or unknown."""
    node = view.get("nodes", name) if name else None
    if not isinstance(node, Node):
        return None
    ready = find(node.status.conditions, "Ready")
    if ready is not None and ready.status != "True":
        told = f"nodes/{name} status.conditions[type=Ready].status = {ready.status}"
        return Excuse("is not ready", True, changed(ready), told)
    if node.metadata.deletion_timestamp is not None:
        told = f"nodes/{name} metadata.deletionTimestamp = {node.metadata.deletion_timestamp}"
        return Excuse("is being deleted", True, parse_time(node.metadata.deletion_timestamp), told)
    if node.spec.unschedulable:
        return Excuse("is cordoned", False, None, f"nodes/{name} spec.unschedulable = true")
    return None


def target(pod: Pod) -> str:
    """The node of a DaemonSet's pod; its controller names it in the affinity before the scheduler has acted."""
    if pod.spec.node_name:
        return pod.spec.node_name
    names = pinned_to(affinity_terms(pod.spec.affinity))
    return next(iter(names)) if names is not None and len(names) == 1 else ""


def _evidence(daemon_set: DaemonSet) -> tuple[str, ...]:
    status = daemon_set.status
    found: tuple[str, ...] = (
        f"status.desiredNumberScheduled = {status.desired_number_scheduled}",
        f"status.updatedNumberScheduled = {status.updated_number_scheduled}",
        f"status.numberAvailable = {status.number_available}",
    )
    if status.number_misscheduled:  # pods on nodes that no longer want them: known, harmless
        found += (f"status.numberMisscheduled = {status.number_misscheduled}",)
    return found
