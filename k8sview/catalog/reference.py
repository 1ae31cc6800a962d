"""The part of ``checks/README.md`` that is written from the code: every key, predicate and rule with its parameters.

``python -m k8sview.catalog.reference checks/README.md`` writes it anew between its two marks.
"""

from __future__ import annotations

import inspect
import re
import sys
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

import k8sview.catalog.compile  # noqa: F401 - importing it fills the tables of predicates and rules
from k8sview.analysis.checks.registry import PREDICATES, RULES, PredicateEntry, RuleEntry
from k8sview.catalog import spec

BEGIN = "<!-- written from the code: make no change by hand -->"
END = "<!-- end of what is written from the code -->"

_KEYS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("A file", spec.FileSpec),
    ("`detect`", spec.DetectSpec),
    ("`detect.workloads` and each part in `workloads`", spec.MatcherSpec),
    ("each of `detect.managed`", spec.ManagedSpec),
    ("`version`", spec.VersionSpec),
    ("`version.field`", spec.FieldSpec),
    ("`use`", spec.UseSpec),
    ("each of `checks`", spec.CheckSpec),
    ("each of `tests`", spec.TestSpec),
    ("each sample of a metric in `tests`", spec.SampleSpec),
)


def reference() -> str:
    """The Markdown between the marks."""
    lines = ["## Every key", ""]
    for title, struct in _KEYS:
        lines += [f"**{title}**: {', '.join(_keys(struct))}.", ""]
    lines += ["## Predicates", "", *_entries(PREDICATES), "## Rules", "", *_entries(RULES)]
    return "\n".join(lines).rstrip() + "\n"


def _entries(table: Mapping[str, PredicateEntry | RuleEntry]) -> Iterator[str]:
    for name, entry in sorted(table.items()):
        made = entry.build if isinstance(entry, PredicateEntry) else entry.run
        words = " ".join(text for one in (made, entry.parameters) if (text := _words(one.__doc__)))
        keys = ", ".join(_keys(entry.parameters))
        yield f"- **`{name}`**" + (f" {{{keys}}}" if keys else "") + (f": {words}" if words else "")
    yield ""


def _words(docstring: str | None) -> str:
    text = " ".join(inspect.cleandoc(docstring or "").replace("``", "`").split())
    return "" if text.startswith("Nothing to ") and text.count(" ") < 4 else text


def _keys(struct: type[msgspec.Struct]) -> Iterator[str]:
    """``path`` text · ``grace`` text = 5m: required keys first, as the struct lists them."""
    fields = msgspec.structs.fields(struct)
    for field in sorted(fields, key=lambda one: not one.required):
        default = field.default
        if field.required:
            shown = " *required*"
        elif default is msgspec.NODEFAULT or default in (None, (), {}, "") or isinstance(default, msgspec.Struct):
            shown = ""
        else:
            shown = f" = {_plain(default)}"
        yield f"`{field.encode_name}` ({_type(field.type)}){shown}"


def _plain(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _type(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_type(one) for one in arguments if one is not type(None)))
    if origin is Literal:
        return ", ".join(map(str, arguments))
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"mapping to {_type(arguments[1])}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(str(one.value) for one in kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return "see there" if issubclass(kind, spec.Spec) else f"{{{', '.join(_keys(kind))}}}"
    return {str: "text", int: "number", float: "number", bool: "true or false"}.get(kind, "any")


def replaced(text: str) -> str:
    """A README with its generated part written anew. Raises ValueError where a mark is missing."""
    if BEGIN not in text or END not in text:
        raise ValueError(f"the marks {BEGIN!r} and {END!r} are missing")
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n\n{reference()}\n{END}", text)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(replaced(path.read_text(encoding="utf-8")), encoding="utf-8")
