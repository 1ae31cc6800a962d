"""What many objects share is told once: differences of a comparison gathered for people. Pure, and for no machine."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from k8sview.model.diff import Part, Unlikeness
from k8sview.model.diff_report import DiffEntry, DiffReport
from k8sview.model.status import Severity

_ALONE = (Unlikeness.ONLY_A, Unlikeness.ONLY_B)


class Group(msgspec.Struct, frozen=True):
    """Entries that are told together. ``shared``: one leaf differs alike in all of them; ``namespace``: a namespace
    that only one side has, with all that is in it; else the leaves of one object, or objects of one kind that only one
    side has."""

    entries: tuple[DiffEntry, ...]
    shared: bool = False
    namespace: str | None = None

    @property
    def first(self) -> DiffEntry:
        return self.entries[0]

    @property
    def severity(self) -> Severity:
        return min((one.severity for one in self.entries), key=lambda one: one.rank)

    @property
    def security(self) -> bool:
        return any(one.security for one in self.entries)


def folded(report: DiffReport) -> tuple[Group, ...]:
    """The objects of a report in groups, worst first; what rules intend is left out."""
    entries = [one for one in report.differences if one.part is Part.OBJECTS and one.intended_by is None]
    whole = {(one.unlike, one.name): one for one in entries if one.unlike in _ALONE and one.name and _is_namespace(one)}
    groups: dict[object, list[DiffEntry]] = {}
    shared = _shared(entries)
    for one in entries:
        groups.setdefault(_place(one, whole, shared), []).append(one)
    found = (_group(key, those) for key, those in groups.items())
    return tuple(sorted(found, key=lambda one: (one.severity.rank, not one.security)))


def _place(one: DiffEntry, whole: dict[tuple[Unlikeness, str], DiffEntry], shared: frozenset[object]) -> object:
    ref = one.object
    if ref is None:
        return one.name
    if one.unlike in _ALONE:
        own = ref.name if _is_namespace(one) else ref.namespace or ""
        if (one.unlike, own) in whole:
            return ("namespace", one.unlike, own)
        return ("alone", one.unlike, ref.api_version, ref.kind, one.severity)
    leaf = _leaf(one)
    return ("shared", leaf) if leaf in shared else ("object", ref)


def _leaf(one: DiffEntry) -> object:
    kind = one.object.kind if one.object is not None else ""
    return (kind, one.unlike, one.path, one.change, one.a, one.b) if one.path else None


def _shared(entries: Iterable[DiffEntry]) -> frozenset[object]:
    seen: set[object] = set()
    twice: set[object] = set()
    for one in entries:
        leaf = _leaf(one)
        if leaf is not None and one.unlike not in _ALONE:
            (twice if leaf in seen else seen).add(leaf)
    return frozenset(twice)


def _group(key: object, those: list[DiffEntry]) -> Group:
    what = key[0] if isinstance(key, tuple) else ""
    namespace = str(key[2]) if isinstance(key, tuple) and what == "namespace" else None
    return Group(tuple(those), shared=what == "shared", namespace=namespace)


def _is_namespace(one: DiffEntry) -> bool:
    return one.object is not None and (one.object.api_version, one.object.kind) == ("v1", "Namespace")
