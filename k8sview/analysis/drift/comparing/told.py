"""A difference as a drift: its values in words, what they matter, one plain sentence."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.difference import ABSENT, ADDITION, REMOVAL, Difference
from k8sview.analysis.drift.covering import (
    COVERED,
    covered_line,
    covered_tree,
    covered_value,
    covered_words,
    is_secret_place,
)
from k8sview.analysis.drift.ownership.managers import tool
from k8sview.model.drift import Drift, DriftKind
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.text import shorten

_LONGEST = 200


def drift_of(
    kind: DriftKind,
    ref: Ref,
    difference: Difference,
    *,
    stated_by: str,
    confidence: Confidence = Confidence.CERTAIN,
    next_upgrade_repairs: bool | None = None,
    next_step: str = "",
) -> Drift:
    """One difference as the drift of an object. ``stated_by``: what desires it (``the Helm release web``)."""
    before, after = in_words(difference.path, difference.desired, difference.live)
    message = _sentence(difference, before, after, stated_by)
    if difference.change == REMOVAL and difference.writer is not None:
        # Nobody signs a removal: that somebody wrote the object since proves nothing.
        confidence = Confidence.INFERRED
        message += f"; nobody signs a removal, {tool(difference.writer)} wrote the object since"
    evidence = (f"{difference.path} = {after}",) if after is not None else ()
    return Drift(
        kind=kind,
        object=ref,
        path=difference.path,
        change=difference.change,
        before=before,
        after=after,
        actor=difference.writer,
        time=difference.time,
        confidence=confidence,
        next_upgrade_repairs=next_upgrade_repairs,
        security=difference.security,
        severity=difference.severity,
        message=message,
        next=next_step,
        evidence=evidence,
    )


def in_words(path: str, desired: Any, live: Any) -> tuple[str | None, str | None]:
    """Both sides in one short line each; None where a side has nothing. Long texts: the first line that differs."""
    if isinstance(desired, str) and isinstance(live, str) and ("\n" in desired or "\n" in live):
        return _first_line(path, desired.split("\n"), live.split("\n"))
    return _words(path, desired), _words(path, live)


def _first_line(path: str, desired: list[str], live: list[str]) -> tuple[str, str]:
    number = next(
        (at for at, pair in enumerate(zip(desired, live, strict=False)) if pair[0] != pair[1]),
        min(len(desired), len(live)),
    )
    return shorten(_line(path, desired, number), _LONGEST), shorten(_line(path, live, number), _LONGEST)


def _line(path: str, text: list[str], number: int) -> str:
    if number >= len(text):
        return f"{len(text)} lines"
    return f"line {number + 1}: {covered_line(path, text, number)}"


def _words(path: str, value: Any) -> str | None:
    if value is ABSENT or value is None:
        return None
    if path.endswith(".image"):
        return str(value)
    if isinstance(value, str):
        return shorten(covered_value(path, value), _LONGEST)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value) and not is_secret_place(path):
        return shorten(" ".join(covered_words(value)), _LONGEST)
    safe = covered_tree(path, value)
    text = COVERED if safe == COVERED else msgspec.json.encode(safe, order="sorted").decode()
    return shorten(text, _LONGEST)


def _sentence(difference: Difference, before: str | None, after: str | None, stated_by: str) -> str:
    if difference.change == REMOVAL:
        return f"{difference.path} is gone, which {stated_by} states"
    if difference.change == ADDITION:
        return f"{difference.path} was added to what {stated_by} states"
    if before == after or COVERED in (before, after):
        return f"{difference.path} is not what {stated_by} states"
    return f"{difference.path} is {after or 'empty'}, {stated_by} states {before or 'nothing'}"
