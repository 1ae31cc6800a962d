"""The kinds of drift that a view alone tells, kept up to date at little cost.

Each row of the table is looked at again when a table that it reads has changed, no more often than its own cost
allows, and now and then for the time that passes. Drives nothing and waits for nothing: it is handed views.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator

import msgspec

from k8sview.analysis.drift.helm.releases import DRIVERS, releases, stuck
from k8sview.analysis.drift.kinds.reading import declared
from k8sview.analysis.drift.kinds.table import ROWS, Row
from k8sview.model.drift import Drift, DriftKind, Drifts, NotCheckable
from k8sview.model.view import View
from k8sview.reports.order import counted


def _stuck_releases(view: View) -> Iterator[Drift]:
    return iter(stuck(releases(view), view.taken_at).drifts)


def _unread_releases(view: View) -> Iterator[NotCheckable]:
    """What releases state lies in Secrets, which an app that stays open never reads."""
    inventory = releases(view)
    yield from inventory.not_checkable
    if inventory.releases:
        words = "what they state lies in Secrets, which the app never reads; k8sview drift compares them"
        yield NotCheckable(DriftKind.HELM, f"{counted(len(inventory.releases), 'release')}: {words}")


KEPT_ROWS: tuple[Row, ...] = (*ROWS, Row(DriftKind.HELM, _stuck_releases, _unread_releases, DRIVERS))
"""The table's rows, and what labels alone tell of Helm releases."""

SHARE = 0.003
"""Largest share of a core for one row while what it reads changes: a step of ten milliseconds every few seconds."""
STEP_SHARE = 0.0005
"""The same for its longest step, during which no key is answered: ten milliseconds once in twenty seconds."""
SOONEST_SECONDS = 0.4
"""Shortest time between two looks at one row."""
AGAIN_SECONDS = 60.0
"""After this time a row is looked at again although nothing changed: ages stand in its sentences."""
MOST_OF_A_KIND = 1000
"""Drifts of one kind that are listed; the rest is counted."""
_PAUSE_EVERY = 20  # objects, or drifts, whose cost is a fraction of a slice

Versions = tuple[object, ...]


class KeptRow(msgspec.Struct):
    """What one row said last, of which tables, when, and at what cost in seconds: all of it, and its longest step."""

    found: Drifts = Drifts()
    unlisted: int = 0
    versions: Versions = ()
    looked_at: float = -AGAIN_SECONDS
    cost: float = 0.0
    longest: float = 0.0


class KeptRows:
    """The answers of all rows. ``version`` grows when one of them changes."""

    def __init__(self) -> None:
        self._rows: dict[DriftKind, KeptRow] = {}
        self.version = 0

    @property
    def found(self) -> Iterable[KeptRow]:
        return self._rows.values()

    def unlisted(self) -> dict[DriftKind, int]:
        return {kind: row.unlisted for kind, row in self._rows.items() if row.unlisted}

    def of_kind(self, kind: DriftKind) -> Drifts:
        """What the row of a kind found; nothing for kinds that no view tells."""
        return self._rows[kind].found if kind in self._rows else Drifts()

    def update(self, view: View) -> Generator[None, None, None]:
        """Look again at every row that is due, with pauses."""
        for row in KEPT_ROWS:
            kept = self._rows.get(row.kind)
            versions = _versions(view, row)
            if kept is not None and not _due(kept, versions):
                continue
            yield
            try:
                yield from self._look(view, row, versions)
            except Exception as problem:  # whatever a cluster holds: a rule that breaks hides no other, and says so
                reason = f"the rule broke: {type(problem).__name__}: {problem}"
                broken = Drifts(not_checkable=(NotCheckable(row.kind, reason),))
                self._rows[row.kind] = KeptRow(broken, 0, versions, time.monotonic(), 0.0)
                self.version += 1

    def waits(self, view: View) -> float | None:
        """Seconds until a row that has changed may be looked at again; None where none has."""
        now = time.monotonic()
        waiting = [
            max(0.0, kept.looked_at + _rest(kept) - now)
            for row in KEPT_ROWS
            if (kept := self._rows.get(row.kind)) is not None and kept.versions != _versions(view, row)
        ]
        return min(waiting, default=None)

    def _look(self, view: View, row: Row, versions: Versions) -> Generator[None, None, None]:
        busy, longest, began = 0.0, 0.0, time.monotonic()
        drifts: list[Drift] = []
        unlisted = 0
        for number, _ in enumerate(row.prepare(view) if row.prepare is not None else ()):
            if number % _PAUSE_EVERY == 0:
                step = time.monotonic() - began
                busy, longest = busy + step, max(longest, step)
                yield
                began = time.monotonic()
        for number, drift in enumerate(row.find(view)):
            if len(drifts) < MOST_OF_A_KIND:
                drifts.append(drift)
            else:
                unlisted += 1
            if number % _PAUSE_EVERY == 0:
                step = time.monotonic() - began
                busy, longest = busy + step, max(longest, step)
                yield
                began = time.monotonic()
        found = Drifts(tuple(drifts), tuple(dict.fromkeys(row.not_checkable(view))))
        step = time.monotonic() - began
        busy, longest = busy + step, max(longest, step)
        former = self._rows.get(row.kind)
        if former is None or (former.found, former.unlisted) != (found, unlisted):
            self.version += 1
        else:
            found = former.found
        self._rows[row.kind] = KeptRow(found, unlisted, versions, time.monotonic(), busy, longest)


def _due(kept: KeptRow, versions: Versions) -> bool:
    since = time.monotonic() - kept.looked_at
    if kept.versions != versions:
        return since >= _rest(kept)
    return since >= max(AGAIN_SECONDS, _rest(kept))


def _rest(kept: KeptRow) -> float:
    return max(SOONEST_SECONDS, kept.cost / SHARE, kept.longest / STEP_SHARE)


def _versions(view: View, row: Row) -> Versions:
    """What an answer rests on: its tables as they are, what is served, and what was seen to change."""
    reads = row.reads or declared(view)
    return (*(view.table(name).version for name in reads), len(view.resources), len(view.changes))
