"""Drift that is followed: keeps what drifted, what changed and what nobody could look at up to date, gently.

Looks run in slices; bodies are read a few a second, so that tables never wait for them. What changes before our eyes
goes first. See ``kept_rows`` for what a view alone tells, ``kept_suspects`` and ``suspect_reader`` for what bodies
tell, ``watched`` for what was seen to change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import datetime

import msgspec

from k8sview.analysis.drift.completing import completed
from k8sview.analysis.drift.ignore import apply_rules
from k8sview.analysis.drift.kinds.behind import holes
from k8sview.analysis.drift.kinds.suspended import fences
from k8sview.analysis.drift.kinds.unmanaged import coverage
from k8sview.analysis.drift.seen import as_watched
from k8sview.analysis.drift.summary import order, summary
from k8sview.analysis.drift.suspected import OF_BODIES
from k8sview.model import events
from k8sview.model.drift import Coverage, Drift, DriftKind, Drifts, DriftSettings, DriftSummary, NotCheckable
from k8sview.model.living_drift import LivingDrift, SeenChange
from k8sview.model.resources import Key
from k8sview.model.view import View
from k8sview.session.bodies import Whole
from k8sview.session.kept_rows import KeptRows
from k8sview.session.kept_suspects import Suspects, some, unfollowed
from k8sview.session.slices import unhurried
from k8sview.session.suspect_reader import SuspectReader
from k8sview.session.watched import Watched
from k8sview.sources.contract import Source
from k8sview.store.store import Store

SLICE_SECONDS = 0.002
SHARE = 0.05
"""Largest share of a core that looking takes while programs change things. What somebody does by hand is rare, and
shown at once."""
SOONEST_SECONDS = 0.1
PULSE_SECONDS = 20.0
"""A look without any news: sentences hold ages, and rows may be due for the time alone."""
_WAKE = 0.1

_NO_BODIES = "a recording keeps no field sets and covers values: only the live cluster can tell"
_CLOSED = (
    NotCheckable(DriftKind.MANIFEST, "needs manifests: k8sview drift -f DIR, FILE or -", blind=False),
    NotCheckable(DriftKind.MISSING, "needs manifests, or a release that states it: k8sview drift", blind=False),
    NotCheckable(DriftKind.CLUSTER, "needs a second cluster or recording: k8sview diff A B", blind=False),
    NotCheckable(DriftKind.BASELINE, "needs a recording of before: k8sview diff FILE CONTEXT", blind=False),
)


_ALL = DriftSettings()


class DriftEngine:
    """One cluster's drift over time. ``newest`` is None until there was a first whole look."""

    def __init__(self, source: Source, clock: Callable[[], datetime], settings: DriftSettings = _ALL) -> None:
        """``settings``: the user's own rules and classes."""
        self._whole = source if isinstance(source, Whole) else None
        self._settings = settings
        self._rows = KeptRows()
        self._suspects = Suspects(settings.managers)
        self._watched = Watched(clock)
        self._news = asyncio.Event()
        self._by_hand = asyncio.Event()
        self._known: tuple[object, ...] = ()
        self._missed: set[str] = set()
        self._by_kind: dict[DriftKind, tuple[Drift, ...]] = {}
        self.newest: LivingDrift | None = None

    def take(self, event: events.Event, store: Store) -> None:
        """Take note of an event before ``store`` applies it."""
        before = self._watched.by_hand
        self._suspects.take(event, store)
        try:
            self._watched.take(event, store)
        except Exception as problem:  # whatever a cluster holds: events must arrive, and what is missed is told
            self._missed.add(f"a change of {getattr(event, 'resource', '')}: {type(problem).__name__}")
        if self._watched.by_hand != before:
            self._by_hand.set()
        if not isinstance(event, events.Usage):
            self._news.set()

    def of_kind(self, kind: DriftKind) -> Drifts:
        """The newest answer for one kind of drift: what was found, and what could not be looked at."""
        if self.newest is None:
            return Drifts(not_checkable=(NotCheckable(kind, "not looked at yet"),))
        reasons = [one for one in (*self.newest.not_checkable, *self.newest.closed) if one.kind is kind]
        if kind in OF_BODIES and self.newest.waiting:
            reasons.append(NotCheckable(kind, f"{self.newest.waiting} suspects are still to be read"))
        return Drifts(self._by_kind.get(kind, ()), tuple(reasons))

    async def run(self, view: Callable[[], View], ready: Callable[[], bool], tell: Callable[[], None]) -> None:
        """Look again and again, until cancelled. ``view``: the state as it is; ``ready``: whether a look is worth its
        time; ``tell``: called when ``newest`` is another one."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_loop(view, ready, tell), name="drift look")
            if self._whole is not None:
                reader = SuspectReader(self._whole, self._suspects, self._settings.managers)
                reading = reader.run(view, lambda: self.newest is not None, self._told)
                group.create_task(reading, name="drift read")

    async def _look_loop(self, view: Callable[[], View], ready: Callable[[], bool], tell: Callable[[], None]) -> None:
        while True:
            self._news.clear()
            if not ready():
                await asyncio.sleep(_WAKE)
                continue
            now = view()
            try:
                changed, busy = await unhurried(self.look(now), SLICE_SECONDS)
            except Exception as problem:  # a rule that breaks must not look like no drift
                reason = f"the look for drift broke: {type(problem).__name__}: {problem}"
                self.newest = LivingDrift(now.taken_at, not_checkable=_every_kind(reason))
                self._known, self._by_kind = (), {}
                changed, busy = True, PULSE_SECONDS * SHARE
            if changed:
                tell()
            await asyncio.sleep(SOONEST_SECONDS)
            await _within(busy / SHARE - SOONEST_SECONDS, self._by_hand)
            self._by_hand.clear()
            rest = self._rows.waits(now)
            await _within(PULSE_SECONDS if rest is None else max(rest, _WAKE), self._news)

    def _told(self, urgent: bool) -> None:
        """A body told something; ``urgent``: of what changes before our eyes."""
        self._news.set()
        if urgent:
            self._by_hand.set()

    def look(self, view: View) -> Generator[None, None, bool]:
        """One pass; whether anything is known now that was not."""
        yield from self._suspects.update(view, followed=self.newest is not None)
        yield from self._rows.update(view)
        known = (
            self._rows.version,
            self._suspects.version,
            self._watched.version,
            self._suspects.waiting,
            tuple((name, table.state, table.partial) for name, table in view.tables.items()),
            len(view.resources),
        )
        if known == self._known:
            return False
        self._known = known
        self.newest = yield from self._assembled(view)
        return True

    def _assembled(self, view: View) -> Generator[None, None, LivingDrift]:
        seen = self._watched.newest_first()
        changes = self._watched.by_object()
        told: list[Drift] = []
        # What concerns people's hands first: of it there is most to miss.
        reasons = list(self._blind(view))
        for number, one in enumerate((*(row.found for row in self._rows.found), *self._suspects.found())):
            told += one.drifts
            reasons += one.not_checkable
            if number % 20 == 0:
                yield
        whole: list[Drift] = []
        for drift in completed(view, told, self._settings.managers):
            whole.append(as_watched(drift, _of(view, drift, changes)))
            if len(whole) % 100 == 0:
                yield
        drifts = order(apply_rules(whole, self._settings.ignore, view.taken_at).drifts)
        yield
        found_coverage, gaps = coverage(view), holes(view, fences(view), drifts)
        yield
        self._by_kind = _grouped(drifts)
        unlisted = self._rows.unlisted()
        return LivingDrift(
            taken_at=view.taken_at,
            drifts=drifts,
            not_checkable=tuple(dict.fromkeys(reasons)),
            closed=_CLOSED,
            holes=gaps,
            coverage=found_coverage,
            summary=_counted(drifts, found_coverage, unlisted),
            seen=seen,
            watched_since=self._watched.since if view.cluster.source != "recording" else None,
            waiting=self._suspects.waiting if self._whole is not None else 0,
            unfollowed=unfollowed(view),
            unlisted=unlisted,
        )

    def _blind(self, view: View) -> Iterator[NotCheckable]:
        """What bodies could not tell of."""
        if self._whole is not None:
            yield from self._suspects.gaps(view)
        blind = unfollowed(view)
        for missed in sorted(self._missed):
            yield NotCheckable(DriftKind.OUT_OF_BAND, f"our own watch could not compare {missed}")
        for kind in OF_BODIES:
            if self._whole is None:
                yield NotCheckable(kind, _NO_BODIES)
            if blind:
                yield NotCheckable(kind, f"not followed now: {some(blind)}")


async def _within(seconds: float, news: asyncio.Event) -> None:
    """Wait for news, so long at most."""
    if seconds <= 0:
        return
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        pass


def _of(view: View, drift: Drift, changes: dict[tuple[str, Key], tuple[SeenChange, ...]]) -> tuple[SeenChange, ...]:
    ref = drift.object
    return changes.get((view.resource_of(ref.api_version, ref.kind), (ref.namespace or "", ref.name)), ())


def _every_kind(reason: str) -> tuple[NotCheckable, ...]:
    return tuple(NotCheckable(kind, reason) for kind in DriftKind)


def _grouped(drifts: Iterable[Drift]) -> dict[DriftKind, tuple[Drift, ...]]:
    found: dict[DriftKind, list[Drift]] = {}
    for one in drifts:
        found.setdefault(one.kind, []).append(one)
    return {kind: tuple(those) for kind, those in found.items()}


def _counted(drifts: tuple[Drift, ...], found: Coverage, unlisted: dict[DriftKind, int]) -> DriftSummary:
    """The counts of what is listed, and of what is not."""
    counts = summary(drifts, found if found.managed else None)
    hidden = unlisted.get(DriftKind.UNMANAGED, 0)
    return msgspec.structs.replace(
        counts,
        drifted=counts.drifted + sum(unlisted.values()) - hidden,
        unmanaged=counts.unmanaged + hidden,
    )
