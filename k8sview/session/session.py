"""A session: one cluster (or recording) open in an app. Connects, follows, judges, and publishes pictures.

At most ten pictures a second; judgement runs in slices of a few milliseconds and takes at most a tenth of a core over
time. Never ends by itself: a lost connection is a state in the picture.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.health.engine import HealthEngine
from k8sview.analysis.health.reads import HEALTH_READS, custom_resources
from k8sview.catalog.loader import Catalog
from k8sview.model import events
from k8sview.model.drift import DriftSettings
from k8sview.model.health import Health
from k8sview.model.resources import Resource
from k8sview.model.tables import State
from k8sview.model.view import View
from k8sview.session.judging import Judge, Judgement
from k8sview.session.living_drift import DriftEngine
from k8sview.session.once import Clock, utc_now
from k8sview.session.picture import Picture
from k8sview.session.reading import Reading
from k8sview.session.selection import Selection, needed_resources, select
from k8sview.session.slices import unhurried
from k8sview.sources.contract import ConfigurationError, Source, SourceError, UnauthenticatedError
from k8sview.store.store import Store

PUBLISH_SECONDS = 0.1
SLICE_SECONDS = 0.005
JUDGE_SECONDS = 1.0
"""Shortest time between two judgements."""
JUDGE_SHARE = 0.1
"""Largest share of a core that judgement takes while things change."""
PATIENCE_SECONDS = 15.0
"""How long the first judgement waits for tables that still load."""
GRACE_SECONDS = 30.0
"""How long a table that no screen wants any more is still followed."""
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 1.0, 30.0

_CRDS = "customresourcedefinitions.apiextensions.k8s.io"
_APISERVICES = "apiservices.apiregistration.k8s.io"


Publish = Callable[[Picture], None]


class Session:
    """Use: set ``on_publish``, ``await start()``, and ``await close()`` at the end. One event loop."""

    def __init__(
        self,
        source: Source,
        catalog: Catalog,
        *,
        namespaces: tuple[str, ...] | None = None,
        clock: Clock = utc_now,
        custom_resources: bool = False,
        drift: DriftSettings | None = None,
    ) -> None:
        """``custom_resources``: also follow every kind that the cluster serves beyond Kubernetes' own. ``drift``: keep
        its drift up to date as well, by these settings."""
        self._source = source
        self._custom = custom_resources
        self._drift_settings = drift
        self._catalog = catalog
        self._clock = clock
        self.on_publish: Publish = lambda picture: None
        self.picture = Picture(View(taken_at=clock(), link=events.Link("connecting")))
        self._screens: dict[str, frozenset[str]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._errands: set[asyncio.Task[None]] = set()
        self._following: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._unjudged = asyncio.Event()
        self._retry = asyncio.Event()
        self._connected = False
        self._leaving: dict[str, float] = {}
        self._last_connected: events.Connected | None = None
        self._read_since = 0.0
        self._set_up(namespaces)

    def _set_up(self, namespaces: tuple[str, ...] | None) -> None:
        self.namespaces = namespaces
        selection = Selection(namespaces=namespaces)
        checks = select(self._catalog, selection)
        self._store = Store(self._clock, namespaces)
        settings = self._drift_settings
        self._drift = DriftEngine(self._source, self._clock, settings) if settings is not None else None
        followed = self._drift.of_kind if self._drift is not None else None
        self._judge = Judge(self._catalog, checks, selection, followed)
        self._reading = Reading(self._source, self._take, namespaces, watch=True)
        needed = needed_resources(self._catalog, checks, namespaced=namespaces is not None)
        self._needed = tuple(dict.fromkeys((*HEALTH_READS, *needed)))
        self._fell_back: set[str] = set()

    async def start(self) -> None:
        """Connect in the background; every outcome arrives as a picture. Raises nothing for connection problems."""
        self._tasks = [
            asyncio.create_task(self._connect(), name="session connect"),
            asyncio.create_task(self._publish_loop(), name="session publish"),
            asyncio.create_task(self._judge_loop(), name="session judge"),
        ]
        self._follow_drift()

    async def close(self) -> None:
        """End everything; publishes nothing more."""
        ending = [*self._tasks, *self._errands, *self._following]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await self._source.close()

    def want(self, screen: str, resources: Iterable[str]) -> None:
        """The resources that a screen shows beyond what the checks read; replaces its earlier wish."""
        before = self._screens.get(screen, frozenset())
        self._screens[screen] = frozenset(resources)
        if self._connected:
            self._reading.want(sorted(self._screens[screen]))
        for name in before - self._wanted():
            self._leaving[name] = time.monotonic() + GRACE_SECONDS

    def refresh(self) -> None:
        """Try at once whatever waits or failed."""
        self._retry.set()
        if self._connected:
            self._source.refresh()
        self._unjudged.set()

    async def get(self, resource: Resource, namespace: str | None, name: str) -> bytes:
        """One whole object as JSON. Raises NotReadableError."""
        return await self._source.get(resource, namespace, name)

    def health(self, resource: str, obj: Any) -> Health:
        """The verdict on one object in the newest view."""
        return self._judge.health.health(self.picture.view, resource, obj)

    @property
    def engine(self) -> HealthEngine:
        """The health of everything as last judged; belongs to the newest picture that has a health."""
        return self._judge.health

    async def set_namespaces(self, namespaces: tuple[str, ...] | None) -> None:
        """Cover other namespaces from now on (None: all). The connection stays."""
        if namespaces == self.namespaces:
            return
        for task in (*self._errands, *self._following):
            task.cancel()
        self._reading.unwant(list(self._reading.wanted))
        connected = self._last_connected
        self._set_up(namespaces)
        self._follow_drift()
        if connected is not None:
            self._take(connected)
        # A judgement of other namespaces says nothing about these.
        self.picture = Picture(self._store.view())
        if connected is not None:
            self._read()

    def _wanted(self) -> frozenset[str]:
        return frozenset(self._needed).union(*self._screens.values())

    def _take(self, event: events.Event) -> None:
        if self._drift is not None:
            self._drift.take(event, self._store)  # before the store: what was known and what comes are both at hand
        self._store.apply(event)
        if isinstance(event, events.Connected):
            self._last_connected = event
            if self._custom:
                added = custom_resources({one.name: one for one in event.resources})
                self._needed = tuple(dict.fromkeys((*self._needed, *added)))
            self._reading.served(event)
            if self._connected:
                self._reading.want(self._needed)
        self._news.set()
        if not isinstance(event, events.Usage):
            self._unjudged.set()

    async def _connect(self) -> None:
        wait = FIRST_RETRY_SECONDS
        while True:
            try:
                connected = await self._source.connect(self._take)
            except SourceError as error:
                retry_at = self._clock() + timedelta(seconds=wait)
                login = isinstance(error, UnauthenticatedError | ConfigurationError)
                self._take(events.Link("login" if login else "lost", str(error), self._clock(), retry_at))
                await self._pause(wait)
                wait = min(wait * 2, LAST_RETRY_SECONDS)
                continue
            self._take(events.Link("live"))
            self._connected = True
            self._take(connected)
            self._read()
            return

    def _read(self) -> None:
        self._read_since = time.monotonic()
        # What somebody looks at comes first; the checks can wait for their tables.
        self._reading.want(sorted(frozenset().union(*self._screens.values())))
        self._reading.want(self._needed)

    async def _pause(self, seconds: float) -> None:
        self._retry.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._retry.wait()
        except TimeoutError:
            pass

    async def _publish_loop(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self._publish()
            self._tend()
            await asyncio.sleep(PUBLISH_SECONDS)

    def _publish(self, judgement: Judgement | None = None) -> None:
        view = self._store.view()
        newest = judgement or self.picture
        self.picture = Picture(
            view=view,
            report=newest.report,
            report_pending=self._unjudged.is_set(),
            components=newest.components,
            health=newest.health,
            drift=self._drift.newest if self._drift is not None else None,
        )
        self.on_publish(self.picture)

    def _tend(self) -> None:
        """What follows from changes: fall back where denied, look again what is served, let go of unused tables."""
        changed = self._store.take_changed()
        denied = {
            name
            for name in changed
            if name not in self._fell_back and self.picture.view.table(name).state.state is State.DENIED
        }
        if denied:
            self._fell_back |= denied
            self._aside(self._fall_back(denied))
        if self._connected and any(changed.get(name) for name in (_CRDS, _APISERVICES)):
            self._aside(self._source.rediscover())
        now = time.monotonic()
        gone = [name for name, until in self._leaving.items() if now >= until]
        for name in gone:
            del self._leaving[name]
        self._reading.unwant(name for name in gone if name not in self._wanted())

    async def _fall_back(self, denied: set[str]) -> None:
        await self._reading.fall_back(denied)

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that waits for the server, without making a picture wait for it."""
        task = asyncio.create_task(work)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _judge_loop(self) -> None:
        recheck_at: datetime | None = None
        while True:
            await self._until_due(recheck_at)
            self._unjudged.clear()
            began = time.monotonic()
            if not self._ready_to_judge():
                await asyncio.sleep(PUBLISH_SECONDS)
                self._unjudged.set()
                continue
            judgement, busy = await unhurried(self._judge.judge(self._store.view()), SLICE_SECONDS)
            recheck_at = judgement.recheck_at
            self._publish(judgement)
            spent = time.monotonic() - began
            await asyncio.sleep(max(JUDGE_SECONDS - spent, busy / JUDGE_SHARE - spent, 0))

    def _follow_drift(self) -> None:
        """Look for drift beside everything else, once there was a first judgement."""
        if self._drift is None:
            return
        looking = self._drift.run(self._store.view, lambda: self.picture.health is not None, self._drifted)
        task = asyncio.create_task(looking, name="session drift")
        self._following = {task}

    def _drifted(self) -> None:
        """What drifted is known anew: it is shown, and the checks that ask for it are judged again."""
        self._news.set()
        self._unjudged.set()

    def _ready_to_judge(self) -> bool:
        """Whether a first judgement is worth its time: while tables still load, most checks could only say so."""
        if self.picture.report is not None:
            return True
        if not self._connected:
            return False
        states = [self._store.state(name).state for name in self._needed]
        loading = any(state in (State.LOADING, State.IDLE) for state in states)
        return not loading or time.monotonic() - self._read_since > PATIENCE_SECONDS

    async def _until_due(self, recheck_at: datetime | None) -> None:
        """Until something changed or time alone changes a verdict."""
        if recheck_at is None:
            await self._unjudged.wait()
            return
        seconds = max(0.0, (recheck_at - self._clock()).total_seconds())
        try:
            async with asyncio.timeout(seconds):
                await self._unjudged.wait()
        except TimeoutError:
            pass
