"""Reads one resource in one scope: list page by page, then follow it, and whatever goes wrong, say so and go on.

Rows are only ever taken back by a whole list (``Synced``) or by a watch's own deletions.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from k8sview.model.events import Removed, StateChanged, Synced, Upserted
from k8sview.model.kinds import kind_of
from k8sview.model.objects.meta import Malformed
from k8sview.model.resources import Key, Resource, key_of
from k8sview.model.tables import LOADING, SYNCED, State, TableState
from k8sview.model.text import plain
from k8sview.sources.contract import Emit
from k8sview.sources.live import decoding
from k8sview.sources.live.failures import (
    ApiError,
    LoginRequired,
    NetworkFailed,
    RequestFailed,
    Silence,
    api_error,
)
from k8sview.sources.live.limits import Timing
from k8sview.sources.live.link import LinkMonitor
from k8sview.sources.live.reactions import Reaction, Situation, react
from k8sview.sources.live.transport import JSON, Transport
from k8sview.sources.live.waiting import Backoff, Bell

Tap = Callable[[str, Resource, bytes], None]
"""Told of each object as it came: LISTED, ADDED, MODIFIED or DELETED, its resource, its JSON."""

_LOG = logging.getLogger(__name__)
_QUICK_TRIES = 3
_LINES_AT_ONCE = 40


MOST_PAGES_POLLED = 10
"""What can only be polled (usage figures) costs a whole list each time: long ones are asked for less often, in
proportion to their pages, up to this many."""


class Reflector:
    """One resource, one scope, one task (``run``)."""

    def __init__(
        self,
        resource: Resource,
        scope: str | None,
        *,
        watch: bool,
        transport: Transport,
        emit: Emit,
        timing: Timing,
        patience: float,
        bell: Bell,
        link: LinkMonitor,
        stretch: int | None = decoding.STRETCH,
        tap: Tap | None = None,
        payload: bool = False,
    ) -> None:
        """``patience``: how long a reader that does not watch may wait between tries, all together. ``payload``: ask
        for whole objects even of a kind that is read by its metadata."""
        kind = kind_of(resource)
        self._resource = resource
        self._scope = scope
        self._follows = watch
        self._pages = 1  # of the last list
        self._watchable = "watch" in resource.verbs
        self._transport = transport
        self._emit = emit
        self._timing = timing
        self._patience = patience
        self._bell = bell
        self._link = link
        self._stretch = stretch
        self._tap = tap
        self._path = resource.path(scope)
        self._decoder = decoding.ObjectDecoder(kind, raw=tap is not None)
        meta = f"{JSON};as=PartialObjectMetadata{{}};g=meta.k8s.io;v=v1"
        bare = kind.metadata_only and not payload
        self._accept_list = meta.format("List") if bare else JSON
        self._accept_watch = meta.format("") if bare else JSON
        self._backoff = Backoff(timing.backoff_first, timing.backoff_ceiling)
        self._state: TableState | None = None
        self._whole = False  # a list has been completed: from then on trouble means "stale"
        self._lost_since: datetime | None = None
        self.whole_once = False
        """Whether a list was ever completed."""

    async def run(self) -> None:
        """Until cancelled; without ``watch`` until the list is complete or given up."""
        try:
            await self._run()
        except Exception as problem:  # a mistake of ours: it must be seen, not leave "loading" behind for ever
            _LOG.exception("reading %s ended", self._resource.name)
            said = plain(f"internal error while reading {self._resource.name}: {type(problem).__name__}: {problem}")
            self._say(TableState(State.FAILED, said))

    async def _run(self) -> None:
        self._say(LOADING)
        version = ""
        while True:
            watching = bool(version)
            try:
                if not version:
                    version = await self._list()
                if not self._follows:
                    return
                if self._watchable and self._transport.budget.may_watch:
                    watching = True
                    version = await self._watch(version)
                    continue
                version = ""
                self._backoff.reset()
                await self._wait(self._timing.poll * min(max(1, self._pages), MOST_PAGES_POLLED))
            except RequestFailed as problem:
                reaction = self._judge(problem, watching=watching)
                delay = self._delay(problem, reaction)
                if delay is None:
                    return
                if reaction.relist:
                    version = ""
                await self._wait(delay)

    async def _wait(self, seconds: float) -> None:
        """When somebody rings, everything that was given up is worth a try again."""
        if await self._bell.wait(seconds):
            self._backoff.reset()
            self._watchable = "watch" in self._resource.verbs

    def _judge(self, problem: RequestFailed, *, watching: bool) -> Reaction:
        if self._whole and self._lost_since is None:
            self._lost_since = datetime.now(UTC)
        where = Situation(self._resource, self._scope, watching, self._lost_since if self._whole else None)
        reaction = react(problem, where, self._timing)
        if reaction.poll:
            self._watchable, self._lost_since = False, None
        if reaction.state is not None and self._follows:
            self._say(reaction.state)
        return reaction

    def _delay(self, problem: RequestFailed, reaction: Reaction) -> float | None:
        """Seconds until the next try; None: give up."""
        first = self._backoff.tries == 0
        delay = self._backoff.next()
        status = problem.status if isinstance(problem, ApiError) else 0
        if status == 410 and first:
            delay = 0.0  # the ordinary end of a version's life; only a second one in a row is suspicious
        elif reaction.delay is not None:
            delay = max(reaction.delay, delay) if status == 429 else reaction.delay
        if isinstance(problem, NetworkFailed) and problem.connecting:
            self._link.lost(problem.reason, delay)
        elif isinstance(problem, LoginRequired):
            self._link.login(problem.reason)
        if self._follows:
            return delay
        self._patience -= delay
        hopeless = reaction.final or isinstance(problem, LoginRequired)
        if hopeless or self._patience < 0 or self._backoff.tries > _QUICK_TRIES:
            self._say(_given_up(reaction.state, problem))
            return None
        return delay

    async def _list(self) -> str:
        """One whole list; the version to watch from. What was seen stays seen if a later page fails."""
        keys: set[Key] = set()
        self._pages = 0
        query = {"limit": str(self._transport.budget.limits.page_size)}
        while True:
            body = await self._transport.get(self._path, query, self._accept_list)
            self._link.authenticated()
            await asyncio.sleep(0)  # let keys and paint in, here and below: a page is megabytes
            page = decoding.page(body)
            self._pages += 1
            del body
            version, go_on = page.resource_version, page.go_on
            await asyncio.sleep(0)
            for batch in self._decoder.batches(page.items, self._stretch, first=len(keys)):
                keys.update(key_of(one) for one in batch.objects)
                keys.update(key_of(one) for one in batch.malformed)
                self._emit_upserted(batch.objects, batch.malformed)
                self._hand_over("LISTED", batch.raw)
                await asyncio.sleep(0)
            if not go_on:
                break
            query["continue"] = go_on
            del page
        self._emit(Synced(self._resource.name, self._scope, frozenset(keys)))
        self._state, self._whole, self._lost_since, self.whole_once = SYNCED, True, None, True
        return version

    async def _watch(self, version: str) -> str:
        """Follow from ``version`` until the server ends the watch as agreed; the version to go on from."""
        lasts = random.uniform(self._timing.watch_shortest, self._timing.watch_longest)
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(math.ceil(lasts)),
        }
        clock = asyncio.get_running_loop().time
        began, heard = clock(), False
        grace = self._timing.watch_grace
        async with self._transport.watch(self._path, query, self._accept_watch, lasts=lasts + grace) as arrivals:
            self._say_live()
            async for some in _portions(arrivals):
                version = self._apply(some) or version
                if not heard:
                    heard = True
                    self._backoff.reset()
        if not heard and clock() - began < self._timing.watch_too_short:
            raise Silence("the server ends the watch as soon as it begins")
        self._backoff.reset()
        return version

    def _apply(self, lines: list[bytes]) -> str:
        """Tell of the changes in these lines, in order; the last version in them."""
        version = ""
        upserted: list[Any] = []
        malformed: list[Malformed] = []
        removed: list[Key] = []
        for line in lines:
            event = decoding.watch_event(line)
            raw = bytes(event.object)
            if event.type == "ERROR":
                self._emit_changes(upserted, malformed, removed)
                raise _watch_error(raw)
            if event.type == "BOOKMARK":
                version = decoding.version_in(raw) or version
                continue
            one = self._decoder.single(raw)
            version = one.metadata.resource_version or version
            self._hand_over(event.type, [raw])
            if event.type == "DELETED":
                self._emit_changes(upserted, malformed, [])
                upserted, malformed = [], []
                removed.append(key_of(one))
                continue
            self._emit_changes([], [], removed)
            removed = []
            (malformed if isinstance(one, Malformed) else upserted).append(one)
        self._emit_changes(upserted, malformed, removed)
        return version

    def _emit_changes(self, upserted: list[Any], malformed: list[Malformed], removed: list[Key]) -> None:
        self._emit_upserted(upserted, malformed)
        if removed:
            self._emit(Removed(self._resource.name, self._scope, tuple(removed)))

    def _emit_upserted(self, objects: list[Any], malformed: list[Malformed]) -> None:
        if objects or malformed:
            self._emit(Upserted(self._resource.name, self._scope, tuple(objects), tuple(malformed)))

    def _hand_over(self, how: str, raws: list[bytes]) -> None:
        if self._tap is not None:
            for raw in raws:
                self._tap(how, self._resource, raw)

    def _say(self, state: TableState) -> None:
        if state != self._state:
            self._state = state
            self._emit(StateChanged(self._resource.name, self._scope, state))

    def _say_live(self) -> None:
        """The watch stands: what was missed meanwhile comes first on it."""
        self._link.authenticated()
        self._lost_since = None
        self._say(SYNCED)


async def _portions(arrivals: AsyncIterator[list[bytes]]) -> AsyncIterator[list[bytes]]:
    """Lines in portions small enough for the event loop."""
    async for lines in arrivals:
        for start in range(0, len(lines), _LINES_AT_ONCE):
            yield lines[start : start + _LINES_AT_ONCE]
            await asyncio.sleep(0)


def _watch_error(raw: bytes) -> ApiError:
    """The status inside an ERROR event."""
    problem = api_error(500, raw)
    return ApiError(decoding.status_code(raw) or 500, problem.reason)


def _given_up(state: TableState | None, problem: RequestFailed) -> TableState:
    """The last word of a reader that stops: never "loading"."""
    if state is None or state.state is State.LOADING:
        return TableState(State.FAILED, state.reason if state else problem.reason)
    return state
