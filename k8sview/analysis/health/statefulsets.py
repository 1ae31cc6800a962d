"""Verdict on StatefulSets: ordinals in order, partitions, OnDelete, and the trap of a fix that is never rolled out."""

from __future__ import annotations

import msgspec

from k8sview.analysis.health.behind import Behind, began, pods_behind
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.generations import unobserved
from k8sview.analysis.health.phrases import joined
from k8sview.analysis.health.refusals import refusal
from k8sview.analysis.health.replicas import Replicas, judge, suspended
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import StatefulSet
from k8sview.model.view import View

_REVISION = "controller-revision-hash"


def stateful_set_health(view: View, stateful_set: StatefulSet) -> Health:
    """Verdict on one StatefulSet."""
    spec, status = stateful_set.spec, stateful_set.status
    if stateful_set.metadata.deletion_timestamp is not None:
        return deletion(view, stateful_set)
    if spec.replicas <= 0:
        return suspended("spec.replicas = 0", status.replicas)
    lagging = unobserved(view, stateful_set, status.observed_generation)
    if lagging is not None:
        return lagging
    behind = pods_behind(view, stateful_set.metadata.namespace, spec.selector, (stateful_set,))
    worst = behind.worst
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
            refusal=refusal(view, (stateful_set,), status.conditions, short=status.replicas < spec.replicas),
            trap=_trap(stateful_set, worst[0]) if worst and worst[1].verdict.faulty else "",
            started=began(stateful_set, behind, rollout),
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
    rolling = spec.update_strategy.rolling_update
    held_back = min(max((rolling.partition if rolling else None) or 0, 0), spec.replicas)
    if status.updated_replicas < spec.replicas - held_back:
        return "moving"
    return "paused" if held_back else "complete"


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


def _trap(stateful_set: StatefulSet, pod: Pod) -> str:
    """An ordered rollout waits for a broken pod of an older revision before it would replace that very pod."""
    spec, status = stateful_set.spec, stateful_set.status
    revision = pod.metadata.labels.get(_REVISION)
    if spec.update_strategy.type == "OnDelete" or spec.pod_management_policy != "OrderedReady":
        return ""
    if not revision or not status.update_revision or revision == status.update_revision:
        return ""
    name = pod.metadata.name
    return f"pod {name} is broken at an older revision and the controller will not replace it: delete pod {name}"


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
