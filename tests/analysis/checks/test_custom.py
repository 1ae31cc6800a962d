"""Reading what controllers write: whatever has another type than expected reads as nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from k8sview.analysis.checks.custom import conditions, edited, items, moment, text
from k8sview.model.objects.meta import Custom, ManagedFieldsEntry, ObjectMeta


def custom(status: Any, **metadata: Any) -> Custom:
    return Custom(ObjectMeta(name="one", **metadata), "example.org/v1", "Thing", {"status": status})


@pytest.mark.parametrize("written", [None, "x", 3, [], {}, ["x"], [None], [{"type": 3}], [{"status": "True"}]])
def test_conditions_of_another_shape_are_no_conditions(written: Any) -> None:
    assert conditions(custom({"conditions": written})) == {}


def test_a_condition_needs_nothing_but_its_type() -> None:
    said = conditions(custom({"conditions": [{"type": "ComparisonError", "message": "no such path"}]}))
    assert str(said["ComparisonError"]) == "no such path"
    assert (said["ComparisonError"].status, said["ComparisonError"].since) == ("", None)


@pytest.mark.parametrize("status", [None, "x", [], {"date": 3}, {"date": "soon"}, {"date": ["2026-01-01T00:00:00Z"]}])
def test_what_is_no_date_text_or_list_reads_as_nothing(status: Any) -> None:
    obj = custom(status)
    assert moment(obj, "status.date") is None
    assert items(obj, "status.date") == []
    assert text(obj, "status.list") == ""


def test_writes_to_the_status_are_no_edits() -> None:
    entries = (
        ManagedFieldsEntry("flux", "Update", "2026-02-01T00:00:00Z"),
        ManagedFieldsEntry("kubectl-edit", "Update", "2026-02-10T00:00:00Z"),
        ManagedFieldsEntry("kustomize-controller", "Update", "2026-02-28T00:00:00Z", "status"),
        ManagedFieldsEntry("kubectl-scale", "Update", None, "scale"),
    )
    assert edited(custom({}, managed_fields=entries)) == datetime(2026, 2, 10, tzinfo=UTC)
    assert edited(custom({})) is None
