"""What lies behind each hole in the fence: how many objects its tool delivers, and how many drifts of them are known.

As far as marks tell: what a tool delivers without a mark is not counted, and where no mark could tell, no number is
given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from k8sview.analysis.drift.kinds.unmanaged import delivered_by
from k8sview.analysis.drift.ownership.triage import marks_of
from k8sview.model.drift import Drift, DriftKind, Fence
from k8sview.model.living_drift import Hole
from k8sview.model.resources import Ref
from k8sview.model.view import View

_WITH_NAMESPACE = frozenset({"Kustomization", "HelmRelease"})
_BY_NAME = frozenset({"Application"})
_ITSELF = "this object"

_Place = tuple[str, str, str | None, str]


def holes(view: View, fences: Iterable[Fence], drifts: Iterable[Drift]) -> tuple[Hole, ...]:
    """Every hole with what lies behind it, worst first: what somebody made before what is so by default, the oldest
    first."""
    counts = delivered_by(view)
    drifted = [one for one in drifts if one.kind not in (DriftKind.SUSPENDED, DriftKind.UNMANAGED)]
    by_object = Counter(_place(one.object) for one in drifted)
    by_application: Counter[str] = Counter()
    for one in drifted:
        by_application[_application(view, one.object)] += 1
    return tuple(sorted((_hole(one, counts, by_object, by_application) for one in fences), key=_worst_first))


def _hole(fence: Fence, counts: Counter[str], by_object: Counter[_Place], by_application: Counter[str]) -> Hole:
    if fence.covers == _ITSELF:
        return Hole(fence, 1, by_object[_place(fence.object)])
    name = _name(fence.object)
    if name is None or fence.covers != "everything it applies":
        return Hole(fence)
    return Hole(fence, counts[name], by_application[name])


def _name(ref: Ref) -> str | None:
    """A deliverer as the marks of what it delivers name it."""
    if ref.kind in _WITH_NAMESPACE:
        return f"{ref.kind} {ref.namespace}/{ref.name}"
    return f"{ref.kind} {ref.name}" if ref.kind in _BY_NAME else None


def _application(view: View, ref: Ref) -> str:
    name = view.resource_of(ref.api_version, ref.kind)
    obj = view.get(name, ref.name, ref.namespace) if name else None
    marks = marks_of(view.table(name).resource, obj.metadata) if obj is not None else None
    return marks.application if marks is not None else ""


def _place(ref: Ref) -> _Place:
    return (ref.api_version.rpartition("/")[0], ref.kind, ref.namespace, ref.name)


def _worst_first(hole: Hole) -> tuple[bool, int, float, str, str]:
    fence = hole.fence
    since = fence.time.at.timestamp() if fence.time.at is not None else float("inf")
    return (fence.by_default, fence.severity.rank, since, str(fence.object), fence.path)
