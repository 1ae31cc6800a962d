"""One stated object against the live one it became: drifts, or why nothing can be said. Shared by whoever has both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.compare import Comparison, drifting, side_by_side
from k8sview.analysis.drift.comparing.difference import ADDITION, OVERRIDE, Comparing, Difference
from k8sview.analysis.drift.comparing.documents import Stated
from k8sview.analysis.drift.comparing.told import drift_of
from k8sview.analysis.drift.ownership.owners import Ownership
from k8sview.analysis.drift.scaled import HPAS
from k8sview.model.drift import DriftKind, Drifts, NotCheckable
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

_PLAIN = Comparing()
_SCALABLE = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the desired side is. ``own_writes``: whether a leaf that only the desired side's manager holds can differ
    for another reason than admission rewriting it (a manifest that was not applied yet). ``foreign``: how the names of
    managers begin that never write the desired side, however much they hold."""

    kind: DriftKind
    stated_by: str
    confidence: Confidence = Confidence.CERTAIN
    own_writes: bool = True
    foreign: tuple[str, ...] = ()
    repairs: Callable[[Difference], bool | None] | None = None
    next_step: str = ""
    comparing: Comparing = Comparing()


def beside(
    view: View, one: Stated, body: Mapping[str, Any], comparing: Comparing = _PLAIN, held: Ownership | None = None
) -> Comparison | None:
    """A stated object and the live one side by side; None where they are of two versions."""
    if str(body.get("apiVersion")) != one.ref.api_version:
        return None
    scaled = bool(autoscaled(view, one.ref))
    context = msgspec.structs.replace(comparing, autoscaled=scaled, namespace=one.ref.namespace)
    return side_by_side(one.body, body, context, held)


def compared(view: View, one: Stated, body: Mapping[str, Any], terms: Terms, both: Comparison | None = None) -> Drifts:
    """Every drifted leaf of an object. ``body``: the live object in whatever version it was read. ``both``: the two as
    ``beside`` has them, where somebody has asked already."""
    both = both or beside(view, one, body, msgspec.structs.replace(terms.comparing, never=terms.foreign))
    if both is None:
        reason = f"{one.ref} is stated in {one.ref.api_version} and was read in {body.get('apiVersion')}"
        return Drifts(not_checkable=(NotCheckable(terms.kind, reason),))
    scaled = autoscaled(view, one.ref)
    found = []
    for difference in drifting(both.differences):
        if _rewritten(difference, terms):
            continue
        doubtful = difference.path == "spec.replicas" and scaled is None
        repairs = terms.repairs(difference) if terms.repairs is not None else None
        found.append(
            drift_of(
                terms.kind,
                one.ref,
                difference,
                stated_by=terms.stated_by,
                confidence=Confidence.INFERRED if doubtful else terms.confidence,
                next_upgrade_repairs=repairs,
                next_step=terms.next_step,
            )
        )
    return Drifts(tuple(found))


def _rewritten(difference: Difference, terms: Terms) -> bool:
    """Whether nobody but admission can have made the difference."""
    if terms.own_writes or not difference.own or difference.change not in (OVERRIDE, ADDITION):
        return False
    return not any(name.startswith(terms.foreign) for name in difference.owners)


def autoscaled(view: View, ref: Ref) -> bool | None:
    """Whether an autoscaler targets an object (KEDA and its kin make one, too); None where that cannot be read."""
    if ref.kind not in _SCALABLE or not ref.namespace:
        return False
    group = ref.api_version.rpartition("/")[0]
    for one in view.in_namespace(HPAS, ref.namespace):
        target = one.spec.scale_target_ref
        if (target.kind, target.name, target.api_version.rpartition("/")[0]) == (ref.kind, ref.name, group):
            return True
    return False if view.readable(HPAS, ref.namespace) else None
