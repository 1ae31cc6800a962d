"""Work that is done in slices: at once for who need not pause, or with a breath for others between them."""

from __future__ import annotations

import asyncio
import time
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


async def unhurried(steps: Generator[None, None, T], slice_seconds: float) -> tuple[T, float]:
    """Run slices of about so many seconds with everybody else's turn between them; what they return at their end, and
    the seconds they took themselves."""
    busy = 0.0
    while True:
        began = time.monotonic()
        try:
            while time.monotonic() - began < slice_seconds:
                next(steps)
        except StopIteration as stop:
            result: T = stop.value
            return result, busy + time.monotonic() - began
        busy += time.monotonic() - began
        await asyncio.sleep(0)
