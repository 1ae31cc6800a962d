"""Which objects may hold a write that nobody planned, and what their whole bodies told, for as long as it holds.

Triage reads metadata alone, of what changed alone. A body is read once for each state of its object, and forgotten at
once: only its drifts are kept, and those go with the object. Of Secrets only the metadata is read.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from k8sview.analysis.drift.kinds.reading import declared
from k8sview.analysis.drift.kinds.replicas import SCALED
from k8sview.analysis.drift.ownership.managers import NOBODY, Known, class_of
from k8sview.analysis.drift.ownership.triage import stripped, suspects
from k8sview.analysis.drift.suspect import scaled_by_nobody
from k8sview.analysis.drift.suspected import EMPTIED, applied, unseen
from k8sview.model import events
from k8sview.model.drift import ActorClass, DriftKind, Drifts, NotCheckable
from k8sview.model.kinds import RESOURCE_NAMES
from k8sview.model.objects.core import Event
from k8sview.model.resources import Key, key_of
from k8sview.model.tables import State, Table
from k8sview.model.view import View
from k8sview.session.bodies import SECRETS
from k8sview.store.store import Store

Place = tuple[str, Key]
"""``(resource, key)``."""

_CHUNK = 50  # objects whose triage costs well below a slice
_UNLISTED = frozenset({"events", "events.events.k8s.io", "componentstatuses", "leases.coordination.k8s.io"})
_SCALED = "ScalingReplicaSet"


class Suspects:
    """The suspects of one cluster. ``version`` grows when what is known of them changes."""

    def __init__(self, known: Known = NOBODY) -> None:
        self._known = known
        self._dirty: dict[str, set[Key]] = {}
        self._applied_secrets: set[Key] = set()
        self._marks: dict[Place, object] = {}
        self._told: dict[Place, tuple[object, Drifts]] = {}
        self._failed: dict[Place, str] = {}
        self._urgent: dict[Place, None] = {}
        self._calm: dict[Place, None] = {}
        self._emptied: dict[str, set[Key]] = {}
        self.version = 0

    def take(self, event: events.Event, store: Store) -> None:
        """Note, before ``store`` applies the event, which objects have to be looked at."""
        match event:
            case events.Upserted():
                self._mark(event.resource, (key_of(one) for one in (*event.objects, *event.malformed)))
                if event.resource == "events":
                    self._rescaled(event.objects)
            case events.Removed():
                self._mark(event.resource, event.keys)
            case events.Synced() | events.ScopeDropped():
                self._mark(event.resource, store.keys(event.resource))

    @property
    def dirty(self) -> bool:
        return bool(self._dirty)

    @property
    def waiting(self) -> int:
        """Bodies that nobody has tried to read yet."""
        return sum(place not in self._failed for queue in (self._urgent, self._calm) for place in queue)

    def update(self, view: View, *, followed: bool) -> Generator[None, None, None]:
        """Triage what changed, with pauses. ``followed``: it changed before our eyes, and goes first."""
        dirty, self._dirty = self._dirty, {}
        for resource, keys in dirty.items():
            table = view.table(resource)
            ordered = list(keys)
            for start in range(0, len(ordered), _CHUNK):
                self._triage(view, table, ordered[start : start + _CHUNK], urgent=followed and len(keys) <= _CHUNK)
                yield

    def next(self, resting: frozenset[str]) -> tuple[Place, bool] | None:
        """What to read now, and whether somebody waits for it; None where there is nothing. Of ``resting`` resources
        nothing is read for a while."""
        for queue in (self._urgent, self._calm):
            for place in queue:
                if place[0] not in resting:
                    del queue[place]
                    return place, queue is self._urgent
        return None

    def tell(self, place: Place, found: Drifts) -> None:
        """What an object's body told."""
        mark = self._marks.get(place)
        if mark is None:
            return  # gone meanwhile, or to be looked at again
        self._failed.pop(place, None)
        self._told[place] = (mark, found)
        self.version += 1

    def fail(self, place: Place, reason: str, *, again: bool) -> None:
        """Why a body could not be read; ``again``: it is worth another try."""
        if place not in self._marks:
            return
        self._failed[place] = reason
        self._told.pop(place, None)
        if again:
            self._calm[place] = None
        self.version += 1

    def found(self) -> Iterator[Drifts]:
        """All that bodies told."""
        return (drifts for _, drifts in self._told.values())

    def gaps(self, view: View) -> Iterator[NotCheckable]:
        """What could not be looked at: tables that cannot be read, bodies that were refused, Secrets, bare objects."""
        denied = []
        for name in sorted(view.tables):
            state, partial = view.state(name), view.table(name).partial
            if state.state in (State.IDLE, State.NOT_SERVED, State.LOADING) or name in _UNLISTED:
                continue
            if state.state is State.DENIED:
                denied.append(name)
            elif not view.readable(name) or partial:
                yield from unseen(f"{name}: {partial or state}")
        if denied:
            yield from unseen(f"list denied: {some(denied)}")
        reasons: dict[tuple[str, str], int] = {}
        for (resource, _), reason in self._failed.items():
            place = (resource, reason.rpartition(": ")[2])
            reasons[place] = reasons.get(place, 0) + 1
        for (resource, reason), count in sorted(reasons.items()):
            yield from unseen(f"{count} of {resource} could not be read whole: {reason}")
        if self._applied_secrets:
            words = f"{len(self._applied_secrets)} of secrets: their values are never read"
            yield NotCheckable(DriftKind.LAST_APPLIED, words)
        for resource, keys in sorted(self._emptied.items()):
            if keys:
                yield NotCheckable(DriftKind.OUT_OF_BAND, f"{len(keys)} of {resource}: {EMPTIED}")

    def _mark(self, resource: str, keys: Iterable[Key]) -> None:
        if resource not in _UNLISTED:
            self._dirty.setdefault(resource, set()).update(keys)

    def _rescaled(self, told: Iterable[Any]) -> None:
        """Writes through /scale have no time: the event that dates one comes after it."""
        for one in told:
            about = one.involved_object if isinstance(one, Event) and one.reason == _SCALED else None
            resource = RESOURCE_NAMES.get(about.kind, "") if about is not None else ""
            if about is not None and resource in SCALED:
                key = (about.namespace or "", about.name)
                self._marks.pop((resource, key), None)
                self._mark(resource, (key,))

    def _triage(self, view: View, table: Table, keys: list[Key], *, urgent: bool) -> None:
        resource = table.resource.name
        objects = {key: table.objects[key] for key in keys if key in table.objects}
        broken = {key: table.malformed[key] for key in keys if key in table.malformed}
        part = Table(table.resource, table.state, objects, broken)
        small = View(view.taken_at, resources=view.resources, tables={resource: part})
        touched = set(suspects(small, resource, self._known))
        stated = () if resource == SECRETS else applied(objects)  # what was applied to one holds its values
        found = {*touched, *stated, *self._scaled(view, resource, objects)}
        bare = self._emptied.setdefault(resource, set())
        bare.difference_update(keys)
        bare.update(stripped(small, resource))
        if resource == SECRETS:
            self._applied_secrets.difference_update(keys)
            self._applied_secrets.update(applied(objects))
        for key in keys:
            place = (resource, key)
            if key not in found:
                self._forget(place)
                continue
            mark = _mark_of(objects[key] if key in objects else broken[key])
            if self._marks.get(place) == mark:
                continue
            self._marks[place] = mark
            self.version += 1
            self._calm.pop(place, None)
            (self._urgent if urgent else self._calm)[place] = None

    def _scaled(self, view: View, resource: str, objects: dict[Key, Any]) -> Iterator[Key]:
        """Workloads that somebody scaled without leaving a name: events tell of those."""
        if resource not in SCALED:
            return
        part = msgspec.structs.replace(view.table(resource), objects=objects)
        tables = {**view.tables, resource: part}
        yield from scaled_by_nobody(msgspec.structs.replace(view, tables=tables), resource)

    def _forget(self, place: Place) -> None:
        books: tuple[dict[Place, Any], ...] = (self._marks, self._told, self._failed, self._urgent, self._calm)
        for known in books:
            if known.pop(place, self) is not self:
                self.version += 1


def unfollowed(view: View) -> tuple[str, ...]:
    """Kinds that somebody may write down, that can be listed, and whose tables nobody reads now."""
    return tuple(
        name
        for name in declared(view)
        if "list" in view.resources[name].verbs
        and name not in _UNLISTED
        and not view.resources[name].group.endswith("metrics.k8s.io")
        and view.state(name).state is State.IDLE
    )


def some(names: Sequence[str], most: int = 6) -> str:
    """The first few names, and how many more there are."""
    rest = f" and {len(names) - most} more kinds" if len(names) > most else ""
    return f"{', '.join(names[:most])}{rest}"


def _mark_of(obj: Any) -> object:
    """What tells that a body is no longer the one that was judged: all that people write, and no controller's status.

    Objects without a generation have no status that is written all day; their version tells.
    """
    metadata = obj.metadata
    if metadata.generation is None:
        return (metadata.uid, metadata.resource_version)
    people = (ActorClass.HUMAN, ActorClass.UI)
    entries = tuple(
        one
        for one in metadata.managed_fields
        if one.subresource != "status" or class_of(one.manager, one.subresource) in people
    )
    own = msgspec.structs.replace(metadata, resource_version="", managed_fields=())
    return (own, entries)
