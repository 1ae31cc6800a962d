"""One check run: read what the selected checks need, judge once, report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.analysis.checks.engine import Engine
from k8sview.analysis.components.detect import detect
from k8sview.analysis.health.engine import HealthEngine
from k8sview.catalog.loader import Catalog
from k8sview.model.drift import DriftSettings
from k8sview.model.events import Connected
from k8sview.model.metrics import Metric
from k8sview.model.report import Report
from k8sview.model.view import View
from k8sview.session.checked_drift import CheckedDrift, asked_kinds
from k8sview.session.once import Clock, Progress, read_once, utc_now
from k8sview.session.reporting import Timing, build_report
from k8sview.session.selection import Selection, needed_metrics, needed_resources, select
from k8sview.session.slices import to_end
from k8sview.sources.contract import Metrics, Source

_ALL = DriftSettings()


async def check_once(
    source: Source,
    catalog: Catalog,
    selection: Selection,
    *,
    read_timeout: float = 60.0,
    clock: Clock = utc_now,
    progress: Progress | None = None,
    metrics: Metrics | None = None,
    settings: DriftSettings = _ALL,
) -> Report:
    """Judge the cluster as it is now. Closes the source.

    ``read_timeout`` seconds bound the reading; what has not arrived by then is unknown, never missing. ``metrics`` are
    asked once the cluster is reached, while it is read. ``settings``: the user's own rules and classes of drift. Raises
    SourceError where the cluster cannot be reached at all, SelectionError for what does not exist.
    """
    checks = select(catalog, selection)
    began, started_at = time.monotonic(), clock()
    needed = needed_resources(catalog, checks, namespaced=selection.namespaces is not None)

    def wanted(connected: Connected) -> tuple[str, ...]:
        """In single namespaces nothing of the whole cluster is asked for, whatever turns out to belong to it."""
        if selection.namespaces is None:
            return needed
        cluster_wide = {one.name for one in connected.resources if not one.namespaced}
        return tuple(name for name in needed if name not in cluster_wide)

    drift = CheckedDrift(asked_kinds(checks), source, read_timeout, settings)
    asking: list[asyncio.Task[Mapping[str, Metric]]] = []

    def ask() -> None:
        if metrics is not None:
            asking.append(asyncio.create_task(metrics.ask(needed_metrics(checks)), name="metrics"))

    try:
        view = await read_once(
            source,
            selection.namespaces,
            wanted,
            read_timeout=read_timeout,
            clock=clock,
            progress=progress,
            on_connected=ask,
            before_close=drift.look,
        )
        answers = await asking[0] if asking else None
    finally:
        for task in asking:
            task.cancel()
    view = msgspec.structs.replace(view, metrics=answers)

    def timing() -> Timing:
        return Timing(started_at, clock(), round((time.monotonic() - began) * 1000))

    return judged(view, catalog, selection, checks, drift=drift, timing=timing)


def judged(
    view: View,
    catalog: Catalog,
    selection: Selection,
    checks: tuple[Check, ...],
    *,
    drift: CheckedDrift,
    timing: Callable[[], Timing],
) -> Report:
    """The report of one view. ``drift`` has looked at it; ``timing`` is asked when all is judged."""
    components = detect(catalog.components, view)
    health = HealthEngine()
    to_end(health.update(view))
    # A recording is judged to the same bytes each time; only a live run is timed.
    engine = Engine(checks, time.perf_counter) if view.cluster.source == "live" else Engine(checks)
    evaluations = engine.run_all(
        view,
        components,
        lambda resource, obj: health.health(view, resource, obj),
        lambda kind: drift.of_kind(view, kind),
    )
    return build_report(
        catalog=catalog,
        selection=selection,
        view=view,
        components=components,
        evaluations=evaluations,
        upstream=health.upstream,
        timing=timing(),
    )
