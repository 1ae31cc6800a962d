"""Folds what is not well under the most upstream object that explains it, so that one cause reads as one entry.

The edges are the diagnoses' own: an object is explained by what its diagnosis names. A fault of a pod's own belongs to
the workload that makes the pod.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from operator import itemgetter

import msgspec

from k8sview.model.fingerprints import fingerprint
from k8sview.model.health import Diagnosis, Health, HealthVerdict, RootCause, Step
from k8sview.model.kinds import RESOURCE_NAMES, ref_to
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

Place = tuple[str, str, str]
"""``(resource name, namespace, name)``."""

_ORDER = itemgetter(0, 1)
_LIFTED = ("Pod", "ReplicaSet", "Job")
"""Kinds whose own fault is that of the template they were made from."""
_LONGEST_CHAIN = 12


class Ill(msgspec.Struct, frozen=True):
    """One object that is not well, with its verdict and its diagnosis."""

    place: Place
    object: Ref
    health: Health
    diagnosis: Diagnosis

    @property
    def silent(self) -> bool:
        """Whether it tells less than whoever fails by it: nobody could see how it is, and it names nothing itself (a
        webhook outside of the cluster)."""
        return self.health.verdict is HealthVerdict.UNKNOWN and not self.diagnosis.because


class Root(msgspec.Struct, frozen=True):
    """What makes two faults one: the same diagnosis of the same object."""

    diagnosis: str
    object: Ref

    @property
    def sort_key(self) -> tuple[str, ...]:
        ref = self.object
        return (ref.namespace or "", ref.kind, ref.name, ref.container or "", self.diagnosis)


Roots = tuple[tuple[Root, Diagnosis], ...]
Find = Callable[[Ref], Ill | None]
"""The object behind a reference if it is not well."""


class Folding:
    """Root causes of all that is faulty, kept from one judgement to the next: only what a change concerns is traced
    again. ``ill``: all that is not well, kept up to date by its owner. ``place_of`` gives the place of a reference,
    whether the object exists or not.
    """

    def __init__(self, ill: Mapping[Place, Ill], place_of: Callable[[Ref], Place]) -> None:
        self._ill = ill
        self._place_of = place_of
        self._roots: dict[Place, Roots] = {}
        self._passed: dict[Place, frozenset[Place]] = {}  # what was met on the way from an object to its roots
        self._passers: dict[Place, set[Place]] = {}  # and the other way round
        self._effects: dict[Root, dict[Place, tuple[Ill, Diagnosis]]] = {}
        self._causes: dict[Root, RootCause] = {}
        self._order: list[tuple[tuple[float, ...], tuple[str, ...], Root]] = []
        self.ordered: tuple[RootCause, ...] = ()
        """Those with the widest effect first, then the oldest."""

    def update(self, view: View, changed: Iterable[Place]) -> Generator[None, None, set[Place]]:
        """Take note of objects that became ill, well, or ill in another way, that came or went, pausing after each.

        Returns the places whose root cause may be another one now.
        """
        concerned = {place for one in changed for place in (one, *self._passers.get(one, ()))}
        stale: set[Root] = set()
        for place in concerned:
            stale |= self._withdraw(place)
            one = self._ill.get(place)
            if one is not None and one.health.verdict.faulty:
                stale |= self._enter(view, one)
            yield
        for root in stale:
            self._replace(view, root)
            yield
        if stale:
            self.ordered = tuple(self._causes[root] for _, _, root in self._order)
        return concerned | {place for root in stale for place in self._effects.get(root, ())}

    def own(self, place: Place) -> str | None:
        """The id of an object's root cause: of several, the one with the widest effect."""
        root = self.root(place)
        return self._causes[root].id if root is not None else None

    def root(self, place: Place) -> Root | None:
        """The same, as what makes two faults one."""
        roots = [root for root, _ in self._roots.get(place, ())]
        return min(roots, key=lambda root: _rank(self._causes[root]), default=None)

    def roots(self, place: Place) -> tuple[Ref, ...]:
        """The objects of all root causes of one object, that with the widest effect first."""
        found = sorted((root for root, _ in self._roots.get(place, ())), key=lambda root: _rank(self._causes[root]))
        return tuple(msgspec.structs.replace(root.object, container=None) for root in found)

    def _replace(self, view: View, root: Root) -> None:
        """Make a cause anew, or let go of it, and keep the order."""
        before = self._causes.pop(root, None)
        if before is not None:
            del self._order[bisect_left(self._order, (_rank(before), root.sort_key), key=_ORDER)]
        effects = self._effects.get(root)
        if effects:
            cause = self._causes[root] = _cause(view, root, list(effects.values()))
            insort(self._order, (_rank(cause), root.sort_key, root), key=_ORDER)
        else:
            self._effects.pop(root, None)

    def _withdraw(self, place: Place) -> set[Root]:
        """Forget an object's roots; returns those that lose it."""
        roots = {root for root, _ in self._roots.pop(place, ())}
        for root in roots:
            self._effects[root].pop(place, None)
        for passed in self._passed.pop(place, frozenset()):
            self._passers[passed].discard(place)
            if not self._passers[passed]:
                del self._passers[passed]
        return roots

    def _enter(self, view: View, one: Ill) -> set[Root]:
        passed: set[Place] = set()
        found = tuple(self._trace(view, one, frozenset((one.place,)), passed))
        self._roots[one.place] = found
        self._passed[one.place] = frozenset(passed)
        for place in passed:
            self._passers.setdefault(place, set()).add(one.place)
        for root, words in found:
            self._effects.setdefault(root, {})[one.place] = (one, words)
        return {root for root, _ in found}

    def _trace(
        self, view: View, one: Ill, path: frozenset[Place], passed: set[Place]
    ) -> Iterator[tuple[Root, Diagnosis]]:
        """Every root of an object, with the words that fit it; ``passed`` grows with each object that was asked."""
        diagnosis = one.diagnosis
        circles = 0
        seen: set[Root] = set()
        for ref in diagnosis.because:
            place = self._place_of(ref)
            passed.add(place)
            upstream = self._ill.get(place)
            if upstream is None:
                pairs: Iterable[tuple[Root, Diagnosis]] = [(Root(diagnosis.id, ref), diagnosis)]
            elif upstream.silent:
                pairs = [(Root(diagnosis.id, lifted(view, ref, passed)), diagnosis)]
            elif upstream.place in path or len(path) >= _LONGEST_CHAIN:
                circles += 1
                continue
            else:
                pairs = self._trace(view, upstream, path | {upstream.place}, passed)
            for root, words in pairs:
                if root not in seen:
                    seen.add(root)
                    yield root, words
        if not diagnosis.because or circles == len(diagnosis.because):
            own = msgspec.structs.replace(one.object, container=diagnosis.container)
            yield Root(diagnosis.id, lifted(view, own, passed)), diagnosis


