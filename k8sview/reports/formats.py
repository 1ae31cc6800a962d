"""The table of formats: one line each. Naming a format loads nothing; rendering loads that one module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the command line's --help reads this table and must not pay for the report's types
    from k8sview.model.report import Report


class Look(NamedTuple):
    """How a report for people is laid out; documents for machines never depend on it."""

    width: int = 100
    colour: bool = False
    verbose: bool = False


DEFAULT_LOOK = Look()

Renderer = Callable[["Report", Look], str]


def _module(name: str) -> Renderer:
    def render(report: Report, look: Look) -> str:
        rendered: str = import_module(f"k8sview.reports.{name}").render(report, look)
        return rendered

    return render


FORMATS: Mapping[str, Renderer] = {
    "text": _module("text"),
    "json": _module("json"),
    "ndjson": _module("ndjson"),
    "markdown": _module("markdown"),
    "junit": _module("junit"),
}
