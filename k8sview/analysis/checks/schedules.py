"""Cron schedules: how many runs were due in a span of time. Pure; the crontab grammar itself is cronsim's."""

from __future__ import annotations

from datetime import datetime, timedelta

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


def due(schedule: str, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """Times after ``after`` up to ``until`` at which a run was due, a hundred at most; read in UTC.

    A schedule in another time zone has its runs some hours earlier or later, never more or fewer of them by more
    than one: callers allow for one run.
    """
    expression = schedule.strip()
    if expression.startswith(("TZ=", "CRON_TZ=")):
        expression = expression.partition(" ")[2].strip()
    if expression.startswith("@every "):
        return _every(expression.removeprefix("@every ").strip(), after, until)
    expression = _MACROS.get(expression, expression)
    if len(expression.split()) != 5:
        raise ScheduleError(f"{schedule!r} is no schedule of five fields")
    found: list[datetime] = []
    try:
        for at in CronSim(expression, after):
            if at > until or len(found) == _ENOUGH:
                break
            found.append(at)
    except CronSimError as error:
        raise ScheduleError(f"{schedule!r} is no schedule: {error}") from error
    return tuple(found)


def _every(text: str, after: datetime, until: datetime) -> tuple[datetime, ...]:
    span = parse_duration(text)
    if span is None or span <= timedelta():
        raise ScheduleError(f"{text!r} is no interval")
    runs = min(int((until - after) / span), _ENOUGH)
    return tuple(after + span * number for number in range(1, runs + 1))
