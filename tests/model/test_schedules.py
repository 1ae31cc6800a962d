"""Which runs were due: plain expressions, macros, intervals, zones, and what is no schedule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from k8sview.model.schedules import ScheduleError, ZoneError, due, next_due, zone_of

START = datetime(2026, 2, 1, tzinfo=UTC)
END = datetime(2026, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        ("0 1 * * *", 2),
        ("@daily", 2),
        ("@hourly", 48),
        ("*/30 * * * *", 96),
        ("* * * * *", 100),  # counted up to a hundred only
        ("@every 6h", 8),
        ("TZ=Europe/Berlin 0 1 * * *", 2),
        ("CRON_TZ=Asia/Tokyo 30 4 * * *", 2),
        ("0 0 1 1 *", 0),
    ],
)
def test_runs_between_two_dates(schedule: str, runs: int) -> None:
    assert len(due(schedule, START, END)) == runs


def test_the_beginning_is_not_a_run_and_the_end_is() -> None:
    assert due("0 0 * * *", START, END) == (datetime(2026, 2, 2, tzinfo=UTC), END)


@pytest.mark.parametrize(
    "schedule", ["", "every day", "61 * * * *", "* * * *", "@every soon", "0 0 0 * * *", "0 0 30 2 *", "@reboot"]
)
def test_what_is_no_schedule_says_so(schedule: str) -> None:
    with pytest.raises(ScheduleError, match=r"is no (schedule|interval)"):
        due(schedule, START, END)


def test_nothing_is_due_before_the_beginning() -> None:
    assert due("@every 1h", END, START) == ()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "zone", "expected"),
    [
        ("0 1 * * *", "", "2026-02-01T01:00:00"),
        ("0 1 * * *", "Europe/Berlin", "2026-02-02T00:00:00"),
        ("30 4 * * *", "Asia/Tokyo", "2026-02-01T19:30:00"),
        ("@every 6h", "", "2026-02-01T06:00:00"),
        ("0 0 ? * 1", "", "2026-02-02T00:00:00"),
        ("0 0 1 1 *", "", "2027-01-01T00:00:00"),
    ],
)
def test_the_next_run(schedule: str, zone: str, expected: str) -> None:
    assert next_due(schedule, START, zone_of(zone)) == utc(expected)
    assert due(schedule, START, utc(expected), zone_of(zone))[0] == utc(expected)


def test_the_hour_that_a_clock_leaves_out_has_no_run() -> None:
    before, after = utc("2026-03-28T12:00:00"), utc("2026-03-29T12:00:00")
    berlin = zone_of("Europe/Berlin")
    assert due("30 2 * * *", before, after, berlin) == ()
    assert next_due("30 2 * * *", before, berlin) == utc("2026-03-30T00:30:00")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd"])
def test_an_unknown_zone_says_so(name: str) -> None:
    with pytest.raises(ZoneError, match="no time zone"):
        zone_of(name)
