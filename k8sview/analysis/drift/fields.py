"""The difference of two API values, field by field, with the paths that their YAML has.

Lists whose items have a name are compared by it, as the API merges them: an item that moved has not changed. Other
lists are atomic, but only what differs in them is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import partial
from typing import Any

import msgspec

from k8sview.analysis.drift.covering import COVERED, covered_tree, covered_value, covered_words, is_secret_place
from k8sview.analysis.drift.shown import shown
from k8sview.model.objects.meta import NamedObject
from k8sview.model.objects.pods import (
    Container,
    ContainerPort,
    EnvVar,
    TopologySpreadConstraint,
    Volume,
    VolumeMount,
)

_PLAIN = re.compile(r"[A-Za-z_][\w-]*")

# The keys of associative lists (the API's x-kubernetes-list-map-keys), as attributes. Where they do not tell all items
# of a list apart (two variables of one name are allowed), the list is compared as an atomic one.
_KEYS: Mapping[type, tuple[str, ...]] = {
    Container: ("name",),
    EnvVar: ("name",),
    Volume: ("name",),
    NamedObject: ("name",),
    VolumeMount: ("mount_path",),
    ContainerPort: ("container_port", "protocol"),
    TopologySpreadConstraint: ("topology_key", "when_unsatisfiable"),
}


class FieldChange(msgspec.Struct, frozen=True):
    """One field that differs. None: the side has no such field. Values that may be secret are covered by ``…``."""

    path: str
    before: str | None
    after: str | None


def differences(before: Any, after: Any, path: str = "") -> tuple[FieldChange, ...]:
    """All that differs between two values of one type, below ``path``, in the order of the type's fields."""
    return tuple(_compare(path, before, after))


def step(path: str, key: str) -> str:
    """``path`` with one more name; names that hold dots or slashes stand in brackets."""
    if not path:
        return key
    return f"{path}.{key}" if _PLAIN.fullmatch(key) else f"{path}[{key}]"


def meets(one: str, other: str) -> bool:
    """Whether two paths are of one field, or one is of a part of the other's."""
    shorter, longer = sorted((one, other), key=len)
    return longer == shorter or (longer.startswith(shorter) and longer[len(shorter)] in ".[")


def _compare(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if before == after:
        return
    if isinstance(before, msgspec.Struct) and type(before) is type(after):
        for name, written in zip(before.__struct_fields__, before.__struct_encode_fields__, strict=True):
            yield from _compare(step(path, written), getattr(before, name), getattr(after, name))
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _compare(step(path, key), before.get(key), after.get(key))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        yield from _lists(path, before, after)
    else:
        yield FieldChange(path, _side(path, before), _side(path, after))


def _side(path: str, value: Any) -> str | None:
    if path.endswith(".image"):
        return value or None  # whole, digest included: it is what a rollback needs
    if isinstance(value, str):
        return covered_value(path, value) if value else None
    if value is None:
        return None
    return shown(covered_tree(path, value) if isinstance(value, dict | list | tuple | int | float) else value)


def _lists(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[FieldChange]:
    for name in _namings((*before, *after)):
        old, new = _named(before, name), _named(after, name)
        if old is not None and new is not None:
            for key in dict.fromkeys((*old, *new)):
                yield from _compare(f"{path}[{key}]", old.get(key), new.get(key))
            return
    yield from _atomic(path, before, after)


def _namings(items: Sequence[Any]) -> Iterator[Callable[[Any], str]]:
    """Ways to tell the items of a list apart, the shortest first; none for atomic lists."""
    kinds = {type(item) for item in items}
    if len(kinds) != 1:
        return
    (kind,) = kinds
    if kind is dict:
        if all(isinstance(item.get("name"), str) for item in items):
            yield lambda item: f"name={item['name']}"
        return
    keys = _KEYS.get(kind, ())
    for number in range(1, len(keys) + 1):
        yield partial(_name, keys[:number])


def _name(keys: tuple[str, ...], item: Any) -> str:
    names = dict(zip(item.__struct_fields__, item.__struct_encode_fields__, strict=True))
    return ",".join(f"{names[key]}={getattr(item, key)}" for key in keys)


def _named(items: Sequence[Any], name: Callable[[Any], str]) -> dict[str, Any] | None:
    found = {name(item): item for item in items}
    return found if len(found) == len(items) else None


def _atomic(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[FieldChange]:
    plain = all(isinstance(item, str) for item in (*before, *after))
    old, new = [_identity(item) for item in before], [_identity(item) for item in after]
    if not plain and Counter(old) == Counter(new):
        return  # only the order differs: of tolerations and sources it means nothing
    if plain and is_secret_place(path):
        yield FieldChange(path, COVERED if before else None, COVERED if after else None)
        return
    old_words = covered_words(before) if plain else [shown(item) for item in before]
    new_words = covered_words(after) if plain else [shown(item) for item in after]
    gone: list[str] = []
    came: list[str] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += old_words[start:end]
            came += new_words[new_start:new_end]
    yield FieldChange(path, " ".join(gone) or None, " ".join(came) or None)


def _identity(item: Any) -> str:
    return item if isinstance(item, str) else msgspec.json.encode(item, order="sorted").decode()
