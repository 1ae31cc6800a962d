"""One object on two sides: every leaf that differs, and what is covered so that nobody can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.compare import compare, drifting
from k8sview.analysis.drift.comparing.difference import ABSENT, ADDITION, OVERRIDE, REMOVAL, Comparing, Difference
from k8sview.analysis.drift.comparing.rules import Act, acts_at
from k8sview.analysis.drift.comparing.security import full_kind
from k8sview.analysis.drift.comparing.told import in_words
from k8sview.analysis.drift.covering import COVERED
from k8sview.analysis.drift.ownership.outline import outline
from k8sview.analysis.drift.peers.bodies import (
    PAYLOADS,
    Body,
    comparable,
    covered_in_both,
    metadata_of,
    plainly_equal,
)
from k8sview.analysis.drift.peers.renames import Renames
from k8sview.analysis.drift.peers.vouching import same_spec, unwritten
from k8sview.model.diff import Contrast, Part
from k8sview.model.resources import Ref

_LABELS_TOLD = frozenset({"N19", "N20"})
"""Between equals a label is a label, and a field that one side's server does not know is a difference."""
_ALLOTTED = frozenset({"N11"})
"""What a server allots: told where both sides are one cluster."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How two sides are compared. ``baseline``: both are one cluster. ``regard``: how a body is seen where one side
    keeps less than the other (the same way for both), with ``mark`` in place of what is covered. ``shown``: the only
    form of a body (or, where ``regard`` covers already, of a value) that is told. ``covers``: whether it does.
    ``earlier``: the moment of the older side."""

    baseline: bool
    earlier: datetime
    renames: Renames
    shown: Callable[[Any], Any]
    regard: Callable[[Body], Body] = lambda body: body
    covers: bool = False
    mark: str = "\0"


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One object as both sides have it. ``baseline``: whether it is one object seen twice; ``counted``: whether its
    generation grows with its spec; ``payload``: whether both sides hold all of it."""

    ref: Ref
    a: Any
    b: Any
    body_a: Body
    body_b: Body
    baseline: bool = False
    counted: bool = False
    payload: bool = True
    autoscaled: bool = False

    @property
    def same_spec(self) -> bool:
        """Whether the API server's own count says that nothing but metadata and status was written."""
        return self.baseline and self.counted and same_spec(self.a, self.b)

    @property
    def recreated(self) -> bool:
        return bool(self.baseline and self.a.uid and self.b.uid and self.a.uid != self.b.uid)


class Compared(msgspec.Struct, frozen=True):
    """``covered``: places that nobody can compare."""

    contrasts: tuple[Contrast, ...] = ()
    covered: tuple[tuple[str, ...], ...] = ()


def compared(pair: Pair, terms: Terms) -> Compared:
    """All leaves in which the two differ."""
    # What one side covers is covered first: a hash over it would differ for no other reason.
    seen = [_regarded(body, pair, terms) for body in (pair.body_a, pair.body_b)]
    a, b = (comparable(one) for one in seen)
    named = terms.renames.text_in_b(a)
    off = _LABELS_TOLD | (_ALLOTTED if pair.baseline and not pair.recreated else frozenset())
    found: tuple[Difference, ...] = ()
    if not plainly_equal(named, b):
        if named.get("spec") == b.get("spec"):
            # Most of an object, and most often the same: no need to walk it.
            a, b = ({key: value for key, value in one.items() if key != "spec"} for one in (a, b))
            named = terms.renames.text_in_b(a)
        context = Comparing(off=off, additions=True, peers=True, autoscaled=pair.autoscaled)
        # Who holds which field, and how lists are keyed: the API server's own words, which no comparison looks at.
        signed = _signed(b, pair.body_b)
        found = tuple(drifting(compare(named, signed, context)))
        if named is not a:
            found = _unexplained(found, drifting(compare(a, signed, context)))
        if found and terms.covers and named is a:
            found = tuple(_told(one, one, terms) for one in found)
        elif found:
            sides = [named] if named is a else [named, a]
            found = _as_shown(
                found, [terms.shown(one) for one in sides], terms.shown(b), context=context, pair=pair, terms=terms
            )
    contrasts = tuple(_contrast(one, pair.ref) for one in found)
    return Compared(contrasts, tuple(_covered(seen[0], seen[1], pair, terms, off)))


def _unexplained(renamed: Sequence[Difference], original: Sequence[Difference]) -> tuple[Difference, ...]:
    """Differences that stand whether names are replaced or not: a word may also be just a word. Told in the way that
    finds fewer parts missing."""
    ways = [
        tuple(one for one in these if any(_meet(one.path, other.path) for other in those))
        for these, those in ((renamed, original), (original, renamed))
    ]
    return min(ways, key=lambda found: (sum(one.change != OVERRIDE for one in found), len(found)))


