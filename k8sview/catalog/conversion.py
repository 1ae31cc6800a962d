"""Plain values become typed ones; what does not fit becomes a Problem with line, expectation and nearest spelling."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import msgspec

from k8sview.catalog.documents import Document, Place, place_of
from k8sview.catalog.problems import Problem, nearest


def convert(document: Document, value: Any, place: Place, into: type[Any], problems: list[Problem]) -> Any:
    """``value`` as ``into``, or None with a problem that names the line, what was expected and the nearest key."""
    try:
        return msgspec.convert(value, into, strict=True)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `")
        where = (*place, *place_of(path.rstrip("`")))
        unknown = re.search(r"unknown field `(.*)`", text)
        if unknown:
            known = _keys(into, where[len(place) :])
            where = (*where, unknown[1])
            text = f"unknown key {unknown[1]!r}{nearest(unknown[1], known)}"
            if known:
                text += f"; expected {', '.join(sorted(known))}"
        elif "missing required field" in text:
            text = f"missing {text.rpartition('field ')[2].replace('`', chr(39))}"
        elif "Invalid enum value" in text:
            word = text.removeprefix("Invalid enum value ").strip("'")
            known = _values(into, where[len(place) :])
            text = f"unknown value {word!r}{nearest(word, known)}"
            if known:
                text += f"; expected {', '.join(known)}"
        problems.append(document.problem(where, text.replace("`", "'")))
        return None


def _values(into: Any, place: Place) -> list[str]:
    """The words known at a place below a struct type: of an enum, or of a Literal."""
    current = into
    for step in place:
        current = _inner(current, step)
    for one in (current, *get_args(current)):
        if isinstance(one, type) and issubclass(one, Enum):
            return [str(member.value) for member in one]
        if get_origin(one) is Literal:
            return [str(word) for word in get_args(one)]
    return [one for one in get_args(current) if isinstance(one, str)]


def _keys(into: Any, place: Place) -> list[str]:
    """The keys known at a place below a struct type."""
    current = into
    for step in place:
        current = _inner(current, step)
        if current is None:
            return []
    current = _struct(current)
    return [field.encode_name for field in msgspec.structs.fields(current)] if current else []


def _inner(current: Any, step: str | int) -> Any:
    struct = None if isinstance(step, int) else _struct(current)
    if struct is not None:
        return next((field.type for field in msgspec.structs.fields(struct) if field.encode_name == step), None)
    arguments = getattr(current, "__args__", ())
    return (arguments[-1] if not isinstance(step, int) else arguments[0]) if arguments else None


def _struct(current: Any) -> type[msgspec.Struct] | None:
    candidates = [current, *getattr(current, "__args__", ())]
    return next((one for one in candidates if isinstance(one, type) and issubclass(one, msgspec.Struct)), None)
