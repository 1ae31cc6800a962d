"""Two that write the same field in turn: seen as it happens, or hinted at by a generation that grows without end.

Autoscalers change numbers by design: what one scales is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.drift.kinds.reading import declared, refused
from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.ownership.managers import actor, own_controllers
from k8sview.analysis.drift.scaled import HPAS, SCALED_OBJECTS, autoscalers_of
from k8sview.analysis.drift.window import born
from k8sview.model.drift import Actor, ActorClass, Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.fields import read_one
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import Change, View

_SPAN = timedelta(minutes=10)
_TURNS = 3
_FRESH = timedelta(minutes=10)  # both hands wrote within one refresh of a GitOps controller, generously
_GENERATIONS = 20
_EACH = timedelta(minutes=15)  # the mean time between two changes of a spec, at most
_DELIVERS = (ActorClass.GITOPS, ActorClass.HELM, ActorClass.IAC)


def tug_of_war(view: View) -> Iterator[Drift]:
    """Fields that go back and forth, and objects whose specs are written over and over by two hands."""
    seen = set()
    for drift in _watched(view):
        seen.add(drift.object)
        yield drift
    for name in declared(view):
        for obj in view.each(name):
            found = _hinted(view, name, obj)
            if found is not None and found.object not in seen:
                yield found


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Kinds that could not be read; and one look has only hints."""
    hidden = refused(view, declared(view))
    if hidden:
        yield NotCheckable(DriftKind.TUG_OF_WAR, f"{', '.join(hidden)}: list denied or failed")
    if not view.changes:
        words = "nothing was watched: of a field that goes back and forth one look shows only hints"
        yield NotCheckable(DriftKind.TUG_OF_WAR, words, blind=False)


def _watched(view: View) -> Iterator[Drift]:
    leaves: dict[tuple[str, tuple[str, str], str], list[Change]] = defaultdict(list)
    for change in view.changes:
        leaves[(change.resource, change.key, change.path)].append(change)
    for (resource, (namespace, name), path), changes in sorted(leaves.items()):
        turns = _turns(sorted(changes, key=lambda one: one.at))
        obj = view.get(resource, name, namespace)
        if turns and obj is not None:
            first, last = turns[0], turns[-1]
            yield Drift(
                kind=DriftKind.TUG_OF_WAR,
                object=ref_of(view, resource, obj),
                path=path,
                change="override",
                before=last.before,
                after=last.after,
                time=DriftTime(at=last.at, not_before=first.at, basis="watch"),
                confidence=Confidence.OBSERVED,
                message=f"it went back and forth {len(turns)} times within {format_age(last.at - first.at)}",
                why_not_reverted="each of the two reverts the other",
                next="let one of the two own the field, or make the other ignore it",
                evidence=(f"{path} = {last.after}",),
            )


def _turns(changes: list[Change]) -> list[Change]:
    """The longest run of changes, each back to what the one before replaced, none later than the span after the
    first; empty where it is too short."""
    for start in range(len(changes)):
        run = [changes[start]]
        for change in changes[start + 1 :]:
            back = (change.before, change.after) == (run[-1].after, run[-1].before)
            if not back or change.at - run[0].at > _SPAN:
                break
            run.append(change)
        if len(run) >= _TURNS:
            return run
    return []


def _hinted(view: View, resource: str, obj: Any) -> Drift | None:
    generation, created = obj.metadata.generation or 0, born(obj)
    if generation < _GENERATIONS or created is None or (view.taken_at - created) / generation > _EACH:
        return None
    if obj.metadata.controller is not None or _scaled(view, resource, obj):
        return None
    hands = _hands(view, obj)
    if hands is None:
        return None
    deliverer, other, at = hands
    return Drift(
        kind=DriftKind.TUG_OF_WAR,
        object=ref_of(view, resource, obj),
        path="metadata.generation",
        after=str(generation),
        actor=other,
        time=DriftTime(at=at, not_before=created, basis="managedFields"),
        confidence=Confidence.INFERRED,
        severity=Severity.LOW,
        message=f"its spec changed {generation} times in {format_age(view.taken_at - created)}, and both "
        f"{deliverer.manager} and {other.manager} have just written it: they may fight over a field",
        why_not_reverted="each of the two may revert the other",
        next="watch the object: a field that goes back and forth is told within minutes",
        evidence=(
            f"metadata.generation = {generation}",
            f"metadata.managedFields[manager={deliverer.manager}].operation = {deliverer.operation}",
            f"metadata.managedFields[manager={other.manager}].operation = {other.operation}",
        ),
    )


def _hands(view: View, obj: Any) -> tuple[Actor, Actor, datetime] | None:
    """Who delivers an object and who else wrote it, both just now."""
    entries = [
        (actor({"manager": one.manager, "operation": one.operation, "subresource": one.subresource}), one)
        for one in obj.metadata.managed_fields
    ]
    bookkeepers = own_controllers([who for who, _ in entries])
    fresh = [
        (at, who)
        for who, one in entries
        if not one.subresource
        and who.manager not in bookkeepers
        and (at := parse_time(one.time)) is not None
        and view.taken_at - at <= _FRESH
    ]
    delivers = [who for _, who in fresh if who.actor_class in _DELIVERS]
    others = [(at, who) for at, who in fresh if who.actor_class not in (*_DELIVERS, ActorClass.AUTOSCALER)]
    if not delivers or not others:
        return None
    at, other = max(others, key=lambda pair: pair[0])
    return delivers[0], other, at


def _scaled(view: View, resource: str, obj: Any) -> bool:
    namespace = obj.metadata.namespace or ""
    if not view.readable(HPAS, namespace) or autoscalers_of(view, resource, obj):
        return True  # an autoscaler that cannot be seen may be what changes it
    targets = (read_one(one, "spec.scaleTargetRef.name") for one in view.in_namespace(SCALED_OBJECTS, namespace))
    return obj.metadata.name in targets
