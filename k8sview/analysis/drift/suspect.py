"""One suspect, read whole: every write out of band that its field sets tell, held against what is stated of it.

Puts together what the rooms beside it know: who owns which leaf, what was stated, and what events tell of the number of
pods. ``completing`` has the last word on what comes from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from k8sview.analysis.drift.comparing.compare import side_by_side
from k8sview.analysis.drift.comparing.difference import ADDITION, Comparing
from k8sview.analysis.drift.comparing.documents import Stated
from k8sview.analysis.drift.comparing.objects import autoscaled
from k8sview.analysis.drift.last_applied import applied, freshest, last_applied
from k8sview.analysis.drift.ownership.judging import gaps, judge
from k8sview.analysis.drift.ownership.managers import NOBODY, Known
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
    desired, agreed = _desired(view, body, stated)
    found = judge(
        body,
        resource,
        desired=desired,
        same=lambda path, wanted, live: path in agreed,
        scalings=_scalings(view, resource, workload),
        known=known,
    )
    return Drifts(found, gaps(body, known)) + last_applied(view, body)


def _desired(
    view: View, body: Mapping[str, Any], stated: Stated | None
) -> tuple[Mapping[str, Any] | None, frozenset[str]]:
    """Every leaf that is stated, by path, and the paths where the object is so. None: nobody states anything."""
    one = stated
    if one is None:
        found = applied(view, body)
        # What an older apply states may have been taken back by a newer one that keeps no annotation.
        one = found if isinstance(found, Stated) and freshest(body["metadata"]) else None
    if one is None or str(body.get("apiVersion")) != one.ref.api_version:
        return None, frozenset()
    context = Comparing(namespace=one.ref.namespace, autoscaled=bool(autoscaled(view, one.ref)))
    both = side_by_side(one.body, body, context)
    leaves: dict[str, Any] = dict.fromkeys(both.agreed, True)
    for one_difference in both.differences:
        if one_difference.change != ADDITION and not one_difference.excuse:
            leaves[one_difference.path] = one_difference.desired
    return leaves, both.agreed


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
