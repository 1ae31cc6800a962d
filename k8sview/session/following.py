"""Health that is followed: a new report whenever what it says has changed. Ends only when it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import msgspec

from k8sview.catalog.loader import Catalog
from k8sview.model.health_report import HealthReport
from k8sview.session.health_reporting import HealthReading, Scope, build_health_report
from k8sview.session.once import Clock, utc_now
from k8sview.session.picture import Picture
from k8sview.session.reporting import Timing
from k8sview.session.session import Session
from k8sview.sources.contract import Source, UnauthenticatedError, UnreachableError

_NO_CHECKS = Catalog(components=(), checks=())


class Followed(msgspec.Struct, frozen=True):
    """``lost``: why the newest data is no longer fresh; "" while the connection lives."""

    report: HealthReport
    lost: str = ""


async def follow_health(
    source: Source, namespaces: tuple[str, ...] | None, scope: Scope, *, clock: Clock = utc_now
) -> AsyncGenerator[Followed, None]:
    """Reports, the first once everything is read. Raises UnreachableError or UnauthenticatedError if it never is."""
    session = Session(source, _NO_CHECKS, namespaces=namespaces, clock=clock, custom_resources=True)
    news = asyncio.Event()
    session.on_publish = lambda picture: news.set()
    told: Followed | None = None
    try:
        await session.start()
        while True:
            await news.wait()
            news.clear()
            picture = session.picture
            _never_reached(picture)
            if picture.health is None:
                continue
            lost = picture.view.link.reason or picture.view.link.state if picture.view.link.state == "lost" else ""
            timing = Timing(picture.health.taken_at, picture.health.taken_at, 0)
            reading = HealthReading(picture.view, session.engine, picture.health, timing)
            report = build_health_report(reading, scope)
            if told is None or lost != told.lost or _words(report) != _words(told.report):
                told = Followed(report, lost)
                yield told
    finally:
        await session.close()


def _never_reached(picture: Picture) -> None:
    link = picture.view.link
    if picture.health is None and link.state == "login":
        raise UnauthenticatedError(link.reason)
    if picture.health is None and link.state == "lost":
        raise UnreachableError(link.reason)


def _words(report: HealthReport) -> tuple[object, ...]:
    """What a reader would call news: everything but times of the run and counters of requests."""
    return (report.summary, report.root_causes, report.objects, report.unseen, report.access)
