"""Times and durations as Kubernetes and the catalogue write them. Pure: "now" is always an argument."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_CENTURIES = timedelta(days=366_000)
_NEVER = datetime(5000, 1, 1, tzinfo=UTC)
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)")


def parse_time(text: object) -> datetime | None:
    """An RFC 3339 time as an aware UTC value; None for anything that is not one (absent, null, wrongly typed).

    Year 1 is Go's zero time: controllers write it where they mean "never". The other never is the end of the calendar
    (X.509's 9999): it becomes a far time, so that adding a duration does not leave the calendar.
    """
    if not isinstance(text, str) or not text:
        return None
    try:
        value = datetime.fromisoformat(text)
        value = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return min(value, _NEVER) if value.year > 1 else None


def format_time(value: datetime) -> str:
    """RFC 3339 in UTC to the second, as Kubernetes writes it."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_duration(text: object) -> timedelta | None:
    """``10m``, ``1h30m``, ``21d``, ``2w``; a bare number is seconds. None if it is no duration. Never beyond a thousand
    years, so that any time plus any duration is a time."""
    seconds: float
    if isinstance(text, int | float) and not isinstance(text, bool):
        seconds = text
    elif not isinstance(text, str) or not text:
        return None
    elif text.isdecimal():
        seconds = int(text)
    else:
        parts = _PART.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            return None
        seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    try:
        return max(-_CENTURIES, min(timedelta(seconds=seconds), _CENTURIES))
    except (OverflowError, ValueError):  # longer than any calendar, or not a number
        return None


def format_age(span: timedelta) -> str:
    """Two significant units as kubectl prints ages: ``42s``, ``5m10s``, ``3h``, ``2d4h``, ``400d``."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 120:
        return f"{seconds}s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 10:
        return _two(minutes, "m", seconds % 60, "s")
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if days < 2:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    return f"{days}d" if days < 730 else _two(days // 365, "y", days % 365, "d")


def _two(big: int, big_unit: str, small: int, small_unit: str) -> str:
    return f"{big}{big_unit}{small}{small_unit}" if small else f"{big}{big_unit}"
