"""What to keep of an object's field sets where they arrive with a list: a number per class, no paths.

Field sets are often the largest part of a small object. A summary is shared by all objects whose own would be equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from k8sview.analysis.drift.ownership.managers import NOBODY, Known, actor, own_controllers
from k8sview.model.drift import ActorClass
from k8sview.model.times import parse_time


class Share(NamedTuple):
    """What one class owns of an object. ``newest``: its last dated write; None where no entry of it has a time."""

    actor_class: ActorClass
    leaves: int
    newest: datetime | None


Summary = tuple[Share, ...]
"""By class, each at most once, in the order of the words."""


class Summaries:
    """Makes summaries and keeps one of each: rollouts and applies give hundreds of objects the same."""

    def __init__(self, known: Known = NOBODY) -> None:
        self._known = known
        self._kept: dict[Summary, Summary] = {}

    def summary(self, entries: Iterable[object]) -> Summary:
        """Of the ``managedFields`` of one object, as JSON. What is malformed owns nothing."""
        found = summary(entries, self._known)
        return self._kept.setdefault(found, found)


def summary(entries: Iterable[object], known: Known = NOBODY) -> Summary:
    """Leaves and newest time of each class that wrote anything but the status."""
    whole: list[Mapping[str, Any]] = [entry for entry in entries if isinstance(entry, dict)]
    controllers = own_controllers([actor(entry, known) for entry in whole])
    counts: dict[ActorClass, int] = {}
    times: dict[ActorClass, datetime | None] = {}
    for entry in whole:
        who = actor(entry, known, controllers)
        if who.subresource == "status":
            continue
        kind, at = who.actor_class, parse_time(entry.get("time"))
        counts[kind] = counts.get(kind, 0) + leaf_count(entry.get("fieldsV1"))
        times[kind] = max((one for one in (times.get(kind), at) if one is not None), default=None)
    return tuple(Share(kind, counts[kind], times[kind]) for kind in sorted(counts))


def leaf_count(fields: object) -> int:
    """How many leaves a ``fieldsV1`` value has, without making their paths."""
    count, waiting = 0, [fields]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            inner = [value for key, value in one.items() if key != "."]
            count += sum(value == {} for value in inner)
            waiting += [value for value in inner if value]
    return count
