"""Numbers of replicas that somebody set where an autoscaler or a delivery tool decides, and who that was.

A write through ``/scale`` has no time, and none at all where nobody owned the number: events date it, and tell the
autoscaler's hand from a person's. Where nothing decides the number, no number is drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from k8sview.analysis.drift.kinds.reading import condition, text, unread
from k8sview.analysis.drift.ownership.managers import actor, tool
from k8sview.analysis.drift.ownership.tracking import Tracking
from k8sview.analysis.drift.ownership.triage import marks_of
from k8sview.analysis.drift.revisions import starts_of
from k8sview.analysis.drift.scaled import HPAS, SCALED_OBJECTS, Scaling, autoscalers_of, scalings_of
from k8sview.analysis.drift.window import NEAR, born
from k8sview.model.drift import Actor, ActorClass, Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.fields import read_one
from k8sview.model.kinds import KINDS, ref_to
from k8sview.model.objects.workloads import Deployment, HorizontalPodAutoscaler
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import parse_time
from k8sview.model.view import View

SCALED = ("deployments.apps", "statefulsets.apps")
READS = (*SCALED, HPAS, SCALED_OBJECTS, "replicasets.apps", "events")

_PATH = "spec.replicas"
_SYNC = timedelta(minutes=2)  # an autoscaler needs some of its periods to correct a number
_HANDS = (ActorClass.HUMAN, ActorClass.UI, ActorClass.SCRIPT, ActorClass.UNKNOWN)


class _Autoscaler(msgspec.Struct, frozen=True):
    """What scales a workload. ``lowest`` is 0 where it may switch the workload off."""

    kind: str
    obj: Any
    lowest: int
    highest: int
    wanted: int = 0  # 0: it has not said


def replicas(view: View) -> Iterator[Drift]:
    """Workloads whose number of replicas is not what decides on it says."""
    for resource in SCALED:
        for workload in view.each(resource):
            namespace = workload.metadata.namespace or ""
            if workload.metadata.controller is not None or workload.metadata.deletion_timestamp is not None:
                continue
            if not view.readable(HPAS, namespace) or not _keda_seen(view, namespace):
                continue  # an autoscaler that cannot be seen may have done it
            autoscalers = [*_hpas(view, resource, workload), *_scaled_objects(view, resource, workload)]
            if autoscalers:
                yield from _autoscaled(view, resource, workload, autoscalers)
            else:
                yield from _fixed(view, resource, workload)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Workloads, autoscalers or events that could not be read."""
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.REPLICAS, reason)


def _keda_seen(view: View, namespace: str) -> bool:
    return view.served(SCALED_OBJECTS) is False or view.readable(SCALED_OBJECTS, namespace)


def _hpas(view: View, resource: str, workload: Any) -> Iterator[_Autoscaler]:
    for one in autoscalers_of(view, resource, workload):
        spec = one.spec
        yield _Autoscaler(
            "HorizontalPodAutoscaler", one, spec.min_replicas, spec.max_replicas, one.status.desired_replicas
        )


def _scaled_objects(view: View, resource: str, workload: Any) -> Iterator[_Autoscaler]:
    kind = KINDS[resource].resource.kind
    for one in view.in_namespace(SCALED_OBJECTS, workload.metadata.namespace or ""):
        target = (text(one, "spec.scaleTargetRef.kind") or "Deployment", text(one, "spec.scaleTargetRef.name"))
        if target != (kind, workload.metadata.name):
            continue
        lowest, idle = _number(one, "spec.minReplicaCount", 0), _number(one, "spec.idleReplicaCount", -1)
        highest = _number(one, "spec.maxReplicaCount", 100)
        paused = one.metadata.annotations.get("autoscaling.keda.sh/paused-replicas", "")
        if paused.isdecimal():
            lowest = highest = int(paused)
        elif idle >= 0:
            lowest = min(lowest, idle)
        yield _Autoscaler("ScaledObject", one, lowest, highest)


