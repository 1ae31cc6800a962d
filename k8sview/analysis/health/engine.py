"""Judges every object of a view, and later only what a change concerns: each judgement knows what it read.

Holds what it found between two views and nothing else; no clock but the view's. Runs in slices: whoever drives it may
stop after any object.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import compress, islice
from operator import is_not
from typing import Any

import msgspec

from k8sview.analysis.health.causes import Folding, Ill, Place, chain
from k8sview.analysis.health.diagnoses.table import diagnose
from k8sview.analysis.health.placement.room import measured
from k8sview.analysis.health.verdict import health_of, is_judged
from k8sview.model.health import ClusterHealth, Diagnosis, Health, HealthVerdict, Judged, Step
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Key, Ref, Resource, key_of
from k8sview.model.tables import Table
from k8sview.model.traced import Trace, TracedView, traced, traces_of
from k8sview.model.view import View


class _Entry(msgspec.Struct, frozen=True, gc=False):
    obj: Any
    health: Health
    diagnosis: Diagnosis | None
    traces: frozenset[Trace]
    recheck_at: datetime | None


class HealthEngine:
    """One cluster's health over time."""

    def __init__(self) -> None:
        self._entries: dict[Place, _Entry] = {}
        self._readers: dict[Trace, set[Place]] = {}
        self._view: View | None = None
        self._traced: TracedView | None = None
        self._kept: dict[str, Any] = {}
        self._ill: dict[Place, Ill] = {}
        self._counts: Counter[HealthVerdict] = Counter()
        self._rechecks: dict[Place, datetime] = {}
        self._times: list[tuple[datetime, Place]] = []  # a heap of them, outdated ones among them
        self._folding = Folding(self._ill, self._place)
        self._moved: set[Place] = set()  # whose causes must be folded anew
        self._told: dict[Place, Judged] = {}
        self._order: list[Place] = []  # of what is told, sorted

    def update(self, view: View) -> Generator[None, None, ClusterHealth]:
        """Brings everything up to a view, pausing after each object; returns the whole."""
        places = yield from self._due(view)
        self._view = view
        if any(self._waits_for_a_node(view, place) for place in places):
            yield from measured(self._looking(view))
        for place in places:
            self._judge(view, place)
            yield
        moved = yield from self._folding.update(view, self._moved)
        self._moved = set()
        for place in moved:
            self._tell(place)
        return self._whole(view)

    def health(self, view: View, resource: str, obj: Any) -> Health:
        """The verdict on one object, from memory where nothing that it read has changed since the last update."""
        place = (resource, *key_of(obj))
        known = self._entries.get(place)
        if known is not None and known.obj is obj and (known.recheck_at is None or view.taken_at < known.recheck_at):
            return known.health
        if not is_judged(resource):  # a record or a setting that somebody looks at: no part of the whole
            return health_of(view, resource, obj)
        return self._enter(view, place, obj).health

    def judged(self, resource: str, key: Key) -> Judged | None:
        """One object as last judged; None where it was not."""
        entry = self._entries.get((resource, *key))
        return self._judged((resource, *key), entry) if entry is not None else None

    def everything(self) -> Iterator[Judged]:
        """Every judged object, healthy ones too, in the order of resource, namespace and name."""
        return (self._judged(place, self._entries[place]) for place in sorted(self._entries))

    def chain(self, resource: str, key: Key) -> tuple[Step, ...]:
        """From an object that is not well to its root cause; () for one that is well or unknown."""
        place = (resource, *key)
        one = self._ill.get(place)
        if one is None or self._view is None:
            return ()
        return chain(self._view, one, self._find, self._folding.root(place))

    def upstream(self, ref: Ref) -> tuple[Ref, ...]:
        """All that an object fails by, the most upstream first; () for one that is well."""
        roots = self._folding.roots(self._place(ref))
        found: dict[Ref, int] = {}
        edge = [ref]
        for distance in range(1, _LONGEST_CHAIN):
            following: list[Ref] = []
            for one in edge:
                ill = self._find(one)
                for cause in ill.diagnosis.because if ill is not None else ():
                    if cause not in found and cause != ref:
                        found[cause] = distance
                        following.append(cause)
            edge = following
        farthest = sorted(found, key=lambda one: (-found[one], str(one)))
        return tuple(dict.fromkeys(one for one in (*roots, *farthest) if one != ref))

    def _due(self, view: View) -> Generator[None, None, list[Place]]:
        """What must be judged anew, in no order: what changed, what read it, and what time has come for."""
        before = self._view.tables if self._view is not None else {}
        dirty: set[Place] = set()
        while self._times and (self._outdated(self._times[0]) or self._times[0][0] <= view.taken_at):
            moment, place = heappop(self._times)
            if self._rechecks.get(place) == moment:
                dirty.add(place)
        traces: set[Trace] = set()
        for name, table in view.tables.items():
            old = before.get(name)
            if old is None or old.version != table.version:
                yield from self._compare(old, table, dirty, traces)
        for name in before.keys() - view.tables.keys():
            traces.add(("state", name))
            for place in [place for place in self._entries if place[0] == name]:
                self._forget(place)
        for trace in traces:
            dirty |= self._readers.get(trace, set())
        return list(dirty)

    def _compare(
        self, old: Table | None, table: Table, dirty: set[Place], traces: set[Trace]
    ) -> Generator[None, None, None]:
        """Adds to ``dirty`` and ``traces`` what differs between two pictures of one table, pausing now and then."""
        name = table.resource.name
        if old is None or old.state != table.state or old.scopes != table.scopes:
            traces.add(("state", name))
        known: Mapping[Key, Any] = old.objects if old is not None else {}
        judged, added = is_judged(name), 0
        for number, key in enumerate(_perhaps_changed(table.objects, known)):
            if number % _BREATH == _BREATH - 1:
                yield
            was, obj = known.get(key), table.objects[key]
            if was is obj:
                continue
            added += was is None
            if was is None or was.metadata.owner_references != obj.metadata.owner_references:
                self._moved.add((name, *key))
            if judged:
                dirty.add((name, *key))
            traces.update(traces_of(name, key, was, obj))
        for key in known.keys() - table.objects.keys() if len(table.objects) - added < len(known) else ():
            traces.update(traces_of(name, key, known[key], None))
            self._moved.add((name, *key))
            self._forget((name, *key))

    def _judge(self, view: View, place: Place) -> None:
        table = view.tables.get(place[0])
        obj = table.objects.get((place[1], place[2])) if table is not None else None
        if obj is None:
            self._forget(place)
        else:
            self._enter(view, place, obj)

    def _enter(self, view: View, place: Place, obj: Any) -> _Entry:
        looking = self._looking(view)
        looking.traces.clear()
        health = health_of(looking, place[0], obj)
        diagnosis = None
        if health.verdict not in _WELL:
            diagnosis = diagnose(looking, place[0], obj, health)
        times = [health.recheck_at]
        if diagnosis is not None:
            times += [diagnosis.recheck_at, view.taken_at + _AGES]
        recheck_at = min((one for one in times if one is not None), default=None)
        entry = _Entry(obj, health, diagnosis, frozenset(looking.traces), recheck_at)
        self._replace(view, place, entry)
        return entry

    def _looking(self, view: View) -> TracedView:
        if self._traced is None or self._traced.version != view.version or self._traced.taken_at != view.taken_at:
            self._traced = traced(view, self._kept)
        return self._traced

    def _waits_for_a_node(self, view: View, place: Place) -> bool:
        pod = view.tables[place[0]].objects.get((place[1], place[2])) if place[0] == "pods" else None
        return isinstance(pod, Pod) and not pod.spec.node_name

    def _replace(self, view: View, place: Place, entry: _Entry) -> None:
        before = self._entries.get(place)
        if before is not None:
            self._counts[before.health.verdict] -= 1
        self._entries[place] = entry
        self._rechecks.pop(place, None)
        if entry.recheck_at is not None:
            self._rechecks[place] = entry.recheck_at
            heappush(self._times, (entry.recheck_at, place))
        self._counts[entry.health.verdict] += 1
        gone = before.traces - entry.traces if before is not None else ()
        for trace in gone:
            self._readers[trace].discard(place)
        for trace in entry.traces - before.traces if before is not None else entry.traces:
            self._readers.setdefault(trace, set()).add(place)
        if entry.diagnosis is None:
            if self._ill.pop(place, None) is not None:
                self._moved.add(place)
            return
        ill = Ill(place, self._ref(view, place), entry.health, entry.diagnosis)
        if self._ill.get(place) != ill:
            self._ill[place] = ill
            self._moved.add(place)

    def _forget(self, place: Place) -> None:
        entry = self._entries.pop(place, None)
        if entry is None:
            return
        self._rechecks.pop(place, None)
        self._counts[entry.health.verdict] -= 1
        for trace in entry.traces:
            readers = self._readers.get(trace)
            if readers is not None:
                readers.discard(place)
                if not readers:
                    del self._readers[trace]
        if self._ill.pop(place, None) is not None:
            self._moved.add(place)

    def _find(self, ref: Ref) -> Ill | None:
        return self._ill.get(self._place(ref))

    def _place(self, ref: Ref) -> Place:
        name = self._view.resource_of(ref.api_version, ref.kind) if self._view is not None else ""
        return (name or ref.kind, ref.namespace or "", ref.name)

    def _ref(self, view: View, place: Place) -> Ref:
        resource: Resource = view.tables[place[0]].resource
        return Ref(resource.api_version, resource.kind, place[1] or None, place[2])

    def _judged(self, place: Place, entry: _Entry) -> Judged:
        assert self._view is not None
        return Judged(
            resource=place[0],
            object=self._ref(self._view, place),
            health=entry.health,
            diagnosis=entry.diagnosis,
            cause=self._folding.own(place),
        )

    def _tell(self, place: Place) -> None:
        """Keep what is not well in order, so that telling it costs nothing where nothing has changed."""
        entry = self._entries.get(place) if place in self._ill else None
        if entry is not None:
            if place not in self._told:
                insort(self._order, place)
            self._told[place] = self._judged(place, entry)
        elif self._told.pop(place, None) is not None:
            del self._order[bisect_left(self._order, place)]

    def _outdated(self, time: tuple[datetime, Place]) -> bool:
        return self._rechecks.get(time[1]) != time[0]

    def _whole(self, view: View) -> ClusterHealth:
        while self._times and self._outdated(self._times[0]):
            heappop(self._times)
        return ClusterHealth(
            taken_at=view.taken_at,
            counts={verdict: self._counts[verdict] for verdict in HealthVerdict},
            judged=tuple(map(self._told.__getitem__, self._order)),
            causes=self._folding.ordered,
            unread=tuple(
                sorted(name for name, table in view.tables.items() if is_judged(name) and table.count is None)
            ),
            recheck_at=self._times[0][0] if self._times else None,
        )


def _perhaps_changed(now: Mapping[Key, Any], before: Mapping[Key, Any]) -> Iterator[Key]:
    """A few keys too many, never one too few: rows that stand where another object stood, and those beyond.

    What is the same object in the same place is the same row; comparing places costs a tenth of looking keys up.
    """
    yield from compress(now, map(is_not, now.values(), before.values()))
    yield from islice(now, len(before), None)


_LONGEST_CHAIN = 12
_AGES = timedelta(minutes=1)  # words about what is not well tell its age: they are never older than this
_BREATH = 500  # rows that are compared between two pauses
_WELL = (HealthVerdict.HEALTHY, HealthVerdict.SUSPENDED)
