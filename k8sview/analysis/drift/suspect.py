"""One suspect, read whole: every write out of band that its field sets tell, held against what is stated of it.

Puts together what the rooms beside it know: who owns which leaf, what was stated, and what events tell of the number of
pods. ``completing`` has the last word on what comes from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from k8sview.analysis.drift.comparing.compare import Comparison
from k8sview.analysis.drift.comparing.difference import ADDITION
from k8sview.analysis.drift.comparing.documents import Stated
from k8sview.analysis.drift.comparing.objects import beside
from k8sview.analysis.drift.last_applied import applied, freshest, last_applied
from k8sview.analysis.drift.ownership.case import regime_of
from k8sview.analysis.drift.ownership.judging import gaps, judge
from k8sview.analysis.drift.ownership.managers import NOBODY, Known
from k8sview.analysis.drift.ownership.owners import Ownership, ownership
from k8sview.analysis.drift.ownership.regime import Regime, delivers
from k8sview.analysis.drift.ownership.tracking import LAST_APPLIED
from k8sview.analysis.drift.revisions import starts_of
from k8sview.analysis.drift.scaled import Scaling, scalings_of
from k8sview.model.drift import Drifts
from k8sview.model.objects.workloads import Deployment, StatefulSet
from k8sview.model.resources import Key
from k8sview.model.view import View


def judged(
    view: View, resource: str, body: Mapping[str, Any], *, stated: Stated | None = None, known: Known = NOBODY
) -> Drifts:
    """Drifts of one object.

    ``stated``: what a release or a manifest states of it; without that, what was last applied counts. ``known``: the
    user's own classes of managers.
    """
    metadata = body.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    workload = view.get(resource, str(named.get("name")), named.get("namespace") or None)
    owned = ownership(body, known)
    last = applied(view, body)
    ruled = regime_of(body, owned)
    if isinstance(last, Stated) and not _delivered(owned, ruled):
        last = None  # it was applied past whoever manages the object: it states nothing
    since = beside(view, last, body, held=owned) if isinstance(last, Stated) else None
    # What an older apply states may have been taken back by a newer one that keeps no annotation.
    both = since if since is not None and freshest(named) else None
    if stated is not None:
        both = beside(view, stated, body, held=owned)
    found = judge(
        body,
        resource,
        desired=_desired(both) if both is not None else None,
        same=lambda path, wanted, live: both is not None and path in both.agreed,
        scalings=_scalings(view, resource, workload),
        owned=owned,
    )
    told = Drifts(found, gaps(body, owned))
    if last is None:
        return told
    rest = last_applied(view, body, since)
    # What the deliverer wrote itself is newer than the note it keeps.
    mine = tuple(one for one in rest.drifts if ruled is None or one.actor is None or not delivers(one.actor, ruled))
    return told + Drifts(mine, rest.not_checkable)


def _delivered(owned: Ownership, ruled: Regime | None) -> bool:
    """Whether who manages an object is who noted what was last applied to it."""
    owners = owned.leaves.get(("metadata", "annotations", LAST_APPLIED), ())
    return ruled is None or not owners or any(delivers(one.actor, ruled) for one in owners)


def _desired(both: Comparison) -> Mapping[str, Any]:
    """Every leaf that is stated, by path; of those that are so, the value is of no interest."""
    leaves: dict[str, Any] = dict.fromkeys(both.agreed, True)
    leaves |= {one.path: one.desired for one in both.differences if one.change != ADDITION and not one.excuse}
    return leaves


def scaled_by_nobody(view: View, resource: str) -> Iterator[Key]:
    """Keys of workloads whose number of pods somebody changed without leaving an entry, as far as events tell: whether
    nobody owns the number then, only their bodies say."""
    for key, workload in view.table(resource).objects.items():
        if not isinstance(workload, Deployment | StatefulSet) or workload.metadata.controller is not None:
            continue
        found = _scalings(view, resource, workload)
        if found and not found[-1].autoscaler and found[-1].after == workload.spec.replicas:
            yield key


def _scalings(view: View, resource: str, workload: Any) -> tuple[Scaling, ...]:
    if not isinstance(workload, Deployment | StatefulSet):
        return ()
    starts = starts_of(view, workload) if isinstance(workload, Deployment) else {}
    return scalings_of(view, resource, workload, starts)
