"""YAML with positions: plain values, and for every place in them the line it came from.

Narrower than YAML 1.1 on purpose: dates stay text, duplicate keys are errors, ``yes`` and ``on`` stay text.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

from k8sview.catalog.problems import Problem

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_VALUES = 100_000
"""What one file may hold, aliases unfolded: a few lines of nested aliases could otherwise fill any memory."""
DEEPEST = 100
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")

Place = tuple[str | int, ...]


class Document(msgspec.Struct, frozen=True):
    """``value`` is the whole file as plain values; ``lines`` tells where each place of it began."""

    file: str
    value: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, message: str) -> Problem:
        return Problem(self.file, self.line(place), message)


class DocumentError(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def parse_document(file: str, text: str) -> Document:
    """Raises DocumentError for text that is not one YAML document of plain values."""
    try:
        _not_too_deep(file, text)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise DocumentError(Problem(file, line, f"not valid YAML: {error.problem or error.context}")) from error
    except yaml.YAMLError as error:
        raise DocumentError(Problem(file, 1, f"not valid YAML: {error}")) from error
    if root is None:
        raise DocumentError(Problem(file, 1, "the file is empty"))
    lines: dict[Place, int] = {}
    value = _plain(file, root, (), lines)
    return Document(file, value, lines)


def _not_too_deep(file: str, text: str) -> None:
    """Composing recurses in C, where too much of it ends the process. Only files that can be so deep are looked at."""
    if text.count("[") + text.count("{") + max(map(len, text.splitlines()), default=0) < 10 * DEEPEST:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise DocumentError(Problem(file, line, f"nested deeper than {DEEPEST} levels"))


def _plain(file: str, node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    lines[place] = node.start_mark.line + 1
    if len(place) > DEEPEST:
        raise DocumentError(
            Problem(file, lines[place], f"nested deeper than {DEEPEST} levels (an alias inside itself?)")
        )
    if len(lines) > MOST_VALUES:
        raise DocumentError(Problem(file, lines[place], f"holds more than {MOST_VALUES} values (aliases of aliases?)"))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(file, item, (*place, number), lines) for number, item in enumerate(node.value)]
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in result:
            raise DocumentError(Problem(file, key_node.start_mark.line + 1, f"{key!r} is stated twice"))
        result[key] = _plain(file, value_node, (*place, key), lines)
        lines[*place, key] = key_node.start_mark.line + 1
    return result


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "int" and re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    if kind == "float" and re.fullmatch(r"[-+]?\d+\.\d*(?:[eE][-+]?\d+)?", text):
        return float(text)
    return text


def place_of(path: str) -> Place:
    """The place that a decoding error's ``$.checks[0].title`` names."""
    return tuple(int(index) if index else name for name, index in _STEP.findall(path))
