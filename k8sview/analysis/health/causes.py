"""Folds what is not well under the most upstream object that explains it, so that one cause reads as one entry.

The edges are the diagnoses' own: an object is explained by what its diagnosis names. A fault of a pod's own belongs to
the workload that makes the pod.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from k8sview.model.fingerprints import fingerprint
from k8sview.model.health import Diagnosis, Health, RootCause, Step
from k8sview.model.kinds import RESOURCE_NAMES
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

Place = tuple[str, str, str]
"""``(resource name, namespace, name)``."""

_LIFTED = ("Pod", "ReplicaSet", "Job")
"""Kinds whose own fault is that of the template they were made from."""
_LONGEST_CHAIN = 12


class Ill(msgspec.Struct, frozen=True):
    """One object that is not well, with its verdict and its diagnosis."""

    place: Place
    object: Ref
    health: Health
    diagnosis: Diagnosis


class _Root(msgspec.Struct, frozen=True):
    diagnosis: str
    object: Ref

    @property
    def sort_key(self) -> tuple[str, ...]:
        ref = self.object
        return (ref.namespace or "", ref.kind, ref.name, ref.container or "", self.diagnosis)


Find = Callable[[Ref], Ill | None]
"""The object behind a reference if it is not well."""


def fold(view: View, ill: Mapping[Place, Ill], find: Find) -> tuple[tuple[RootCause, ...], dict[Place, str]]:
    """The root causes, those with the widest effect first and then the oldest; and each object's own among them."""
    finder = _Finder(view, find)
    roots = {place: finder.roots(one) for place, one in ill.items()}
    effects: dict[_Root, list[Ill]] = {}
    for place, found in roots.items():
        for root, _ in found:
            effects.setdefault(root, []).append(ill[place])
    texts: dict[_Root, list[Diagnosis]] = {}
    for found in roots.values():
        for root, diagnosis in found:
            texts.setdefault(root, []).append(diagnosis)
    causes = {root: _cause(view, root, texts[root], found) for root, found in effects.items()}
    ordered = sorted(causes.items(), key=lambda item: (_rank(item[1]), item[0].sort_key))
    place_in_order = {root: number for number, (root, _) in enumerate(ordered)}
    own = {
        place: causes[min((root for root, _ in found), key=lambda root: place_in_order[root])].id
        for place, found in roots.items()
    }
    return tuple(cause for _, cause in ordered), own


def chain(one: Ill, find: Find) -> tuple[Step, ...]:
    """From an object to its root cause, link by link; the last step is the root."""
    steps: list[Step] = []
    seen: set[Place] = set()
    current: Ill | None = one
    while current is not None and current.place not in seen and len(steps) < _LONGEST_CHAIN:
        seen.add(current.place)
        steps.append(Step(object=current.object, health=current.health, diagnosis=current.diagnosis))
        following: Ill | None = None
        for ref in current.diagnosis.because:
            following = find(ref)
            if following is not None and following.place not in seen:
                break
            if following is None:
                steps.append(Step(object=ref, health=None, diagnosis=current.diagnosis))
                return tuple(steps)
        current = following
    return tuple(steps)


def lifted(view: View, ref: Ref) -> Ref:
    """The topmost workload whose template made this object; of anything else itself. The container stays."""
    current = ref
    while current.kind in _LIFTED:
        obj = view.get(RESOURCE_NAMES[current.kind], current.name, current.namespace)
        owners = obj.metadata.owner_references if obj is not None else ()
        owner = next((one for one in owners if one.controller), None)
        if owner is None or owner.kind == "Node":  # a static pod's owner did not make it
            return current
        current = Ref(owner.api_version, owner.kind, ref.namespace, owner.name, ref.container)
    return current


class _Finder:
    """Roots by object, each object asked once."""

    def __init__(self, view: View, find: Find) -> None:
        self._view = view
        self._find = find
        self._known: dict[Place, tuple[tuple[_Root, Diagnosis], ...]] = {}

    def roots(self, one: Ill, path: frozenset[Place] = frozenset()) -> tuple[tuple[_Root, Diagnosis], ...]:
        """Every root of an object with the words that fit it."""
        known = self._known.get(one.place)
        if known is not None:
            return known
        found = tuple(self._roots(one, path | {one.place}))
        if not path:  # found on the way, a circle may have cut it short
            self._known[one.place] = found
        return found

    def _roots(self, one: Ill, path: frozenset[Place]) -> Iterable[tuple[_Root, Diagnosis]]:
        diagnosis = one.diagnosis
        circles = 0
        seen: set[_Root] = set()
        for ref in diagnosis.because:
            upstream = self._find(ref)
            if upstream is None:
                pairs: Iterable[tuple[_Root, Diagnosis]] = [(_Root(diagnosis.id, ref), diagnosis)]
            elif upstream.place in path or len(path) >= _LONGEST_CHAIN:
                circles += 1
                continue
            else:
                pairs = self.roots(upstream, path)
            for root, words in pairs:
                if root not in seen:
                    seen.add(root)
                    yield root, words
        if not diagnosis.because or circles == len(diagnosis.because):
            own = msgspec.structs.replace(one.object, container=diagnosis.container)
            yield _Root(diagnosis.id, lifted(self._view, own)), diagnosis


def _cause(view: View, root: _Root, texts: list[Diagnosis], effects: list[Ill]) -> RootCause:
    """One entry: the words of the surest and oldest diagnosis, the beginning of the first effect."""
    best = min(texts, key=lambda one: (_CONFIDENCE[one.confidence], one.since or _LATEST, one.message))
    dates = [one.since for one in texts if one.since is not None]
    ref = root.object
    whole = (ref.kind, ref.namespace, ref.name)
    objects = sorted(
        (one.object for one in effects if (one.object.kind, one.object.namespace, one.object.name) != whole),
        key=lambda one: (_KINDS_FIRST.get(one.kind, 0), one.namespace or "", one.kind, one.name),
    )
    return RootCause(
        id=fingerprint(root.diagnosis, view, ref, None),
        diagnosis=root.diagnosis,
        object=ref,
        message=best.message,
        next=best.next,
        since=min(dates, default=None),
        confidence=best.confidence,
        evidence=best.evidence,
        objects=tuple(objects),
        missing=best.missing,
    )


def _rank(cause: RootCause) -> tuple[float, ...]:
    return (-cause.affects, (cause.since or _LATEST).timestamp())


_CONFIDENCE = {Confidence.CERTAIN: 0, Confidence.OBSERVED: 1, Confidence.INFERRED: 2}
_LATEST = datetime.max.replace(tzinfo=UTC)
_KINDS_FIRST = {"Pod": 2, "ReplicaSet": 1}
"""Workloads before what they are made of."""
