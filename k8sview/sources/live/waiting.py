"""Waiting between tries: a back-off that grows and scatters, and a bell that wakes everybody who waits."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from typing import Any


class Backoff:
    """Exponential, with jitter (half to all of the step), up to a ceiling."""

    def __init__(self, first: float, ceiling: float, scatter: Callable[[], float] = random.random) -> None:
        self._first = first
        self._ceiling = ceiling
        self._scatter = scatter
        self.tries = 0

    def next(self) -> float:
        """Seconds to wait before the next try."""
        step = min(self._ceiling, self._first * 2.0 ** min(self.tries, 32))
        self.tries += 1
        return step * (0.5 + self._scatter() / 2)

    def reset(self) -> None:
        """Something worked."""
        self.tries = 0


class Bell:
    """``ring`` ends every ``wait`` that is under way."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Whether the bell rang before the time was over."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True


async def ended(tasks: Iterable[asyncio.Task[Any]], *, tries: int = 3, seconds: float = 1.0) -> None:
    """Cancel tasks and wait for them, for a while: one that a library keeps from its end is asked again, then left."""
    left = set(tasks)
    for _ in range(tries):
        for task in left:
            task.cancel()
        if not left:
            return
        done, left = await asyncio.wait(left, timeout=seconds)
        for task in done:
            if not task.cancelled():
                task.exception()  # taken note of: nobody waits for it any more
