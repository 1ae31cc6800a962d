"""The fence audit as values: every hole through which drift goes unseen or stays, and what nobody could look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from k8sview.model.drift import NotCheckable
from k8sview.model.living_drift import Hole, LivingDrift
from k8sview.model.resources import Key
from k8sview.reports.health_text import name_of
from k8sview.reports.order import counted
from k8sview.tui.present.cells import Ranked, Role, Span
from k8sview.tui.present.columns import Column, Surroundings, TableSpec
from k8sview.tui.present.drift_words import blind_kinds, severity_badge, when
from k8sview.tui.present.lines import Line, line, wrapped
from k8sview.tui.present.links import place_of
from k8sview.tui.present.places import Place

_BLIND_RANK = 50  # after what somebody made, before what is so by default
_DEFAULT_RANK = 100


class Opening(NamedTuple):
    """One row: a hole, or a reason why something could not be looked at (``hole`` None)."""

    rank: int
    hole: Hole | None
    kinds: str = ""
    reason: str = ""

    @property
    def place(self) -> Place | None:
        """Where it leads."""
        return place_of(self.hole.fence.object) if self.hole is not None else None


def _values(one: Opening, _around: Surroundings) -> tuple[Any, ...]:
    if one.hole is None:
        return (Ranked("? unseen", Role.UNKNOWN, one.rank), one.kinds, one.reason, "", None, "", None, "")
    fence = one.hole.fence
    badge = severity_badge(fence.severity)
    text, role = (f"- {fence.severity.value}", Role.MUTED) if fence.by_default else badge
    return (
        Ranked(text, role, one.rank),
        name_of(fence.object),
        fence.message,
        fence.evidence,
        hides(one.hole),
        "by default" if fence.by_default else "somebody",
        fence.time.at or fence.time.not_before,
        fence.object.namespace or "",
    )


FENCES = TableSpec(
    (
        Column("verdict", "SEVERITY", widest=12),
        Column("name", "OBJECT", flexible=True, widest=44, least=26),
        Column("message", "WHAT SLIPS THROUGH", flexible=True, widest=70, least=20, sentence=True),
        Column("setting", "SETTING", flexible=True, widest=50, least=18),
        Column("hides", "BEHIND IT", widest=22),
        Column("by", "MADE BY", widest=10),
        Column("age", "SINCE", right=True),
        Column("namespace", "NAMESPACE", wide=True, widest=24),
    ),
    _values,
    default_sort="verdict",
)


def openings(drift: LivingDrift, *, faults_only: bool, before: Mapping[Key, Opening]) -> Mapping[Key, Opening]:
    """The rows by key; ``faults_only``: without holes that are so by default."""
    found: dict[Key, Opening] = {}
    for number, hole in enumerate(drift.holes):
        fence = hole.fence
        if fence.by_default and faults_only:
            continue
        rank = (_DEFAULT_RANK + number) if fence.by_default else fence.severity.rank
        found[str(fence.object), fence.path] = Opening(rank, hole)
    for reason, kinds in blind_kinds(drift.not_checkable).items():
        found["?", reason] = Opening(_BLIND_RANK, None, ", ".join(kinds), reason)
    return {key: before[key] if before.get(key) == one else one for key, one in found.items()}


def hides(hole: Hole) -> str | None:
    """``12 objects, 3 drifts``; None where nothing tells."""
    if hole.objects is None:
        return None
    if not hole.objects:
        return "none marked"
    drifts = f", {counted(hole.drifts, 'drift')}" if hole.drifts else ""
    return f"{counted(hole.objects, 'object')}{drifts}"


def fences_line(drift: LivingDrift | None, width: int) -> Line:
    """How many holes, and how much is behind those that somebody made."""
    if drift is None:
        return line(" ", Span("… the fences were not looked at yet", Role.MUTED))
    made = [one for one in drift.holes if not one.fence.by_default]
    rest = len(drift.holes) - len(made)
    if made:
        head = Span(f"! {counted(len(made), 'hole')} that somebody made", Role.WARN)
    elif blind_kinds(drift.not_checkable) or drift.unfollowed:
        head = Span("? no hole in what could be looked at", Role.UNKNOWN)
    else:
        head = Span("✓ no hole that somebody made", Role.OK)
    spans = [Span(" "), head]
    if rest:
        spans.append(Span(f"  {rest} by default", Role.MUTED))
    blind = len(blind_kinds(drift.not_checkable))
    if blind:
        spans.append(Span(f"  ? {counted(blind, 'thing')} not looked at", Role.UNKNOWN))
    return Line(tuple(spans))


def opening_lines(one: Opening, now: datetime, width: int) -> list[Line]:
    """The row under the cursor in full."""
    if one.hole is None:
        return [
            *wrapped(f"? {one.kinds}: {one.reason}", width, Role.UNKNOWN),
            *wrapped("Whether anything of these kinds drifted there is not known.", width, Role.MUTED),
        ]
    fence = one.hole.fence
    lines = wrapped(f"{fence.message}{f' ({fence.covers})' if fence.covers else ''}", width, Role.WARN)
    lines += wrapped(fence.evidence, width)
    behind = hides(one.hole)
    made = "so by default: nobody asked for it" if fence.by_default else f"made by somebody, {when(fence.time, now)}"
    lines += wrapped(made, width, Role.MUTED)
    lines += wrapped(f"behind it: {behind or 'nothing tells how much'}", width, Role.MUTED)
    return [*lines, *wrapped(name_of(fence.object), width, Role.MUTED)]


def closed_lines(closed: tuple[NotCheckable, ...], width: int) -> list[Line]:
    """Kinds that this look does not even try, with what does."""
    reasons = blind_kinds(closed)
    return [
        one
        for reason, kinds in reasons.items()
        for one in wrapped(f"not asked: {', '.join(kinds)}: {reason}", width, Role.MUTED)
    ]
