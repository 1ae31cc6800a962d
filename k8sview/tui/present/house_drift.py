"""What the house says of drift: the counts in two lines, the worst of it, and what was seen to change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from k8sview.model.living_drift import LivingDrift, SeenChange
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span, age
from k8sview.tui.present.drift_words import blind_kinds, happened, headline, holes_text, listed, who
from k8sview.tui.present.lines import Line, cut, fit, heading, line
from k8sview.tui.present.measure import width_of

_DRIFTS = 3
_LEAST = 6  # columns, below which the rest of a word tells nothing


def drift_lines(drift: LivingDrift | None, now: datetime, width: int) -> Iterable[Line]:
    """The drift screen in a few lines: how much drifted, the holes, the newest change by hand."""
    yield heading("DRIFT")
    head = headline(drift)
    yield line(Span(cut(head.text, width), head.role), target=places.DRIFT, key="drift")
    if drift is None:
        return
    made = any(not one.fence.by_default for one in drift.holes)
    holes = Span(holes_text(drift), Role.WARN if made else Role.MUTED)
    more = [f"{drift.summary.unmanaged} unmanaged"] if drift.summary.unmanaged else []
    if drift.summary.managed_percent is not None:
        more.append(f"{drift.summary.managed_percent:g}% managed")
    rest = Span(cut("".join(f", {one}" for one in more), max(0, width - width_of(holes.text))), Role.MUTED)
    yield line(holes, rest, target=places.FENCES, key="fences")
    blind = len(blind_kinds(drift.not_checkable))
    if blind and drift.summary.drifted:
        words = f"? {blind} {'reason' if blind == 1 else 'reasons'} why that may not be all"
        yield line(Span(cut(words, width), Role.UNKNOWN), target=places.FENCES, key="drift:blind")
    for one in listed(drift.drifts)[:_DRIFTS]:
        since = age(one.time.at, now) if one.time.at is not None else "?"
        room = max(10, width - 9)
        named = fit(f"{one.object.kind} {one.object.name}", room)
        left = room - width_of(named) - 2
        leaf = cut(one.path.rpartition(".")[2] or one.message, left) if left >= _LEAST else ""
        yield line(
            Span(f"{since:>6}  ", Role.MUTED),
            Span(named),
            Span(f"  {leaf}", Role.MUTED),
            target=places.DRIFT,
            key=f"drift:{one.object}:{one.path}",
        )


def seen_lines(one: SeenChange, now: datetime, width: int) -> Iterable[Line]:
    """One change that our own watch saw: old → new, and who signed it."""
    since = f"{age(one.at, now):>6} "
    named = f"{one.object.kind} {'/'.join(filter(None, one.key))}"
    key = f"seen:{one.at}:{named}:{one.path}"
    yield line(Span(since, Role.MUTED), Span(fit(named, width - len(since))), target=places.changes(), key=key)
    told = f"{one.path.rpartition('.')[2]}: {happened(one)}" if one.path else happened(one)
    yield line("    ", Span(cut(f"{told}  {who(one.actor)}", width - 4), Role.MUTED))