def _number(obj: Any, path: str, otherwise: int) -> int:
    value = read_one(obj, path)
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _autoscaled(view: View, resource: str, workload: Any, autoscalers: list[_Autoscaler]) -> Iterator[Drift]:
    number = workload.spec.replicas
    # KEDA makes an autoscaler of its own, which knows nothing of scaling to zero: the wider bounds count.
    lowest, highest = min(one.lowest for one in autoscalers), max(one.highest for one in autoscalers)
    scaling = _last(view, resource, workload)
    if scaling is not None and view.taken_at - scaling.at < _SYNC and scaling.autoscaler:
        return
    if not lowest <= number <= highest:
        if not any(_edited_lately(view, one.obj) for one in autoscalers):
            yield _outside(resource, workload, autoscalers[0], f"{lowest} to {highest}", scaling)
        return
    who = _scaler(workload)
    if who is None:
        yield from _nameless(view, resource, workload, autoscalers, scaling)
        return
    if who.actor_class not in _HANDS:
        return
    created = max((at for one in autoscalers if (at := born(one.obj)) is not None), default=None)
    if scaling is not None:
        if scaling.autoscaler or scaling.actor != who.manager or (created is not None and scaling.at <= created):
            return
    elif not any(one.wanted and one.wanted != number for one in autoscalers):
        return  # it agrees, and nothing tells when the number was set
    first = autoscalers[0]
    yield _drift(
        resource,
        workload,
        who,
        scaling,
        message=f"{number} replicas were set by {tool(who)}, although {first.kind} {first.obj.metadata.name} decides",
        why="it is within the autoscaler's bounds: it stays until the load asks for another number",
        severity=Severity.LOW,
        evidence=(f"metadata.managedFields[subresource=scale].manager = {who.manager}",),
    )


def _nameless(
    view: View, resource: str, workload: Any, autoscalers: list[_Autoscaler], scaling: Scaling | None
) -> Iterator[Drift]:
    """A number within bounds that nobody owns: events tell it from the autoscaler's, which says each of its own."""
    number, first = workload.spec.replicas, autoscalers[0]
    if scaling is None or scaling.after != number or scaling.before is None or scaling.autoscaler:
        return
    if any(one.kind == "ScaledObject" for one in autoscalers) or not view.readable("events"):
        return  # KEDA itself sets numbers at both ends, and says it in other words
    made = [at for one in autoscalers if (at := born(one.obj)) is not None]
    writes = [at for one in workload.metadata.managed_fields if not one.subresource and (at := parse_time(one.time))]
    if any(scaling.at <= at for at in made) or any(abs(at - scaling.at) <= NEAR for at in writes):
        return  # before there was an autoscaler; or whoever wrote just then may have written the number
    found = _drift(
        resource,
        workload,
        None,
        scaling,
        message=f"somebody set {number} replicas, although {first.kind} {first.obj.metadata.name} decides: it says "
        "nothing of them",
        why="it is within the autoscaler's bounds: it stays until the load asks for another number",
        severity=Severity.LOW,
        evidence=(f"events ScalingReplicaSet = from {scaling.before} to {scaling.after}",),
    )
    yield msgspec.structs.replace(found, confidence=Confidence.INFERRED)


def _outside(resource: str, workload: Any, autoscaler: _Autoscaler, bounds: str, scaling: Scaling | None) -> Drift:
    number, name = workload.spec.replicas, autoscaler.obj.metadata.name
    active = _scaling_active(autoscaler.obj)
    why = f"the autoscaler does not scale: {active}" if active else "the autoscaler has not corrected it"
    if number == 0:
        why = "0 replicas switch the autoscaler off"
    who = _scaler(workload) or (_writer(workload, scaling) if scaling is not None else None)
    found = _drift(
        resource,
        workload,
        who if who is not None and who.actor_class in _HANDS else None,
        scaling,
        message=f"{number} replicas; {autoscaler.kind} {name} allows {bounds}",
        why=why,
        severity=Severity.HIGH if number == 0 else Severity.MEDIUM,
        evidence=(f"{autoscaler.kind} {name} bounds = {bounds}",),
    )
    return msgspec.structs.replace(found, before=bounds)


