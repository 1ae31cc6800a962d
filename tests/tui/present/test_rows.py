"""Rows by key: what is updated, sorted and narrowed stays right whatever comes and goes."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from k8sview.model.health import Health, HealthVerdict
from k8sview.model.resources import Key, key_of
from k8sview.model.view import View
from k8sview.tui.present import rows as rows_module
from k8sview.tui.present.cells import Role
from k8sview.tui.present.columns import Column, Surroundings, TableSpec
from k8sview.tui.present.filters import parse_filter
from k8sview.tui.present.rows import Rows
from k8sview.tui.present.tables.pods import PODS
from tests.tui.pictures import NOW, pod

HEALTHY = Health(HealthVerdict.HEALTHY)
AROUND = Surroundings(View(NOW), lambda obj: HEALTHY)


def keyed(*pods: Any) -> dict[Key, Any]:
    return {key_of(one): one for one in pods}


def swept(rows: Rows) -> Rows:
    for _ in rows.sweep(verdicts=True):
        pass
    return rows


def names(rows: Rows) -> list[str]:
    return [name for _, name in rows.order]


def test_an_unchanged_mapping_changes_nothing() -> None:
    rows, objects = Rows(PODS), keyed(pod("a"))
    assert rows.update(objects, AROUND, NOW).moved
    assert rows.update(objects, AROUND, NOW) == rows_module.Change()


def test_a_changed_object_is_redrawn_in_place() -> None:
    rows = Rows(PODS)
    a, b = pod("a"), pod("b")
    rows.update(keyed(a, b), AROUND, NOW)
    change = rows.update(keyed(a, pod("b", restarts=3)), AROUND, NOW)
    assert change.rows == {("shop", "b")}
    assert not change.moved


def test_a_changed_object_moves_where_the_table_is_sorted_by_what_changed() -> None:
    rows = Rows(PODS)
    rows.update(keyed(pod("a", restarts=1), pod("b", restarts=2)), AROUND, NOW)
    swept(rows).sort_by("restarts", reverse=True)
    assert names(rows) == ["b", "a"]
    assert rows.update(keyed(pod("a", restarts=5), pod("b", restarts=2)), AROUND, NOW).moved
    assert names(rows) == ["a", "b"]


def test_new_objects_enter_a_filter_and_changed_ones_leave_it() -> None:
    rows = Rows(PODS)
    rows.update(keyed(pod("a", restarts=1)), AROUND, NOW)
    swept(rows).narrow(parse_filter("restarts>0", PODS))
    rows.update(keyed(pod("a"), pod("b", restarts=4)), AROUND, NOW)
    assert names(rows) == ["b"]
    rows.update({}, AROUND, NOW)
    assert names(rows) == []
    assert rows.total == 0


def test_many_new_rows_under_a_filter_are_told_as_pending_until_swept() -> None:
    rows = Rows(PODS)
    rows.narrow(parse_filter("web", PODS))
    rows.update(keyed(*(pod(f"web-{number}") for number in range(500))), AROUND, NOW)
    assert rows.pending == 500
    assert not names(rows)
    assert len(swept(rows).order) == 500
    assert rows.pending == 0


def test_a_neighbour_may_change_a_verdict_and_a_sweep_finds_it() -> None:
    verdicts = {"a": HEALTHY, "b": HEALTHY}
    around = Surroundings(View(NOW), lambda obj: verdicts[obj.metadata.name])
    rows = Rows(PODS)
    rows.update(keyed(pod("a"), pod("b")), around, NOW)
    swept(rows).narrow(rows.filter, faults_only=True)
    assert names(rows) == []
    verdicts["b"] = Health(HealthVerdict.DOWN)
    assert names(swept(rows)) == ["b"]


def test_faults_only_keeps_what_could_not_be_judged() -> None:
    verdicts = {"a": HEALTHY, "b": Health(HealthVerdict.UNKNOWN), "c": Health(HealthVerdict.DEGRADED)}
    rows = Rows(PODS)
    around = Surroundings(View(NOW), lambda obj: verdicts[obj.metadata.name])
    rows.update(keyed(pod("a"), pod("b"), pod("c")), around, NOW)
    swept(rows).narrow(rows.filter, faults_only=True)
    assert names(rows) == ["b", "c"]


def test_an_object_that_breaks_its_row_is_shown_as_an_error() -> None:
    def values(obj: Any, around: Surroundings) -> tuple[Any, ...]:
        raise TypeError("unhashable")

    rows = Rows(TableSpec((Column("name", "NAME"), Column("verdict", "VERDICT")), values))
    rows.update(keyed(pod("a")), AROUND, NOW)
    name, verdict = rows.cells(("shop", "a"), NOW)
    assert name.text == "a"
    assert verdict.role is Role.FAIL
    assert "unhashable" in verdict.text


@given(st.integers(0, 10_000), st.sampled_from([None, "restarts", "verdict", "age", "name"]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_patched_rows_are_the_same_as_rows_made_anew(seed: int, column: str | None, reverse: bool) -> None:
    """Whatever random changes come, in small or large portions."""
    chance = random.Random(seed)
    rows = Rows(PODS)
    rows.sort_by(column, reverse=reverse)
    typed = chance.choice(["", "restarts>2", "!7"])
    rows.narrow(parse_filter(typed, PODS))
    objects: dict[Key, Any] = {}
    for _ in range(5):
        objects = dict(objects)
        for _ in range(chance.choice([1, 5, 400])):
            one = pod(f"p{chance.randrange(600)}", restarts=chance.randrange(6))
            objects[key_of(one)] = one
        for key in chance.sample(sorted(objects), k=len(objects) // 5):
            del objects[key]
        rows.update(objects, AROUND, NOW)
        swept(rows)
    fresh = Rows(PODS)
    fresh.update(objects, AROUND, NOW)
    swept(fresh)
    fresh.sort_by(column, reverse=reverse)
    fresh.narrow(parse_filter(typed, PODS))
    assert rows.order == fresh.order
