"""Plain tables as kubectl prints them: upper-case heads, columns as wide as needed, nothing drawn around."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from k8sview.model.text import plain
from k8sview.reports.layout import cells, pad


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lines, the head first."""
    table = [tuple(head), *(tuple(plain(cell) for cell in row) for row in rows)]
    widths = [max(cells(row[number]) for row in table) for number in range(len(head))]
    lines = ("   ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)) for row in table)
    return "".join(f"{line.rstrip()}\n" for line in lines)
