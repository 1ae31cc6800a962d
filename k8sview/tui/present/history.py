"""One object's history as lines: newest first, on one axis of time. The moments are the analysis's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from k8sview.model.health import Health
from k8sview.model.resources import Ref
from k8sview.model.timeline import Moment
from k8sview.model.times import format_time
from k8sview.reports.order import counted
from k8sview.tui.present.cells import Role, Span, age, verdict_badge
from k8sview.tui.present.lines import BLANK, Line, line, wrap, wrapped
from k8sview.tui.present.links import place_of
from k8sview.tui.present.places import Place

_KIND = 10
_BAD, _NEUTRAL = Span("✗ ", Role.FAIL), Span("│ ", Role.MUTED)


class History(NamedTuple):
    """``moments`` newest first; ``gaps`` are plain sentences about what they cannot tell."""

    moments: tuple[Moment, ...] = ()
    gaps: tuple[str, ...] = ()


def history_lines(history: History, own: Ref, health: Health | None, now: datetime, width: int) -> list[Line]:
    """The page; where the object's present state began is marked on the axis."""
    bad = sum(one.bad for one in history.moments)
    lines = [
        line(
            Span(counted(len(history.moments), "moment"), Role.TITLE),
            Span(f"  {bad} of them bad" if bad else "  none of them bad", Role.FAIL if bad else Role.MUTED),
            Span("  newest first, UTC", Role.MUTED),
        )
    ]
    for gap in history.gaps:
        blind = "could not be read" in gap
        lines += wrapped(f"? {gap}", width, Role.UNKNOWN if blind else Role.MUTED)
    lines.append(BLANK)
    turn = health.since if health is not None and health.verdict.badness else None
    clocks = _Clocks(history, turn, now)
    for moment in history.moments:
        if turn is not None and health is not None and moment.at < turn:
            lines.append(_turn(health, turn, clocks, now, width))
            turn = None
        lines += _moment(moment, own, clocks, now, width)
    if turn is not None and health is not None:
        lines.append(_turn(health, turn, clocks, now, width))
    if not history.moments:
        lines.append(line(Span("Nothing is known to have happened to this object.", Role.MUTED)))
    return lines


class _Clocks:
    """The clock column: seconds for today, the day for what is older; as wide as the oldest moment needs."""

    def __init__(self, history: History, since: datetime | None, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        oldest = min((*(one.at for one in history.moments), since or now), default=now)
        self._width = len(self._text(oldest))

    def of(self, at: datetime) -> str:
        return f"{self._text(at):>{self._width}}"

    def _text(self, at: datetime) -> str:
        at = at.astimezone(UTC)
        if at.date() == self._now.date():
            return f"{at:%H:%M:%S}"
        return f"{at:%m-%d %H:%M}" if at.year == self._now.year else f"{at:%Y-%m-%d %H:%M}"


def _moment(moment: Moment, own: Ref, clocks: _Clocks, now: datetime, width: int) -> Iterator[Line]:
    other = moment.object != own
    head = f"{clocks.of(moment.at)} {age(moment.at, now):>6}  "
    mark = _BAD if moment.bad else _NEUTRAL
    kind = f"{moment.kind.value:<{_KIND}} "
    sentence = f"{_named(moment.object, own)} {moment.sentence}" if other else moment.sentence
    room = max(20, width - len(head) - 2 - len(kind))
    first, *rest = wrap(sentence, room)
    target: Place | None = place_of(moment.object) if other else None
    key = f"{format_time(moment.at)}:{moment.object}:{moment.kind}:{moment.sentence}"
    role = Role.FAIL if moment.bad else Role.PLAIN
    yield Line(
        (Span(head, Role.MUTED), mark, Span(kind, Role.ACCENT if other else Role.MUTED), Span(first, role)), target, key
    )
    for part in rest:
        yield Line((Span(" " * len(head)), _NEUTRAL, Span(" " * len(kind)), Span(part, role)), target)


def _named(ref: Ref, own: Ref) -> str:
    """Another object; its namespace only where that is another one too."""
    return f"{ref.kind} {ref.name}" if ref.namespace == own.namespace else str(ref)


def _turn(health: Health, since: datetime, clocks: _Clocks, now: datetime, width: int) -> Line:
    """Where on the axis the object's present state began."""
    badge = verdict_badge(health.verdict)
    text = f"{clocks.of(since)} {age(since, now):>6}  ├─ {badge.text} since here "
    return line(Span(text, badge.role), Span("─" * max(0, width - len(text)), Role.MUTED), key="turn")
