"""Times as the finished cluster will show them: what is written early is moved back by what is still to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Moments:
    """``to_come``: how far the cluster will still be aged after this moment."""

    def __init__(self) -> None:
        self.to_come = timedelta()

    def before(self, minutes: float) -> str:
        """So many minutes before the judgement, as the API writes times."""
        moment = datetime.now(UTC) + self.to_come - timedelta(minutes=minutes)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
