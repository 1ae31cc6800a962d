"""Quantities: exact numbers from every notation that the API accepts, None from everything else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.model.quantities import amount, parse_quantity, written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100m", "0.1"),
        ("0", "0"),
        ("2", "2"),
        ("1.5Gi", str(1536 * 1024**2)),
        ("1G", "1000000000"),
        ("5k", "5000"),
        ("1Ki", "1024"),
        ("2e3", "2000"),
        ("2E3", "2000"),
        ("1E", "1000000000000000000"),
        ("250u", "0.00025"),
        ("3n", "0.000000003"),
        ("-1", "-1"),
        ("+.5", "0.5"),
        (4, "4"),
        (0.1, "0.1"),
    ],
)
def test_quantities(text: Any, expected: str) -> None:
    assert parse_quantity(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    ["", "m", "1 Gi", "1gi", "1Kib", "ten", "1e", "1e99999999", ".", None, True, [], {}, float("nan"), float("inf")],
)
def test_what_is_no_quantity(text: Any) -> None:
    assert parse_quantity(text) is None


@given(st.text() | st.integers() | st.floats())
def test_anything_is_a_finite_number_or_none(value: Any) -> None:
    parsed = parse_quantity(value)
    assert parsed is None or parsed.is_finite()


@pytest.mark.parametrize(
    ("resource", "quantity", "counted"),
    [
        ("cpu", "1.5", 1500),
        ("cpu", "100u", 1),  # the scheduler counts in thousandths, rounded up
        ("cpu", 2, 2000),
        ("memory", "1Ki", 1024),
        ("memory", "0.5", 1),
        ("example.com/gpu", "4", 4),
        ("memory", "much", 0),
    ],
)
def test_amounts_as_the_scheduler_counts_them(resource: str, quantity: str | int, counted: int) -> None:
    assert amount(resource, quantity) == counted


@pytest.mark.parametrize(
    ("resource", "counted", "text"),
    [
        ("cpu", 4000, "4"),
        ("cpu", 1500, "1500m"),
        ("memory", 1536 * 1024**2, "1.5Gi"),
        ("memory", 200_000_000, "190.73Mi"),
        ("memory", 2000 * 1024**3, "2000Gi"),
        ("memory", 1023, "1023"),
        ("hugepages-2Mi", 4 * 1024**2, "4Mi"),
        ("pods", 110, "110"),
    ],
)
def test_amounts_as_people_write_them(resource: str, counted: int, text: str) -> None:
    assert written(resource, counted) == text


@given(st.integers(min_value=0, max_value=2**60))
def test_what_is_written_is_never_more_than_what_was_counted(counted: int) -> None:
    assert amount("memory", written("memory", counted)) <= counted