def _fixed(view: View, resource: str, workload: Any) -> Iterator[Drift]:
    marks = marks_of(KINDS[resource].resource, workload.metadata)
    if marks is None:
        return
    who, scaling = _scaler(workload), _last(view, resource, workload)
    if who is not None:
        if who.actor_class in _HANDS:
            yield _by_hand(resource, workload, marks, who, scaling)
        return
    if scaling is None or scaling.after != workload.spec.replicas or scaling.before is None or scaling.autoscaler:
        return
    writes = [at for one in workload.metadata.managed_fields if not one.subresource and (at := parse_time(one.time))]
    if scaling.actor or any(at > scaling.at - NEAR for at in writes):
        return  # whoever delivers it may have written the number itself
    found = _drift(
        resource,
        workload,
        None,
        scaling,
        message=f"somebody set {scaling.after} replicas; {marks.tool} delivers it and wrote nothing then",
        why="nobody owns the number: a write through /scale leaves no trace but its event",
        severity=Severity.MEDIUM,
        evidence=(f"events ScalingReplicaSet = from {scaling.before} to {scaling.after}",),
    )
    yield msgspec.structs.replace(found, confidence=Confidence.INFERRED)


def _by_hand(resource: str, workload: Any, marks: Tracking, who: Actor, scaling: Scaling | None) -> Drift:
    return _drift(
        resource,
        workload,
        who,
        scaling,
        message=f"{workload.spec.replicas} replicas were set by {tool(who)}; {marks.tool} delivers it",
        why="",  # what the tool does about it is told where all drifts are explained
        severity=Severity.HIGH if workload.spec.replicas == 0 else Severity.MEDIUM,
        evidence=(f"metadata.managedFields[subresource=scale].manager = {who.manager}",),
    )


def _drift(
    resource: str,
    workload: Any,
    who: Actor | None,
    scaling: Scaling | None,
    *,
    message: str,
    why: str,
    severity: Severity,
    evidence: tuple[str, ...],
) -> Drift:
    metadata, number = workload.metadata, workload.spec.replicas
    known = scaling is not None and scaling.after == number
    before = str(scaling.before) if known and scaling is not None and scaling.before is not None else None
    kind = KINDS[resource].resource.kind
    return Drift(
        kind=DriftKind.REPLICAS,
        object=ref_to(kind, metadata.namespace, metadata.name),
        path=_PATH,
        change="override",
        before=before,
        after=str(number),
        actor=who,
        time=DriftTime(at=scaling.at, basis="event") if known and scaling is not None else DriftTime(),
        confidence=Confidence.OBSERVED,
        severity=severity,
        message=message,
        why_not_reverted=why,
        next=f"kubectl describe {kind.lower()} -n {metadata.namespace} {metadata.name}",
        evidence=(f"{_PATH} = {number}", *evidence),
    )


def _last(view: View, resource: str, workload: Any) -> Scaling | None:
    starts = starts_of(view, workload) if isinstance(workload, Deployment) else {}
    found = scalings_of(view, resource, workload, starts)
    return found[-1] if found else None


def _scaler(workload: Any) -> Actor | None:
    """Who wrote through ``/scale`` last: such an entry is the only one."""
    for entry in workload.metadata.managed_fields:
        if entry.subresource == "scale":
            return actor({"manager": entry.manager, "operation": entry.operation, "subresource": "scale"})
    return None


def _writer(workload: Any, scaling: Scaling) -> Actor | None:
    for entry in workload.metadata.managed_fields:
        if entry.manager == scaling.actor and not entry.subresource:
            return actor({"manager": entry.manager, "operation": entry.operation})
    return None


def _edited_lately(view: View, obj: Any) -> bool:
    times = [at for one in obj.metadata.managed_fields if one.subresource != "status" and (at := parse_time(one.time))]
    times += [at for at in (born(obj),) if at is not None]
    return any(view.taken_at - at < _SYNC for at in times)


def _scaling_active(obj: Any) -> str:
    """Why an autoscaler does nothing; "" where it says nothing of the kind."""
    if isinstance(obj, HorizontalPodAutoscaler):
        for said in obj.status.conditions:
            if said.type in ("AbleToScale", "ScalingActive") and said.status == "False":
                return said.reason or said.type
        return ""
    ready = condition(obj, "Ready")
    return str(ready.get("reason") or "it is not ready") if ready.get("status") == "False" else ""
