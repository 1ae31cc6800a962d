"""Which leaves of a suspicious manager are no drift: agreed upon, told already, the creator's, or without meaning."""

from __future__ import annotations

from collections.abc import Sequence

from k8sview.analysis.drift.ownership import bookkeeping, bounds
from k8sview.analysis.drift.ownership.case import Case
from k8sview.analysis.drift.ownership.managers import person
from k8sview.analysis.drift.ownership.owners import Owner
from k8sview.analysis.drift.ownership.regime import delivers
from k8sview.analysis.drift.ownership.resolution import Location


def agreed(case: Case, place: Location, owner: Owner) -> bool:
    """Whether a deliverer owns the leaf as well: two own one only with equal values.

    But for ``stringData``, which whoever applied it owns for ever: there the newer write is the one that holds.
    """
    for one in case.owned.leaves.get(place, ()):
        if case.ruled is None or same_entry(one, owner) or not delivers(one.actor, case.ruled):
            continue
        if not one.as_string_data or owner.time is None or (one.time is not None and one.time >= owner.time):
            return True
    return False


def told_by_another(case: Case, place: Location, owner: Owner) -> bool:
    """Whether another suspicious manager owns the same leaf and wrote later: each leaf is told once."""
    rivals = [
        one
        for one in case.owned.leaves.get(place, ())
        if not same_entry(one, owner)
        and one.actor.actor_class.suspicious
        and one.actor.subresource == owner.actor.subresource
    ]
    mine = (owner.time is not None, owner.time, owner.actor.manager)
    return any((one.time is not None, one.time, one.actor.manager) > mine for one in rivals if _comparable(one, owner))


def _comparable(one: Owner, other: Owner) -> bool:
    return (one.time is None) == (other.time is None)


def creators(case: Case, owner: Owner, own: Sequence[Location], settled: Sequence[Location]) -> str:
    """Whether an entry is that of the object's creator: ``untouched`` since, or ``written`` again; "" if it is not.

    A tool that takes over an object leaves its creator the defaults and what it does not state itself. Of several that
    wrote within the first second, the creator is the deliverer, else who owns most.
    """
    start = bounds.created(case.owned.body)
    if start is not None and owner.time is not None and (owner.time - start).total_seconds() <= 1:
        counts = [(_leaves(case, one), one) for one in case.owned.owners if _first(one, owner)]
        # Who takes over an object states much of what it has already: both then own that.
        taken_over = bool(settled or not case.deliverers) and not any(one in case.deliverers for _, one in counts)
        if taken_over and all(same_entry(one, owner) or count < len(own) for count, one in counts):
            return "untouched"
    return "written" if settled and len(settled) * 3 >= len(own) else ""


def only_left(case: Case, place: Location, born: str) -> bool:
    """Whether a leaf of the creator's is no change, as far as anybody can tell."""
    if case.desired is not None and case.owned.path(place) in case.desired.leaves:
        return False
    return born == "untouched" or bookkeeping.is_default(place, case.owned.value(place))


def meaningless(case: Case, place: Location, owner: Owner) -> bool:
    if bookkeeping.is_note(place):
        return True
    if bookkeeping.is_of_its_group(place, case.ref) and not person(owner.actor):
        return True  # whoever serves a kind marks its objects in its own name
    return bookkeeping.is_programs_own(place) and not person(owner.actor)


def _first(one: Owner, owner: Owner) -> bool:
    """Whether an entry may be older than another: a write of the object's own fields, dated no later."""
    return not one.actor.subresource and one.time is not None and owner.time is not None and one.time <= owner.time


def _leaves(case: Case, owner: Owner) -> int:
    return sum(any(same_entry(one, owner) for one in found) for found in case.owned.leaves.values())


def same_entry(one: Owner, other: Owner) -> bool:
    """Whether two are one entry, wherever they were met."""
    return (one.actor, one.time, one.api_version) == (other.actor, other.time, other.api_version)
