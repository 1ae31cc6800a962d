"""How wide each column of a table is on a terminal of a given width. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from k8sview.tui.present.columns import Column

GAP = 2


class Layout(NamedTuple):
    """``columns`` as ``(position, width)`` from left to right; ``hidden`` counts those without room."""

    columns: tuple[tuple[int, int], ...]
    hidden: int = 0

    @property
    def width(self) -> int:
        """Columns of the terminal that the whole table takes."""
        return sum(width for _, width in self.columns) + GAP * max(0, len(self.columns) - 1)


def lay_out(
    columns: Sequence[Column],
    natural: Sequence[int],
    available: int,
    *,
    wide: bool = False,
    left_out: frozenset[str] = frozenset(),
) -> Layout:
    """Give columns their natural widths; where that is too much, flexible ones give way, then the last ones leave.

    With ``wide`` every column shows at its natural width, and the table is scrolled sideways.
    """
    chosen = [
        (at, min(natural[at], column.widest))
        for at, column in enumerate(columns)
        if (wide or not column.wide) and column.id not in left_out
    ]
    if wide:
        return Layout(tuple(chosen))
    hidden = 0
    while True:
        shrunk = _shrink(chosen, columns, available)
        if Layout(tuple(shrunk)).width <= available or len(chosen) <= 2:
            return Layout(tuple(shrunk), hidden)
        # Name, verdict and age tell most: what stands before the last column leaves first.
        del chosen[-2 if len(chosen) > 3 else -1]
        hidden += 1


def _shrink(chosen: list[tuple[int, int]], columns: Sequence[Column], available: int) -> list[tuple[int, int]]:
    """Take what is missing from the flexible columns, from each in proportion to what it can spare."""
    widths = dict(chosen)
    excess = Layout(tuple(chosen)).width - available
    spare = {
        at: max(0, width - max(columns[at].least, len(columns[at].title)))
        for at, width in chosen
        if columns[at].flexible
    }
    if excess <= 0 or not any(spare.values()):
        return chosen
    share = min(1.0, excess / sum(spare.values()))
    for at, most in sorted(spare.items(), key=lambda one: -one[1]):
        step = min(most, ceil(most * share), excess)
        widths[at] -= step
        excess -= step
    return [(at, widths[at]) for at, _ in chosen]
