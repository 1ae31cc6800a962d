"""Reading a cluster once: connect, list what is wanted, and hand out one view. Judges nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from k8sview.catalog.problems import nearest
from k8sview.model import events
from k8sview.model.kinds import KINDS
from k8sview.model.tables import State
from k8sview.model.view import View
from k8sview.session.reading import Reading
from k8sview.session.selection import SelectionError
from k8sview.sources.contract import NotReadableError, Source
from k8sview.store.store import Store

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]
"""Called with the number of tables read and of all tables."""


def utc_now() -> datetime:
    return datetime.now(UTC)


async def read_once(
    source: Source,
    namespaces: tuple[str, ...] | None,
    wanted: Callable[[events.Connected], Iterable[str]],
    *,
    read_timeout: float,
    clock: Clock = utc_now,
    progress: Progress | None = None,
    on_connected: Callable[[], None] = lambda: None,
    before_close: Callable[[View], Awaitable[None]] | None = None,
) -> View:
    """A view of the resources that ``wanted`` names once it is known what is served. Closes the source.

    ``read_timeout`` seconds bound the reading; what has not arrived by then still loads in the view. ``before_close``
    is handed what was read while the source can still be asked; what that costs is counted, too. Raises SourceError
    where the cluster cannot be reached at all, SelectionError for a namespace that does not exist.
    """
    store = Store(clock, namespaces)
    news = asyncio.Event()

    def take(event: events.Event) -> None:
        store.apply(event)
        news.set()

    reading = Reading(source, take, namespaces, watch=False)
    try:
        connected = await source.connect(take)
        take(connected)
        await _existing(source, namespaces, connected.cluster.source == "recording")
        reading.served(connected)
        reading.want(wanted(connected))
        on_connected()
        try:
            async with asyncio.timeout(read_timeout):
                await _settled(store, reading, news, progress)
        except TimeoutError:
            pass  # tables that still load are judged as unread
        if before_close is not None:
            await before_close(store.view())
        take(events.Usage(source.usage()))
    finally:
        await source.close()
    return store.view()


async def _existing(source: Source, wanted: tuple[str, ...] | None, kept: bool) -> None:
    """A namespace that is misspelt is empty, and so everything in it would be sound. Found out where the user may see
    which ones there are. ``kept``: in a recording, which holds them as objects. Raises SelectionError."""
    namespaces = KINDS["namespaces"].resource
    if not wanted or not (await source.may("list", namespaces, None)).allowed:
        return
    there = None if kept else await source.usable_namespaces()
    for name in wanted:
        if there and name not in there:  # no cluster has none at all: an empty list tells nothing
            raise SelectionError(f"there is no namespace {name!r}{nearest(name, there)}")
        if kept:
            try:
                await source.get(namespaces, None, name)
            except NotReadableError as error:
                raise SelectionError(f"there is no namespace {name!r} in the recording") from error


async def _settled(store: Store, reading: Reading, news: asyncio.Event, progress: Progress | None) -> None:
    """Return once no wanted table loads any more, fall-backs to single namespaces included."""
    fell_back: set[str] = set()
    while True:
        news.clear()
        tables = {name: store.state(name) for name in reading.wanted}
        if progress is not None:
            progress(sum(one.state is not State.LOADING for one in tables.values()), len(tables))
        denied = {name for name, one in tables.items() if one.state is State.DENIED} - fell_back
        if denied:
            fell_back |= denied
            await reading.fall_back(denied)
            continue
        if not any(one.state in (State.LOADING, State.IDLE) for one in tables.values()):
            return
        await news.wait()
