"""Cron schedules: which runs were due in a span of time, and in which zone. Pure; the crontab grammar is cronsim's.

Zones come from the machine's own zone tables, as the schedule controller's do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice, takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from k8sview.model.times import parse_duration

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_ENOUGH = 100  # nobody needs to know how many more


class ScheduleError(ValueError):
    """The text is no schedule; the message says why."""


class ZoneError(ValueError):
    """No zone of this name is known on this machine."""


def zone_of(name: str | None) -> tzinfo:
    """The zone of a ``spec.timeZone``; UTC where it names none, as most controller managers run.

    Raises ``ZoneError``: an unknown zone may well be known to the cluster.
    """
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ZoneError(f"no time zone {name!r} is known here") from error


def due(schedule: str, after: datetime, until: datetime, zone: tzinfo = UTC) -> tuple[datetime, ...]:
    """Times after ``after`` up to ``until`` at which a run was due, a hundred at most; in UTC.

    Where ``zone`` is not the schedule's own, its runs come some hours earlier or later, never more or fewer of them by
    more than one: callers that cannot tell the zone allow for one run.
    """
    return tuple(islice(takewhile(lambda at: at <= until, _runs(schedule, after, zone)), _ENOUGH))


def next_due(schedule: str, after: datetime, zone: tzinfo = UTC) -> datetime | None:
    """The first time after ``after`` at which a run is due; None if that is too far away."""
    return next(_runs(schedule, after, zone), None)


def _runs(schedule: str, after: datetime, zone: tzinfo) -> Iterator[datetime]:
    expression = _expression(schedule)
    span = _interval(expression)
    if span is not None:
        at = after
        while True:
            at += span
            yield at
    start = after.astimezone(zone).replace(tzinfo=None)
    yield from (at for at in _local(schedule, expression, start, zone) if at > after)


def _local(schedule: str, expression: str, start: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Wall-clock times as moments. What a clock that is put forward leaves out is left out, as the controller does."""
    if len(expression.split()) != 5:
        raise ScheduleError(f"{schedule!r} is no schedule of five fields")
    try:
        # A question mark is the controller's other star.
        for naive in CronSim(expression.replace("?", "*"), start):
            at = naive.replace(tzinfo=zone).astimezone(UTC)
            if at.astimezone(zone).replace(tzinfo=None) == naive:
                yield at
    except CronSimError as error:
        raise ScheduleError(f"{schedule!r} is no schedule: {error}") from error


def _expression(schedule: str) -> str:
    expression = schedule.strip()
    if expression.startswith(("TZ=", "CRON_TZ=")):
        expression = expression.partition(" ")[2].strip()
    return _MACROS.get(expression, expression)


def _interval(expression: str) -> timedelta | None:
    """The span of ``@every 6h``, None for any other schedule."""
    if not expression.startswith("@every "):
        return None
    text = expression.removeprefix("@every ").strip()
    span = parse_duration(text)
    if span is None or span <= timedelta():
        raise ScheduleError(f"{text!r} is no interval")
    return span
