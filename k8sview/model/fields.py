"""Reading a field of any object by the path that its YAML has, as catalogue entries and evidence write it.

``status.notAfter`` · ``spec.containers[*].image`` · ``status.conditions[type=Ready].status`` · ``spec.names[0]`` ·
``metadata.labels[app.kubernetes.io/name]``. A path gives all values it meets; none where a step is absent.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Union, get_args, get_origin

import msgspec

from k8sview.model.objects.meta import Custom

Reader = Callable[[Any], list[Any]]

_ENVELOPE = {"metadata": "metadata", "apiVersion": "api_version", "kind": "kind"}
"""What a custom resource keeps beside its free-form body."""

_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")


class PathError(ValueError):
    """The path is not well formed, or names a field that this program does not keep for that kind."""


@lru_cache(maxsize=4096)
def steps(path: str) -> tuple[str, ...]:
    """The path's steps: names as they are, brackets with their bracket (``[*]``, ``[type=Ready]``)."""
    found, position = [], 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None or (match[2] is not None and not match[2]):
            raise PathError(f"{path!r} is no field path (at {path[position:]!r})")
        found.append(match[1] if match[1] is not None else f"[{match[2]}]")
        position = match.end()
    if not found:
        raise PathError("an empty field path")
    return tuple(found)


@lru_cache(maxsize=4096)
def reader(path: str) -> Reader:
    """A function from an object to all values at ``path``. Raises PathError for a malformed path."""
    parsed = steps(path)

    def read(obj: Any) -> list[Any]:
        values = [obj]
        for step in parsed:
            values = [inner for value in values for inner in _step(value, step)]
            if not values:
                break
        return [value for value in values if value is not None]

    return read


def read_one(obj: Any, path: str) -> Any:
    """The first value at ``path``, or None."""
    values = reader(path)(obj)
    return values[0] if values else None


def _step(value: Any, step: str) -> Iterable[Any]:
    if not step.startswith("["):
        return _named(value, step)
    inner = step[1:-1]
    if isinstance(value, list | tuple):
        return _listed(value, inner)
    if inner == "*":
        return value.values() if isinstance(value, dict) else ()
    return _named(value, inner)


def _listed(values: list[Any] | tuple[Any, ...], inner: str) -> Iterable[Any]:
    if inner == "*":
        return values
    if inner.removeprefix("-").isdecimal():
        index = int(inner) + (len(values) if inner.startswith("-") else 0)
        return values[index : index + 1] if index >= 0 else ()
    name, equals, wanted = inner.partition("=")
    if not equals:
        return ()
    return [value for value in values if any(str(found) == wanted for found in _named(value, name))]


def _named(value: Any, name: str) -> Iterable[Any]:
    if isinstance(value, dict):
        return (value[name],) if name in value else ()
    if isinstance(value, Custom):
        if name in _ENVELOPE:
            return (getattr(value, _ENVELOPE[name]),)
        return (value.body[name],) if name in value.body else ()
    if isinstance(value, msgspec.Struct):
        attribute = attributes(type(value)).get(name)
        return (getattr(value, attribute),) if attribute else ()
    return ()


@lru_cache(maxsize=512)
def attributes(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The attribute behind each name that a struct's JSON has."""
    return {field.encode_name: field.name for field in msgspec.structs.fields(struct)}


def verify(struct: type[msgspec.Struct], path: str) -> None:
    """Raise PathError where ``path`` names a field that ``struct`` does not keep: such a check could never fail.

    Only typed parts can be verified; below free-form values everything is accepted.
    """
    current: Any = struct
    for step in steps(path):
        current = _unwrap(current)
        if current is Any:
            return  # free-form from here on
        if not (isinstance(current, type) and issubclass(current, msgspec.Struct)) or current is Custom:
            if current is Custom:
                current = _custom(step)
                continue
            current = _inside(current, step)
            if current is Any:
                return
            continue
        if step.startswith("["):
            raise PathError(f"{path!r}: {step} follows {current.__name__}, which is not a list")
        attribute = attributes(current).get(step)
        if attribute is None:
            import difflib

            near = difflib.get_close_matches(step, attributes(current), 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise PathError(f"{path!r}: {step!r} is not among the fields kept of {current.__name__}{hint}")
        current = next(field.type for field in msgspec.structs.fields(current) if field.name == attribute)


def _custom(step: str) -> Any:
    return (
        next(field.type for field in msgspec.structs.fields(Custom) if field.name == "metadata")
        if (step == "metadata")
        else Any
    )


def _inside(current: Any, step: str) -> Any:
    origin, arguments = get_origin(current), get_args(current)
    if origin in (tuple, list):
        return arguments[0] if arguments else Any
    if origin is dict:
        return arguments[1]
    raise PathError(f"{step!r} follows a plain value")


def _unwrap(current: Any) -> Any:
    if get_origin(current) in (Union, types.UnionType):
        inner = [one for one in get_args(current) if one is not type(None)]
        return inner[0] if len(inner) == 1 else Any
    return current
