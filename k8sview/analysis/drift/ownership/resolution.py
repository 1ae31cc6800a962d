"""Where a path of a field set is in a body, and how people write that place.

Associative keys are looked up by their fields, so that no schema is needed. What a path no longer meets is *gone*: the
value was removed, or admission rewrote the key of its list item. That is a fact to state, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.fields import step as dotted
from k8sview.analysis.drift.ownership.fieldsets import Field, Index, Item, Member, Path, Step, canonical
from k8sview.analysis.drift.ownership.lookup import Lookup

Location = tuple[str | int, ...]
"""A concrete place in one body: names and list positions. Only good for that body: positions move."""

Shape = tuple[str, ...]
ListKeys = Mapping[Shape, tuple[str, ...]]
"""The key fields of associative lists by the names that lead to them, as the object's own field sets tell."""

_ASSUMED = {"protocol": '"TCP"'}
"""Key fields whose absence means a default."""

# Where no field set tells the keys of a list (all of it came from admission, say): the API's own, by the list's name.
_USUAL: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "hostAliases": (("ip",),),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "ownerReferences": (("uid",),),
    "conditions": (("type",),),
    "containers": (("name",),),
    "initContainers": (("name",),),
    "ephemeralContainers": (("name",),),
    "env": (("name",),),
    "volumes": (("name",),),
    "imagePullSecrets": (("name",),),
    "webhooks": (("name",),),
    "resourceClaims": (("name",),),
}


class Resolved(msgspec.Struct, frozen=True):
    """A path found in a body: where, how people write it, and the value there."""

    location: Location
    path: str
    value: Any


class Gone(msgspec.Struct, frozen=True):
    """A path that the body no longer has. ``path`` as people would write it; ``rewritten`` where a list item is missing
    whose key admission may have changed."""

    path: str
    rewritten: bool = False


def shape_of(path: Path) -> Shape:
    """The names of a path, without what selects items."""
    return tuple(one.name for one in path if isinstance(one, Field))


def list_keys(paths: list[Path]) -> ListKeys:
    """The key fields of every associative list that these paths lead through."""
    found: dict[Shape, tuple[str, ...]] = {}
    for path in paths:
        for place, one in enumerate(path):
            if isinstance(one, Item):
                found.setdefault(shape_of(path[:place]), tuple(name for name, _ in one.keys))
    return found


def written_as_data(kind: str, path: Path) -> Path:
    """A Secret's ``stringData.K`` is kept as ``data.K``; the entry of who applied it names the former for ever."""
    if kind == "Secret" and len(path) > 1 and path[0] == Field("stringData"):
        return (Field("data"), *path[1:])
    return path


def resolve(
    body: Mapping[str, Any], path: Path, keys: ListKeys | None = None, lookup: Lookup | None = None
) -> Resolved | Gone:
    """What a path means in a body. ``keys`` (from ``list_keys``) spell lists whose keys the path itself lacks.

    ``lookup`` (of this body) is shared where many paths are resolved; then ``keys`` must be of all of them.
    """
    known = keys if keys is not None and lookup is not None else {**list_keys([path]), **(keys or {})}
    shared = lookup or lookup_of()
    kind = body.get("kind")
    actual = written_as_data(kind if isinstance(kind, str) else "", path)
    value: Any = body
    location: Location = ()
    for place, one in enumerate(actual):
        found = _enter(value, one, shared)
        if found is None:
            rest = _described(spell(body, location, known, shared), actual[place:])
            return Gone(rest, rewritten=isinstance(one, Item) and isinstance(value, list))
        at, value = found
        location = (*location, at)
    return Resolved(location, spell(body, location, known, shared), value)


def at(body: Any, location: Location) -> Any:
    """The value at a location that this body has."""
    for one in location:
        body = body[one]
    return body


def lookup_of() -> Lookup:
    """A lookup for one body."""
    return Lookup(_key)


def spell(body: Any, location: Location, keys: ListKeys, lookup: Lookup | None = None) -> str:
    """A location as people write it: ``spec.template.spec.containers[name=app].image``."""
    text, value = "", body
    shape: Shape = ()
    shared = lookup or lookup_of()
    for one in location:
        if isinstance(one, str):
            text, shape = dotted(text, one), (*shape, one)
        else:
            text += f"[{_selector(value, one, keys.get(shape) or usual_keys(shape, value), shared)}]"
        value = value[one]
    return text


def usual_keys(shape: Shape, items: Any) -> tuple[str, ...]:
    """The key fields of a list that no field set leads into; () for a list that is atomic as far as anybody knows."""
    if not shape or not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return ()
    for keys in _USUAL.get(shape[-1], ()):
        if all(key in item or key in _ASSUMED for key in keys for item in items):
            return keys
    return ()


def _enter(value: Any, step: Step, lookup: Lookup) -> tuple[str | int, Any] | None:
    if isinstance(step, Field):
        return (step.name, value[step.name]) if isinstance(value, dict) and step.name in value else None
    if not isinstance(value, list):
        return None
    if isinstance(step, Index):
        return (step.number, value[step.number]) if step.number < len(value) else None
    if isinstance(step, Member):
        return next(((place, one) for place, one in enumerate(value) if canonical(one) == step.value), None)
    names = tuple(name for name, _ in step.keys)
    found = lookup.place(value, names, tuple(text for _, text in step.keys))
    return None if found is None else (found, value[found])


def _key(item: Mapping[str, Any], name: str) -> str | None:
    return canonical(item[name]) if name in item else _ASSUMED.get(name)


def _selector(items: Any, place: int, keys: tuple[str, ...], lookup: Lookup) -> str:
    """The fewest key fields that tell the item from all others; an element of a set by its value."""
    item = items[place]
    if not isinstance(item, dict):
        return _bare(canonical(item)) if isinstance(item, str) else str(place)
    for number in range(1, len(keys) + 1):
        chosen = keys[:number]
        mine = tuple(_key(item, name) for name in chosen)
        if None not in mine and lookup.alone(items, chosen, mine):
            return ",".join(f"{name}={_bare(value or '')}" for name, value in zip(chosen, mine, strict=True))
    return str(place)


def _described(start: str, steps: Path) -> str:
    for one in steps:
        match one:
            case Field(name=name):
                start = dotted(start, name)
            case Item(keys=keys):
                told = [(name, value) for name, value in keys if _ASSUMED.get(name) != value] or list(keys)
                start += "[" + ",".join(f"{name}={_bare(value)}" for name, value in told) + "]"
            case Member(value=value):
                start += f"[{_bare(value)}]"
            case Index(number=number):
                start += f"[{number}]"
    return start


def _bare(value: str) -> str:
    if not value.startswith('"'):
        return value
    text = msgspec.json.decode(value)
    return text if isinstance(text, str) else value
