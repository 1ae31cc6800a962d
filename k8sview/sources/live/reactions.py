"""What a failed request means for a table. Pure: a failure in, the state to show and how to go on out.

The oath lives here: nothing that could not be read may look like a whole list, and nothing that was read is called
unreadable because the server is busy.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from k8sview.model.resources import Resource
from k8sview.model.tables import State, TableState
from k8sview.sources.live.failures import ApiError, RequestFailed
from k8sview.sources.live.limits import Timing

_USER = re.compile(r'User "([^"]*)"')


class Reaction(NamedTuple):
    """``state`` None: nothing to tell. ``delay`` None: by the back-off. ``relist``: the watch cannot go on from where
    it was. ``poll``: stop watching, list from time to time. ``final``: more tries within seconds are of no use."""

    state: TableState | None = None
    delay: float | None = None
    relist: bool = False
    poll: bool = False
    final: bool = False


class Situation(NamedTuple):
    """Where the failure happened. ``lost_since``: the rows are whole, but old since then; None: they never were."""

    resource: Resource
    scope: str | None
    watching: bool
    lost_since: datetime | None


def react(problem: RequestFailed, at: Situation, timing: Timing) -> Reaction:
    """The rules, one for each status that means something of its own."""
    if isinstance(problem, ApiError):
        status = problem.status
        if status == 410:
            return Reaction(relist=True)
        if status == 429:
            return _busy(problem, at)
        if at.watching and status in (403, 404, 405):
            # It was listed a moment ago: read it that way. If it is gone for good, the list will say so.
            return Reaction(delay=timing.poll if status != 404 else None, relist=True, poll=status != 404)
        if status == 403:
            return Reaction(_denied(problem, at), delay=timing.denied, relist=True, final=True)
        if status in (404, 405):
            said = f"the server does not serve {at.resource.name}"
            return Reaction(TableState(State.NOT_SERVED, said), delay=timing.denied, relist=True, final=True)
    return Reaction(_unreadable(problem.reason, at))


def _unreadable(reason: str, at: Situation) -> TableState:
    if at.lost_since is not None:
        return TableState(State.STALE, reason, since=at.lost_since)
    return TableState(State.FAILED, reason)


def _busy(problem: ApiError, at: Situation) -> Reaction:
    wait = problem.retry_after
    when = f" in {wait:g} s" if wait else ""
    reason = f"the server is busy and asks to try again{when} ({problem.reason})"
    if at.lost_since is not None:
        return Reaction(TableState(State.STALE, reason, since=at.lost_since), delay=wait)
    return Reaction(TableState(State.LOADING, reason), delay=wait)


def _denied(problem: ApiError, at: Situation) -> TableState:
    found = _USER.search(problem.reason)
    user = f" for user {found[1]}" if found else ""
    where = f" in namespace {at.scope}" if at.scope else ""
    return TableState(State.DENIED, f"list {at.resource.name} is forbidden{user}{where}", verb="list")
