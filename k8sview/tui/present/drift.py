"""The drift screen as values: one row for each drift, worst first, and the words around them.

Everything shown is a value of the newest look; this room only words it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from k8sview.model.drift import Drift, DriftKind
from k8sview.model.living_drift import LivingDrift
from k8sview.model.resources import Key
from k8sview.model.status import Confidence, Severity
from k8sview.reports.health_text import name_of
from k8sview.reports.order import counted
from k8sview.tui.present import places
from k8sview.tui.present.cells import Ranked, Role, Span, Word
from k8sview.tui.present.columns import Column, Surroundings, TableSpec
from k8sview.tui.present.drift_words import (
    blind_kinds,
    change_text,
    headline,
    holes_text,
    listed,
    severity_badge,
    short_change,
    short_path,
    when,
    who,
    who_at_length,
)
from k8sview.tui.present.lines import BLANK, Line, heading, line, wrapped
from k8sview.tui.present.links import place_of
from k8sview.tui.present.measure import width_of
from k8sview.tui.present.places import Place

SECURITY = " sec"
"""Stands behind the severity of what decides who may do what; the words in full stand in the detail."""


def _values(one: Drift, _around: Surroundings) -> tuple[Any, ...]:
    badge = severity_badge(one.severity)
    place = one.severity.rank * 2 + (not one.security)
    leaf = short_path(one.path) or "(the object)"
    suspicious = one.actor is not None and one.actor.actor_class.suspicious
    return (
        Ranked(badge.text + (SECURITY if one.security else ""), badge.role, place),
        name_of(one.object),
        leaf,
        short_change(one.before, one.after, one.change) or (one.message if not one.path else ""),
        one.kind.value,
        Word(who(one.actor), Role.WARN if suspicious else Role.PLAIN) if one.actor is not None else None,
        one.time.at,
        one.object.namespace or "",
        one.why_not_reverted,
        one.message,
        one.next.partition("\n")[0],
    )


DRIFT = TableSpec(
    (
        Column("verdict", "SEVERITY", widest=14),
        Column("name", "OBJECT", flexible=True, widest=48, least=20),
        Column("path", "PATH", flexible=True, widest=60, least=12),
        Column("change", "OLD → NEW", flexible=True, widest=60, least=18),
        Column("kind", "DRIFT", widest=15),
        Column("who", "WHO", flexible=True, widest=24, least=13, sentence=True),
        Column("age", "AGE", right=True),
        Column("namespace", "NAMESPACE", wide=True, widest=24),
        Column("still", "WHY STILL THERE", wide=True, widest=60, sentence=True),
        Column("message", "MESSAGE", wide=True, widest=110, sentence=True),
        Column("next", "NEXT", wide=True, widest=110, sentence=True),
    ),
    _values,
    default_sort="verdict",
)


def entries(drift: LivingDrift, *, faults_only: bool, before: Mapping[Key, Drift]) -> Mapping[Key, Drift]:
    """The rows by key, worst first; a drift that is as it was ``before`` is the same value, so that nothing is drawn
    anew for it. ``faults_only``: without what rules ignore and what is merely unmanaged."""
    found: dict[Key, Drift] = {}
    for one in listed(drift.drifts) if faults_only else drift.drifts:
        key = key_of(one)
        number = 2
        while key in found:
            key = (f"{key_of(one)[0]} {number}", key[1])
            number += 1
        found[key] = one
    return {key: before[key] if before.get(key) == one else one for key, one in found.items()}


def key_of(one: Drift) -> Key:
    """A drift's name that stays while it stands."""
    ref = one.object
    place = "/".join((ref.api_version, ref.kind, ref.namespace or "", ref.name, ref.container or ""))
    return (f"{one.kind.value} {place} {one.actor.manager if one.actor is not None else ''}", one.path)


def place_for(one: Drift, key: Key) -> Place:
    """Where a drift's card is."""
    return places.card(key, f"{one.object.kind}/{one.object.name}")


def found(drift: LivingDrift | None, key: Key) -> Drift | None:
    """The drift of a card's place; None where it is gone."""
    if drift is None:
        return None
    return entries(drift, faults_only=False, before={}).get(key)


def counts_line(drift: LivingDrift | None, width: int) -> Line:
    """The headline, then how many of each severity, holes, unmanaged objects and coverage, as much as fits."""
    head = headline(drift)
    spans = [Span(" "), head]
    if drift is None:
        return Line(tuple(spans))
    used = width_of(head.text) + 1
    counted_ones = listed(drift.drifts)
    parts: list[tuple[Span, ...]] = []
    for severity in Severity:
        number = sum(one.severity is severity for one in counted_ones)
        badge = severity_badge(severity)
        if number:
            parts.append((Span(f"{badge.text[:1]} {number}", badge.role), Span(f" {severity.value}", Role.MUTED)))
    parts.append((Span(holes_text(drift), Role.WARN if _made(drift) else Role.MUTED),))
    counts = drift.summary
    if counts.unmanaged:
        parts.append((Span(f"{counts.unmanaged} unmanaged", Role.MUTED),))
    if counts.managed_percent is not None:
        parts.append((Span(f"{counts.managed_percent:g}% managed", Role.MUTED),))
    if counts.ignored:
        parts.append((Span(f"{counts.ignored} ignored", Role.MUTED),))
    if drift.waiting:
        parts.append((Span(f"… {drift.waiting} to read", Role.UNKNOWN),))
    for part in parts:
        size = sum(width_of(span.text) for span in part) + 2
        if used + size < width:
            spans += [Span("  "), *part]
            used += size
    return Line(tuple(spans))


