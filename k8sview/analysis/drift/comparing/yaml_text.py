"""YAML text into single objects, read as Kubernetes' own tools read it. Never raises for what the text holds."""

from __future__ import annotations

import re
from typing import Any

import yaml

from k8sview.analysis.drift.comparing.documents import Documents, documents

_MOST_NODES = 1_000_000
_SEPARATOR = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)


def parsed(text: str) -> Documents:
    """YAML text of several documents. A document that is no YAML is a problem, the others are read."""
    bodies: list[dict[str, Any]] = []
    problems: list[str] = []
    for number, part in enumerate(_SEPARATOR.split(text), start=1):
        try:
            values = list(yaml.load_all(part, Loader=_Loader))
        except (yaml.YAMLError, ValueError, RecursionError) as problem:
            # The message would quote the line, which may be a Secret's.
            mark = getattr(problem, "problem_mark", None)
            where = f" at its line {mark.line + 1}" if mark is not None else ""
            problems.append(f"document {number} is no YAML{where}")
            continue
        if not all(_nodes(value, {}) <= _MOST_NODES for value in values):
            problems.append(f"document {number} refers to itself, or unfolds to more than {_MOST_NODES} values")
            continue
        found = documents(values)
        bodies += found.bodies
        problems += found.problems
    return Documents(tuple(bodies), tuple(problems))


def _nodes(value: Any, known: dict[int, int]) -> int:
    """How many values a document has with its aliases unfolded; beyond the limit where it contains itself."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = _MOST_NODES + 1  # until it is counted: only met again inside itself
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_nodes(one, known) for one in inner)
    return known[id(value)]


class _Loader(yaml.SafeLoader):
    """YAML as Kubernetes' own tools read it: ``12:30`` and ``2024-01-01`` are text, ``1e3`` is a number."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _starts in (
    ("bool", r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF", "yYnNtTfFoO"),
    ("int", r"[-+]?(?:0b[0-1_]+|0o?[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)", "-+0123456789"),
    (
        "float",
        (
            r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
        "-+0123456789.",
    ),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", "<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_starts))


def _integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node).replace("_", "").lower()
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    octal = len(digits) > 1 and digits.startswith("0") and digits[1].isdecimal()
    return sign * (int(digits, 8) if octal else int(digits, 0))


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
