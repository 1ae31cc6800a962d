"""The app's own look for drift: at once where a table came or went, else now and then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from k8sview.catalog import spec
from k8sview.catalog.sample import sample_view
from k8sview.model.drift import DriftKind
from k8sview.model.status import Status
from k8sview.model.view import View
from k8sview.session import view_drift
from k8sview.session.slices import to_end
from k8sview.session.view_drift import EVERY, ViewDrift

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def view(kubelet: str, seconds: int, version: int, **states: Any) -> View:
    info = {"nodeInfo": {"kubeletVersion": kubelet}}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a"}, "status": info}
    stated = msgspec.structs.replace(spec.TestSpec(name="view", expect=Status.PASS, objects=(node,)), **states)
    return msgspec.structs.replace(sample_view(stated, ()), taken_at=NOW + timedelta(seconds=seconds), version=version)


def looked(look: ViewDrift, seen: View) -> int:
    to_end(look.update(seen))
    return len(look.of_kind(DriftKind.VERSION_SKEW).drifts)


@pytest.fixture
def look() -> ViewDrift:
    return ViewDrift(frozenset({DriftKind.VERSION_SKEW, DriftKind.OUT_OF_BAND}))


def test_a_change_is_seen_at_the_next_look_and_says_when_that_is(look: ViewDrift) -> None:
    assert looked(look, view("v1.37.0", 0, 1)) == 0
    assert look.recheck_at is None
    assert looked(look, view("v1.39.0", 1, 2)) == 0
    assert look.recheck_at == NOW + EVERY
    assert looked(look, view("v1.39.0", 30, 2)) == 1
    assert look.recheck_at is None


def test_a_table_that_was_lost_is_seen_at_once(look: ViewDrift) -> None:
    assert looked(look, view("v1.37.0", 0, 1)) == 0
    looked(look, view("v1.37.0", 1, 2, denied=("nodes",)))
    assert [one.reason for one in look.of_kind(DriftKind.VERSION_SKEW).not_checkable] == ["nodes: list denied"]


def test_what_needs_whole_objects_is_not_applicable_here(look: ViewDrift) -> None:
    looked(look, view("v1.37.0", 0, 1))
    (told,) = look.of_kind(DriftKind.OUT_OF_BAND).not_checkable
    assert not told.blind


def test_a_kind_that_breaks_says_so_to_who_asks_for_it(look: ViewDrift, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*ignored: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(view_drift, "in_view", broken)
    to_end(look.update(view("v1.37.0", 0, 1)))
    with pytest.raises(ZeroDivisionError):
        look.of_kind(DriftKind.VERSION_SKEW)
    assert look.of_kind(DriftKind.OUT_OF_BAND).not_checkable
