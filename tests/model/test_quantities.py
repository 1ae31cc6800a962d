"""Quantities: exact numbers from every notation that the API accepts, None from everything else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.model.quantities import parse_quantity


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
