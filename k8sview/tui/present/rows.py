"""The rows of one table: values by key, in sorted and filtered order, patched by what changed. Pure bookkeeping.

Making a row costs microseconds and there may be 50,000: a row is made when it is looked at, and the rest are made
slice by slice by ``sweep``. Until then a filter says how many rows it has not seen yet.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from k8sview.model.health import Health
from k8sview.model.resources import Key
from k8sview.tui.present.cells import Role, Span, Word, show, sort_value, words
from k8sview.tui.present.columns import Surroundings, TableSpec
from k8sview.tui.present.filters import NO_FILTER, Candidate, Filter

_AT_ONCE = 300
"""So many changed rows are remade at once; more of them are left to ``sweep``."""


class Change(NamedTuple):
    """What an update did: rows to draw again, and whether rows came, went or moved."""

    rows: frozenset[Key] = frozenset()
    moved: bool = False


class Rows:
    """``order`` is what is shown, top to bottom; ``total`` counts every row, ``pending`` those not looked at yet."""

    def __init__(self, spec: TableSpec) -> None:
        self.spec = spec
        self.order: list[Key] = []
        self.sort_column: str | None = spec.default_sort
        self.reverse = False
        self.filter = NO_FILTER
        self.faults_only = False
        self.now = datetime.min
        self._by_key: list[Key] = []  # all keys
        self._sorted: list[Key] = []  # ``order``, never reversed
        self._arranged: str | None = None  # the column that ``_sorted`` is sorted by
        self._objects: Mapping[Key, Any] = {}
        self._made: dict[Key, Candidate] = {}
        self._shown: set[Key] | None = None  # None: all rows
        self._around: Surroundings | None = None
        self._verdict = spec.position("verdict")

    @property
    def total(self) -> int:
        return len(self._objects)

    @property
    def pending(self) -> int:
        """Rows that filter or sort have not seen yet; 0 where neither needs them."""
        return len(self._objects) - len(self._made) if self._needs_all() else 0

    @property
    def judged(self) -> bool:
        """Whether any row made so far has a verdict: without one there are no faults to filter by."""
        at = self._verdict
        return at is not None and any(one.values[at] is not None for one in self._made.values())

    def get(self, key: Key) -> Any:
        """The object behind a row, or None."""
        return self._objects.get(key)

    def update(self, objects: Mapping[Key, Any], around: Surroundings, now: datetime) -> Change:
        """Take the newest objects; costs follow the change, not the size."""
        old, self._objects, self._around, self.now = self._objects, objects, around, now
        if objects is old:
            return Change()
        changed = [key for key, obj in objects.items() if old.get(key) is not obj]
        added = [key for key in changed if key not in old]
        gone = [key for key in old if key not in objects] if len(old) + len(added) > len(objects) else []
        for key in gone:
            self._made.pop(key, None)
        if added or gone:
            self._enter(added, gone)
        moved = self._replace(changed, added)
        if gone and self._shown is not None:
            self._shown.difference_update(gone)
        if added or gone or moved:
            self._arrange(changed if moved else added, gone=bool(gone))
        return Change(frozenset(changed), bool(added or gone or moved))

    def _replace(self, changed: list[Key], added: list[Key]) -> bool:
        """Forget or remake changed rows; says whether one of them has another place now."""
        before = {key: self._made.pop(key, None) for key in changed}
        if not self._needs_all() or len(changed) > _AT_ONCE:
            return False
        moved = False
        fresh = set(added)
        for key in changed:
            made = self._make(key)
            old = before[key]
            moved |= self._admit(key, made)
            moved |= key in fresh or old is None or self._sort_key(old) != self._sort_key(made)
        return moved

    def cells(self, key: Key, now: datetime) -> tuple[Span, ...]:
        """What one row shows."""
        return tuple(show(value, now) for value in self.row(key).values)

    def row(self, key: Key) -> Candidate:
        """The values of one row, made now if need be."""
        return self._made.get(key) or self._make(key)

    def refreshed(self, key: Key) -> Candidate:
        """The row with its verdict asked anew: neighbours may have changed it while the object did not."""
        made = self._made.get(key)
        obj = self._objects.get(key)
        if made is None or obj is None or self._around is None or self._verdict is None:
            return self.row(key)
        old = made.values[self._verdict]
        if (old is None or isinstance(old, Health)) and self._around.health(obj) != old:
            return self._make(key)
        return made

    def sweep(self, *, verdicts: bool = False) -> Iterator[bool]:
        """Make the rows that are missing (with ``verdicts`` also refresh the others), yielding after each one.

        The caller takes as many steps as its time allows; True means that the order changed at the end.
        """
        moved = False
        late: list[Key] = []
        for key in list(self._objects):
            if key not in self._objects:
                continue
            before = self._made.get(key)
            if before is not None and not verdicts:
                continue
            made = self.refreshed(key) if before is not None else self._make(key)
            if made is not before:
                moved |= self._admit(key, made)
                moved |= self.sort_column is not None
                late.append(key)
            yield False
        if moved:
            self._arrange(late)
        yield moved

    def sort_by(self, column_id: str | None, *, reverse: bool = False) -> None:
        """Sort by a column; None by namespace and name."""
        self.sort_column, self.reverse = column_id, reverse
        self._arrange(self._by_key)

    def narrow(self, chosen: Filter, *, faults_only: bool | None = None) -> None:
        """Show only what ``chosen`` matches, and faults only if asked for."""
        self.filter = chosen
        if faults_only is not None:
            self.faults_only = faults_only
        if not (self.filter.active or self.faults_only):
            self._shown = None
        else:
            accepts = self._accepts
            self._shown = {key for key, made in self._made.items() if accepts(made)}
        self._arrange(self._by_key)

    def _make(self, key: Key) -> Candidate:
        obj = self._objects.get(key)
        if obj is None or self._around is None:
            return Candidate((None,) * len(self.spec.columns), "", {})
        try:
            values = self.spec.values(obj, self._around)
        except Exception as problem:  # one strange object must not take the table with it
            values = self._broken(key, problem)
        text = " ".join(filter(None, map(words, values))).lower()
        metadata = getattr(obj, "metadata", None)
        made = Candidate(values, text, metadata.labels if metadata is not None else {})
        self._made[key] = made
        return made

    def _broken(self, key: Key, problem: Exception) -> tuple[Any, ...]:
        values: list[Any] = [None] * len(self.spec.columns)
        for column_id, text in (("namespace", key[0]), ("name", key[1])):
            at = self.spec.position(column_id)
            if at is not None:
                values[at] = text
        at = self.spec.position("verdict")
        values[at if at is not None else -1] = Word(f"✗ ERROR cannot be shown: {problem}", Role.FAIL)
        return tuple(values)

    def _needs_all(self) -> bool:
        return self.sort_column is not None or self._shown is not None

    def _admit(self, key: Key, made: Candidate) -> bool:
        """Let a row in or out of the filter; says whether that changed anything."""
        if self._shown is None:
            return False
        before = key in self._shown
        after = self._accepts(made)
        if before and not after:
            self._shown.discard(key)
        elif after and not before:
            self._shown.add(key)
        return before is not after

    def _accepts(self, made: Candidate) -> bool:
        if self.faults_only and not self._faulty(made):
            return False
        return not self.filter.active or self.filter.matches(made, self.now)

    def _faulty(self, made: Candidate) -> bool:
        """By the model's own word; what could not be judged stays in sight."""
        if self._verdict is None:
            return True
        value = made.values[self._verdict]
        if isinstance(value, Health):
            return value.verdict.faulty or show(value, self.now).role is Role.UNKNOWN
        return value is not None and show(value, self.now).role in (Role.FAIL, Role.WARN, Role.UNKNOWN)

    def _sort_key(self, made: Candidate) -> tuple[int, Any]:
        at = self.spec.position(self.sort_column) if self.sort_column else None
        return (0, 0) if at is None else sort_value(made.values[at])

    def _enter(self, added: list[Key], gone: list[Key]) -> None:
        """Keep the list of all keys in their own order."""
        if gone:
            self._by_key = [key for key in self._by_key if key in self._objects]
        if len(added) <= _AT_ONCE:
            for key in added:
                insort(self._by_key, key)
        else:
            self._by_key.extend(added)
            self._by_key.sort()

    def _arrange(self, touched: Collection[Key], *, gone: bool = True) -> None:
        """Bring ``order`` up to date; ``touched`` came or moved. Few of them are put in place one by one."""
        members: Collection[Key] = self._objects if self._shown is None else self._shown
        at = self.spec.position(self.sort_column) if self.sort_column else None
        if at is None:
            self._sorted = self._members_by_key()
        elif len(touched) <= _AT_ONCE < len(members) and self._arranged == self.sort_column:
            self._sorted = self._put(frozenset(touched), members, at, gone=gone)
        else:
            value = self._value(at)
            self._sorted = sorted(
                self._members_by_key(), key=value
            )  # stable: equal values stay in the order of their keys
        self._arranged = self.sort_column
        self.order = self._sorted[::-1] if self.reverse else self._sorted

    def _members_by_key(self) -> list[Key]:
        shown = self._shown
        return self._by_key if shown is None else [key for key in self._by_key if key in shown]

    def _put(self, touched: frozenset[Key], members: Collection[Key], at: int, *, gone: bool) -> list[Key]:
        order = [key for key in self._sorted if key not in touched]
        if gone:
            order = [key for key in order if key in members]
        value = self._value(at)
        for key in touched:
            if key in members:
                insort(order, key, key=lambda one: (value(one), one))
        return order

    def _value(self, at: int) -> Callable[[Key], tuple[int, Any]]:
        made = self._made

        def value(key: Key) -> tuple[int, Any]:
            row = made.get(key)
            return sort_value(row.values[at]) if row is not None else (9, 0)

        return value
