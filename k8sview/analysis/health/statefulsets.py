"""Verdict on StatefulSets: ordinals in order, partitions, OnDelete, and the trap of a fix that is never rolled out."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from k8sview.analysis.health.behind import Behind, began, pods_behind
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.generations import unobserved
from k8sview.analysis.health.ordinals import held_back, trapped
from k8sview.analysis.health.phrases import joined
from k8sview.analysis.health.refusals import refusal, unread
from k8sview.analysis.health.replicas import Replicas, judge
from k8sview.analysis.health.scaling import raised, scaled_to_zero
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import StatefulSet
from k8sview.model.view import View

_PATIENCE = timedelta(minutes=10)
_A_DAY = 86400  # of seconds: no start is waited for longer


def stateful_set_health(view: View, stateful_set: StatefulSet) -> Health:
    """Verdict on one StatefulSet."""
    spec, status = stateful_set.spec, stateful_set.status
    if stateful_set.metadata.deletion_timestamp is not None:
        return deletion(view, stateful_set)
    if spec.replicas <= 0:
        return scaled_to_zero(view, stateful_set)
    lagging = unobserved(view, stateful_set, status.observed_generation)
    if lagging is not None:
        return lagging
    behind = pods_behind(view, stateful_set.metadata.namespace, spec.selector, (stateful_set,))
    refused = refusal(view, stateful_set)
    short = status.replicas < spec.replicas
    rollout = _rollout(stateful_set)
    return judge(
        view,
        Replicas(
            desired=spec.replicas,
            available=status.available_replicas,
            updated=status.updated_replicas,
            rollout=rollout,
            tolerated=0,
            behind=_named(behind),
            refusal=refused,
            missing=unread(view, stateful_set.metadata.namespace) if short or refused else (),
            trap=_trap(view, stateful_set, behind),
            started=began(stateful_set, behind, rollout),
            raised=raised(view, stateful_set) if status.available_replicas < spec.replicas else None,
            deadline=_deadline(stateful_set),
            dated_by_pods=True,
            evidence=_evidence(stateful_set),
        ),
    )


def _rollout(stateful_set: StatefulSet) -> str:
    spec, status = stateful_set.spec, stateful_set.status
    if status.update_revision == status.current_revision:
        # Nothing to update; the first pods come up one after the other.
        return "moving" if status.replicas < spec.replicas else "complete"
    if spec.update_strategy.type == "OnDelete":
        return "paused" if status.updated_replicas < spec.replicas else "complete"
    kept = held_back(stateful_set)
    if status.updated_replicas < spec.replicas - kept:
        return "moving"
    return "paused" if kept else "complete"


def _named(behind: Behind) -> Behind:
    """Ordinals matter here: each pod's message begins with its name."""
    return Behind(
        behind.readable,
        tuple((pod, _with_name(pod, health)) for pod, health in behind.judged),
    )


def _with_name(pod: Pod, health: Health) -> Health:
    if health.verdict is HealthVerdict.HEALTHY:
        return health
    return msgspec.structs.replace(health, message=joined(f"pod {pod.metadata.name}", health.message))


def _trap(view: View, stateful_set: StatefulSet, behind: Behind) -> str:
    """An ordered rollout waits for a broken pod of an older revision before it would replace that very pod."""
    found = trapped(view, stateful_set, behind)
    if found is None:
        return ""
    name = found[0].metadata.name
    return f"pod {name} is broken at an older revision and the controller will not replace it: delete pod {name}"


def _deadline(stateful_set: StatefulSet) -> timedelta:
    """Ten minutes, or what the start-up probes of its containers allow if that is more."""
    probes = [one.startup_probe for one in stateful_set.spec.template.spec.containers if one.startup_probe is not None]
    budgets = [one.initial_delay_seconds + one.period_seconds * one.failure_threshold for one in probes]
    return max(_PATIENCE, timedelta(seconds=min(max(budgets, default=0), _A_DAY)))


def _evidence(stateful_set: StatefulSet) -> tuple[str, ...]:
    status = stateful_set.status
    found = (
        f"spec.replicas = {stateful_set.spec.replicas}",
        f"status.availableReplicas = {status.available_replicas}",
    )
    if status.update_revision == status.current_revision:
        return found
    return (
        *found,
        f"status.updatedReplicas = {status.updated_replicas}",
        f"status.updateRevision = {status.update_revision}",
        f"status.currentRevision = {status.current_revision}",
    )
