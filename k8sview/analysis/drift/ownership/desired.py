"""What the caller says an object should be, against what it is: which leaf agrees, overrides, was added, is missing.

Paths are as people write them; whether two values are the same is the caller's to say, for he knows the normal forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.ownership.owners import Ownership
from k8sview.analysis.drift.ownership.resolution import Location, usual_keys
from k8sview.model.fields import PathError, reader

_CUT = re.compile(r"[.\[]")

Same = Callable[[str, Any, Any], bool]


def equal(path: str, desired: Any, live: Any) -> bool:
    """The plainest sameness: equal JSON values."""
    return bool(desired == live)


class Desired(msgspec.Struct, frozen=True):
    """``leaves``: path → value, of everything stated and nothing else."""

    leaves: Mapping[str, Any]
    same: Same = equal
    above: frozenset[str] = frozenset()  # every place that a stated leaf is below

    def change(self, path: str, live: Any) -> str | None:
        """``override`` | ``addition``; None where the leaf is as it should be."""
        if path not in self.leaves:
            return "override" if path in self.above else "addition"
        return None if self.same(path, self.leaves[path], live) else "override"


def desired(leaves: Mapping[str, Any], same: Same = equal) -> Desired:
    """What is stated, ready to be asked."""
    return Desired(leaves, same, above(leaves))


def above(paths: Iterable[str]) -> frozenset[str]:
    """Every place that one of these paths leads through."""
    return frozenset(path[: found.start()] for path in paths for found in _CUT.finditer(path))


def missing(owned: Ownership, stated: Desired) -> Iterator[str]:
    """Paths that are stated and that the body has not, sorted."""
    live = set(_paths(owned))
    parents = above(live)
    for path in sorted(stated.leaves):
        if path in live or path in parents or stated.leaves[path] in ({}, [], None, ""):
            continue  # what is empty need not be there
        if not _met(owned.body, path):
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
            yield owned.path(location)
