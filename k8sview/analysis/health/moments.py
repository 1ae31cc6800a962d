"""Since when, and until when a fault is excused: grace periods against the view's time. Reads no other clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from k8sview.model.objects.meta import Condition
from k8sview.model.times import parse_time
from k8sview.model.view import View


def created(obj: Any) -> datetime | None:
    """When the object was created."""
    return parse_time(obj.metadata.creation_timestamp)


def changed(condition: Condition | None, otherwise: datetime | None = None) -> datetime | None:
    """When a condition last changed; ``otherwise`` where it does not say."""
    return (parse_time(condition.last_transition_time) if condition else None) or otherwise


def grace_end(view: View, since: datetime | None, grace: timedelta) -> datetime | None:
    """When a grace that began at ``since`` ends, if it is not over yet.

    What nobody dated is not excused as fresh: None.
    """
    if since is None or view.taken_at - since >= grace:
        return None
    try:
        return since + grace
    except OverflowError:  # a date at the end of the calendar
        return None


def specified(obj: Any) -> datetime | None:
    """When somebody last wrote anything but the status, as far as managedFields tell (a scale write has no date)."""
    written = [parse_time(entry.time) for entry in obj.metadata.managed_fields if entry.subresource != "status"]
    return max((moment for moment in written if moment is not None), default=None)


def status_written(obj: Any) -> datetime | None:
    """When somebody last wrote the status, as far as managedFields tell: for what leaves no condition behind."""
    written = [parse_time(entry.time) for entry in obj.metadata.managed_fields if entry.subresource == "status"]
    return max((moment for moment in written if moment is not None), default=None)


def ago(view: View, moment: datetime | None) -> timedelta | None:
    """Time since ``moment``, never negative: the clocks of a cluster differ by seconds."""
    return None if moment is None else max(timedelta(), view.taken_at - moment)
