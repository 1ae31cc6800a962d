"""What the caller says an object should be, against what it is: which leaf agrees, overrides, was added, is missing.

Paths are as people write them; whether two values are the same is the caller's to say, for he knows the normal forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.ownership.owners import Ownership
from k8sview.analysis.drift.ownership.resolution import Location, spell, usual_keys
from k8sview.model.fields import PathError, reader

Same = Callable[[str, Any, Any], bool]


def equal(path: str, desired: Any, live: Any) -> bool:
    """The plainest sameness: equal JSON values."""
    return bool(desired == live)


class Desired(msgspec.Struct, frozen=True):
    """``leaves``: path → value, of everything stated and nothing else."""

    leaves: Mapping[str, Any]
    same: Same = equal

    def change(self, path: str, live: Any) -> str | None:
        """``override`` | ``addition``; None where the leaf is as it should be."""
        if path not in self.leaves:
            below = [one for one in self.leaves if one.startswith((f"{path}.", f"{path}["))]
            return "override" if below else "addition"
        return None if self.same(path, self.leaves[path], live) else "override"


def missing(owned: Ownership, desired: Desired) -> Iterator[str]:
    """Paths that are stated and that the body has not, sorted."""
    live = set(_paths(owned))
    for path in sorted(desired.leaves):
        if path in live or desired.leaves[path] in ({}, [], None, ""):
            continue  # what is empty need not be there
        if not _met(owned.body, path) and not any(one.startswith((f"{path}.", f"{path}[")) for one in live):
            yield path


def _met(body: Mapping[str, Any], path: str) -> bool:
    try:
        return bool(reader(path)(body))
    except PathError:
        return False


def _paths(owned: Ownership) -> Iterator[str]:
    """Every leaf of a body as people write it, and every parent of leaves that somebody owns whole."""
    waiting: list[Location] = [(name,) for name in owned.body]
    while waiting:
        location = waiting.pop()
        value = owned.value(location)
        inner: list[Location] = []
        if isinstance(value, dict):
            inner = [(*location, name) for name in value]
        elif isinstance(value, list):
            names = tuple(one for one in location if isinstance(one, str))
            if owned.keys.get(names) or usual_keys(names, value):
                inner = [(*location, place) for place in range(len(value))]
        waiting += inner
        if not inner or location in owned.leaves:
            yield spell(owned.body, location, owned.keys)
