"""Finds list items by their key fields quickly, for lists of thousands: each list is read once per set of keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Keys = tuple[str | None, ...]
ReadKey = Callable[[dict[str, Any], str], str | None]


class Lookup:
    """Of one body, which must live at least as long and not change: lists are told apart by their identity."""

    def __init__(self, read: ReadKey) -> None:
        self._read = read
        self._places: dict[tuple[int, tuple[str, ...]], dict[Keys, tuple[int, int]]] = {}

    def place(self, items: list[Any], names: tuple[str, ...], values: Keys) -> int | None:
        """Where the first item with these key fields stands."""
        found = self._index(items, names).get(values)
        return found[0] if found is not None else None

    def alone(self, items: list[Any], names: tuple[str, ...], values: Keys) -> bool:
        """Whether exactly one item has these key fields."""
        found = self._index(items, names).get(values)
        return found is not None and found[1] == 1

    def _index(self, items: list[Any], names: tuple[str, ...]) -> dict[Keys, tuple[int, int]]:
        key = (id(items), names)
        index = self._places.get(key)
        if index is None:
            index = self._places[key] = {}
            for place, item in enumerate(items):
                if isinstance(item, dict):
                    values = tuple(self._read(item, name) for name in names)
                    first, count = index.get(values, (place, 0))
                    index[values] = (first, count + 1)
        return index
