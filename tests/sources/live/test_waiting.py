"""Back-off, bell, budget and link, each with an injected clock."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from k8sview.model.events import Event, Link
from k8sview.sources.live.budget import Budget
from k8sview.sources.live.limits import Limits
from k8sview.sources.live.link import LinkMonitor
from k8sview.sources.live.waiting import Backoff, Bell, ended


def test_backoff_doubles_up_to_its_ceiling_and_starts_anew() -> None:
    backoff = Backoff(0.5, 30, scatter=lambda: 1.0)
    assert [backoff.next() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    backoff.reset()
    assert backoff.next() == 0.5


@pytest.mark.parametrize(("scatter", "wait"), [(0.0, 0.25), (0.5, 0.375), (1.0, 0.5)])
def test_backoff_scatters(scatter: float, wait: float) -> None:
    assert Backoff(0.5, 30, scatter=lambda: scatter).next() == wait


def test_backoff_survives_a_long_outage() -> None:
    backoff = Backoff(0.5, 30)
    assert all(backoff.next() <= 30 for _ in range(5000))


async def test_the_bell_wakes_everybody_once() -> None:
    bell = Bell()
    waiting = [asyncio.create_task(bell.wait(30)) for _ in range(3)]
    await asyncio.sleep(0)
    bell.ring()
    assert await asyncio.gather(*waiting) == [True, True, True]
    assert await bell.wait(0.001) is False


def test_a_burst_is_free_and_then_the_rate_holds() -> None:
    now = 0.0
    budget = Budget(Limits(requests_per_second=10, burst=3), clock=lambda: now)
    assert [round(budget.debt(), 3) for _ in range(5)] == [0, 0, 0, 0.1, 0.2]
    now = 10.0
    assert [round(budget.debt(), 3) for _ in range(4)] == [0, 0, 0, 0.1]


async def test_usage_counts_and_names_its_caps() -> None:
    now = 0.0
    budget = Budget(Limits(requests_per_second=10, burst=5, watches=2), clock=lambda: now)
    for _ in range(5):
        await budget.take()
    usage = budget.usage()
    assert (usage.requests, usage.requests_per_second, usage.requests_cap, usage.watches_cap) == (5, 1.0, 10, 2)
    now = 60.0
    assert budget.usage().requests_per_second == 0
    budget.watches = 2
    assert not budget.may_watch


def test_a_lost_link_is_told_once_until_the_announced_try_failed_too() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    told: list[Event] = []
    recoveries: list[int] = []
    monitor = LinkMonitor(told.append, lambda: recoveries.append(1), now=lambda: now)
    monitor.answered()
    assert told == []
    monitor.lost("refused", 5)
    monitor.lost("refused", 7)
    assert told == [Link("lost", "refused", since=now, retry_at=now + timedelta(seconds=5))]
    since, now = now, now + timedelta(seconds=6)
    monitor.lost("refused", 10)
    assert told[1:] == [Link("lost", "refused", since=since, retry_at=now + timedelta(seconds=10))]
    monitor.answered()
    monitor.answered()
    assert told[2:] == [Link("live", since=now)]
    assert recoveries == [1]


def test_login_lasts_until_a_request_succeeds() -> None:
    told: list[Event] = []
    monitor = LinkMonitor(told.append, lambda: None)
    monitor.login("log in again")
    monitor.login("log in again")
    monitor.answered()
    assert [event.state for event in told if isinstance(event, Link)] == ["login"]
    monitor.authenticated()
    assert [event.state for event in told if isinstance(event, Link)] == ["login", "live"]


async def test_a_task_that_swallows_its_first_cancellation_is_asked_again() -> None:
    async def stubborn() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await ended([task], seconds=0.05)
    assert task.cancelled()
