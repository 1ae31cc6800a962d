"""Work that is done in slices, for who need not pause."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")


def to_end(steps: Generator[None, None, T]) -> T:
    """Run all slices without a pause; what they return at their end."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: T = stop.value
            return result
