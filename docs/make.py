"""Writes the generated pages: ``python -m docs.make`` (or ``make docs``)."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from k8sview.analysis.health.diagnoses.table import KNOWN

DIAGNOSES = Path(__file__).parent / "diagnoses.md"
_HEAD = """# Diagnoses

Every object that is not well gets one of these, by name. `k8sview explain ID` shows an entry, `k8sview health` and
`k8sview why KIND/NAME` say which of them apply, where, since when, on what evidence, and with which next step.
A diagnosis that could not read all it wanted to says so and is `inferred` rather than `certain`.

This page is made by `make docs`.
"""


def diagnoses() -> str:
    """``docs/diagnoses.md``: all of them, family by family."""
    lines = [_HEAD]
    for family, found in groupby(sorted(KNOWN.values()), key=lambda one: one.id.partition(".")[0]):
        lines += [f"## {family}", "", "| Diagnosis | What it means | What to do |", "|---|---|---|"]
        lines += [f"| `{one.id}` | {_cell(one.title)} | {_cell(one.advice)} |" for one in found]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    DIAGNOSES.write_text(diagnoses(), encoding="utf-8")
