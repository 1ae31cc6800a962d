"""One drift for each leaf, whatever told of it: the kind that knows it best speaks, with what the others know."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from k8sview.analysis.drift.fields import meets
from k8sview.model.drift import Drift, DriftKind, DriftTime
from k8sview.model.resources import Ref

_BEST = (
    DriftKind.SUSPENDED,
    DriftKind.REPLICAS,
    DriftKind.POD_TEMPLATE,
    DriftKind.OUT_OF_BAND,
    DriftKind.HELM,
    DriftKind.MANIFEST,
    DriftKind.LAST_APPLIED,
)
"""Kinds that tell of the same leaf, those first that know what it does, then those that know who and when."""
_STATED = (DriftKind.HELM, DriftKind.MANIFEST, DriftKind.LAST_APPLIED)
"""Kinds that know what the leaf should be."""


def merged(drifts: Iterable[Drift]) -> tuple[Drift, ...]:
    """The drifts, each leaf once, in the order in which they were met. Of one kind, two of a leaf both stay, but for
    what only a revision tells: whoever signs the leaf, or states it, or what it is a part of, knows more."""
    found: dict[object, list[Drift]] = {}
    for one in drifts:
        ref = one.object
        place = (ref.kind, ref.api_version.rpartition("/")[0], ref.namespace, ref.name, ref.container, one.path)
        found.setdefault(place if _shared(one) else len(found), []).append(one)
    whole = [one for told in found.values() for one in _one(told)]
    missed: dict[Ref, list[str]] = {}
    for one in whole:
        if one.path and one.change == "removal" and _shared(one) and not _unsigned(one):
            missed.setdefault(one.object, []).append(one.path)
    # What it is a part of, or a part of it, is told to be missing.
    return tuple(
        one
        for one in whole
        if not (_unsigned(one) and any(meets(path, one.path) for path in missed.get(one.object, ())))
    )


def _unsigned(drift: Drift) -> bool:
    """Whether only revisions tell of it."""
    return drift.kind is DriftKind.OUT_OF_BAND and drift.time.basis == "revision" and not drift.also


def _shared(drift: Drift) -> bool:
    """Whether several kinds may tell of it: a leaf, or an object that is gone."""
    if drift.path:
        return drift.kind in _BEST
    return drift.kind is DriftKind.MISSING or (drift.kind is DriftKind.GITOPS and drift.change == "removal")


def _one(told: list[Drift]) -> Iterable[Drift]:
    kinds: dict[DriftKind, Drift] = {}
    twice = []
    for one in told:
        known = kinds.get(one.kind)
        if known is not None and one.kind is DriftKind.MISSING:
            # Gone is gone, however many state it.
            evidence = tuple(dict.fromkeys((*known.evidence, *one.evidence)))
            time = _narrower(known.time, one.time)
            kinds[one.kind] = msgspec.structs.replace(known, evidence=evidence, time=time)
        elif known is not None and (_unsigned(one) or _unsigned(known)):
            signed, other = (known, one) if _unsigned(one) else (one, known)
            kinds[one.kind] = msgspec.structs.replace(_with(signed, other), also=signed.also)
        elif known is not None:
            twice.append(one)
        else:
            kinds[one.kind] = one
    best, *others = sorted(kinds.values(), key=_rank)
    for other in others:
        best = _with(best, other)
    return (best, *twice)


def _rank(drift: Drift) -> tuple[bool, int]:
    # Nobody signs a removal: what states the leaf knows more of it.
    signed = drift.kind is DriftKind.OUT_OF_BAND and drift.change == "removal"
    return signed, _BEST.index(drift.kind) if drift.kind in _BEST else len(_BEST)


def _with(best: Drift, other: Drift) -> Drift:
    change = best.change or other.change
    if other.kind in _STATED and best.change == "addition" and other.change is not None:
        change = other.change  # it was stated after all
    return msgspec.structs.replace(
        best,
        change=change,
        before=best.before if best.before is not None else other.before,
        after=best.after if best.after is not None else other.after,
        actor=best.actor or other.actor,
        time=_narrower(best.time, other.time),
        why_not_reverted=best.why_not_reverted or other.why_not_reverted,
        next_upgrade_repairs=(
            best.next_upgrade_repairs if best.next_upgrade_repairs is not None else other.next_upgrade_repairs
        ),
        security=best.security or other.security,
        severity=min(best.severity, other.severity, key=lambda one: one.rank),
        evidence=tuple(dict.fromkeys((*best.evidence, *other.evidence))),
        also=tuple(dict.fromkeys((*best.also, other.kind, *other.also))),
    )


def _narrower(best: DriftTime, other: DriftTime) -> DriftTime:
    """The time that says more: any before none, and a moment before bounds."""
    exact = other.at is not None and other.not_before is None
    bounded = best.at is None or best.not_before is not None
    return other if best == DriftTime() or (exact and bounded) else best
