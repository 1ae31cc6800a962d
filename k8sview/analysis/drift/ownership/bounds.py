"""When a leaf was written: exactly, between two moments, or unknown. An entry's time is that of its last write at all.

So it bounds a leaf from above. A deliverer's write bounds from below what it would have put back. Deletions, and writes
through ``/scale``, leave no time: events may have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from k8sview.analysis.drift.ownership.owners import Owner, Ownership
from k8sview.analysis.drift.scaled import Scaling
from k8sview.model.drift import DriftTime
from k8sview.model.times import parse_time

MANAGED_FIELDS = "managedFields"
_CLOCKS = timedelta(seconds=5)


def created(body: object) -> datetime | None:
    """When an object came to be."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    return parse_time(metadata.get("creationTimestamp")) if isinstance(metadata, dict) else None


def last_write(owners: Iterable[Owner]) -> datetime | None:
    """The newest time among entries; None where none has one."""
    return max((one.time for one in owners if one.time is not None), default=None)


def written(owned: Ownership, owner: Owner, deliverers: Iterable[Owner], *, override: bool) -> DriftTime:
    """The bounds of one leaf that an entry owns. Even the only leaf of an entry may be older than the entry's time:
    others that were written since can be gone.

    ``override``: the deliverer states the leaf, so that its last write before was before this one.
    """
    if owner.time is None:
        return DriftTime(not_before=created(owned.body))
    before = [one.time for one in deliverers if one.time is not None and one.time <= owner.time] if override else []
    start = max([*before, *(one for one in (created(owned.body),) if one is not None)], default=None)
    # Of one second only: nothing is left to tell apart.
    return DriftTime(at=owner.time, not_before=start if start != owner.time else None, basis=MANAGED_FIELDS)


def within(at: datetime, time: DriftTime) -> bool:
    """Whether a moment told by somebody's clock agrees with what the server's tells."""
    late = time.at is not None and at > time.at + _CLOCKS
    # An exact time is the write's own: what claims to be older than that is somebody's invention.
    start = time.not_before if time.not_before is not None else time.at
    return not late and (start is None or at >= start - _CLOCKS)


def removed(owned: Ownership, deliverers: Iterable[Owner]) -> DriftTime:
    """A removal has no time. It came after the deliverer's last write, as far as that tells."""
    return DriftTime(not_before=last_write(deliverers) or created(owned.body))


def scaled(owned: Ownership, scalings: Sequence[Scaling], replicas: object) -> tuple[DriftTime, Scaling | None]:
    """When the number of pods became what it is, from what the caller knows of events; and what told so."""
    told = [one for one in scalings if one.after == replicas]
    if not told:
        return DriftTime(not_before=created(owned.body)), None
    last = max(told, key=lambda one: one.at)
    return DriftTime(at=last.at, basis="event" if last.basis != "managedFields" else MANAGED_FIELDS), last
