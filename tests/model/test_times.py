"""Times and durations: as Kubernetes writes them, and whatever else a cluster may hold in their place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.model.times import format_age, format_time, parse_duration, parse_time

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T12:00:00Z", NOON),
        ("2026-03-01T12:00:00.000000Z", NOON),
        ("2026-03-01T12:00:00.123456789Z", NOON.replace(microsecond=123456)),
        ("2026-03-01T14:00:00+02:00", NOON),
        ("2026-03-01T12:00:00", NOON),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1772366400, None),
        ({}, None),
    ],
)
def test_times(text: Any, expected: datetime | None) -> None:
    assert parse_time(text) == expected


@given(st.datetimes(datetime(2, 1, 2), datetime(4999, 12, 30), timezones=st.just(UTC)))
def test_a_time_survives_being_written(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert parse_time(whole.isoformat()) == whole
    if whole.year >= 1000:
        assert parse_time(format_time(whole)) == whole


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "5000-01-01T00:00:00Z", "8765-04-03T02:01:00Z"])
@pytest.mark.parametrize("span", ["1h", "999999999h", "-1", "99999999999"])
def test_the_end_of_the_calendar_can_be_counted_with(text: str, span: str) -> None:
    moment, duration = parse_time(text), parse_duration(int(span) if span == "-1" else span)
    assert moment is not None
    assert moment.year == 5000
    assert duration is not None
    assert moment + 2 * duration > NOON
    assert NOON + 2 * duration != NOON


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert parse_time(text) is None or isinstance(parse_time(text), datetime)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10m", timedelta(minutes=10)),
        ("1h30m", timedelta(minutes=90)),
        ("21d", timedelta(days=21)),
        ("2w", timedelta(weeks=2)),
        ("1.5h", timedelta(minutes=90)),
        ("500ms", timedelta(milliseconds=500)),
        ("90", timedelta(seconds=90)),
        (90, timedelta(seconds=90)),
        (0.5, timedelta(milliseconds=500)),
        ("10 m", None),
        ("m", None),
        ("10m!", None),
        ("²", None),
        ("999999999999y", None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ("", None),
    ],
)
def test_durations(text: Any, expected: timedelta | None) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (310, "5m10s"),
        (3 * 3600 - 1, "179m"),
        (3 * 3600, "3h"),
        (3 * 3600 + 60, "3h1m"),
        (47 * 3600, "47h"),
        (2 * 86400 + 4 * 3600, "2d4h"),
        (400 * 86400, "400d"),
        (800 * 86400, "2y70d"),
    ],
)
def test_ages_read_as_kubectl_writes_them(seconds: int, expected: str) -> None:
    assert format_age(timedelta(seconds=seconds)) == expected
