"""The health screen as values: causes as rows in the order they were given, then what is no fault and yet not well.

Everything shown is a value of the judgement; this room only words it. One pass over what is not well, once per
judgement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from k8sview.model.health import ClusterHealth, Health, HealthVerdict, Judged, RootCause
from k8sview.model.health_report import Unseen
from k8sview.model.resources import Key, Ref
from k8sview.model.status import Confidence
from k8sview.model.tables import State
from k8sview.model.view import View
from k8sview.reports.health_text import name_of
from k8sview.reports.order import counted
from k8sview.tui.present import places
from k8sview.tui.present.cells import Ranked, Role, Span, age, verdict_badge
from k8sview.tui.present.columns import Column, Surroundings, TableSpec
from k8sview.tui.present.lines import Line, line, wrapped
from k8sview.tui.present.measure import width_of
from k8sview.tui.present.places import Place

CAUSE = Span("✗ cause", Role.FAIL)
"""The badge of a cause that is well by itself (a full quota) or does not exist (a ConfigMap that is missing)."""


class Entry(NamedTuple):
    """One row: a root cause, or an object that is not well without being a fault."""

    rank: int
    badge: Span
    object: Ref
    since: datetime | None
    affects: int | None  # None: no cause
    diagnosis: str
    message: str
    next: str
    confidence: Confidence
    missing: tuple[str, ...]
    objects: tuple[Ref, ...]
    place: Place


def _values(entry: Entry, _around: Surroundings) -> tuple[Any, ...]:
    sure = "" if entry.confidence is Confidence.CERTAIN else entry.confidence.value
    return (
        Ranked(entry.badge.text, entry.badge.role, entry.rank),
        name_of(whole(entry.object)),  # a cause's container is named in its words
        entry.since,
        entry.affects,
        entry.diagnosis,
        sure,
        entry.next.partition("\n")[0],
        entry.message,
    )


HEALTH = TableSpec(
    (
        Column("verdict", "VERDICT", widest=13),
        Column("name", "OBJECT", flexible=True, widest=60, least=30),
        Column("age", "SINCE", right=True),
        Column("affects", "AFFECTS", right=True),
        Column("diagnosis", "DIAGNOSIS", flexible=True, widest=30, least=24),
        Column("confidence", "CONFIDENCE", wide=True),
        Column("next", "NEXT", wide=True, widest=110),
        Column("message", "WHY", flexible=True, widest=200, least=12, sentence=True),
    ),
    _values,
    default_sort="verdict",
)
"""Sorted by verdict, rows stand as they were ranked: most affected first, then the oldest."""


def entries(health: ClusterHealth, *, faults_only: bool, before: Mapping[Key, Entry]) -> Mapping[Key, Entry]:
    """The rows by key; a row that is as it was ``before`` is the same value, so that nothing is drawn anew for it."""
    verdicts = _verdicts_of(health, {whole(cause.object) for cause in health.causes})
    found: dict[Key, Entry] = {}
    for rank, cause in enumerate(health.causes):
        found["", cause.id] = _of_cause(cause, verdicts.get(whole(cause.object)), rank)
    others = [one for one in health.judged if _stands_alone(one, faults_only=faults_only)]
    others.sort(key=lambda one: (one.health.reason == _SILENT, -one.health.verdict.badness))
    for rank, judged in enumerate(others, start=len(health.causes)):
        ref = judged.object
        found[f"{judged.resource} {ref.namespace or ''}", ref.name] = _of_object(judged, rank)
    return {key: before[key] if before.get(key) == entry else entry for key, entry in found.items()}


_SILENT = "NoSignal"


def _stands_alone(one: Judged, *, faults_only: bool) -> bool:
    """Faults fold beneath their causes; one without a cause stands for itself."""
    return one.cause is None if one.health.verdict.faulty else not faults_only


def _verdicts_of(health: ClusterHealth, wanted: set[Ref]) -> dict[Ref, Health]:
    return {one.object: one.health for one in health.judged if one.object in wanted}


def whole(ref: Ref) -> Ref:
    """The object of a reference to one of its containers."""
    return ref if ref.container is None else Ref(ref.api_version, ref.kind, ref.namespace, ref.name)


def badge_of(health: Health | None) -> Span:
    """The badge of a cause, by the verdict on its object."""
    return verdict_badge(health.verdict) if health is not None and health.verdict.faulty else CAUSE


def _of_cause(cause: RootCause, health: Health | None, rank: int) -> Entry:
    return Entry(
        rank,
        badge_of(health),
        cause.object,
        cause.since,
        cause.affects,
        cause.diagnosis,
        cause.message,
        cause.next,
        cause.confidence,
        cause.missing,
        cause.objects,
        cause_place(cause),
    )


def cause_place(cause: RootCause) -> Place:
    """Where a cause is told in full."""
    return places.cause(cause.id, f"{cause.object.kind}/{cause.object.name}")


def _of_object(judged: Judged, rank: int) -> Entry:
    health, ref = judged.health, judged.object
    return Entry(
        rank,
        verdict_badge(health.verdict),
        ref,
        health.since,
        None,
        health.reason,
        judged.diagnosis.message if judged.diagnosis is not None else health.message,
        judged.diagnosis.next if judged.diagnosis is not None else "",
        health.confidence,
        health.missing,
        (),
        places.thing(judged.resource, (ref.namespace or "", ref.name), "explain"),
    )


def headline(health: ClusterHealth | None, unseen: Sequence[Unseen]) -> Span:
    """The whole cluster in one phrase; never well where something could not be looked at."""
    if health is None:
        return Span("… not judged yet", Role.MUTED)
    faulty = sum(number for verdict, number in health.counts.items() if verdict.faulty)
    if faulty or health.causes:
        objects = "1 object that is not well" if faulty == 1 else f"{faulty} objects that are not well"
        return Span(f"✗ {counted(len(health.causes), 'cause')} of {objects}", Role.FAIL)
    if unseen:
        return Span("? no fault in what could be seen", Role.UNKNOWN)
    if not sum(health.counts.values()):
        return Span("? nothing was judged", Role.UNKNOWN)
    return Span("✓ no fault", Role.OK)


def counts_line(health: ClusterHealth | None, unseen: Sequence[Unseen], width: int) -> Line:
    """The headline and how many objects have which verdict, worst first; where there is no room by glyph alone."""
    head = headline(health, unseen)
    counts = health.counts if health is not None else {}
    shown = [one for one in sorted(HealthVerdict, key=lambda one: -one.badness) if counts.get(one)]
    named = sum(len(f"  {counts[one]} {verdict_badge(one).text}") for one in shown)
    words = width_of(head.text) + 2 + named <= width
    spans = [Span(" "), head, Span(" ")]
    for verdict in shown:
        badge = verdict_badge(verdict)
        spans.append(
            Span(
                f"  {badge.text[:1]} {counts[verdict]}" if words else f" {badge.text[:1]}{counts[verdict]}", badge.role
            )
        )
        spans.append(Span(f" {verdict.value}" if words else "", Role.MUTED))
    return Line(tuple(spans))


def blind_lines(unseen: Sequence[Unseen], view: View, width: int) -> list[Line]:
    """What could not be looked at, with verb and resource: what these hold is in no count. Two lines at most."""
    if not unseen:
        return []
    told = wrapped(f"? could not look: {', '.join(_not_looked(one, view) for one in unseen)}", width, Role.UNKNOWN)
    if len(told) > 2:
        more = f" … {len(unseen)} kinds in all: k8sview access --health"
        text = told[1].text[: max(0, width - len(more))]
        told = [told[0], line(Span(text + more, Role.UNKNOWN))]
    return [Line((Span(" "), *one.spans)) for one in told]


def _not_looked(one: Unseen, view: View) -> str:
    state = view.state(one.resource)
    if state.state is State.DENIED:
        return f"{state.verb} {one.resource} (denied)"
    return f"{one.resource} ({one.state.replace('_', ' ')}{f': {one.reason}' if one.reason else ''})"


def entry_lines(entry: Entry, now: datetime, width: int) -> list[Line]:
    """The row under the cursor in a few lines: the whole sentence, the next step, who suffers."""
    since = f" for {age(entry.since, now)}" if entry.since is not None else ""
    sure = "" if entry.confidence is Confidence.CERTAIN else f", {entry.confidence.value}"
    lines = wrapped(entry.message or entry.diagnosis, width)
    for command in entry.next.splitlines():
        lines += [one._replace(copy=command) for one in wrapped(f"next: {command}", width, Role.ACCENT)]
    if entry.objects:
        few = ", ".join(name_of(one) for one in entry.objects[:_FEW])
        rest = ", …" if len(entry.objects) > _FEW else ""
        lines += wrapped(f"affects {len(entry.objects)}: {few}{rest}", width)
    lines += wrapped(f"{entry.badge.text} {name_of(entry.object)}{since} · {entry.diagnosis}{sure}", width, Role.MUTED)
    if entry.missing:
        lines += wrapped(f"? not seen: {', '.join(entry.missing)}", width, Role.UNKNOWN)
    return lines


_FEW = 6
