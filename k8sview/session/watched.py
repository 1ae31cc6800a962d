"""What changes before our eyes: compares each object that arrives with what was known of it. Keeps a bounded log.

Knows nothing of judgement or sources: it is handed each event before the store takes it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from k8sview.analysis.drift.seen import IGNORED, between, created, deleted
from k8sview.model import events
from k8sview.model.living_drift import SeenChange
from k8sview.model.objects.meta import Malformed
from k8sview.model.resources import Key, Resource, key_of
from k8sview.model.tables import State
from k8sview.store.store import Store

KEPT, KEPT_ROUTINE = 1000, 300
"""How many changes are remembered: those of people apart, so that controllers cannot push them out."""


class Watched:
    """The changes of one cluster since the app looks at it. ``version`` grows with each, ``by_hand`` with those that
    are nobody's routine."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._people: deque[SeenChange] = deque(maxlen=KEPT)
        self._routine: deque[SeenChange] = deque(maxlen=KEPT_ROUTINE)
        self.since = clock()
        self.version = 0
        self.by_hand = 0

    def take(self, event: events.Event, store: Store) -> None:
        """Compare, before ``store`` applies the event. The first list of a table tells of no change."""
        match event:
            case events.Upserted():
                if event.resource not in IGNORED:
                    self._keep(self._upserted(event, store))
            case events.Removed():
                self._keep(self._gone(event.resource, event.keys, store, self._clock(), exact=True))
            case events.Synced():
                known = (one for one in store.keys(event.resource) if event.scope in (None, one[0]))
                gone = [key for key in known if key not in event.keys]
                self._keep(self._gone(event.resource, gone, store, self._clock(), exact=False))

    def newest_first(self) -> tuple[SeenChange, ...]:
        """All that is remembered."""
        both = [*self._people, *self._routine]
        both.reverse()
        return tuple(sorted(both, key=lambda one: one.at, reverse=True))

    def by_object(self) -> dict[tuple[str, Key], tuple[SeenChange, ...]]:
        """The same by resource and key; routine work, too, for it dates what a controller did."""
        found: dict[tuple[str, Key], list[SeenChange]] = {}
        for one in self.newest_first():
            found.setdefault((one.resource, one.key), []).append(one)
        return {place: tuple(changes) for place, changes in found.items()}

    def _upserted(self, event: events.Upserted, store: Store) -> Iterator[SeenChange]:
        at = event.at or self._clock()
        resource = store.resource(event.resource)
        if resource is None:
            return
        followed = store.state(event.resource).state is State.SYNCED
        for obj in event.objects:
            before = store.object(event.resource, key_of(obj))
            if before is not None:
                # A recording tells the time of each change; a list after a gap only that there was one.
                yield from between(resource, before, obj, at, exact=followed or event.at is not None)
            elif followed:
                yield from created(resource, obj, at)

    def _gone(self, name: str, keys: Iterable[Key], store: Store, at: datetime, *, exact: bool) -> Iterator[SeenChange]:
        resource: Resource | None = store.resource(name)
        if resource is None or name in IGNORED:
            return
        for key in keys:
            obj = store.object(name, key)
            if obj is not None and not isinstance(obj, Malformed):
                yield from deleted(resource, obj, at, exact=exact)

    def _keep(self, changes: Iterable[SeenChange]) -> None:
        for one in changes:
            (self._routine if one.routine else self._people).append(one)
            self.version += 1
            self.by_hand += not one.routine
