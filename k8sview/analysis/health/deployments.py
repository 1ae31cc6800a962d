"""Verdict on Deployments and ReplicaSets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.health.behind import Behind, pods_behind
from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.generations import unobserved
from k8sview.analysis.health.moments import changed, created
from k8sview.analysis.health.phrases import one_line
from k8sview.analysis.health.refusals import lacks_replica_set, refusal, unread
from k8sview.analysis.health.replicas import Replicas, judge, share
from k8sview.analysis.health.scaling import raised, scaled_to_zero
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.workloads import Deployment, ReplicaSet
from k8sview.model.times import parse_time
from k8sview.model.view import View

_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_NO_DEADLINE = 2147483647
_PATIENCE = timedelta(minutes=15)  # what the kubernetes-mixin alerts on
_CREATION = timedelta(minutes=10)


def deployment_health(view: View, deployment: Deployment) -> Health:
    """Verdict on one Deployment."""
    spec, status = deployment.spec, deployment.status
    if deployment.metadata.deletion_timestamp is not None:
        return deletion(view, deployment)
    if spec.replicas <= 0:
        return scaled_to_zero(view, deployment)
    lagging = unobserved(view, deployment, status.observed_generation)
    if lagging is not None and not lacks_replica_set(deployment):
        return lagging
    makers = tuple(child for _, child in view.children(deployment) if isinstance(child, ReplicaSet))
    behind = pods_behind(view, deployment.metadata.namespace, spec.selector, makers)
    rollout = _rollout(deployment)
    refused = refusal(view, deployment)
    progressing = find(status.conditions, "Progressing")
    started = _started(deployment, rollout, (*makers, *(pod for pod, _ in behind.judged)))
    health = judge(
        view,
        Replicas(
            desired=spec.replicas,
            available=status.available_replicas,
            updated=status.updated_replicas,
            rollout=rollout,
            tolerated=_tolerated(deployment),
            behind=behind,
            new_pods=_of_newest(deployment, makers, behind),
            refusal=refused,
            missing=_unread(view, deployment) if refused else (),
            stalled=one_line(progressing.message) if progressing else "",
            started=started,
            raised=raised(view, deployment) if status.available_replicas < spec.replicas else None,
            deadline=_deadline(deployment),
            just_scaled=started is None and status.replicas < spec.replicas and _finished(deployment),
            evidence=_evidence(deployment),
        ),
    )
    if rollout == "paused" and not status.replicas:
        return _paused(health, deployment)
    if rollout == "paused" and health.verdict in (HealthVerdict.HEALTHY, HealthVerdict.PROGRESSING):
        return _paused(health, deployment)
    return health


def replica_set_health(view: View, replica_set: ReplicaSet) -> Health:
    """Verdict on one ReplicaSet; the old ones of a Deployment are scaled to zero and stay for a rollback."""
    spec, status = replica_set.spec, replica_set.status
    if replica_set.metadata.deletion_timestamp is not None:
        return deletion(view, replica_set)
    if spec.replicas <= 0:
        return scaled_to_zero(view, replica_set)
    lagging = unobserved(view, replica_set, status.observed_generation)
    if lagging is not None:
        return lagging
    owner = _owner(view, replica_set)
    fresh = status.available_replicas < spec.replicas
    young = fresh and _young(view, replica_set)
    moving = fresh and owner is not None and _rollout(owner) == "moving"
    refused = refusal(view, replica_set)
    return judge(
        view,
        Replicas(
            desired=spec.replicas,
            available=status.available_replicas,
            updated=status.replicas,
            rollout="moving" if moving or young else "complete",
            behind=pods_behind(view, replica_set.metadata.namespace, spec.selector, (replica_set,)),
            refusal=refused,
            missing=unread(view, replica_set.metadata.namespace) if refused else (),
            started=_started(owner, "moving", (replica_set,))
            if moving and owner
            else created(replica_set)
            if young
            else None,
            raised=raised(view, owner or replica_set) if fresh else None,
            deadline=_deadline(owner) if moving and owner else _CREATION,
            evidence=(f"status.availableReplicas = {status.available_replicas}", f"spec.replicas = {spec.replicas}"),
        ),
    )


def _owner(view: View, replica_set: ReplicaSet) -> Deployment | None:
    """An autoscaler's wish and a rollout's deadline reach a ReplicaSet through its Deployment."""
    owner = replica_set.metadata.controller
    if owner is None or owner.kind != "Deployment":
        return None
    found = view.get("deployments.apps", owner.name, replica_set.metadata.namespace)
    return found if isinstance(found, Deployment) else None


def _started(deployment: Deployment, rollout: str, made: Iterable[Any] = ()) -> datetime | None:
    """When what a Deployment is doing began: losing pods where it is complete, its rollout otherwise.

    Without a progress deadline no condition dates the rollout: then the newest of what was ``made`` for it does.
    """
    conditions = deployment.status.conditions
    if rollout == "complete":
        available = find(conditions, "Available")
        return changed(available) if available is not None and available.status != "True" else None
    progressing = find(conditions, "Progressing")
    said = parse_time(progressing.last_update_time) if progressing else None
    if rollout == "stalled":
        return _stalled_since(deployment, said or changed(progressing, created(deployment)))
    if said is not None or progressing is not None:
        return said or changed(progressing, created(deployment))
    births = (created(one) for one in (deployment, *made))
    return max((birth for birth in births if birth is not None), default=None)


def _stalled_since(deployment: Deployment, given_up: datetime | None) -> datetime | None:
    """A rollout stands still since its last progress, not since its deadline was over; no replica may be there since
    longer than that."""
    available = find(deployment.status.conditions, "Available")
    lost = changed(available) if available is not None and available.status != "True" else None
    still = given_up - _deadline(deployment) if given_up is not None else None
    begun = created(deployment)
    found = min((one for one in (lost, still) if one is not None), default=None)
    return max(found, begun) if found is not None and begun is not None else found


def _deadline(deployment: Deployment) -> timedelta:
    """Its own; one that states none is not waited for without end."""
    stated = max(deployment.spec.progress_deadline_seconds, 0)
    return timedelta(seconds=stated) if stated < _NO_DEADLINE else _PATIENCE


def _rollout(deployment: Deployment) -> str:
    spec, status = deployment.spec, deployment.status
    if spec.paused:
        return "paused"
    progressing = find(status.conditions, "Progressing")
    if progressing is not None and progressing.status == "False":
        return "stalled"
    if status.replicas > status.updated_replicas:
        return "moving"
    if _finished(deployment):
        return "complete"
    whole = status.updated_replicas >= spec.replicas and status.available_replicas >= spec.replicas
    return "complete" if whole else "moving"


def _finished(deployment: Deployment) -> bool:
    """Once complete, the reason stays: pods that are missing later were lost or asked for later, not rolled."""
    progressing = find(deployment.status.conditions, "Progressing")
    return progressing is not None and progressing.reason == "NewReplicaSetAvailable"


def _tolerated(deployment: Deployment) -> int:
    strategy = deployment.spec.strategy
    if strategy.type == "Recreate":
        return 0
    stated = strategy.rolling_update.max_unavailable if strategy.rolling_update else None
    return share(stated, deployment.spec.replicas, "25%")


def _of_newest(deployment: Deployment, makers: tuple[ReplicaSet, ...], behind: Behind) -> Behind | None:
    """The pods of the newest revision: old ones may be broken because they are being replaced."""
    revision = deployment.metadata.annotations.get(_REVISION)
    for maker in makers:
        if revision and maker.metadata.annotations.get(_REVISION) == revision:
            wanted = maker.metadata.labels.get(_HASH)
            return behind.labelled(_HASH, wanted) if wanted else None
    return None


def _young(view: View, replica_set: ReplicaSet) -> bool:
    born = created(replica_set)
    return born is not None and view.taken_at - born < _CREATION


def _unread(view: View, deployment: Deployment) -> tuple[str, ...]:
    """What would have told more of a refusal: its ReplicaSets have the events."""
    namespace = deployment.metadata.namespace
    sets = () if view.readable("replicasets.apps", namespace) else ("replicasets.apps",)
    return (*unread(view, namespace), *sets)


def _paused(health: Health, deployment: Deployment) -> Health:
    status, spec = deployment.status, deployment.spec
    return Health(
        HealthVerdict.SUSPENDED,
        "DeploymentPaused",
        f"its rollout is paused with {status.available_replicas} of {spec.replicas} replicas available",
        changed(find(status.conditions, "Progressing")),
        health.confidence,
        rollout="paused",
        availability=health.availability,
        stability=health.stability,
        evidence=("spec.paused = true", *health.evidence),
        recheck_at=health.recheck_at,
        missing=health.missing,
    )


def _evidence(deployment: Deployment) -> tuple[str, ...]:
    status = deployment.status
    found = [
        f"spec.replicas = {deployment.spec.replicas}",
        f"status.updatedReplicas = {status.updated_replicas}",
        f"status.availableReplicas = {status.available_replicas}",
    ]
    found += [
        f"status.conditions[type={condition.type}].reason = {condition.reason}"
        for condition in status.conditions
        if (condition.type == "ReplicaFailure" and condition.status == "True")
        or (condition.type in ("Progressing", "Available") and condition.status == "False")
    ]
    return tuple(found)
