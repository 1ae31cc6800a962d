"""Drift as checks ask for it: each kind once and only where a check wants it, from one read of the cluster.

What needs whole objects is fetched while the source is open, at most ``MOST_BODIES`` of them; ``k8sview drift`` looks
at all. Nothing of a Helm release is read but its labels.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from k8sview.analysis.checks.check import Check
from k8sview.analysis.drift.completing import completed
from k8sview.analysis.drift.helm.releases import releases, stuck
from k8sview.analysis.drift.ignore import apply_rules
from k8sview.analysis.drift.kinds.table import in_view
from k8sview.analysis.drift.suspect import judged
from k8sview.analysis.drift.suspected import OF_BODIES, suspected, unread_of
from k8sview.model.drift import DriftKind, Drifts, DriftSettings, NotCheckable
from k8sview.model.view import View
from k8sview.session.bodies import Bodies, Whole
from k8sview.sources.contract import Source

MOST_BODIES = 200
"""Whole objects that one run of checks asks for; with its lists that is about what a client may ask at once."""

SAME_LEAVES = frozenset(
    {
        DriftKind.SUSPENDED,
        DriftKind.REPLICAS,
        DriftKind.POD_TEMPLATE,
        DriftKind.OUT_OF_BAND,
        DriftKind.HELM,
        DriftKind.LAST_APPLIED,
    }
)
"""Kinds that may tell of the same leaf: only together can it be said which of them tells it."""

_ALL = DriftSettings()
_NO_BODIES = "a recording keeps no field sets: only the live cluster can tell"


def asked_kinds(checks: Iterable[Check]) -> frozenset[DriftKind]:
    """The kinds of drift that checks turn into findings."""
    return frozenset(one.drift for one in checks if one.drift is not None)


class CheckedDrift:
    """The drift of one view. ``await look(view)`` while the source is open, then ask ``of_kind``."""

    def __init__(
        self, kinds: frozenset[DriftKind], source: Source, seconds: float = 60.0, settings: DriftSettings = _ALL
    ) -> None:
        """``kinds``: what will be asked for. ``seconds`` bound the reading of bodies. ``settings``: the user's own
        rules and classes of managers."""
        self._settings = settings
        self._kinds = kinds
        self._bodies = Bodies(source) if isinstance(source, Whole) else None
        self._seconds = seconds
        self._read = Drifts()
        self._broken: Exception | None = None
        self._told: dict[DriftKind, Drifts] = {}

    async def look(self, view: View) -> None:
        """Read what the kinds that are asked for need beyond the view."""
        if self._kinds.isdisjoint((*OF_BODIES, DriftKind.NODE_IN_PLACE)):  # people's writes on nodes are read whole
            return
        if self._bodies is None:
            self._read = Drifts(not_checkable=tuple(NotCheckable(kind, _NO_BODIES, blind=False) for kind in OF_BODIES))
            return
        try:
            self._read = await _of_bodies(view, self._bodies, self._seconds, self._settings)
        except Exception as error:  # our bug: the checks that ask for it meet it, and say so
            self._broken = error

    def of_kind(self, view: View, kind: DriftKind) -> Drifts:
        """What is known of a kind, computed at its first use. One leaf is told by one kind, the best that is asked."""
        if kind in OF_BODIES and self._broken is not None:
            raise self._broken
        if kind not in self._told:
            together = self._kinds & SAME_LEAVES if kind in SAME_LEAVES else frozenset({kind})
            found = self._found(view, together | {kind})
            told = completed(view, found.drifts, self._settings.managers)
            drifts = apply_rules(told, self._settings.ignore, view.taken_at).drifts
            for one in together | {kind}:
                blind = tuple(dict.fromkeys(each for each in found.not_checkable if each.kind is one))
                self._told[one] = Drifts(tuple(each for each in drifts if each.kind is one), blind)
        return self._told[kind]

    def _found(self, view: View, kinds: frozenset[DriftKind]) -> Drifts:
        found = in_view(view, kinds) + self._read
        if DriftKind.HELM in kinds:
            found += stuck(releases(view), view.taken_at)
        return Drifts(tuple(one for one in found.drifts if one.kind in kinds), found.not_checkable)


async def _of_bodies(view: View, bodies: Bodies, seconds: float, settings: DriftSettings) -> Drifts:
    suspects, found = suspected(view, settings.managers)
    wanted, rest = suspects[:MOST_BODIES], suspects[MOST_BODIES:]
    found += unread_of(rest, f"only {MOST_BODIES} are read whole; k8sview drift reads all")
    try:
        async with asyncio.timeout(seconds):
            await bodies.fetch((view.resources[one.resource], one.namespace, one.name) for one in wanted)
    except TimeoutError:
        pass  # what has not arrived is told below
    late = []
    for one in wanted:
        address = (one.resource, one.namespace, one.name)
        if address in bodies.unread:
            found += unread_of([one], bodies.unread[address])
        elif address not in bodies.found:
            late.append(one)
        elif (body := bodies.found[address]) is not None:  # None: gone since it was listed
            found += judged(view, one.resource, body, known=settings.managers)
    return found + unread_of(late, f"not there within {seconds:g} s")
