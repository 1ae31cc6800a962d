"""From flags to what commands work with: the catalogue, the selection, the source, and one report of all three."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from k8sview.catalog.config_path import config_path
from k8sview.catalog.loader import Catalog, load_catalog
from k8sview.catalog.settings import load_drift_settings
from k8sview.cli.console import Console, UsageError
from k8sview.model.drift import DriftSettings
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.report import Envelope, Report
from k8sview.model.selectors import SelectorError, parse_selector
from k8sview.session.once import Clock, Progress, utc_now
from k8sview.session.selection import Selection, select
from k8sview.sources.contract import Metrics, Source
from k8sview.sources.live import Limits, LiveSource
from k8sview.sources.live.whole import WholeSource
from k8sview.sources.prometheus.client import PrometheusMetrics
from k8sview.sources.recording.demo import DEMO
from k8sview.sources.recording.source import RecordingSource, Tap

DEMO_NAME = "demo"

_Read = TypeVar("_Read")
_Report = TypeVar("_Report", bound=Envelope)


def namespaces_of(arguments: argparse.Namespace) -> tuple[str, ...] | None:
    """None: the whole cluster. As in kubectl, -A wins over -n."""
    if arguments.all_namespaces or not arguments.namespace:
        return None
    return tuple(dict.fromkeys(arguments.namespace))


def selector_of(arguments: argparse.Namespace) -> LabelSelector | None:
    """What -l asks for. Raises UsageError."""
    try:
        return parse_selector(arguments.selector) if arguments.selector else None
    except SelectorError as error:
        raise UsageError(str(error)) from error


def selection_of(arguments: argparse.Namespace) -> Selection:
    """What --layer, --component, --check and -n leave of the catalogue."""
    return Selection(
        layers=tuple(dict.fromkeys(arguments.layer or ())),
        components=tuple(dict.fromkeys(arguments.component or ())),
        checks=tuple(dict.fromkeys(arguments.check or ())),
        namespaces=namespaces_of(arguments) if "namespace" in arguments else None,
    )


def catalog_of(arguments: argparse.Namespace) -> Catalog:
    """The built-in catalogue and the folders that were named. Raises CatalogError."""
    return load_catalog([Path(folder) for folder in arguments.checks or ()])


def drift_settings(arguments: argparse.Namespace) -> DriftSettings:
    """The user's own rules and classes: of --config, or of the usual place. Raises CatalogError."""
    if "config" in arguments and arguments.config:
        return load_drift_settings(Path(arguments.config), required=True)
    return load_drift_settings(config_path(), required="K8SVIEW_CONFIG" in os.environ)


def recording(path: str | Path, tap: Tap | None = None, key: str = "") -> tuple[RecordingSource, Clock]:
    """A recording (``demo``: ours) and its time: it is judged at its own last moment."""
    source = RecordingSource(DEMO if path == DEMO_NAME else Path(path), tap=tap, key=key)

    def clock() -> datetime:
        return source.clock if source.clock.tzinfo is not None else utc_now()

    return source, clock


def live(
    arguments: argparse.Namespace,
    kind: type[LiveSource] = LiveSource,
    *,
    tap: Tap | None = None,
    payloads: frozenset[str] = frozenset(),
) -> LiveSource:
    """The cluster of a context; somebody at a terminal may answer what a login plugin asks. ``tap`` and ``payloads``:
    as for ``LiveSource``."""
    return kind(
        arguments.kubeconfig,
        arguments.context,
        request_timeout=arguments.request_timeout,
        # One run asks for a list of each kind and ends, as kubectl does; an app has to be gentle for hours.
        limits=Limits(burst=300),
        smooth=False,
        interactive=sys.stdin.isatty() and sys.stderr.isatty(),
        tap=tap,
        payloads=payloads,
    )


def opened(arguments: argparse.Namespace, kind: type[LiveSource] = LiveSource) -> tuple[Source, Clock]:
    """The recording of --from, or the cluster as a source of this kind; with the clock that it is judged by."""
    return recording(arguments.recording) if arguments.recording else (live(arguments, kind), utc_now)


def metrics_of(arguments: argparse.Namespace) -> Metrics | None:
    """The Prometheus that is named by flag or environment, for commands that have the flag. A recording tells of then
    and a Prometheus of now: they do not mix. Raises ConfigurationError."""
    if "prometheus" not in arguments:
        return None
    if arguments.recording:
        if arguments.prometheus:
            raise UsageError("--prometheus tells of now, a recording of its own time: leave out --prometheus or --from")
        return None
    address = arguments.prometheus or os.environ.get("K8SVIEW_PROMETHEUS")
    timeout = min(arguments.request_timeout, arguments.timeout)
    return PrometheusMetrics(address, timeout=timeout) if address else None


def judge(arguments: argparse.Namespace, console: Console) -> Report:
    """Read and judge once. Raises what the source and the catalogue raise."""
    from k8sview.session.run import check_once  # the app passes here as well, and its first frame waits for no judge

    catalog, selection = catalog_of(arguments), selection_of(arguments)
    select(catalog, selection)  # what does not exist is said before anybody is asked
    metrics, settings = metrics_of(arguments), drift_settings(arguments)
    source, clock = opened(arguments, WholeSource)  # what nobody planned shows in whole objects alone

    def reading(progress: Progress) -> Coroutine[Any, Any, Report]:
        return check_once(
            source,
            catalog,
            selection,
            read_timeout=arguments.timeout,
            clock=clock,
            progress=progress,
            metrics=metrics,
            settings=settings,
        )

    return at_its_moment(run_reading(reading, console), arguments)


def run_reading(reading: Callable[[Progress], Coroutine[Any, Any, _Read]], console: Console) -> _Read:
    """What a coroutine that reads a cluster comes to, while people see how far it is."""
    console.progress("connecting")
    try:
        return asyncio.run(reading(lambda done, of: console.progress(f"reading the cluster: {done} of {of} resources")))
    finally:
        console.end_progress()


def at_its_moment(report: _Report, arguments: argparse.Namespace) -> _Report:
    """A recording is judged at one moment, whenever that is done: the same file gives the same bytes."""
    if not arguments.recording:
        return report
    run = msgspec.structs.replace(report.run, started_at=report.run.finished_at, duration_ms=0)
    return msgspec.structs.replace(report, run=run)
