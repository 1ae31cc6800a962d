"""What a value shows, how it sorts, and how wide text is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Severity, Status
from k8sview.model.tables import State, TableState
from k8sview.tui.present.cells import Quantity, Ratio, Role, Unseen, show, sort_value
from k8sview.tui.present.columns import Column
from k8sview.tui.present.jsonpath import JsonPath
from k8sview.tui.present.layout import lay_out
from k8sview.tui.present.lines import cut, fit, pad, wrap
from k8sview.tui.present.measure import width_of
from k8sview.tui.present.quantities import size_of
from tests.tui.pictures import NOW

WIDE = ["日本語", "é", "e\u0301", "👩\u200d👩\u200d👧", "❤️", "🇩🇪", "✓ ok", "한국어-pod", "👍🏽", "a…b", "plain"]


@pytest.mark.parametrize(
    ("value", "text", "role"),
    [
        ("text", "text", Role.PLAIN),
        (3, "3", Role.PLAIN),
        (2.0, "2", Role.PLAIN),
        (True, "true", Role.PLAIN),
        (None, "-", Role.MUTED),
        (Ratio(1, 2), "1/2", Role.PLAIN),
        (NOW - timedelta(minutes=5), "5m", Role.PLAIN),
        (NOW + timedelta(hours=1), "in 60m", Role.PLAIN),
        (Unseen(TableState(State.DENIED)), "?", Role.UNKNOWN),
        (Status.UNKNOWN, "? UNKNOWN", Role.UNKNOWN),
        (Status.ERROR, "✗ ERROR", Role.FAIL),
        (Severity.HIGH, "high", Role.FAIL),
        (Health(HealthVerdict.DOWN, "OOMKilled"), "✗ Down OOMKilled", Role.FAIL),
        (Health(HealthVerdict.UNKNOWN), "? Unknown", Role.UNKNOWN),
    ],
)
def test_show(value: Any, text: str, role: Role) -> None:
    assert show(value, NOW) == (text, role)


def test_every_status_and_verdict_is_told_by_its_word_and_its_glyph() -> None:
    texts = [show(one, NOW).text for one in (*Status, *(Health(verdict) for verdict in HealthVerdict))]
    assert len(set(texts)) == len(texts)


def test_any_two_values_of_a_column_compare() -> None:
    values = [None, 3, 2.5, True, "text", Ratio(0, 0), NOW, Unseen(TableState(State.FAILED)), Quantity("1Gi", 2.0**30)]
    assert len(sorted(values, key=sort_value)) == len(values)
    assert sorted(values, key=sort_value)[-1] is None


@pytest.mark.parametrize("text", WIDE)
def test_width_is_what_the_drawing_library_says(text: str) -> None:
    assert width_of(text) == cell_len(text)


@given(st.text(max_size=40), st.integers(1, 30))
def test_cells_are_exactly_as_wide_as_their_column(text: str, width: int) -> None:
    assert width_of(fit(text, width)) <= width
    assert width_of(cut(text, width)) <= width
    if width_of(fit(text, width)) <= width:
        assert width_of(pad(text, width)) == width


def test_long_names_are_cut_in_the_middle_and_sentences_at_their_end() -> None:
    assert fit("checkout-5f9d8c-x2b4k", 11) == "check…x2b4k"
    assert cut("Cannot pull the image", 12) == "Cannot pull…"


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=80), st.integers(5, 30))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert "".join("".join(wrap(text, width)).split()) == "".join("".join(wrap(text, 10_000)).split())


TREE = {
    "spec": {"a": {"b": 1}, "list": [{"name": "x", "ok": True}, {"name": "y", "ok": False}]},
    "metadata": {"labels": {"app.kubernetes.io/name": "web"}, "annotations": {"a.b": "dotted"}},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (".spec.a.b", 1),
        ("{.spec.a.b}", 1),
        ("spec.a.b", 1),
        ("$.spec.a.b", 1),
        (".spec.list[0].name", "x"),
        (".spec.list[-1].name", "y"),
        (".spec.list[9].name", None),
        (".spec.list[*].name", "x"),
        ('.spec.list[?(@.name=="y")].ok', False),
        (".spec.list[?(@.name!='x')].name", "y"),
        ('.spec.list[?(@.ok=="true")].name', "x"),
        (".metadata.labels['app.kubernetes.io/name']", "web"),
        (".metadata.labels.app\\.kubernetes\\.io/name", "web"),
        (".spec.nothing.at.all", None),
        (".spec.a.b.c", None),
        ("", None),
        (".spec.list[?(", None),
    ],
)
def test_json_path(path: str, value: Any) -> None:
    assert JsonPath(path).first(TREE) == value


@pytest.mark.parametrize(
    ("text", "size"), [("500m", 0.5), ("16Gi", 16 * 2.0**30), ("2", 2.0), ("1e3", 1000.0), ("1k", 1000.0), ("x", 0.0)]
)
def test_quantities(text: str, size: float) -> None:
    assert size_of(text) == size


COLUMNS = (
    Column("name", "NAME", flexible=True, least=8),
    Column("status", "STATUS", flexible=True),
    Column("node", "NODE"),
    Column("ip", "IP", wide=True),
    Column("age", "AGE"),
)


@pytest.mark.parametrize(
    ("available", "widths", "hidden"),
    [
        (100, [(0, 40), (1, 20), (2, 10), (4, 4)], 0),
        (60, [(0, 22), (1, 18), (2, 10), (4, 4)], 0),
        (34, [(0, 12), (1, 14), (4, 4)], 1),
        (20, [(0, 8), (1, 10)], 2),
    ],
)
def test_columns_give_way_and_then_leave(available: int, widths: list[tuple[int, int]], hidden: int) -> None:
    layout = lay_out(COLUMNS, (40, 20, 10, 15, 4), available)
    assert layout.hidden == hidden
    assert layout.width <= available
    assert [at for at, _ in layout.columns] == [at for at, _ in widths]
    assert layout.columns[-1] == widths[-1]


def test_wide_shows_every_column_at_its_own_width() -> None:
    assert lay_out(COLUMNS, (40, 20, 10, 15, 4), 30, wide=True).columns == ((0, 40), (1, 20), (2, 10), (3, 15), (4, 4))
