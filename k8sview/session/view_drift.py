"""Drift that a view alone shows, for who judges every second: looked for now and then, one kind at a time.

What needs whole objects is not looked for here; the checks say so.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta

from k8sview.analysis.drift.completing import completed
from k8sview.analysis.drift.helm.releases import releases, stuck
from k8sview.analysis.drift.kinds.table import in_view
from k8sview.analysis.drift.suspected import OF_BODIES
from k8sview.model.drift import DriftKind, Drifts, NotCheckable
from k8sview.model.tables import State
from k8sview.model.view import View

EVERY = timedelta(seconds=30)
"""Between two looks at tables that change all the time. One whose state changed is looked at at once."""

_NO_BODIES = "it needs whole objects, which this judgement does not read: k8sview drift does"


class ViewDrift:
    """The drift of the newest view that was looked at. ``recheck_at``: when what changed meanwhile is looked at."""

    def __init__(self, kinds: frozenset[DriftKind]) -> None:
        self._kinds = kinds
        self._told: dict[DriftKind, Drifts] = {}
        self._broken: dict[DriftKind, Exception] = {}
        self._looked_at: datetime | None = None
        self._version = -1
        self._states: Mapping[str, State] = {}
        self.recheck_at: datetime | None = None

    def update(self, view: View) -> Generator[None, None, None]:
        """Look again where it is due, pausing after each kind."""
        if not self._due(view):
            return
        found = Drifts()
        self._broken = {}
        for kind in sorted(self._kinds):
            try:
                found += _of_kind(view, kind)
            except Exception as error:  # our bug: the check that asks for it meets it, and says so
                self._broken[kind] = error
            yield
        drifts = completed(view, found.drifts)
        self._told = {
            kind: Drifts(
                tuple(one for one in drifts if one.kind is kind),
                tuple(one for one in found.not_checkable if one.kind is kind),
            )
            for kind in self._kinds
        }
        self._looked_at, self._version, self.recheck_at = view.taken_at, view.version, None

    def of_kind(self, kind: DriftKind) -> Drifts:
        """What the last look found of a kind. Raises what went wrong in it."""
        if kind in self._broken:
            raise self._broken[kind]
        return self._told[kind]

    def _due(self, view: View) -> bool:
        states = {name: table.state.state for name, table in view.tables.items()}
        if self._looked_at is None or states != self._states:
            self._states = states
            return True
        changed, again = view.version != self._version, self._looked_at + EVERY
        self.recheck_at = again if changed else None
        return changed and view.taken_at >= again


def _of_kind(view: View, kind: DriftKind) -> Drifts:
    if kind in OF_BODIES:
        return Drifts(not_checkable=(NotCheckable(kind, _NO_BODIES, blind=False),))
    found = in_view(view, frozenset({kind}))
    return found + stuck(releases(view), view.taken_at) if kind is DriftKind.HELM else found
