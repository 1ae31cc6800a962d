"""The connection as a whole: told once when it is lost and once when it is back, however many readers report it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from k8sview.model.events import Link
from k8sview.sources.contract import Emit


class LinkMonitor:
    """``recovered`` is called when the server answers again after a loss: whoever waits need wait no longer."""

    def __init__(
        self, emit: Emit, recovered: Callable[[], None], now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._emit = emit
        self._recovered = recovered
        self._now = now
        self._link = Link("live")

    def answered(self) -> None:
        """The server answered, whatever it said."""
        if self._link.state == "lost":
            self._link = Link("live", since=self._now())
            self._emit(self._link)
            self._recovered()

    def lost(self, reason: str, retry_in: float) -> None:
        """No answer at all. Told again only when the announced try has failed too."""
        now = self._now()
        if self._link.state == "lost" and self._link.retry_at is not None and now < self._link.retry_at:
            return
        since = self._link.since if self._link.state == "lost" else now
        self._link = Link("lost", reason, since=since, retry_at=now + timedelta(seconds=retry_in))
        self._emit(self._link)

    def login(self, reason: str) -> None:
        """The credentials are refused or cannot be had."""
        if self._link.state != "login":
            self._link = Link("login", reason, since=self._now())
            self._emit(self._link)

    def authenticated(self) -> None:
        """A request with credentials succeeded."""
        if self._link.state != "live":
            self._link = Link("live", since=self._now())
            self._emit(self._link)
            self._recovered()
