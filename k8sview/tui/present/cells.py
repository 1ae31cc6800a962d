"""From a value to what one cell shows and how it sorts. The value's type decides; nothing is judged here.

Rows keep values, not texts, so that ages tick, sorting is by value, and 50,000 rows stay small.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Severity, Status
from k8sview.model.tables import TableState
from k8sview.model.times import format_age


class Role(StrEnum):
    """What a piece of text means; the theme gives each role its colour. Never the only carrier of a meaning."""

    PLAIN = "plain"
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    MUTED = "muted"
    TITLE = "title"
    ACCENT = "accent"


class Span(NamedTuple):
    """A run of text in one role: a whole table cell, or a part of a line."""

    text: str
    role: Role = Role.PLAIN


class Ratio(NamedTuple):
    """``have`` of ``want``, as kubectl writes readiness: ``1/2``."""

    have: int
    want: int


class Unseen(NamedTuple):
    """Stands where a number or a text would be, had it been readable."""

    why: TableState


class Word(NamedTuple):
    """A word from the API with the role that its own vocabulary gives it (an event's type)."""

    text: str
    role: Role


class Ranked(NamedTuple):
    """A word with a place among its kind: it sorts by ``place`` (0 first), not by its letters."""

    text: str
    role: Role
    place: int


class Quantity(NamedTuple):
    """A resource quantity: shown as the API wrote it, sorted by its size."""

    text: str
    size: float


_STATUS = {
    Status.PASS: Span("✓ PASS", Role.OK),
    Status.WARN: Span("! WARN", Role.WARN),
    Status.FAIL: Span("✗ FAIL", Role.FAIL),
    Status.UNKNOWN: Span("? UNKNOWN", Role.UNKNOWN),
    Status.SKIP: Span("- SKIP", Role.MUTED),
    Status.ERROR: Span("✗ ERROR", Role.FAIL),
}

_VERDICT = {
    HealthVerdict.HEALTHY: Span("✓ Healthy", Role.OK),
    HealthVerdict.PROGRESSING: Span("» Progressing", Role.WARN),
    HealthVerdict.DEGRADED: Span("! Degraded", Role.WARN),
    HealthVerdict.DOWN: Span("✗ Down", Role.FAIL),
    HealthVerdict.SUSPENDED: Span("= Suspended", Role.MUTED),
    HealthVerdict.WAITING: Span("… Waiting", Role.MUTED),
    HealthVerdict.TERMINATING: Span("- Terminating", Role.MUTED),
    HealthVerdict.UNKNOWN: Span("? Unknown", Role.UNKNOWN),
}

_SEVERITY = {
    Severity.CRITICAL: Role.FAIL,
    Severity.HIGH: Role.FAIL,
    Severity.MEDIUM: Role.WARN,
    Severity.LOW: Role.PLAIN,
    Severity.INFO: Role.MUTED,
}


def status_badge(status: Status) -> Span:
    """Glyph and word of a check's status."""
    return _STATUS[status]


def verdict_badge(verdict: HealthVerdict) -> Span:
    """Glyph and word of a health verdict."""
    return _VERDICT[verdict]


def glyph(badge: Span) -> Span:
    """Only the glyph of a badge, for places without room for the word."""
    return Span(badge.text[:1], badge.role)


def age(value: datetime, now: datetime) -> str:
    """How long ago; a time still to come says so (clocks differ between machines)."""
    return format_age(now - value) if value <= now + timedelta(seconds=2) else f"in {format_age(value - now)}"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) or value % 1 else str(int(value))


def _labels(value: dict[str, str]) -> str:
    return ",".join(f"{name}={text}" for name, text in value.items())


def _health(value: Health, _now: datetime) -> Span:
    badge = _VERDICT[value.verdict]
    return Span(f"{badge.text} {value.reason}", badge.role) if value.reason else badge


_SHOW: dict[type, Callable[[Any, datetime], Span]] = {
    str: lambda value, now: Span(value),
    bool: lambda value, now: Span("true" if value else "false"),
    int: lambda value, now: Span(str(value)),
    float: lambda value, now: Span(_number(value)),
    type(None): lambda value, now: Span("-", Role.MUTED),
    datetime: lambda value, now: Span(age(value, now)),
    Ratio: lambda value, now: Span(f"{value.have}/{value.want}"),
    Unseen: lambda value, now: Span("?", Role.UNKNOWN),
    dict: lambda value, now: Span(_labels(value), Role.MUTED),
    Word: lambda value, now: Span(value.text, value.role),
    Ranked: lambda value, now: Span(value.text, value.role),
    Quantity: lambda value, now: Span(value.text),
    Health: _health,
    Status: lambda value, now: _STATUS[value],
    Severity: lambda value, now: Span(value.value, _SEVERITY[value]),
}

_SORT: dict[type, Callable[[Any], tuple[int, Any]]] = {
    # The first number keeps different types apart; what is not known comes last.
    bool: lambda value: (0, int(value)),
    int: lambda value: (0, value),
    float: lambda value: (0, value),
    Quantity: lambda value: (0, value.size),
    Ranked: lambda value: (0, value.place),
    Ratio: lambda value: (0, value.have / value.want if value.want else 1.0),
    datetime: lambda value: (0, -value.timestamp()),  # youngest first
    Health: lambda value: (0, -value.verdict.badness),  # worst first
    Status: lambda value: (0, -value.badness),
    Severity: lambda value: (0, value.rank),
    str: lambda value: (1, value),
    Word: lambda value: (1, value.text),
    dict: lambda value: (1, _labels(value)),
    type(None): lambda value: (3, 0),
    Unseen: lambda value: (2, 0),
}


def show(value: Any, now: datetime) -> Span:
    """What a cell shows of ``value``. Ages are counted from ``now``."""
    return _SHOW[type(value)](value, now)


def sort_value(value: Any) -> tuple[int, Any]:
    """A key by which any two values of a column compare."""
    return _SORT[type(value)](value)


def words(value: Any) -> str:
    """The text a filter searches. Left out: ages, which change by themselves, and labels, which have ``-l``."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is datetime or kind is dict or value is None:
        return ""
    return _SHOW[kind](value, _NO_TIME).text


_NO_TIME = datetime.min
