"""Which leaves somebody wrote who was not meant to: the drift that managedFields alone, or with a desired state, tell.

A leaf that a suspicious class owns is agreed upon (a deliverer owns it as well, or it is as desired), overridden, or
added. What only the object's creator left, before a tool took it over, is no change. Nobody signs a removal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from k8sview.analysis.drift.ownership import bookkeeping, bounds
from k8sview.analysis.drift.ownership.agreement import (
    agreed,
    creators,
    meaningless,
    only_left,
    same_entry,
    told_by_another,
)
from k8sview.analysis.drift.ownership.case import Case, controlled, is_node, opened, ref_of
from k8sview.analysis.drift.ownership.desired import Same, equal
from k8sview.analysis.drift.ownership.desired import desired as wanted
from k8sview.analysis.drift.ownership.grouping import grouped
from k8sview.analysis.drift.ownership.managers import NOBODY, Known, person, tool
from k8sview.analysis.drift.ownership.owners import Owner, Ownership, Tracked, ownership
from k8sview.analysis.drift.ownership.regime import sanctioned
from k8sview.analysis.drift.ownership.resolution import Location
from k8sview.analysis.drift.ownership.telling import confidence, evidence
from k8sview.analysis.drift.ownership.unsigned import removals, scaled_without_a_name
from k8sview.analysis.drift.ownership.values import shown_value
from k8sview.analysis.drift.ownership.weight import is_security, severity
from k8sview.analysis.drift.ownership.words import UNSCHEDULABLE, deed, in_audit_log, on_a_node, sentence
from k8sview.analysis.drift.scaled import Scaling
from k8sview.model.drift import Actor, Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.kinds import KINDS
from k8sview.model.status import Severity
from k8sview.model.times import parse_time

_LIVING = ("ephemeralcontainers", "resize")
_KNOWN_KINDS = frozenset(row.resource.kind for row in KINDS.values())


def judge(
    body: Mapping[str, Any],
    resource: str,
    *,
    desired: Mapping[str, Any] | None = None,
    same: Same = equal,
    scalings: Sequence[Scaling] = (),
    known: Known = NOBODY,
    owned: Ownership | None = None,
) -> tuple[Drift, ...]:
    """Every write out of band that an object's body tells of, by path.

    ``resource``: as kubectl writes it (``deployments.apps``). ``desired``: path → value of what somebody states, with
    paths as people write them; without it nobody can tell what was removed, and rarely what was overridden. ``same``
    compares a desired value with a live one. ``scalings``: what events tell of the number of pods, for writes through
    ``/scale`` have no time. ``known``: the user's own manager classes; ``owned``: who owns what, where that is known
    already. See ``gaps`` for what this could not look at.
    """
    stated = wanted(desired, same) if desired is not None else None
    case = opened(owned or ownership(body, known), resource, stated, scalings)
    found = [*_hands(case), *_written(case), *scaled_without_a_name(case), *removals(case)]
    return tuple(sorted(found, key=lambda one: (one.path, one.change or "")))


def gaps(body: Mapping[str, Any], owned: Ownership | None = None) -> tuple[NotCheckable, ...]:
    """Why the answer for an object may be less than whole; () where it is whole."""
    owned = owned or ownership(body)
    found = []
    if owned.tracked is Tracked.STRIPPED:
        found.append("the object has fields and no managedFields: they were emptied, and writes since are not tracked")
    if owned.tracked is Tracked.FORGOTTEN:
        found.append("more than ten managers wrote the object: the oldest are one entry without a name")
    found += [f"malformed: {problem}" for problem in owned.problems]
    return tuple(NotCheckable(DriftKind.OUT_OF_BAND, f"{ref_of(body)}: {one}") for one in found)


def _hands(case: Case) -> Iterator[Drift]:
    """What people do through subresources that concern nobody's configuration, and to the status."""
    for owner in case.owned.owners:
        who = owner.actor
        if not (person(who) or (who.actor_class.suspicious and who.subresource in _LIVING)):
            continue
        status = [place for place, owners in case.owned.leaves.items() if owner in owners and place[0] == "status"]
        if who.subresource in _LIVING:
            own = [place for place, owners in case.owned.leaves.items() if owner in owners]
            yield from _told(case, owner, own)
        elif status:
            yield from _told(case, owner, status)


