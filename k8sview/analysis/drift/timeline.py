"""One object's history on one axis: its own events, conditions, containers, and what was changed around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from k8sview.analysis.drift.maintenance import node_changes
from k8sview.analysis.drift.moments import condition_moments, container_moments, event_moments
from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.revisions import revisions_of
from k8sview.analysis.drift.rollouts import ROLLED, scale_changes, summary_of, untold_writes
from k8sview.analysis.drift.surroundings import Subject, subjects_of, tables_of
from k8sview.analysis.drift.window import NEAR, Window, born
from k8sview.analysis.drift.writes import living_writes, writes_of
from k8sview.model.health import ChangeBefore
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import DaemonSet, Deployment, Job, ReplicaSet, StatefulSet
from k8sview.model.resources import Ref
from k8sview.model.timeline import Moment, MomentKind
from k8sview.model.times import parse_time
from k8sview.model.view import View

MOST_PODS = 50
"""Pods of a workload whose containers and warnings are told: the youngest."""

_ALWAYS = Window(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
_KEPT = timedelta(hours=1)  # the API server's default --event-ttl
_ORDER = {kind: place for place, kind in enumerate(MomentKind)}
_MAKERS = (Deployment, StatefulSet, DaemonSet, ReplicaSet, Job)
_TOLD_CHILDREN = ("replicasets.apps", "jobs.batch", "statefulsets.apps", "deployments.apps", "daemonsets.apps")


def timeline(view: View, resource: str, obj: Any) -> tuple[Moment, ...]:
    """All that is known to have happened to an object and to what it depends on, newest first.

    Of what surrounds it only changes and faults are told: its controllers' revisions and scaling, writes of what its
    pods use, its node, the containers and warnings of its pods. ``timeline_gaps`` says what is not here.
    """
    ref = ref_of(view, resource, obj)
    found = [*_own(view, ref, resource, obj), *_children(view, obj), *_pods(view, obj)]
    for subject in subjects_of(view, [ref]):
        found += _around(view, subject, ref)
    scaled = [one.at for one in found if one.kind is MomentKind.SCALING]
    kept = {one for one in found if not _is_said(one, scaled)}
    return tuple(sorted(kept, key=lambda one: (-one.at.timestamp(), -_ORDER[one.kind], str(one.object), one.sentence)))


def timeline_gaps(view: View, resource: str, obj: Any) -> tuple[str, ...]:
    """What the timeline cannot tell, in plain sentences: tables that could not be read, and what the API forgets."""
    ref = ref_of(view, resource, obj)
    asked = {*tables_of(subjects_of(view, [ref])), ("events", obj.metadata.namespace or "default")}
    unread = sorted(
        {name for name, space in asked if view.served(name) is not False and not view.readable(name, space)}
    )
    found = [f"{name} could not be read ({view.state(name)})" for name in unread]
    created = born(obj)
    if "events" not in unread and (created is None or view.taken_at - created > _KEPT):
        found.append("events older than an hour are usually gone")
    found.append("of each writer only the last write is known, and of a container only its last two runs")
    pods = _pods_of(view, obj)
    if len(pods) > MOST_PODS:
        found.append(f"only the youngest {MOST_PODS} of {len(pods)} pods are told")
    return tuple(found)


def _own(view: View, ref: Ref, resource: str, obj: Any) -> Iterator[Moment]:
    created, deleted = born(obj), parse_time(obj.metadata.deletion_timestamp)
    if created is not None:
        makers = [one for one in writes_of(ref, obj, _ALWAYS) if one.basis == "creation"]
        words = _without(makers[0]) if makers else "was created"
        yield Moment(at=created, kind=MomentKind.CREATION, object=ref, sentence=words)
    if deleted is not None:
        words = "was deleted; it is not gone yet"
        yield Moment(at=deleted, kind=MomentKind.DELETION, object=ref, sentence=words)
    yield from condition_moments(ref, obj)
    yield from event_moments(view, ref, obj)
    if isinstance(obj, Pod):
        yield from container_moments(ref, obj)
        yield from _of_changes(living_writes(ref, obj, _ALWAYS), MomentKind.WRITE)


def _children(view: View, obj: Any) -> Iterator[Moment]:
    """The faults of what the object made to do its work, and the runs of a CronJob."""
    for resource, child in view.children(obj):
        if resource not in _TOLD_CHILDREN:
            continue
        ref = ref_of(view, resource, child)
        yield from event_moments(view, ref, child, only_warnings=True)
        yield from condition_moments(ref, child, only_bad=not isinstance(child, Job))
        created = born(child)
        if isinstance(child, Job) and created is not None:
            yield Moment(at=created, kind=MomentKind.CREATION, object=ref, sentence="was created")


def _pods(view: View, obj: Any) -> Iterator[Moment]:
    for pod in _pods_of(view, obj)[:MOST_PODS]:
        ref = ref_of(view, "pods", pod)
        yield from container_moments(ref, pod)
        yield from event_moments(view, ref, pod, only_warnings=True)


def _pods_of(view: View, obj: Any) -> list[Pod]:
    """The youngest first."""
    if not isinstance(obj, _MAKERS):
        return []
    pods = view.pods_of(obj.metadata.namespace or "", obj.spec.selector) if not isinstance(obj, Job) else ()
    owned = pods or [child for _, child in view.children(obj) if isinstance(child, Pod)]
    return sorted(owned, key=lambda pod: pod.metadata.creation_timestamp or "", reverse=True)


def _around(view: View, subject: Subject, asked: Ref) -> Iterator[Moment]:
    obj, ref, resource = subject.object, subject.ref, subject.resource
    if obj is None:
        return
    own = ref == asked
    if not own:
        told = condition_moments(ref, obj, only_bad=True)
        yield from (one for one in told if not isinstance(obj, Node) or one.sentence.startswith("Ready "))
        if not isinstance(obj, Node):
            yield from event_moments(view, ref, obj, only_warnings=True)
    if isinstance(obj, Node):
        # Where many pods run, the comings and goings of nodes are no history of theirs.
        if own or asked.kind == "Pod":
            said = ("creation", "event") if own else ()
            changes = (one for one in node_changes(view, obj, _ALWAYS) if one.basis not in said)
            yield from _of_changes(changes, MomentKind.NODE)
    elif resource in ROLLED:
        yield from _of_workload(view, resource, obj, ref)
    else:
        yield from _of_changes(_later(writes_of(ref, obj, _ALWAYS)), MomentKind.WRITE)


def _of_workload(view: View, resource: str, workload: Any, ref: Ref) -> Iterator[Moment]:
    revisions = revisions_of(view, workload, _ALWAYS)
    for revision in revisions:
        if not revision.first:
            words = summary_of(ref, revision).removeprefix(f"{ref} ")
            yield Moment(at=revision.at, kind=MomentKind.REVISION, object=ref, sentence=words)
    scalings = tuple(scale_changes(view, resource, workload, _ALWAYS))
    yield from _of_changes(scalings, MomentKind.SCALING)
    told = [*((one.at, one.actor) for one in revisions), *((one.at, one.actor) for one in scalings)]
    yield from _of_changes(_later(untold_writes(ref, workload, told, _ALWAYS)), MomentKind.WRITE)


def _later(changes: Iterable[ChangeBefore]) -> Iterator[ChangeBefore]:
    return (one for one in changes if one.basis != "creation")


def _of_changes(changes: Iterable[ChangeBefore], kind: MomentKind) -> Iterator[Moment]:
    for change in changes:
        yield Moment(at=change.at, kind=kind, object=change.object, sentence=_without(change))


def _without(change: ChangeBefore) -> str:
    return change.sentence.removeprefix(f"{change.object} ")


def _is_said(moment: Moment, scaled: list[datetime]) -> bool:
    """The controllers' own words for a scaling that is told with its author."""
    words = moment.sentence.startswith(("ScalingReplicaSet", "SuccessfulRescale"))
    return moment.kind is MomentKind.EVENT and words and any(abs(moment.at - at) <= NEAR / 5 for at in scaled)
