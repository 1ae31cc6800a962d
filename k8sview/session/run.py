"""One check run: connect, read what the selected checks need, judge once, report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from k8sview.analysis.checks.engine import Engine
from k8sview.analysis.components.detect import detect
from k8sview.analysis.health.verdict import health_of
from k8sview.catalog.loader import Catalog
from k8sview.catalog.problems import nearest
from k8sview.model import events
from k8sview.model.kinds import KINDS
from k8sview.model.metrics import Metric
from k8sview.model.report import Report
from k8sview.model.tables import State
from k8sview.session.reading import Reading
from k8sview.session.reporting import Timing, build_report
from k8sview.session.selection import Selection, SelectionError, needed_metrics, needed_resources, select
from k8sview.sources.contract import Metrics, NotReadableError, Source
from k8sview.store.store import Store

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]
"""Called with the number of tables read and of all tables."""


def utc_now() -> datetime:
    return datetime.now(UTC)


async def check_once(
    source: Source,
    catalog: Catalog,
    selection: Selection,
    *,
    read_timeout: float = 60.0,
    clock: Clock = utc_now,
    progress: Progress | None = None,
    metrics: Metrics | None = None,
) -> Report:
    """Judge the cluster as it is now. Closes the source.

    ``read_timeout`` seconds bound the reading; what has not arrived by then is unknown, never missing. ``metrics`` are
    asked once the cluster is reached, while it is read. Raises SourceError where the cluster cannot be reached at all,
    SelectionError for what does not exist.
    """
    checks = select(catalog, selection)
    began, started_at = time.monotonic(), clock()
    store = Store(clock, selection.namespaces)
    news = asyncio.Event()

    def take(event: events.Event) -> None:
        store.apply(event)
        news.set()

    reading = Reading(source, take, selection.namespaces, watch=False)
    asking: asyncio.Task[Mapping[str, Metric]] | None = None
    try:
        connected = await source.connect(take)
        take(connected)
        await _existing(source, selection, connected.cluster.source == "recording")
        reading.served(connected)
        reading.want(needed_resources(catalog, checks, namespaced=selection.namespaces is not None))
        if metrics is not None:
            asking = asyncio.create_task(metrics.ask(needed_metrics(checks)), name="metrics")
        try:
            async with asyncio.timeout(read_timeout):
                await _settled(store, reading, news, progress)
        except TimeoutError:
            pass  # tables that still load are judged as unread
        take(events.Usage(source.usage()))
        answers = await asking if asking is not None else None
    finally:
        if asking is not None:
            asking.cancel()
        await source.close()
    view = msgspec.structs.replace(store.view(), metrics=answers)
    components = detect(catalog.components, view)
    # A recording is judged to the same bytes each time; only a live run is timed.
    engine = Engine(checks, time.perf_counter) if view.cluster.source == "live" else Engine(checks)
    evaluations = engine.run_all(view, components, lambda resource, obj: health_of(view, resource, obj))
    finished_at = clock()
    return build_report(
        catalog=catalog,
        selection=selection,
        view=view,
        components=components,
        evaluations=evaluations,
        timing=Timing(started_at, finished_at, round((time.monotonic() - began) * 1000)),
    )


async def _existing(source: Source, selection: Selection, kept: bool) -> None:
    """A namespace that is misspelt is empty, and so everything in it would be sound. Found out where the user may see
    which ones there are. ``kept``: in a recording, which holds them as objects. Raises SelectionError."""
    namespaces = KINDS["namespaces"].resource
    if not selection.namespaces or not (await source.may("list", namespaces, None)).allowed:
        return
    there = None if kept else await source.usable_namespaces()
    for name in selection.namespaces:
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
