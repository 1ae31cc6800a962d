"""The objects of two sides: which are only on one, which differ, and which nobody can compare.

An object is the same by group, kind, namespace and name, under the names of B. What one side could not read is never
"only on the other"; what one side keeps covered is never "equal".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.objects import autoscaled
from k8sview.analysis.drift.comparing.security import full_kind, secured
from k8sview.analysis.drift.peers.bodies import unpacked
from k8sview.analysis.drift.peers.choosing import Choice, Wanted, comparable_resources, derived
from k8sview.analysis.drift.peers.facts import CRDS
from k8sview.analysis.drift.peers.leaves import Pair, Terms, compared
from k8sview.analysis.drift.peers.vouching import counted, last_writers, untouched
from k8sview.model.diff import Contrast, Contrasts, Incomparable, LeftOut, Part, Side, Unlikeness
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Key, Ref, Resource
from k8sview.model.status import Severity
from k8sview.model.tables import State, Table
from k8sview.model.view import View

_MOST_EXAMPLES = 5


class Peer(msgspec.Struct, frozen=True):
    """One side. ``bodies``: its objects' JSON, packed, by resource and key. ``whole``: resources that are known by
    their metadata alone elsewhere, and were read whole here."""

    view: View
    bodies: Mapping[str, Mapping[Key, bytes]] = {}
    whole: frozenset[str] = frozenset()


def compare_objects(a: Peer, b: Peer, terms: Terms, wanted: Wanted) -> Contrasts:
    """All objects of both sides, resource by resource."""
    names = comparable_resources(a.view, wanted) | comparable_resources(b.view, wanted)
    found = Contrasts(left_out=tuple(derived(a.view, b.view, names, wanted)))
    for name in sorted(names):
        found += _OfResource(name, a, b, terms, wanted).compare()
    return found


class _OfResource:
    """One resource on both sides."""

    def __init__(self, name: str, a: Peer, b: Peer, terms: Terms, wanted: Wanted) -> None:
        self._name = name
        self._a, self._b = a, b
        self._terms = terms
        self._wanted = wanted
        self._resource = _resource_of(name, b.view, a.view)
        self._contrasts: list[Contrast] = []
        self._unseen: dict[tuple[Side, str], list[str]] = {}
        self._left: dict[str, Counter[Side]] = {}
        self._choice = Choice(self._resource, wanted, a.view, b.view)
        self._compared = self._equal = 0

    def compare(self) -> Contrasts:
        before = set(self._terms.renames.used)
        here = self._rows(self._a.view, self._resource.kind, renamed=True)
        there = self._rows(self._b.view, self._resource.kind, renamed=False)
        self._gaps(Side.A, self._a.view)
        self._gaps(Side.B, self._b.view)
        for key in sorted({*here, *there}):
            self._meet(key, here.get(key), there.get(key))
        return Contrasts(
            tuple(self._contrasts),
            tuple(self._incomparable()),
            tuple(LeftOut(self._name, why, n[Side.A], n[Side.B]) for why, n in sorted(self._left.items())),
            self._compared,
            self._equal,
            tuple(one for one in self._terms.renames.used if one not in before),
        )

    def _rows(self, view: View, kind: str, *, renamed: bool) -> dict[Key, tuple[Key, Any]]:
        """Objects by their key in B, with their own key."""
        table = view.table(self._name)
        rows = {**table.objects, **table.malformed}
        if not renamed:
            return {key: (key, one.metadata) for key, one in rows.items()}
        return {self._terms.renames.key_in_b(kind, key): (key, one.metadata) for key, one in rows.items()}

    def _gaps(self, side: Side, view: View) -> None:
        """A table that was not read, or not in all places, may hold anything."""
        if view.served(self._name) is None:
            self._unseen.setdefault((side, "the discovery of its API group failed"), [])
        elif view.served(self._name):
            table = view.table(self._name)
            if not table.state.state.readable:
                self._unseen.setdefault((side, _why(table)), [])
            elif table.partial:
                self._unseen.setdefault((side, table.partial), [])

    def _meet(self, key: Key, here: tuple[Key, Any] | None, there: tuple[Key, Any] | None) -> None:
        sides = [one[1] for one in (here, there) if one is not None]
        selector = self._wanted.selector
        if selector is not None and not any(selector.matches(one.labels) for one in sides):
            return
        if why := self._choice.unwritten(*(one[1] if one is not None else None for one in (here, there))):
            counts = self._left.setdefault(why, Counter())
            counts[Side.A] += here is not None
            counts[Side.B] += there is not None
        elif here is not None and there is not None:
            self._both(key, here, there)
        elif here is not None:
            self._alone(key, here, Side.B, self._b.view, self._a)
        elif there is not None:
            self._alone(key, there, Side.A, self._a.view, self._b)

    def _alone(self, key: Key, found: tuple[Key, Any], side: Side, other: View, own: Peer) -> None:
        ref = self._ref(key)
        namespace = key[0] or None
        if other.served(self._name) is not False and not other.readable(self._name, namespace):
            table = other.table(self._name)
            reason = table.partial or _why(table)
            if other.served(self._name) is None:
                reason = "the discovery of its API group failed"
            self._unseen.setdefault((side, reason), []).append(str(ref))
            return
        unlike = Unlikeness.ONLY_A if side is Side.B else Unlikeness.ONLY_B
        body = self._body(own, found[0])
        full = full_kind(ref.kind, self._resource.group)
        security = any(secured(full, place) for place in _places(body))
        where = "A" if unlike is Unlikeness.ONLY_A else "B"
        contrast = Contrast(
            part=Part.OBJECTS,
            kind=ref.kind,
            api_version=ref.api_version,
            namespace=ref.namespace,
            name=ref.name,
            unlike=unlike,
            severity=Severity.HIGH if security else Severity.MEDIUM,
            security=security,
            message=f"only {where} has it",
        )
        self._contrasts.append(self._named(contrast, found[0]) if unlike is Unlikeness.ONLY_A else contrast)

    def _both(self, key: Key, here: tuple[Key, Any], there: tuple[Key, Any]) -> None:
        ref = self._ref(key)
        versions = [one.view.resources.get(self._name, self._resource).version for one in (self._a, self._b)]
        if versions[0] != versions[1]:
            reason = f"A serves {versions[0]} and B {versions[1]}, whose fields are not the same"
            self._unseen.setdefault((Side.BOTH, reason), []).append(str(ref))
            return
        self._compared += 1
        a, b = here[1], there[1]
        baseline = self._terms.baseline and here[0] == there[0]  # under another name it is another object
        if baseline and untouched(a, b):
            self._equal += 1
            return
        bodies = self._body(self._a, here[0]), self._body(self._b, there[0])
        if not all(bodies):
            self._unseen.setdefault((Side.BOTH, "their JSON could not be read"), []).append(str(ref))
            return
        partly = self._name in KINDS and KINDS[self._name].metadata_only
        pair = Pair(
            ref=ref,
            a=a,
            b=b,
            body_a=bodies[0],
            body_b=bodies[1],
            baseline=baseline,
            counted=counted(self._name, self._a.view.table(CRDS).objects),
            payload=not partly or (self._name in self._a.whole and self._name in self._b.whole),
            autoscaled=any(
                bool(autoscaled(peer.view, Ref(ref.api_version, ref.kind, own[0] or None, own[1])))
                for peer, own in ((self._a, here[0]), (self._b, there[0]))
            ),
        )
        contrasts = list(self._recreated(pair))
        found = compared(pair, self._terms)
        contrasts += found.contrasts
        self._contrasts += [self._named(one, here[0]) for one in contrasts]
        if found.covered:
            self._unseen.setdefault((Side.BOTH, self._why_covered(pair)), []).append(self._told(pair, found.covered))
        if not contrasts and not found.covered:
            self._equal += 1

    def _recreated(self, pair: Pair) -> Iterator[Contrast]:
        if pair.recreated:
            yield Contrast(
                part=Part.OBJECTS,
                kind=pair.ref.kind,
                api_version=pair.ref.api_version,
                namespace=pair.ref.namespace,
                name=pair.ref.name,
                unlike=Unlikeness.RECREATED,
                a=pair.a.creation_timestamp,
                b=pair.b.creation_timestamp,
                severity=Severity.LOW,
                message="was deleted and made anew",
            )

    def _why_covered(self, pair: Pair) -> str:
        if not pair.payload:
            kept = "are never read" if self._name == "secrets" else "are not read, or are in no recording"
            since = "; these were written since" if pair.baseline else ""
            return f"their values {kept}{since}"
        since = " of objects that were written since" if pair.baseline else ""
        return f"values{since} that a recording keeps covered"

    def _told(self, pair: Pair, covered: tuple[tuple[str, ...], ...]) -> str:
        writers = last_writers(pair.a, pair.b) if pair.baseline else ()
        which = "" if not pair.payload else f" {'.'.join(covered[0]).replace('.[*]', '[*]')}"
        more = f" and {len(covered) - 1} more" if pair.payload and len(covered) > 1 else ""
        return f"{pair.ref}{which}{more}{f' (written by {writers[0]})' if writers else ''}"

    def _named(self, contrast: Contrast, own: Key) -> Contrast:
        """With what A calls it, where that is something else."""
        if (own[0] or None) == contrast.namespace and own[1] == contrast.name:
            return contrast
        return msgspec.structs.replace(contrast, namespace_in_a=own[0] or None, name_in_a=own[1])

    def _ref(self, key: Key) -> Ref:
        return Ref(self._resource.api_version, self._resource.kind, key[0] or None, key[1])

    def _body(self, peer: Peer, key: Key) -> dict[str, Any]:
        kept = peer.bodies.get(self._name, {}).get(key)
        return unpacked(kept) if kept is not None else {}

    def _incomparable(self) -> Iterator[Incomparable]:
        both = {reason for side, reason in self._unseen if side is Side.A and (Side.B, reason) in self._unseen}
        for reason in both:
            those = self._unseen.pop((Side.A, reason)) + self._unseen.pop((Side.B, reason))
            self._unseen[Side.BOTH, reason] = those
        for (side, reason), those in sorted(self._unseen.items()):
            yield Incomparable(
                part=Part.OBJECTS,
                what=self._name,
                side=side,
                reason=reason,
                objects=len(those),
                examples=tuple(those[:_MOST_EXAMPLES]),
            )


def _resource_of(name: str, *views: View) -> Resource:
    return next(view.resources[name] for view in views if name in view.resources)


def _why(table: Table) -> str:
    if table.state.state in (State.LOADING, State.IDLE):
        return "was not read in time"
    return table.state.reason or str(table.state.state)


def _places(body: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The first two levels of an object, metadata aside: where what decides who may do what begins."""
    for key, value in body.items():
        if key not in ("metadata", "apiVersion", "kind", "status"):
            yield (key,)
            yield from ((key, inner) for inner in value) if isinstance(value, dict) else ()
