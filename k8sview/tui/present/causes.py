"""One root cause as a page: what it is, the evidence, whom it affects, what changed before, the next step.

The values are those of ``k8sview health``: texts are plain already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from k8sview.model.health import Health
from k8sview.model.health_report import CauseReport, ChangedBefore, Evidence
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.reports.health_text import name_of, shown, since_words, told
from k8sview.tui.present.cells import Role, Span, age, verdict_badge
from k8sview.tui.present.health import badge_of, whole
from k8sview.tui.present.lines import BLANK, Line, cut, fit, heading, line, wrap, wrapped
from k8sview.tui.present.links import explain_place, place_of
from k8sview.tui.present.measure import width_of

MOST_OBJECTS = 300
"""Affected objects that are listed; the number is always the whole."""


def cause_lines(cause: CauseReport, verdicts: Mapping[Ref, Health], now: datetime, width: int) -> list[Line]:
    """The page of one cause. ``verdicts``: of what is not well, by reference."""
    ref = whole(cause.object)
    badge = badge_of(verdicts.get(ref))
    since = f"  since {since_words(cause.since, now)}" if cause.since else ""
    lines = [
        line(
            Span(badge.text, badge.role),
            Span(f"  {fit(name_of(ref), max(20, width - width_of(badge.text) - len(since) - 2))}", badge.role),
            Span(since, badge.role),
            target=explain_place(cause.object),
            key="cause",
        ),
        *wrapped(cause.message, width),
        line(Span(cause.diagnosis, Role.MUTED), Span(_sure(cause.confidence), Role.MUTED)),
    ]
    lines += next_lines(cause.next, width)
    lines += before_lines(cause.changed_before, now, width)
    if cause.since is not None and not cause.changed_before:
        lines += [BLANK, heading("CHANGED BEFORE"), line(Span("nothing is known to have changed", Role.MUTED))]
    lines += [BLANK, heading(f"AFFECTS ({cause.affects})")]
    lines += _affected(cause.objects, verdicts, now, width)
    lines += evidence_lines("EVIDENCE", cause.evidence, width)
    return [*lines, *missing_lines(cause.missing, width)]


def _sure(confidence: Confidence) -> str:
    return "" if confidence is Confidence.CERTAIN else f", {confidence.value}"


def _affected(objects: Sequence[Ref], verdicts: Mapping[Ref, Health], now: datetime, width: int) -> Iterable[Line]:
    if not objects:
        yield line(Span("nothing else", Role.MUTED))
    for ref in objects[:MOST_OBJECTS]:
        yield object_line(ref, verdicts.get(ref), now, width)
    if len(objects) > MOST_OBJECTS:
        yield line(Span(f"and {len(objects) - MOST_OBJECTS} more: k8sview health --verbose lists all", Role.MUTED))


def object_line(ref: Ref, health: Health | None, now: datetime, width: int) -> Line:
    """One object as a link with its verdict and reason."""
    badge = verdict_badge(health.verdict) if health is not None else Span("-", Role.MUTED)
    since = age(health.since, now) if health is not None and health.since is not None else ""
    reason = health.reason if health is not None else ""
    name = name_of(ref)
    room = max(20, width - 14 - 8)
    tail = cut(reason, max(0, room - width_of(name) - 2))
    return line(
        Span(f"{badge.text:<14}", badge.role),
        Span(f"{since:>6}  ", Role.MUTED),
        Span(fit(name, room)),
        Span(f"  {tail}", Role.MUTED),
        target=explain_place(ref),
        key=f"object:{name}",
    )


def next_lines(text: str, width: int) -> list[Line]:
    """The next step; ``c`` copies a command whole, however it is wrapped."""
    if not text:
        return []
    lines = [BLANK, line(Span("NEXT", Role.TITLE), Span("  c copies the line", Role.MUTED))]
    for number, command in enumerate(text.splitlines()):
        told_at = wrapped(command, width, Role.ACCENT, indent="  ")
        lines += [one._replace(copy=command, key=f"next:{number}:{at}") for at, one in enumerate(told_at)]
    return lines


def before_lines(changes: Sequence[ChangedBefore], now: datetime, width: int) -> list[Line]:
    """What changed in the half hour before; Enter opens what was changed."""
    if not changes:
        return []
    lines = [BLANK, line(Span("CHANGED BEFORE", Role.TITLE), Span("  not proof of a cause", Role.MUTED))]
    for number, change in enumerate(changes):
        at = parse_time(change.at)
        clock = at.astimezone(UTC).strftime("%H:%M:%S") if at is not None else change.at
        head = f"  {clock} {age(at, now) if at is not None else '':>6}  "
        first, *rest = wrap(change.sentence or told(change), max(20, width - len(head)))
        target = place_of(change.object)
        lines.append(Line((Span(head, Role.MUTED), Span(first, Role.WARN)), target, f"before:{number}"))
        lines += [Line((Span(" " * len(head)), Span(part, Role.WARN)), target) for part in rest]
    return lines


def evidence_lines(title: str, evidence: Sequence[Evidence], width: int) -> list[Line]:
    """Paths and values that it rests on."""
    if not evidence:
        return []
    lines = [BLANK, heading(title)]
    for one in evidence:
        lines += wrapped(shown(one.path, one.value), width, Role.MUTED, indent="  ")
    return lines


def missing_lines(missing: Iterable[str], width: int) -> list[Line]:
    """What could not be read and would make the answer surer."""
    names = tuple(dict.fromkeys(missing))
    if not names:
        return []
    text = f"? not seen: {', '.join(names)}: the answer may be incomplete"
    return [BLANK, *wrapped(text, width, Role.UNKNOWN)]