def chain(view: View, one: Ill, find: Find, root: Root | None) -> tuple[Step, ...]:
    """From an object, link by link, to ``root`` (None, or not reached: to the first root there is), which ends it."""
    first: list[tuple[Step, ...]] = []
    for steps, end in _paths(view, one, find, ()):
        if root is None or end == root:
            return steps
        first.append(steps)
    return first[0] if first else ()


def _paths(view: View, one: Ill, find: Find, before: tuple[Ill, ...]) -> Iterator[tuple[tuple[Step, ...], Root]]:
    """Every way to a root, in the order of the diagnoses."""
    passed = (*before, one)
    steps = tuple(Step(object=each.object, health=each.health, diagnosis=each.diagnosis) for each in passed)
    diagnosis, circles = one.diagnosis, 0
    for ref in diagnosis.because:
        upstream = find(ref)
        if upstream is None:
            yield (*steps, Step(object=ref, health=None, diagnosis=diagnosis)), Root(diagnosis.id, ref)
        elif upstream.silent:
            step = Step(object=ref, health=upstream.health, diagnosis=diagnosis)
            yield (*steps, step), Root(diagnosis.id, lifted(view, ref))
        elif len(passed) >= _LONGEST_CHAIN or any(upstream.place == each.place for each in passed):
            circles += 1
        else:
            yield from _paths(view, upstream, find, passed)
    if circles == len(diagnosis.because):
        own = msgspec.structs.replace(one.object, container=diagnosis.container)
        yield steps, Root(diagnosis.id, lifted(view, own))


def lifted(view: View, ref: Ref, passed: set[Place] | None = None) -> Ref:
    """The topmost workload whose template made this object; of anything else itself. The container stays.

    ``passed`` grows with the objects that were asked for their owner.
    """
    current = ref
    while current.kind in _LIFTED:
        if passed is not None:
            passed.add((RESOURCE_NAMES[current.kind], current.namespace or "", current.name))
        obj = view.get(RESOURCE_NAMES[current.kind], current.name, current.namespace)
        if obj is None:
            return _by_name(view, current, passed) or current
        owner = obj.metadata.controller
        if owner is None or owner.kind == "Node":  # a static pod's owner did not make it
            return current
        current = Ref(owner.api_version, owner.kind, ref.namespace, owner.name, ref.container)
    return current


def _by_name(view: View, ref: Ref, passed: set[Place] | None) -> Ref | None:
    """The workload above an object that may not be read: controllers put a hash or a number behind their own name."""
    maker = {"ReplicaSet": "Deployment", "Job": "CronJob"}.get(ref.kind)
    name = ref.name.rpartition("-")[0]
    if maker is None or not name or view.readable(RESOURCE_NAMES[ref.kind], ref.namespace):
        return None
    if passed is not None:
        passed.add((RESOURCE_NAMES[maker], ref.namespace or "", name))
    exists = view.get(RESOURCE_NAMES[maker], name, ref.namespace) is not None
    return ref_to(maker, ref.namespace, name, ref.container) if exists else None


def _cause(view: View, root: Root, effects: list[tuple[Ill, Diagnosis]]) -> RootCause:
    """One entry: the words of the surest and oldest diagnosis, the beginning of the first effect."""
    texts = {id(words): words for _, words in effects}.values()
    best = min(texts, key=lambda one: (_CONFIDENCE[one.confidence], one.since or _LATEST, one.message, one.next))
    dates = [one.since for one in texts if one.since is not None]
    ref = root.object
    whole = (ref.kind, ref.namespace, ref.name)
    objects = sorted(
        (one.object for one, _ in effects if (one.object.kind, one.object.namespace, one.object.name) != whole),
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