def _made(drift: LivingDrift) -> bool:
    return any(not one.fence.by_default for one in drift.holes)


def blind_lines(drift: LivingDrift | None, width: int) -> list[Line]:
    """What could not be looked at, and why: two lines at most, the whole is in the fence audit."""
    if drift is None:
        return []
    reasons = blind_kinds(drift.not_checkable)
    if not reasons:
        return []
    told = "; ".join(f"{', '.join(kinds)}: {reason}" for reason, kinds in reasons.items())
    lines = wrapped(f"? could not look: {told}", width, Role.UNKNOWN)
    if len(lines) > 2:
        more = f" … {counted(len(reasons), 'reason')}: F"
        lines = [lines[0], line(Span(lines[1].text[: max(0, width - width_of(more))] + more, Role.UNKNOWN))]
    return [Line((Span(" "), *one.spans)) for one in lines]


def entry_lines(one: Drift, now: datetime, width: int) -> list[Line]:
    """The row under the cursor in a few lines: the sentence, the leaf, who and when, the next step."""
    badge = severity_badge(one.severity)
    security = ", security" if one.security else ""
    lines = wrapped(one.message or f"{one.path} is not as it should be", width, badge.role)
    if one.path:
        change = change_text(one.before, one.after, one.change)
        lines += wrapped(f"{one.path}: {change}" if change else one.path, width)
    told = f"{who_at_length(one.actor)} · {when(one.time, now)}{sure(one)} · {one.kind.value}{security}"
    lines += wrapped(told, width, Role.MUTED)
    if one.why_not_reverted:
        lines += wrapped(f"still there: {one.why_not_reverted}", width, Role.MUTED)
    return lines + next_lines(one, width)


def next_lines(one: Drift, width: int) -> list[Line]:
    """The next step; ``c`` copies it whole, nothing runs it."""
    lines: list[Line] = []
    for number, command in enumerate(one.next.splitlines()):
        told = wrapped(f"next: {command}", width, Role.ACCENT)
        lines += [each._replace(copy=command, key=f"next:{number}:{at}") for at, each in enumerate(told)]
    return lines


def sure(one: Drift) -> str:
    """How sure it is, where it is not certain."""
    return "" if one.confidence is Confidence.CERTAIN else f" · {one.confidence.value}"


def card_lines(one: Drift, now: datetime, width: int) -> list[Line]:
    """The change card as a page: what, old and new, who, when, why still there, the evidence, the next step."""
    badge = severity_badge(one.severity)
    change = f" {one.change}" if one.change else ""
    lines = [
        line(
            Span(badge.text, badge.role),
            Span(f"  {name_of(one.object)}", Role.TITLE),
            target=place_of(one.object),
            key="object",
        ),
        line(Span(f"{one.kind.value}{change}{sure(one)}{' · security' if one.security else ''}", Role.MUTED)),
        *wrapped(one.message, width, badge.role),
        BLANK,
        heading("WHAT"),
    ]
    lines += wrapped(one.path or "(the object as a whole)", width, indent="  ")
    absent = {"addition": ("(not there)", "?"), "removal": ("?", "(not there)")}.get(one.change or "", ("?", "?"))
    if one.before is not None or one.after is not None:
        lines += wrapped(f"before  {one.before if one.before is not None else absent[0]}", width, indent="  ")
        lines += wrapped(f"after   {one.after if one.after is not None else absent[1]}", width, indent="  ")
    lines += [BLANK, line(Span("WHO AND WHEN", Role.TITLE), Span("  the API never stores the user", Role.MUTED))]
    lines += wrapped(who_at_length(one.actor), width, indent="  ")
    lines += wrapped(when(one.time, now), width, indent="  ")
    if one.why_not_reverted or one.next_upgrade_repairs is not None:
        lines += [BLANK, heading("WHY IT IS STILL THERE")]
        if one.why_not_reverted:
            lines += wrapped(one.why_not_reverted, width, indent="  ")
        if one.next_upgrade_repairs is not None:
            repairs = "puts it back" if one.next_upgrade_repairs else "does not put it back"
            lines.append(line(f"  the next helm upgrade {repairs}"))
    if one.ignored_by is not None:
        lines += [BLANK, *wrapped(f"ignored by rule {one.ignored_by}", width, Role.MUTED)]
    if one.next:
        lines += [BLANK, line(Span("NEXT", Role.TITLE), Span("  c copies the line; nothing is run", Role.MUTED))]
        lines += next_lines(one, width)
    if one.evidence:
        lines += [BLANK, heading("EVIDENCE")]
        for fact in one.evidence:
            lines += wrapped(fact, width, Role.MUTED, indent="  ")
    lines += [BLANK, *links(one)]
    return lines


def links(one: Drift) -> list[Line]:
    """Where else the object is told of."""
    told = (("the object", "summary"), ("why it is like this", "explain"), ("its timeline", "timeline"))
    places_of = ((words, place_of(one.object, tab)) for words, tab in told)
    return [
        line(Span(f"→ {words}", Role.ACCENT), target=target, key=f"link:{words}")
        for words, target in places_of
        if target is not None
    ]


def gone_lines(title: str, width: int) -> list[Line]:
    """A card whose drift does not stand any more."""
    text = f"{title}: this drift is gone: it was put back, taken over, or the object went."
    return [*wrapped(text, width, Role.OK), line(Span("→ drift", Role.ACCENT), target=places.DRIFT)]


def unlisted_text(drift: LivingDrift) -> str:
    """Which kinds have more drifts than are listed."""
    return ", ".join(f"{number:,} more of {DriftKind(kind).value}" for kind, number in drift.unlisted.items())
