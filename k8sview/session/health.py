"""One health run: read what verdicts need, judge once, and keep what was judged at hand for reports."""

from __future__ import annotations

import time

from k8sview.analysis.health.engine import HealthEngine
from k8sview.analysis.health.reads import FIGURES, HEALTH_READS, custom_resources
from k8sview.model.events import Connected
from k8sview.model.health_report import HealthReport
from k8sview.session.health_reporting import HealthReading, Scope, build_health_report
from k8sview.session.once import Clock, Progress, read_once, utc_now
from k8sview.session.reporting import Timing
from k8sview.session.slices import to_end
from k8sview.sources.contract import Source


async def read_health(
    source: Source,
    namespaces: tuple[str, ...] | None = None,
    *,
    read_timeout: float = 60.0,
    clock: Clock = utc_now,
    progress: Progress | None = None,
) -> HealthReading:
    """Read and judge every object of the cluster once, custom kinds included. Closes the source.

    What belongs to the whole cluster (nodes, volumes, webhooks) is read with ``namespaces`` too: it explains, and where
    it is denied the answers say so. Raises SourceError, and SelectionError for a namespace that does not exist.
    """
    began, started_at = time.monotonic(), clock()

    def wanted(connected: Connected) -> tuple[str, ...]:
        served = {one.name: one for one in connected.resources}
        return (*HEALTH_READS, *custom_resources(served), *(name for name in FIGURES if name in served))

    view = await read_once(source, namespaces, wanted, read_timeout=read_timeout, clock=clock, progress=progress)
    engine = HealthEngine()
    health = to_end(engine.update(view))
    timing = Timing(started_at, clock(), round((time.monotonic() - began) * 1000))
    return HealthReading(view, engine, health, timing)


async def health_once(
    source: Source,
    namespaces: tuple[str, ...] | None = None,
    *,
    scope: Scope | None = None,
    read_timeout: float = 60.0,
    clock: Clock = utc_now,
    progress: Progress | None = None,
) -> HealthReport:
    """The health report of a cluster as it is now. Raises as ``read_health``."""
    reading = await read_health(source, namespaces, read_timeout=read_timeout, clock=clock, progress=progress)
    return build_health_report(reading, scope or Scope(namespaces))