def _meet(one: str, other: str) -> bool:
    """Whether one path is the other, or lies below it."""
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) and longer[len(shorter) : len(shorter) + 1] in ("", ".", "[")


def _regarded(body: Body, pair: Pair, terms: Terms) -> Body:
    # Items of a list do not say what they are, and metadata-only ones say something else.
    whole = {**body, "apiVersion": pair.ref.api_version, "kind": pair.ref.kind}
    if pair.same_spec:
        whole = {key: whole[key] for key in ("apiVersion", "kind", "metadata") if key in whole}
    elif not pair.payload:
        whole = _without_payload(whole, pair)
    return terms.regard(whole)


def _without_payload(body: Body, pair: Pair) -> Body:
    """What is left where one side does not have the payload: metadata, and the names of keys where both sides' field
    sets tell them."""
    left = metadata_of(body)
    if not all(_field_sets(one) for one in (pair.body_a, pair.body_b)):
        return left
    data = outline(pair.ref.kind, pair.ref.api_version, body["metadata"]).get("data")
    return {**left, "data": data} if data else left


def _field_sets(body: Body) -> bool:
    entries = (body.get("metadata") or {}).get("managedFields")
    return bool(entries and all(isinstance(one, dict) and "fieldsV1" in one for one in entries))


def _signed(body: Body, original: Body) -> Body:
    entries = (original.get("metadata") or {}).get("managedFields")
    metadata = body.get("metadata")
    if not entries or not isinstance(metadata, dict):
        return body
    return {**body, "metadata": {**metadata, "managedFields": entries}}


def _as_shown(
    found: Iterable[Difference],
    sides_of_a: Iterable[Body],
    b: Body,
    *,
    context: Comparing,
    pair: Pair,
    terms: Terms,
) -> tuple[Difference, ...]:
    """The same differences with the words that may be told: of A under B's names, and where it can be under its own.

    What no longer differs once it is covered is told as covered on both sides.
    """
    words: dict[str, Difference] = {}
    signed = _signed(b, pair.body_b)
    for a in sides_of_a:
        words.update({one.path: one for one in compare(a, signed, context)})
    return tuple(_told(one, words.get(one.path), terms) for one in found)


def _told(one: Difference, safe: Difference | None, terms: Terms) -> Difference:
    """The difference with the values of its safe form, unless these are the same once they are covered."""
    if safe is not None and safe.change == one.change:
        sides = [safe.desired, safe.live]
        if terms.covers:
            sides = [side if side is ABSENT else terms.shown(side) for side in sides]
        if sides[0] != sides[1]:
            return msgspec.structs.replace(one, desired=sides[0], live=sides[1])
    desired, live = (ABSENT if side is ABSENT else COVERED for side in (one.desired, one.live))
    return msgspec.structs.replace(one, desired=desired, live=live)


def _contrast(one: Difference, ref: Ref) -> Contrast:
    a, b = in_words(one.path, one.desired, one.live)
    top = one.path.partition(".")[0].partition("[")[0]
    if top in PAYLOADS[:3]:
        # Whether they differ is told, what they are is not.
        a, b = (COVERED if side is not None else None for side in (a, b))
    return Contrast(
        part=Part.OBJECTS,
        kind=ref.kind,
        api_version=ref.api_version,
        namespace=ref.namespace,
        name=ref.name,
        path=one.path,
        change=one.change,
        a=a,
        b=b,
        severity=one.severity,
        security=one.security,
        message=_sentence(one, a, b),
        managers=one.owners,
    )


def _sentence(one: Difference, a: str | None, b: str | None) -> str:
    if one.change == REMOVAL and b is None:
        return f"{one.path} is only in A"
    if one.change == ADDITION:
        return f"{one.path} is only in B"
    if a == b or COVERED in (a, b):
        return f"{one.path} is not the same on both sides"
    return f"{one.path} is {a or 'empty'} in A, {b or 'empty'} in B"


def _covered(
    a: Mapping[str, Any], b: Mapping[str, Any], pair: Pair, terms: Terms, off: frozenset[str]
) -> list[tuple[str, ...]]:
    places: Counter[tuple[str, ...]] = covered_in_both(a, b, terms.mark)
    if not pair.payload:
        places[("data",)] += 1
    if not places or (pair.baseline and unwritten(pair.a, pair.b, terms.earlier)):
        return []
    full = full_kind(pair.ref.kind, pair.ref.api_version.rpartition("/")[0])
    return [
        place
        for place, number in sorted(places.items())
        for _ in range(number)
        if place[0] != "status" and Act.DROP not in acts_at(full, place, off)
    ]
