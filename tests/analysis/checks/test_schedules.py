"""How many runs were due: plain expressions, macros, intervals, and what is no schedule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from k8sview.analysis.checks.schedules import ScheduleError, due

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
    "schedule", ["", "every day", "61 * * * *", "* * * *", "@every soon", "0 0 0 * * *", "@reboot"]
)
def test_what_is_no_schedule_says_so(schedule: str) -> None:
    with pytest.raises(ScheduleError, match=r"is no (schedule|interval)"):
        due(schedule, START, END)


def test_nothing_is_due_before_the_beginning() -> None:
    assert due("@every 1h", END, START) == ()
