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
from k8sview.model.objects.workloads import DaemonSet
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
    """Waiting, where every pod that is missing belongs to a node that is itself not ready."""
    lacking = replicas.desired - replicas.available
    if lacking <= 0 or not replicas.behind.readable:
        return None
    if not view.readable("nodes"):
        return msgspec.structs.replace(health, missing=(*health.missing, "nodes"))
    ill = [pod for pod, judged in replicas.behind.judged if judged.verdict is not HealthVerdict.HEALTHY]
    lost = sorted({pod.spec.node_name for pod in ill if lost_since(view, pod.spec.node_name)[0]})
    if not lost:
        return None
    words = f"{counted(len(lost), 'node')} not ready: {', '.join(lost[:3])}"
    evidence = tuple(_told(view, name) for name in lost[:3])
    if len(lost) < lacking or any(pod.spec.node_name not in lost for pod in ill):
        return msgspec.structs.replace(health, message=f"{health.message}; of these {words}")
    dates = [since for since in (lost_since(view, name)[1] for name in lost) if since is not None]
    return msgspec.structs.replace(
        health,
        verdict=HealthVerdict.WAITING,
        reason="NodesNotReady",
        message=f"{replicas.counts}; {words}",
        since=min(dates, default=health.since),
        evidence=health.evidence + evidence,
    )


def _told(view: View, name: str) -> str:
    node = view.get("nodes", name)
    ready = find(node.status.conditions, "Ready") if isinstance(node, Node) else None
    if ready is not None and ready.status != "True":
        return f"nodes/{name} status.conditions[type=Ready].status = {ready.status}"
    return f"nodes/{name} metadata.deletionTimestamp = {node.metadata.deletion_timestamp}"


def lost_since(view: View, name: str) -> tuple[bool, datetime | None]:
    """Whether a node is lost to its agents because it is not ready or being deleted; and since when."""
    node = view.get("nodes", name) if name else None
    if not isinstance(node, Node):
        return False, None
    ready = find(node.status.conditions, "Ready")
    if ready is not None and ready.status != "True":
        return True, changed(ready)
    return node.metadata.deletion_timestamp is not None, parse_time(node.metadata.deletion_timestamp)


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
