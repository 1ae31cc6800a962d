"""The API budget: a token bucket for requests, a count of open watches, and what was used so far."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from k8sview.model.events import ApiUsage
from k8sview.sources.live.limits import Limits

_WINDOW = 5.0


class Budget:
    """One per source. ``clock`` is monotonic."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._tokens = float(limits.burst)
        self._filled_at = clock()
        self._recent: deque[float] = deque()
        self.requests = 0
        self.received_bytes = 0
        self.watches = 0

    def debt(self) -> float:
        """Take one request; the seconds to wait before it may go out. Turns are kept: later callers wait longer."""
        now = self._clock()
        earned = (now - self._filled_at) * self.limits.requests_per_second
        self._tokens = min(float(self.limits.burst), self._tokens + earned) - 1.0
        self._filled_at = now
        return max(0.0, -self._tokens / self.limits.requests_per_second)

    async def take(self) -> None:
        """Wait for our turn, then count the request."""
        wait = self.debt()
        if wait:
            await asyncio.sleep(wait)
        self.requests += 1
        self._recent.append(self._clock())

    @property
    def may_watch(self) -> bool:
        """Whether one more watch fits."""
        return self.watches < self.limits.watches

    def usage(self) -> ApiUsage:
        """Counters since start; the rate is that of the last seconds. Bytes are counted unpacked."""
        now = self._clock()
        while self._recent and self._recent[0] < now - _WINDOW:
            self._recent.popleft()
        return ApiUsage(
            requests=self.requests,
            received_bytes=self.received_bytes,
            watches=self.watches,
            requests_per_second=round(len(self._recent) / _WINDOW, 1),
            requests_cap=self.limits.requests_per_second,
            watches_cap=self.limits.watches,
        )
