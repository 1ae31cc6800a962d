"""Workloads that run two revisions and have stopped to move: half a rollout, with the pod that holds it.

A rollout under way has two revisions by design; so have partitions, whose older ordinals are meant to be old, and what
somebody paused (that is a hole in the fence, and told as one).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from k8sview.analysis.drift.kinds.reading import unread
from k8sview.analysis.drift.kinds.replicated import HASH, REVISION, SETS, deployments, newest, pods_under, revisions
from k8sview.analysis.drift.window import born
from k8sview.model.drift import Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.kinds import ref_to
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import DaemonSet, Deployment, ReplicaSet, StatefulSet
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

READS = ("pods", "deployments.apps", "replicasets.apps", *SETS, "controllerrevisions.apps")

_QUIET = timedelta(minutes=10)
"""For so long nothing may move before a rollout has stopped; Kubernetes' own deadline is as long."""

_BY_HAND = timedelta(hours=24)  # where each pod waits for somebody to delete it


class _Mixed(NamedTuple):
    """``old``: the pods that should be of the wanted revision and are not."""

    workload: Any
    kind: str
    label: str
    wanted: str
    new: tuple[Pod, ...]
    old: tuple[Pod, ...]
    since: datetime | None  # when the wanted revision began


def mixed_revisions(view: View) -> Iterator[Drift]:
    """Workloads stuck between two revisions."""
    for one in (*_of_deployments(view), *_of_sets(view)):
        quiet = _quiet_since(one)
        limit = _limit(one.workload)
        if quiet is None or view.taken_at - quiet > limit:
            yield _drift(view, one, quiet)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Workloads, revisions or pods that could not be read."""
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.MIXED_REVISIONS, reason)


def _of_deployments(view: View) -> Iterator[_Mixed]:
    for deployment, sets in deployments(view):
        if deployment.spec.paused or deployment.metadata.deletion_timestamp is not None or not sets:
            continue
        wanted = max(sets, key=_number)
        pods = {one.metadata.name: pods_under(view, one) for one in sets}
        old = tuple(pod for one in sets if one is not wanted for pod in pods[one.metadata.name])
        if old and deployment.spec.replicas:
            label = wanted.spec.template.metadata.labels.get(HASH, wanted.metadata.name)
            new = pods[wanted.metadata.name]
            yield _Mixed(deployment, "Deployment", HASH, label, new, old, born(wanted))


def _number(replica_set: ReplicaSet) -> int:
    told = replica_set.metadata.annotations.get("deployment.kubernetes.io/revision", "")
    return int(told) if told.isdecimal() else 0


def _of_sets(view: View) -> Iterator[_Mixed]:
    for resource in SETS:
        for workload in view.each(resource):
            wanted = newest(view, workload)
            if wanted is None or workload.metadata.deletion_timestamp is not None:
                continue
            pods = [pod for pod in pods_under(view, workload) if _concerned(workload, pod)]
            old = tuple(pod for pod in pods if pod.metadata.labels.get(REVISION) not in (wanted, None))
            if old:
                new = tuple(pod for pod in pods if pod.metadata.labels.get(REVISION) == wanted)
                stored = revisions(view, workload).get(wanted)
                since = born(stored) if stored is not None else None
                kind = "StatefulSet" if isinstance(workload, StatefulSet) else "DaemonSet"
                yield _Mixed(workload, kind, REVISION, wanted, new, old, since)


def _concerned(workload: Any, pod: Pod) -> bool:
    """Ordinals below the partition stay as they are by design."""
    if not isinstance(workload, StatefulSet):
        return True
    rolling = workload.spec.update_strategy.rolling_update
    return _ordinal(pod) >= ((rolling.partition or 0) if rolling is not None else 0)


def _ordinal(pod: Pod) -> int:
    tail = pod.metadata.name.rpartition("-")[2]
    return int(tail) if tail.isdecimal() else 0


def _limit(workload: Any) -> timedelta:
    if isinstance(workload, Deployment):
        # "No deadline" is written as the largest number there is.
        deadline = timedelta(seconds=min(workload.spec.progress_deadline_seconds, 3600))
        return max(_QUIET, deadline) + timedelta(seconds=workload.spec.min_ready_seconds)
    if workload.spec.update_strategy.type == "OnDelete":
        return _BY_HAND
    return _QUIET + timedelta(seconds=workload.spec.min_ready_seconds)


def _quiet_since(one: _Mixed) -> datetime | None:
    """When anything last moved: a pod made, a pod become ready or not, the revision itself."""
    known = [one.since, *(born(pod) for pod in (*one.new, *one.old))]
    for pod in one.new:
        known += [parse_time(said.last_transition_time) for said in pod.status.conditions if said.type == "Ready"]
    times = [at for at in known if at is not None]
    return max(times, default=None)


def _blocking(one: _Mixed) -> Pod | None:
    """The pod that holds the rollout: a new one that is not ready; of a StatefulSet that with the highest ordinal."""
    unready = [pod for pod in one.new if not pod.ready]
    if not unready and isinstance(one.workload, StatefulSet | DaemonSet):
        unready = [pod for pod in one.old if not pod.ready]
    return max(unready, key=lambda pod: (_ordinal(pod), pod.metadata.name), default=None)


def _drift(view: View, one: _Mixed, quiet: datetime | None) -> Drift:
    metadata = one.workload.metadata
    count = "1 pod is" if len(one.old) == 1 else f"{len(one.old)} pods are"
    age = f"; nothing has moved for {format_age(view.taken_at - quiet)}" if quiet is not None else ""
    blocking = _blocking(one)
    by_hand = one.kind != "Deployment" and one.workload.spec.update_strategy.type == "OnDelete"
    why = "its pods are only renewed when somebody deletes them (OnDelete)" if by_hand else ""
    if blocking is not None:
        where = f" on node {blocking.spec.node_name}" if blocking.spec.node_name else ", which has no node,"
        why = f"pod {blocking.metadata.name}{where} is not ready"
    old = one.old[0]
    path = f"metadata.labels[{one.label}]"
    names = ", ".join(pod.metadata.name for pod in one.old[:3]) + ("" if len(one.old) <= 3 else " …")
    return Drift(
        kind=DriftKind.MIXED_REVISIONS,
        object=ref_to(one.kind, metadata.namespace, metadata.name),
        path=path,
        before=one.wanted,
        after=old.metadata.labels.get(one.label),
        time=DriftTime(at=one.since, basis="revision" if one.since is not None else "none"),
        confidence=Confidence.OBSERVED,
        severity=Severity.LOW if by_hand else Severity.MEDIUM,
        message=f"{count} of an older revision ({names}){age}",
        why_not_reverted=why or "nothing tells what holds the rollout",
        next=f"kubectl rollout status {one.kind.lower()} -n {metadata.namespace} {metadata.name}",
        evidence=tuple(
            f"pods/{pod.metadata.name} {path} = {pod.metadata.labels.get(one.label, 'nothing')}"
            for pod in (*one.old[:2], *one.new[:1])
        ),
    )
