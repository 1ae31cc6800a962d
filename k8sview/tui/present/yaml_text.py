"""An object's YAML from the JSON the cluster sent, as lines with roles. Control characters never survive."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from k8sview.model.text import plain
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.lines import Line

_KEY = re.compile(r"^(\s*(?:- )*)([^\s:#'\"][^:]*|'[^']*'|\"[^\"]*\"):(\s.*)?$")
_FIRST = ("apiVersion", "kind", "metadata", "spec", "data", "status")


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the C one where it is built
    """Block text for strings with line breaks, as people write it."""


def _text(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def yaml_text(raw: bytes) -> str:
    """The object as YAML, in the order people read it. What is no JSON object is shown as it came."""
    try:
        value = json.loads(raw)
    except ValueError:
        return plain(raw.decode("utf-8", "replace"), newlines=True)
    if isinstance(value, dict):
        value = {key: value[key] for key in (*_FIRST, *sorted(value)) if key in value}
    dumped = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**20)
    return plain(dumped, newlines=True)


def yaml_lines(text: str) -> list[Line]:
    """YAML text with its keys set off."""
    return [_line(one) for one in text.expandtabs(2).splitlines()]


def _line(text: str) -> Line:
    found = _KEY.match(text)
    if not found:
        return Line((Span(text),))
    return Line((Span(found[1]), Span(f"{found[2]}:", Role.ACCENT), Span(found[3] or "")))
