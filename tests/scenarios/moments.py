"""Times as the finished cluster will show them: what is written early is moved back by what is still to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_LATELY = 30
"""Minutes; what is older than that happened before anything that is recent."""


BEGUN = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
"""For statuses that are written with their object: it is moved into the past together with the object's creation."""


class Moments:
    """``to_come``: how far the cluster will still be aged after this moment. ``scale``: of the last half hour, which is
    told in a shorter time where the whole scenario is younger."""

    def __init__(self, scale: float = 1.0) -> None:
        self.to_come = timedelta()
        self._scale = scale

    def before(self, minutes: float) -> str:
        """So many minutes before the judgement, as the API writes times."""
        told = minutes * self._scale if minutes <= _LATELY else minutes
        moment = datetime.now(UTC) + self.to_come - timedelta(minutes=told)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
