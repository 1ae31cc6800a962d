"""Who brings the desired side of a comparison, and who made a difference from it: as an object's field sets tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from k8sview.analysis.drift.comparing.difference import OVERRIDE, REMOVAL
from k8sview.analysis.drift.ownership import bounds
from k8sview.analysis.drift.ownership.managers import applies
from k8sview.analysis.drift.ownership.owners import Owner, Ownership
from k8sview.model.drift import Actor, ActorClass, DriftTime

_PEOPLE = (ActorClass.HUMAN, ActorClass.UI)
_WHOLE_OBJECTS = ("kubectl-create", "kubectl-replace")


def sources_of(held: Ownership, agreed: Iterable[tuple[str | int, ...]]) -> frozenset[str]:
    """The manager that holds most of what is as stated: it writes the desired side. Empty where two are as good, or
    where that is a person's tool which applies nothing."""
    counts: Counter[str] = Counter()
    for location in agreed:
        counts.update({owner.actor.manager for owner in held.leaves.get(location, ()) if _brings(owner)})
    best = counts.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return frozenset()
    return frozenset({best[0][0]})


def signed(
    change: str, held: Ownership, sources: Collection[str], owners: Iterable[Owner]
) -> tuple[Actor | None, DriftTime]:
    """Who made a difference and when: of the leaf's ``owners``, the last who does not bring the desired side.

    Nobody signs a removal: who alone wrote the object since it was brought last is suspected.
    """
    bringing = tuple(owner for owner in held.owners if owner.actor.manager in sources)
    if change == REMOVAL:
        return _suspect(held, sources, bringing), bounds.removed(held, bringing)
    others = [owner for owner in owners if owner.actor.manager not in sources]
    foreign = max(others, key=lambda owner: (owner.actor.actor_class.suspicious, str(owner.time or "")), default=None)
    if foreign is None:
        return None, DriftTime(not_before=bounds.created(held.body))
    return foreign.actor, bounds.written(held, foreign, bringing, override=change == OVERRIDE)


def _suspect(held: Ownership, sources: Collection[str], bringing: Iterable[Owner]) -> Actor | None:
    since = bounds.last_write(bringing)
    found = {
        owner.actor
        for owner in held.owners
        if owner.actor.actor_class.suspicious and not owner.actor.subresource
        if owner.actor.manager not in sources and not applies(owner.actor)
        if owner.time is not None and (since is None or owner.time >= since)
    }
    return found.pop() if len(found) == 1 else None


def _brings(owner: Owner) -> bool:
    actor = owner.actor
    return applies(actor) or actor.actor_class not in _PEOPLE or actor.manager in _WHOLE_OBJECTS