def _written(case: Case) -> Iterator[Drift]:
    ruled = case.ruled
    if ruled is None or controlled(case.owned.body):
        return
    for owner in case.owned.owners:
        who = owner.actor
        if sanctioned(who, ruled) or _older(case, owner) or who.subresource not in ("", "scale"):
            continue
        own = [
            place
            for place, owners in case.owned.leaves.items()
            if place[0] != "status" and any(same_entry(one, owner) for one in owners)
        ]
        settled = [place for place in own if agreed(case, place, owner)]
        born = creators(case, owner, own, settled)
        told = [
            place
            for place in own
            if place not in settled
            and not meaningless(case, place, owner)
            and not (born and only_left(case, place, born))
        ]
        yield from _told(case, owner, told)


def _older(case: Case, owner: Owner) -> bool:
    """Whether a deliverer of another tool wrote before the one that manages the object now did: what it left then was
    taken over or left alone knowingly."""
    if owner.actor.actor_class.suspicious:
        return False
    last = bounds.last_write(case.deliverers)
    return owner.time is not None and last is not None and owner.time <= last


def _told(case: Case, owner: Owner, places: Sequence[Location]) -> Iterator[Drift]:
    stated = case.desired.above.union(case.desired.leaves) if case.desired is not None else None
    groups = grouped(case.owned, places, owner.actor.manager, stated)
    for place, parts in groups.items():
        change = _change(case, place, owner, added=parts != (place,))
        if change == "agreed" or any(told_by_another(case, part, owner) for part in parts[:1]):
            continue
        yield _drift(case, owner, place, parts, change)


def _drift(case: Case, owner: Owner, place: Location, parts: tuple[Location, ...], change: str | None) -> Drift:
    owned, body = case.owned, case.owned.body
    path, value, who = owned.path(place), owned.value(place), owner.actor
    time = bounds.written(owned, owner, case.deliverers, override=change == "override")
    if who.subresource == "scale":
        time, _ = bounds.scaled(owned, case.scalings, value)
    restart = bookkeeping.is_restart(place)
    if restart and (told := parse_time(value)) is not None and bounds.within(told, time):
        time = DriftTime(at=told, basis=bounds.MANAGED_FIELDS)  # else somebody's clock is wrong
    before = case.desired.leaves.get(path) if case.desired is not None else None
    if before is None and case.desired is not None and change == "override":
        before = bookkeeping.default_of(place)
    security = is_security(case.ref, (path, *(owned.path(part) for part in parts[:50])))
    by_hand = deed(who, path) if place[0] == "status" or who.subresource in _LIVING else None
    message = by_hand or sentence(who, path, change, case.ruled)
    if restart:
        message = f"{tool(who).partition(' (')[0]} restarted the pods by hand"
    node = is_node(case.ref)
    harmless = restart or (node and path == UNSCHEDULABLE)
    if node and by_hand is None:
        message = on_a_node(who, path, change)
    return Drift(
        kind=DriftKind.NODE_IN_PLACE if node else DriftKind.OUT_OF_BAND,
        object=case.ref,
        path=path,
        change=None if restart else change,
        before=shown_value(body, path, before),
        after=shown_value(body, path, value),
        actor=who,
        time=time,
        confidence=confidence(case, owner, time, by_hand=by_hand is not None),
        why_not_reverted=_kept(who, node=node),
        security=security,
        severity=Severity.LOW if harmless else severity(case.ref, path, change, security=security),
        message=message,
        next=in_audit_log(case.ref, case.resource, time, who.subresource),
        evidence=tuple(evidence(case, place, path, value)),
    )


def _kept(who: Actor, *, node: bool) -> str:
    if node:
        return "a node keeps what is written on it until it is replaced"
    return "Flux keeps what is written under this name" if who.manager == "flux-client-side-apply" else ""


def _change(case: Case, place: Location, owner: Owner, *, added: bool) -> str | None:
    """``override`` | ``addition`` | ``agreed``; None where nothing tells which."""
    if owner.actor.subresource == "ephemeralcontainers":
        return "addition"
    if place[0] == "status" or owner.actor.subresource == "resize":
        return "override"
    if case.desired is not None:
        change = case.desired.change(case.owned.path(place), case.owned.value(place))
        if change == "addition" and not added and bookkeeping.always_set(case.ref.kind in _KNOWN_KINDS, place):
            # What is not stated is as the server sets it: so it is, or so it was.
            return "agreed" if bookkeeping.is_default(place, case.owned.value(place)) else "override"
        return change or "agreed"
    if added:
        return "addition"
    taken = bookkeeping.always_set(case.ref.kind in _KNOWN_KINDS, place) or _of_their_variable(case, place)
    return "override" if taken else None


def _of_their_variable(case: Case, place: Location) -> bool:
    """Whether it is the value of an environment variable that the deliverer states: a variable has one."""
    if len(place) < 3 or place[-3] != "env" or place[-1] != "value":
        return False
    return any(one in case.deliverers for one in case.owned.nodes.get(place[:-1], ()))
