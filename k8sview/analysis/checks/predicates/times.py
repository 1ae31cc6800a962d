"""``expiry``, ``fresh``, ``age``: dates in an object against the view's time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from k8sview.analysis.checks.check import Predicate
from k8sview.analysis.checks.outcome import PASS, Context, Outcome, cannot_tell, fails, passes, warns
from k8sview.analysis.checks.registry import Parameters, predicate
from k8sview.model.fields import read_one
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration, parse_time


def _bad_duration(**durations: str | None) -> str | None:
    for name, text in durations.items():
        if text is not None and parse_duration(text) is None:
            return f"{name}: {text!r} is no duration (10m, 3h, 21d)"
    return None


class ExpiryParameters(Parameters, frozen=True, kw_only=True):
    """Time left until the date at ``path``: under ``fail`` fails, under ``warn`` warns.

    With ``start`` (the beginning of the lifetime) whatever lives shorter than twice ``warn`` is judged by its fraction:
    less than a sixth left fails, less than a third warns, so that one-hour certificates are healthy.
    """

    path: str
    warn: str
    fail: str
    start: str | None = None
    missing: Literal["pass", "unknown"] = "unknown"

    def paths(self) -> tuple[str, ...]:
        return (self.path, *((self.start,) if self.start else ()))

    def problem(self) -> str | None:
        return _bad_duration(warn=self.warn, fail=self.fail)


@predicate("expiry", ExpiryParameters)
def expiry(parameters: ExpiryParameters) -> Predicate:
    warn = parse_duration(parameters.warn) or timedelta()
    fail = parse_duration(parameters.fail) or timedelta()

    def judge(obj: Any, context: Context) -> Outcome:
        end = parse_time(read_one(obj, parameters.path))
        if end is None:
            if parameters.missing == "pass":
                return PASS
            return cannot_tell(f"{parameters.path} says no date", path=parameters.path)
        left, fail_under, warn_under = end - context.now, fail, warn
        start = parse_time(read_one(obj, parameters.start)) if parameters.start else None
        if start is not None and end - start < 2 * warn:
            fail_under, warn_under = (end - start) / 6, (end - start) / 3
        if left >= warn_under:
            return passes(recheck_at=end - warn_under)
        words = f"expires in {_long(left)}" if left > timedelta() else f"expired {_long(-left)} ago"
        details: dict[str, Any] = {
            "path": parameters.path,
            "observed": str(read_one(obj, parameters.path)),
            "expected": f"more than {format_age(warn_under)} left",
        }
        if left < fail_under:
            return fails(words, **details, recheck_at=end if left > timedelta() else None)
        return warns(words, **details, recheck_at=end - fail_under)

    return judge


def _long(span: timedelta) -> str:
    """``3 days`` where days say enough."""
    days = int(span.total_seconds() // 86400)
    if days >= 2:
        return f"{days} days"
    return "1 day" if days == 1 and span.total_seconds() % 86400 < 3600 else format_age(span)


class FreshParameters(Parameters, frozen=True, kw_only=True):
    """The date at ``path`` is not older than ``every`` times ``factor`` plus ``slack``. ``every``: a duration, or the
    path of one.

    ``missing``: what no date means once the object is that old itself.
    """

    path: str
    every: str
    factor: float = 3.0
    slack: str = "0s"
    missing: Literal["pass", "fail", "unknown"] = "unknown"
    severity: Severity | None = None

    def paths(self) -> tuple[str, ...]:
        return (self.path, *(() if parse_duration(self.every) is not None else (self.every,)))

    def problem(self) -> str | None:
        return _bad_duration(slack=self.slack)


@predicate("fresh", FreshParameters)
def fresh(parameters: FreshParameters) -> Predicate:
    fixed = parse_duration(parameters.every)
    slack = parse_duration(parameters.slack) or timedelta()

    def judge(obj: Any, context: Context) -> Outcome:
        every = fixed if fixed is not None else parse_duration(read_one(obj, parameters.every))
        if every is None or every <= timedelta():
            return PASS  # nothing states a rhythm, or it is deliberately "never"
        limit = every * parameters.factor + slack
        last = parse_time(read_one(obj, parameters.path))
        born = parse_time(obj.metadata.creation_timestamp)
        if last is None:
            return _never(parameters, born, context.now, limit)
        if context.now - last <= limit:
            return passes(recheck_at=last + limit)
        return fails(
            f"{parameters.path} is {format_age(context.now - last)} old, expected every {format_age(every)}",
            path=parameters.path,
            observed=str(read_one(obj, parameters.path)),
            expected=f"younger than {format_age(limit)}",
            since=last + limit,
            severity=parameters.severity,
        )

    return judge


def _never(parameters: FreshParameters, born: datetime | None, now: datetime, limit: timedelta) -> Outcome:
    if parameters.missing == "pass":
        return PASS
    if born is not None and now - born <= limit:
        return passes(recheck_at=born + limit)
    message = f"{parameters.path} has no date yet"
    if parameters.missing == "fail":
        return fails(message, path=parameters.path, since=born, severity=parameters.severity)
    return cannot_tell(message, path=parameters.path, since=born)


class AgeParameters(Parameters, frozen=True, kw_only=True):
    """The date at ``path`` is at most ``max`` and at least ``min`` old. No date passes."""

    path: str = "metadata.creationTimestamp"
    most: str | None = msgspec.field(name="max", default=None)
    least: str | None = msgspec.field(name="min", default=None)

    def paths(self) -> tuple[str, ...]:
        return (self.path,)

    def problem(self) -> str | None:
        if self.most is None and self.least is None:
            return "states neither min nor max"
        return _bad_duration(max=self.most, min=self.least)


@predicate("age", AgeParameters)
def age(parameters: AgeParameters) -> Predicate:
    most, least = parse_duration(parameters.most), parse_duration(parameters.least)

    def judge(obj: Any, context: Context) -> Outcome:
        date = parse_time(read_one(obj, parameters.path))
        if date is None:
            return PASS
        span = context.now - date
        if most is not None and span > most:
            return fails(
                f"{parameters.path} is {format_age(span)} old, expected at most {format_age(most)}",
                path=parameters.path,
                observed=format_age(span),
                expected=f"at most {format_age(most)}",
                since=date + most,
            )
        if least is not None and span < least:
            return fails(
                f"{parameters.path} is only {format_age(span)} old",
                path=parameters.path,
                observed=format_age(span),
                expected=f"at least {format_age(least)}",
                recheck_at=date + least,
            )
        return passes(recheck_at=date + most if most is not None else None)

    return judge
