"""What each failure means for a table, as a table of cases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from k8sview.model.kinds import KINDS
from k8sview.model.tables import State
from k8sview.sources.live.failures import (
    ApiError,
    BrokenAnswer,
    LoginRequired,
    NetworkFailed,
    RequestFailed,
    Silence,
    api_error,
)
from k8sview.sources.live.limits import Timing
from k8sview.sources.live.reactions import Situation, react

PODS = KINDS["pods"].resource
LOST = datetime(2026, 1, 1, tzinfo=UTC)
GONE = NetworkFailed("cannot reach it", connecting=True)


@pytest.mark.parametrize(
    ("problem", "before_first_list", "after_it"),
    [
        (GONE, State.FAILED, State.STALE),
        (BrokenAnswer("rubbish"), State.FAILED, State.STALE),
        (LoginRequired("log in again"), State.FAILED, State.STALE),
        (ApiError(500, "boom"), State.FAILED, State.STALE),
        (ApiError(503, "away"), State.FAILED, State.STALE),
        (ApiError(429, "later"), State.LOADING, State.STALE),
        (ApiError(403, "no"), State.DENIED, State.DENIED),
        (ApiError(404, "what"), State.NOT_SERVED, State.NOT_SERVED),
        (ApiError(410, "old"), None, None),
    ],
)
def test_states_of_a_list(problem: RequestFailed, before_first_list: State | None, after_it: State | None) -> None:
    for lost, expected in ((None, before_first_list), (LOST, after_it)):
        state = react(problem, Situation(PODS, None, watching=False, lost_since=lost), Timing()).state
        assert (state.state if state else None) is expected


@pytest.mark.parametrize("status", [403, 405])
def test_a_forbidden_watch_falls_back_to_lists_and_says_nothing(status: int) -> None:
    reaction = react(ApiError(status, "no"), Situation(PODS, None, watching=True, lost_since=LOST), Timing())
    assert reaction.state is None
    assert reaction.poll
    assert reaction.relist


def test_a_vanished_resource_is_listed_before_it_is_called_gone() -> None:
    reaction = react(ApiError(404, "what"), Situation(PODS, None, watching=True, lost_since=LOST), Timing())
    assert (reaction.state, reaction.relist, reaction.poll) == (None, True, False)


def test_silence_goes_on_from_the_same_version() -> None:
    reaction = react(Silence("quiet"), Situation(PODS, None, watching=True, lost_since=LOST), Timing())
    assert not reaction.relist
    assert reaction.state is not None
    assert reaction.state.since == LOST


def test_denied_says_who_and_where() -> None:
    problem = ApiError(403, 'pods is forbidden: User "eve" cannot list resource "pods"')
    state = react(problem, Situation(PODS, "shop", watching=False, lost_since=None), Timing()).state
    assert state is not None
    assert state.reason == "list pods is forbidden for user eve in namespace shop"
    assert state.verb == "list"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"kind":"Status","message":"too old"}', "too old"),
        (b"<html>502 Bad Gateway</html>", "the server answered HTTP 502"),
        (b"", "the server answered HTTP 502"),
        (b'{"kind":"Status","message":"a\\u001bb"}', "a␛b"),
    ],
)
def test_every_error_has_a_plain_sentence(body: bytes, message: str) -> None:
    assert api_error(502, body).reason == message


@pytest.mark.parametrize(("header", "seconds"), [(None, None), ("5", 5.0), ("-1", 0.0), ("Wed, 21 Oct 2026", None)])
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert api_error(429, b"", header).retry_after == seconds
