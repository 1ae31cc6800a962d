"""Changes of a workload's number of pods: when, from what to what, by whom.

A write through ``/scale`` leaves no time in managedFields, and none at all where nobody owned the number. Events have
the time; the HorizontalPodAutoscaler's own event, and its status, tell its hand from a person's. A StatefulSet that was
scaled up by hand cannot be told from one whose last pod was evicted, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.ownership.managers import class_of
from k8sview.analysis.drift.window import NEAR, writer_at
from k8sview.model.fields import read_one
from k8sview.model.objects.workloads import Deployment, HorizontalPodAutoscaler, StatefulSet
from k8sview.model.times import parse_time
from k8sview.model.view import View

_SECOND = timedelta(seconds=1)

HPAS = "horizontalpodautoscalers.autoscaling"
SCALED_OBJECTS = "scaledobjects.keda.sh"

# "Scaled up replica set web-1 from 0 to 3"; before 1.28 "… web-1 to 3 from 0", still earlier without "from".
_SCALED = re.compile(r"Scaled (?:up|down) replica set (\S+)(?: from (\d+))? to (\d+)(?: from (\d+))?")
_RESIZED = re.compile(r"New size: (\d+)(?:; reason: (.*))?", re.DOTALL)
_DELETED = re.compile(r"[Dd]elete Pod (\S+)-(\d+) in StatefulSet \S+ successful")
_KINDS = {"deployments.apps": "Deployment", "statefulsets.apps": "StatefulSet"}


class ScaleEvent(msgspec.Struct, frozen=True):
    """What the deployment controller told of one of its ReplicaSets."""

    at: datetime
    replica_set: str
    before: int | None
    after: int


class Scaling(msgspec.Struct, frozen=True, kw_only=True):
    """One change of ``spec.replicas``. ``autoscaler``: the name of the HorizontalPodAutoscaler that did it."""

    at: datetime
    before: int | None
    after: int
    actor: str = ""
    autoscaler: str = ""
    reason: str = ""
    basis: str = "event"


class _Rescale(msgspec.Struct, frozen=True):
    at: datetime
    size: int
    autoscaler: str
    reason: str
    basis: str


def scale_events(view: View, deployment: Any) -> tuple[ScaleEvent, ...]:
    """What the events of a Deployment tell of its ReplicaSets, newest first."""
    found = []
    for event in view.events_of(deployment):
        told = _SCALED.search(event.message or "") if event.reason == "ScalingReplicaSet" else None
        at = parse_time(event.last_seen)
        if told is not None and at is not None:
            before = told[2] or told[4]
            found.append(ScaleEvent(at, told[1], int(before) if before else None, int(told[3])))
    return tuple(found)


def scalings_of(view: View, resource: str, workload: Any, starts: Mapping[str, datetime]) -> tuple[Scaling, ...]:
    """Changes of the number of pods that anything tells of, oldest first.

    ``starts``: when each ReplicaSet became the newest, by name: what a rollout itself scales is no such change.
    """
    rescales = _rescales(view, resource, workload)
    if isinstance(workload, Deployment):
        told = _of_deployment(view, workload, starts)
    else:
        told = _of_statefulset(view, workload) if isinstance(workload, StatefulSet) else []
    switch = switched_off_by(view, resource, workload)
    found = [_attributed(workload, one, rescales, switch) for one in told]
    for one in rescales:
        if not any(abs(one.at - other.at) <= NEAR for other in found):
            found.append(_of_rescale(one))
    found.sort(key=lambda one: one.at)
    last = _last_scaler(workload)
    if found and last:
        found[-1] = msgspec.structs.replace(found[-1], actor=last)
    return tuple(found)


def _of_rescale(one: _Rescale) -> Scaling:
    name, reason = one.autoscaler, one.reason
    return Scaling(at=one.at, before=None, after=one.size, autoscaler=name, reason=reason, basis=one.basis)


def _of_deployment(view: View, deployment: Deployment, starts: Mapping[str, datetime]) -> list[Scaling]:
    events = sorted(scale_events(view, deployment), key=lambda one: one.at)
    found = []
    for name, start in starts.items():
        end = min((at for at in starts.values() if at > start), default=None)
        span = [one for one in events if one.at >= start - _SECOND and (end is None or one.at < end - _SECOND)]
        others = [one.at for one in span if one.replica_set != name]
        settled = max([start, *others]) + _SECOND
        own = [one for one in span if one.replica_set == name]
        # Where old pods must be gone first (Recreate), the new ones come last.
        last_of_rollout = own[0] if own and others and not own[0].before else None
        found += [one for one in own if one.at > settled and one is not last_of_rollout]
    scalings = [Scaling(at=one.at, before=one.before, after=one.after) for one in found]
    amidst = max((one.at for one in events if _amidst_a_rollout(one, events, starts)), default=None)
    if amidst is not None and not any(one.at >= amidst - _SECOND for one in scalings):
        scalings.append(Scaling(at=amidst, before=None, after=deployment.spec.replicas))
    return scalings


def _amidst_a_rollout(event: ScaleEvent, events: Iterable[ScaleEvent], starts: Mapping[str, datetime]) -> bool:
    """A rollout takes from the old sets and gives to the newest. The other way round, somebody changed the number.

    The controller then spreads it over all sets (proportional scaling), so that no event has the number itself. Where
    one set grows while another shrinks it is a rollout after all, back to a set whose return has no exact date.
    """
    begun = [name for name, start in starts.items() if start <= event.at]
    if event.replica_set not in begun or event.before is None:
        return False
    shrinks = event.after < event.before
    for other in events:
        opposite = other.before is not None and (other.after < other.before) is not shrinks
        if opposite and other.replica_set != event.replica_set and abs(other.at - event.at) <= NEAR:
            return False
    return (event.replica_set == max(begun, key=lambda name: starts[name])) is shrinks


def _of_statefulset(view: View, workload: StatefulSet) -> list[Scaling]:
    """Ordinals that were deleted and are no longer wanted: a rollout brings them back, scaling down does not."""
    gone: dict[int, datetime] = {}
    for event in view.events_of(workload):
        told = _DELETED.search(event.message or "") if event.reason == "SuccessfulDelete" else None
        at = parse_time(event.last_seen)
        if told is not None and at is not None and int(told[2]) >= workload.spec.replicas:
            gone[int(told[2])] = at
    if not gone:
        return []
    # The highest ordinal goes first: its time is that of the change.
    return [Scaling(at=min(gone.values()), before=max(gone) + 1, after=workload.spec.replicas)]


def autoscalers_of(view: View, resource: str, workload: Any) -> list[HorizontalPodAutoscaler]:
    """The HorizontalPodAutoscalers that scale a workload."""
    kind = _KINDS.get(resource) or ref_of(view, resource, workload).kind
    return [
        one
        for one in view.in_namespace(HPAS, workload.metadata.namespace or "")
        if isinstance(one, HorizontalPodAutoscaler)
        and (one.spec.scale_target_ref.kind, one.spec.scale_target_ref.name) == (kind, workload.metadata.name)
    ]


def _rescales(view: View, resource: str, workload: Any) -> list[_Rescale]:
    found = []
    for one in autoscalers_of(view, resource, workload):
        name = one.metadata.name
        for event in view.events_of(one):
            told = _RESIZED.match(event.message or "") if event.reason == "SuccessfulRescale" else None
            at = parse_time(event.last_seen)
            if told is not None and at is not None:
                found.append(_Rescale(at, int(told[1]), name, (told[2] or "").strip(), "event"))
        last = parse_time(one.status.last_scale_time)
        if last is not None and not any(abs(last - other.at) <= NEAR for other in found):
            found.append(_Rescale(last, one.status.desired_replicas, name, "", "field"))
    return found


def switched_off_by(view: View, resource: str, workload: Any) -> str:
    """The ScaledObject that may scale a workload to zero and from it; "" where there is none. KEDA does so itself,
    without a word of its autoscaler's."""
    kind = _KINDS.get(resource) or ref_of(view, resource, workload).kind
    for one in view.in_namespace(SCALED_OBJECTS, workload.metadata.namespace or ""):
        told = [read_one(one, f"spec.scaleTargetRef.{name}") for name in ("kind", "name")]
        if (told[0] or "Deployment", told[1]) != (kind, workload.metadata.name):
            continue
        lowest, idle = read_one(one, "spec.minReplicaCount"), read_one(one, "spec.idleReplicaCount")
        paused = one.metadata.annotations.get("autoscaling.keda.sh/paused-replicas")
        if lowest in (None, 0) or idle == 0 or paused == "0":
            return str(one.metadata.name)
    return ""


def _attributed(workload: Any, scaling: Scaling, rescales: list[_Rescale], switch: str) -> Scaling:
    for one in rescales:
        if abs(one.at - scaling.at) <= NEAR:
            return msgspec.structs.replace(scaling, autoscaler=one.autoscaler, reason=one.reason)
    actor = writer_at(workload, scaling.at)
    # Whoever delivers may have written something else a moment before; a hand near by is rather the hand's.
    by_hand = bool(actor) and class_of(actor).suspicious
    by_switch = switch if not by_hand and 0 in (scaling.before, scaling.after) else ""
    return msgspec.structs.replace(scaling, actor=actor, autoscaler=by_switch)


def _last_scaler(workload: Any) -> str:
    """Who wrote through ``/scale`` last: such an entry is the only one, and any other write of the number evicts it."""
    entries = workload.metadata.managed_fields
    return next((one.manager for one in entries if one.subresource == "scale"), "")
