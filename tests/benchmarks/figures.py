"""One measured figure beside its budget, printed as a ratio."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    what: str
    value: float
    unit: str
    budget: float | None = None
    beside: str = ""  # what else was measured in the same run

    def __str__(self) -> str:
        ratio = f"{self.value / self.budget:5.2f} of {self.budget:g}" if self.budget else ""
        return f"{self.what:<58} {self.value:9.3f} {self.unit:<4} {ratio:<16} {self.beside}".rstrip()


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of the sorted values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
