"""Reads a ``fieldsV1`` field set: the paths of the leaves that one manager owns.

The grammar is that of structured-merge-diff: ``f:NAME`` a field, ``k:{…}`` an item of an associative list by its key
fields, ``v:VALUE`` an element of a set, ``i:NUMBER`` an item by its place, ``.`` the node itself. A malformed part is a
stated problem and the rest is read all the same. What the paths mean in an object is for ``resolution``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

_DEEPEST = 128  # no API type comes near: whoever nests deeper wants to break readers
_MOST_PROBLEMS = 20


class Field(msgspec.Struct, frozen=True, gc=False):
    """A member of an object, by its name."""

    name: str


class Item(msgspec.Struct, frozen=True, gc=False):
    """An item of an associative list. ``keys``: ``(field, value as compact JSON)``, sorted by field."""

    keys: tuple[tuple[str, str], ...]


class Member(msgspec.Struct, frozen=True, gc=False):
    """An element of a set, as compact JSON: there ``1``, ``true`` and ``"1"`` differ, in Python they may not."""

    value: str


class Index(msgspec.Struct, frozen=True, gc=False):
    """An item of a list, by its place."""

    number: int


Step = Field | Item | Member | Index
Path = tuple[Step, ...]


class FieldSet(msgspec.Struct, frozen=True):
    """``leaves``: what is owned with all that is below it. ``nodes``: parents whose mere existence is owned."""

    leaves: tuple[Path, ...] = ()
    nodes: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()


def canonical(value: Any) -> str:
    """One text for each JSON value, whatever the order of its fields."""
    return msgspec.json.encode(value, order="sorted").decode()


def field_set(fields: object) -> FieldSet:
    """The paths of one ``fieldsV1`` value. Never raises: what is no field set is a problem in the answer."""
    leaves: list[Path] = []
    nodes: list[Path] = []
    problems: list[str] = []
    if not isinstance(fields, dict):
        return FieldSet(problems=("fieldsV1 is no object",))
    for path, leaf in _walk(fields, (), problems):
        (leaves if leaf else nodes).append(path)
    return FieldSet(tuple(leaves), tuple(nodes), tuple(problems[:_MOST_PROBLEMS]))


def _walk(fields: dict[Any, Any], above: Path, problems: list[str]) -> Iterator[tuple[Path, bool]]:
    """Each owned path, and whether it is a leaf."""
    if len(above) >= _DEEPEST:
        problems.append(f"nested deeper than {_DEEPEST} levels")
        return
    for key, below in fields.items():
        if key == ".":
            if above:
                yield above, False
            continue
        step = _step(key)
        if step is None:
            problems.append(f"{str(key)[:80]!r} is no path element")
        elif below == {}:
            yield (*above, step), True
        elif isinstance(below, dict):
            yield from _walk(below, (*above, step), problems)
        else:
            problems.append(f"below {key[:80]!r} is something that is no object")


def _step(key: object) -> Step | None:
    if not isinstance(key, str) or len(key) < 2 or key[1] != ":":
        return None
    kind, rest = key[0], key[2:]
    if kind == "f":
        return Field(rest)
    if kind == "i":
        return Index(int(rest)) if rest.isascii() and rest.isdecimal() and len(rest) < 10 else None
    if kind not in "kv":
        return None
    try:
        value = msgspec.json.decode(rest)
    except (msgspec.DecodeError, RecursionError):
        return None
    if kind == "v":
        return Member(canonical(value))
    if not isinstance(value, dict) or not value:
        return None
    return Item(tuple(sorted((name, canonical(one)) for name, one in value.items())))
