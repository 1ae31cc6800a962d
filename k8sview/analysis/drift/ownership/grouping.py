"""From leaves to reports: what was written as one thing is told as one.

A new list item owns its key and its defaults with it; a probe likewise. ``serviceAccount`` mirrors
``serviceAccountName``; some defaults come along with what was set. Everything else is told leaf by leaf.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from k8sview.analysis.drift.ownership.companions import came_along
from k8sview.analysis.drift.ownership.owners import Ownership
from k8sview.analysis.drift.ownership.resolution import Location

_WHOLE = frozenset({"livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "preStop", "postStart"})
"""Parents whose defaults belong to whoever adds them."""


def grouped(
    owned: Ownership, leaves: Iterable[Location], manager: str, stated: frozenset[str] | None
) -> Mapping[Location, tuple[Location, ...]]:
    """The leaves of one manager by what they are reported as: an item that it added whole, or the leaf itself.

    ``stated``: the paths of the desired state and all above them, where it is known: what they lead into is not new.
    """
    found: dict[Location, list[Location]] = {}
    others = _others(owned, manager)
    brought: dict[Location, bool] = dict.fromkeys(others, False)
    for leaf in sorted(set(leaves), key=_order):
        place = _added(owned, leaf, manager, stated, brought) or leaf
        found.setdefault(place, []).append(leaf)
    along = came_along({place: owned.value(place) for place in found})
    for place in list(found):
        if place in along or (place[-1] == "serviceAccount" and (*place[:-1], "serviceAccountName") in found):
            del found[place]
    return {place: tuple(parts) for place, parts in found.items()}


def _added(
    owned: Ownership, leaf: Location, manager: str, stated: frozenset[str] | None, brought: dict[Location, bool]
) -> Location | None:
    for length in range(2, len(leaf)):
        place = leaf[:length]
        if not (isinstance(place[-1], int) or place[-1] in _WHOLE):
            continue
        if place not in brought:
            brought[place] = _brought(owned, place, manager) and not _stated_below(owned, place, stated)
        if brought[place]:
            return place
    return None


def _brought(owned: Ownership, place: Location, manager: str) -> bool:
    """The manager alone owns the existence of a parent."""
    owners = owned.nodes.get(place, ())
    return bool(owners) and all(one.actor.manager == manager for one in owners)


def _others(owned: Ownership, manager: str) -> set[Location]:
    """Every place below which somebody else owns a leaf."""
    return {
        leaf[:length]
        for leaf, owners in owned.leaves.items()
        if any(one.actor.manager != manager for one in owners)
        for length in range(1, len(leaf) + 1)
    }


def _stated_below(owned: Ownership, place: Location, stated: frozenset[str] | None) -> bool:
    if not stated:
        return False
    return owned.path(place) in stated


def _order(location: Location) -> tuple[str, ...]:
    return tuple(f"{one:06}" if isinstance(one, int) else one for one in location)
