"""The part of Kubernetes JSONPath that printer columns use.

``.a.b``, ``['x.y/z']``, ``[0]``, ``[*]`` and ``[?(@.a=="b")]``.

A path that is not understood, or leads nowhere, answers None; it never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_STEP = re.compile(
    r"""
      \.?\[\?\(\s*@\.(?P<path>[\w.\-/]+)\s*(?P<test>==|!=)\s*["'](?P<value>[^"']*)["']\s*\)\]
    | \.?\[(?P<index>-?\d+)\]
    | \.?\[(?P<all>\*)\]
    | \.?\[["'](?P<quoted>[^"']*)["']\]
    | \.(?P<name>(?:[\w\-/:]|\\.)+)
    """,
    re.VERBOSE,
)


class _Step(NamedTuple):
    name: str | None = None
    position: int | None = None
    path: tuple[str, ...] = ()
    equal: bool = True
    value: str = ""


class JsonPath:
    """A path read once and followed often."""

    def __init__(self, text: str) -> None:
        self._steps = _parse(text.strip().removeprefix("{").removesuffix("}").removeprefix("$"))

    @property
    def understood(self) -> bool:
        """Whether the path is of the part that is supported here."""
        return self._steps is not None

    def first(self, tree: Any) -> Any:
        """The first value the path leads to, or None."""
        return next(self.all(tree), None)

    def all(self, tree: Any) -> Iterator[Any]:
        """Every value the path leads to."""
        if self._steps is None:
            return
        found = [tree]
        for step in self._steps:
            found = [value for one in found for value in _follow(one, step)]
        yield from found


def _parse(text: str) -> tuple[_Step, ...] | None:
    if text and text[0] not in ".[":
        text = f".{text}"
    steps = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            return None
        steps.append(_step(match))
        position = match.end()
    return tuple(steps) or None


def _step(match: re.Match[str]) -> _Step:
    if match["index"] is not None:
        return _Step(position=int(match["index"]))
    if match["all"]:
        return _Step()
    if match["path"]:
        return _Step(path=tuple(match["path"].split(".")), equal=match["test"] == "==", value=match["value"])
    return _Step(name=match["quoted"] if match["quoted"] is not None else re.sub(r"\\(.)", r"\1", match["name"]))


def _follow(value: Any, step: _Step) -> list[Any]:
    if step.name is not None:
        return _child(value, step.name)
    if not isinstance(value, list | tuple):
        return list(value.values()) if isinstance(value, dict) and step == _Step() else []
    if step.position is not None:
        return [value[step.position]] if -len(value) <= step.position < len(value) else []
    if step.path:
        return [one for one in value if _matches(one, step)]
    return list(value)


def _child(value: Any, name: str) -> list[Any]:
    if not isinstance(value, dict):
        return []
    try:
        return [value[name]]
    except KeyError:
        return []


def _matches(value: Any, step: _Step) -> bool:
    for name in step.path:
        found = _child(value, name)
        if not found:
            return False
        value = found[0]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return (text == step.value) is step.equal
