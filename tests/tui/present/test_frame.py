"""Status line, layer strip, table states: what is not known is never shown as fine, empty or zero."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from k8sview.model.events import ApiUsage, Cluster, Link
from k8sview.model.resources import Resource
from k8sview.model.tables import State, Table, TableState
from k8sview.model.view import View
from k8sview.tui.present.frame import layer_strip, status_line
from k8sview.tui.present.states import count_text, notice
from tests.tui.pictures import NOW, later, pod, report, shop

VIEW = msgspec.structs.replace(
    shop().view(), usage=ApiUsage(40, 45_000_000, 18, 3.25, 20.0, 60), link=Link("live"), namespaces=("shop", "pay")
)
RECORDING = Cluster(context="prod", source="recording", recorded_at=datetime(2026, 2, 1, 9, 30))


def test_a_wide_status_line_tells_all() -> None:
    text = status_line(VIEW, NOW, 160).text
    for words in (
        "prod-eu",
        "v1.37.2",
        "jane",
        "ns shop +1",
        "[RO]",
        "● live",
        "3.2/20 req/s",
        "18/60 watches",
        "45.0 MB",
    ):
        assert words in text


def test_a_narrow_one_keeps_what_matters_most() -> None:
    text = status_line(VIEW, NOW, 30).text
    assert "prod-eu" in text
    assert "live" in text
    assert len(text) <= 30


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (Link("live"), "● live"),
        (Link("connecting"), "… connecting"),
        (Link("lost", "refused", NOW, later(60)), "! STALE 42s, next try in 18s"),
        (Link("lost", "refused", NOW, later(42)), "! STALE 42s, trying"),
        (Link("login", "token expired", NOW), "! LOG IN AGAIN 42s"),
        (Link("ended", "closed", NOW), "! ENDED 42s"),
        (Link("something new"), "! STALE"),
    ],
)
def test_freshness(link: Link, words: str) -> None:
    assert words in status_line(msgspec.structs.replace(VIEW, link=link), later(42), 120).text


def test_a_recording_is_never_called_live() -> None:
    view = View(NOW, cluster=RECORDING, link=Link("live"))
    text = status_line(view, NOW, 120).text
    assert "offline: recording of 2026-02-01 09:30" in text
    assert "live" not in text


def test_the_strip_counts_each_status_by_its_own_glyph() -> None:
    text = layer_strip(report(), 120).text
    assert "FOUNDATION ✓ OK 2✓" in text
    assert "BASEMENT ✗ FAIL 1✗ 1?" in text
    assert "BUILDING ✗ FAIL 1✗" in text


def test_before_the_first_judgement_no_floor_is_ok() -> None:
    text = layer_strip(None, 120).text
    assert text.count("NOT JUDGED YET") == 3
    assert "OK" not in text


def test_old_judgements_say_so() -> None:
    assert "(stale)" in layer_strip(report(), 120, stale=True).text
    assert "(judging …)" in layer_strip(report(), 120, pending=True).text


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_the_strip_always_names_every_floor(width: int) -> None:
    text = layer_strip(report(), width).text
    assert all(name in text for name in ("FOUND", "BASEM", "BUILD"))


PODS = Resource("", "v1", "pods", "Pod")
ONE = {("shop", "a"): pod("a")}


@pytest.mark.parametrize(
    ("state", "objects", "count", "words", "instead"),
    [
        (TableState(State.SYNCED), ONE, "1", None, False),
        (TableState(State.SYNCED), {}, "0", "There are no pods here", True),
        (TableState(State.DENIED, "forbidden"), {}, "? denied", "? DENIED  you may not list pods", True),
        (TableState(State.DENIED, "forbidden", verb="watch"), ONE, "? denied", "you may not watch pods", False),
        (TableState(State.NOT_SERVED), {}, "? not served", "does not serve pods", True),
        (TableState(State.FAILED, "500"), {}, "? failed", "✗ FAILED", True),
        (TableState(State.STALE, "gone", NOW - timedelta(seconds=90)), ONE, "1", "! STALE for 90s  gone", False),
        (TableState(State.LOADING), ONE, "1+", "… LOADING  1 pods so far", False),
        (TableState(State.LOADING), {}, "? loading", "… LOADING", True),
        (TableState(State.IDLE), {}, "? idle", "nobody has read pods yet", True),
    ],
)
def test_states(
    state: TableState, objects: dict[tuple[str, str], object], count: str, words: str | None, instead: bool
) -> None:
    table = Table(PODS, state, objects)
    assert count_text(table, len(objects)) == count
    said = notice(table, NOW)
    if words is None:
        assert said is None
    else:
        assert said is not None
        assert words in said.span.text
        assert said.instead is instead


def test_missing_namespaces_are_a_banner() -> None:
    said = notice(Table(PODS, TableState(State.SYNCED), ONE, partial="only of namespace shop"), NOW)
    assert said is not None
    assert "? PARTIAL  only of namespace shop" in said.span.text
    assert not said.instead


def test_filtered_counts_tell_both_numbers() -> None:
    assert count_text(Table(PODS, TableState(State.SYNCED), ONE), 0) == "0/1"
