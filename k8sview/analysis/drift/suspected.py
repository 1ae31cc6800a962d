"""Which objects a bounded look fetches whole, by metadata alone; and the words of every look at whole objects.

``k8sview drift`` reads every object that kubectl ever applied; a check that runs every night looks only where somebody
wrote since. What lies beyond its limit is said, never left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from k8sview.analysis.drift.kinds.reading import declared, unread
from k8sview.analysis.drift.ownership.managers import NOBODY, Known, class_of
from k8sview.analysis.drift.ownership.names import APPLYING
from k8sview.analysis.drift.ownership.tracking import LAST_APPLIED
from k8sview.analysis.drift.ownership.triage import stripped, suspects
from k8sview.analysis.drift.suspect import scaled_by_nobody
from k8sview.model.drift import ActorClass, DriftKind, Drifts, NotCheckable
from k8sview.model.objects.meta import ObjectMeta
from k8sview.model.resources import Key
from k8sview.model.times import parse_time
from k8sview.model.view import View

OF_BODIES = (DriftKind.OUT_OF_BAND, DriftKind.LAST_APPLIED)
"""Kinds that only whole objects tell."""

EMPTIED = "managed by something, and without managedFields: nobody can tell who wrote them"

_NEVER = "secrets"  # a single one, if only its metadata, needs a right that a run of checks does without
_BY_ITSELF = (ActorClass.CONTROLLER, ActorClass.AUTOSCALER)
_LIVING = frozenset({"nodes", "pods", "replicasets.apps"})
"""Nobody writes them down, but what people do to them is told all the same."""

_FIRST = (
    ".rbac.authorization.k8s.io",
    ".admissionregistration.k8s.io",
    ".networking.k8s.io",
    ".apps",
    ".batch",
)
"""Who may do what before what runs before the rest: should not everything be read, then what matters most is."""


class Suspect(msgspec.Struct, frozen=True, order=True):
    """An object to be read whole. ``kinds``: of which drift it is suspected."""

    rank: int
    resource: str
    namespace: str
    name: str
    kinds: tuple[DriftKind, ...] = OF_BODIES


def suspected(view: View, known: Known = NOBODY) -> tuple[tuple[Suspect, ...], Drifts]:
    """What to fetch, what matters most first and always in the same order; and what could not even be suspected.

    Of every table that was read; a table that nobody asked for is no gap. ``known``: the user's own
    classes of managers.
    """
    found: list[Suspect] = []
    blind: list[NotCheckable] = []
    names = {*declared(view), *(_LIVING & set(view.resources))} - {_NEVER}
    for name in sorted(names):
        table = view.tables.get(name)
        if table is None:
            continue
        blind += (gap for reason in unread(view, [name]) for gap in unseen(reason))
        kinds: dict[Key, tuple[DriftKind, ...]] = {}
        touched = {*suspects(view, name, known), *scaled_by_nobody(view, name)}
        for kind, keys in zip(OF_BODIES, (touched, _rewritten(view, name, known)), strict=True):
            for key in keys:
                kinds[key] = (*kinds.get(key, ()), kind)
        found += (Suspect(_rank(name), name, *key, of) for key, of in kinds.items())
        without = sum(1 for _ in stripped(view, name))
        if without:
            blind.append(NotCheckable(DriftKind.OUT_OF_BAND, f"{without} of {name}: {EMPTIED}"))
    return tuple(sorted(found)), Drifts(not_checkable=tuple(blind))


def unseen(reason: str) -> Iterator[NotCheckable]:
    """One reason why whole objects could not be looked at, for each kind that they tell."""
    return (NotCheckable(kind, reason) for kind in OF_BODIES)


def applied(objects: Mapping[Key, Any]) -> Iterator[Key]:
    """Keys of objects that say what was last applied to them, or that somebody applied client-side."""
    for key, obj in objects.items():
        managers = {one.manager for one in obj.metadata.managed_fields}
        if LAST_APPLIED in obj.metadata.annotations or not managers.isdisjoint(APPLYING):
            yield key


def unread_of(suspects: Sequence[Suspect], reason: str) -> Drifts:
    """Why kinds are not known for all objects: so many suspects of each were not read whole."""
    counts = {kind: sum(kind in one.kinds for one in suspects) for kind in OF_BODIES}
    words = {kind: f"{count} suspect{'s' if count > 1 else ''}: {reason}" for kind, count in counts.items() if count}
    return Drifts(not_checkable=tuple(NotCheckable(*pair) for pair in words.items()))


def _rank(resource: str) -> int:
    return next((number for number, end in enumerate(_FIRST) if resource.endswith(end)), len(_FIRST))


def _rewritten(view: View, resource: str, known: Known) -> Iterator[Key]:
    """Keys of objects that kubectl applied, and that somebody other than a controller wrote since."""
    for key, obj in view.table(resource).objects.items():
        if LAST_APPLIED in obj.metadata.annotations and _written_since(obj.metadata, known):
            yield key


def _written_since(metadata: ObjectMeta, known: Known) -> bool:
    """Whether the last apply was not the last word. Without entries, or without times, nobody can tell: it may be."""
    entries = [one for one in metadata.managed_fields if one.subresource != "status"]
    applied = [parse_time(one.time) for one in entries if one.manager in APPLYING]
    last = max((time for time in applied if time is not None), default=None)
    if last is None:
        return True
    others = (one for one in entries if one.manager not in APPLYING)
    times = [parse_time(one.time) for one in others if class_of(one.manager, one.subresource, known) not in _BY_ITSELF]
    return any(time is None or time >= last for time in times)
