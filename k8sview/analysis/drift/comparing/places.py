"""Where a value stands in an object: as people write it, and as patterns match it. No values here."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

import msgspec

from k8sview.analysis.drift.fields import step
from k8sview.model.fields import PathError, steps

ITEM = "[*]"
"""Any item of a list, in patterns and in ``Place.generic``."""


class Item(msgspec.Struct, frozen=True):
    """One item of a list: by its keys (the first ``shown`` of them tell it apart), or by its index alone."""

    keys: tuple[tuple[str, Any], ...] = ()
    shown: int = 0
    index: int = 0

    def __str__(self) -> str:
        named = ",".join(f"{key}={value}" for key, value in self.keys[: self.shown or len(self.keys)])
        return f"[{named or self.index}]"


class Place(msgspec.Struct, frozen=True):
    """A path from an object's root. ``generic`` has ``[*]`` for every list item: what patterns are matched with.

    ``location`` is where it stands in the live body, with list positions; -1 where live has no such item.
    """

    steps: tuple[str | Item, ...] = ()
    generic: tuple[str, ...] = ()
    location: tuple[str | int, ...] = ()

    def field(self, name: str) -> Place:
        return Place((*self.steps, name), (*self.generic, name), (*self.location, name))

    def item(self, item: Item, position: int = -1) -> Place:
        return Place((*self.steps, item), (*self.generic, ITEM), (*self.location, position))

    @property
    def names(self) -> tuple[str, ...]:
        """The names alone, as ``ownership`` keys lists by them."""
        return tuple(one for one in self.steps if isinstance(one, str))

    def __str__(self) -> str:
        text = ""
        for one in self.steps:
            text = f"{text}{one}" if isinstance(one, Item) else step(text, one)
        return text


ROOT = Place()


@lru_cache(maxsize=4096)
def generic_of(path: str) -> tuple[str, ...]:
    """A written path with its list selectors made general. What is no path is one step: it matches nothing."""
    try:
        found = steps(path)
    except PathError:
        return (path,)
    return tuple(_general(one) for one in found)


def _general(one: str) -> str:
    inner = one[1:-1]
    if not one.startswith("["):
        return one
    return ITEM if inner == "*" or inner.isdecimal() or "=" in inner else inner


@lru_cache(maxsize=65536)
def matches(pattern: str, generic: tuple[str, ...]) -> bool:
    """Whether a place is one that ``pattern`` means.

    ``spec.ports[*].nodePort``; ``*`` is any one name, ``**`` any number of steps (none, too), and a map's key with
    dots or wildcards stands in brackets: ``metadata.annotations[field.cattle.io/*]``.
    """
    return _matches(_pattern(pattern), generic)


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> tuple[str, ...]:
    return tuple(one[1:-1] if one.startswith("[") and one != ITEM else one for one in steps(pattern))


def _matches(pattern: tuple[str, ...], place: tuple[str, ...]) -> bool:
    if not pattern:
        return not place
    first, rest = pattern[0], pattern[1:]
    if first == "**":
        return any(_matches(rest, place[start:]) for start in range(len(place) + 1))
    return bool(place) and _step_matches(first, place[0]) and _matches(rest, place[1:])


def _step_matches(wanted: str, found: str) -> bool:
    if wanted == ITEM:
        return found == ITEM
    return found != ITEM and (wanted == found or ("*" in wanted and fnmatchcase(found, wanted)))
