"""The home screen as lines: three floors with a card per component, and what leads people to the cause.

Everything shown is a value of the report; this room only orders it, worst first, and words it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from k8sview.model.components import Presence
from k8sview.model.health import ClusterHealth
from k8sview.model.health_report import Unseen
from k8sview.model.living_drift import LivingDrift
from k8sview.model.report import CheckResult, ComponentReport, Report
from k8sview.model.status import Layer, Status, Verdict
from k8sview.model.view import Change, View
from k8sview.reports.order import causes, unjudged
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span, age, status_badge
from k8sview.tui.present.frame import FLOOR_BADGE, NOT_JUDGED
from k8sview.tui.present.health import cause_place, headline
from k8sview.tui.present.house_drift import drift_lines, seen_lines
from k8sview.tui.present.judged import waiting
from k8sview.tui.present.lines import BLANK, Line, cut, fit, heading, line, pad, wrap, wrapped
from k8sview.tui.present.links import place_of
from k8sview.tui.present.measure import width_of

RECENT = timedelta(minutes=30)

_PRESENCE = {
    Presence.LEFTOVER: "left over: API types without a workload",
    Presence.MANAGED: "managed by the provider",
    Presence.UNKNOWN: "whether it is installed could not be read",
}


class Card(NamedTuple):
    """One component: the worst status among its checks, and one line of reason."""

    component: ComponentReport
    status: Status | None  # None: no check of it was selected
    reason: str


def cards(report: Report, layer: Layer) -> tuple[Card, ...]:
    """The components of a floor that are there (or might be), worst first. Absent ones are no failures: not shown."""
    by_component: dict[str, list[CheckResult]] = {}
    for check in report.checks:
        by_component.setdefault(check.component, []).append(check)
    found = [
        _card(component, by_component.get(component.id, ()))
        for component in report.components
        if component.layer is layer and component.state is not Presence.ABSENT
    ]
    known = {card.component.id for card in found}
    absent = {one.id for one in report.components if one.state is Presence.ABSENT}
    topics = {check.component for check in report.checks if check.layer is layer} - known - absent
    for topic in topics:  # cross-cutting checks belong to no component but to the floor all the same
        if topic not in {one.id for one in report.components}:
            plain_topic = ComponentReport(topic, topic, layer, Presence.INSTALLED)
            found.append(_card(plain_topic, [one for one in by_component[topic] if one.layer is layer]))
    return tuple(sorted(found, key=lambda card: (-_badness(card), card.component.title.lower())))


def _card(component: ComponentReport, checks: Sequence[CheckResult]) -> Card:
    if not checks:
        return Card(component, Status.UNKNOWN if component.state is Presence.UNKNOWN else None, _condition(component))
    worst = max(checks, key=lambda check: (check.weight.badness, -check.severity.rank))
    status = worst.weight
    if component.state is Presence.UNKNOWN and status.badness < Status.UNKNOWN.badness:
        status = Status.UNKNOWN
    if worst.status in (Status.PASS, Status.SKIP):
        return Card(component, status, _PRESENCE.get(component.state, "") or _condition(component))
    return Card(component, status, worst.message or worst.title)


def _condition(component: ComponentReport) -> str:
    """What the component's own conditions say, if they say anything is amiss."""
    for condition in component.conditions:
        good = "False" if condition.type in ("Degraded", "Progressing") else "True"
        if condition.status != good and condition.message:
            return condition.message
    return _PRESENCE.get(component.state, "")


def _badness(card: Card) -> int:
    return card.status.badness if card.status is not None else Status.PASS.badness


def cause_floor(report: Report) -> Layer | None:
    """The lowest floor that is not ready: what stands above it may only be suffering from it."""
    failing = [one.id for one in report.summary.layers if one.verdict is Verdict.NOT_READY]
    return min(failing, key=lambda layer: layer.floor, default=None)


def floors(report: Report | None, width: int) -> list[Line]:
    """The cross-section: the building on top, the foundation below, one line per component."""
    lines: list[Line] = []
    verdicts = {one.id: one.verdict for one in report.summary.layers} if report else {}
    cause = cause_floor(report) if report else None
    by_floor = {layer: cards(report, layer) if report else () for layer in Layer}
    widths = _widths([card for found in by_floor.values() for card in found], width)
    for layer in reversed(Layer):
        badge = FLOOR_BADGE[verdicts[layer]] if layer in verdicts else NOT_JUDGED
        found = by_floor[layer]
        lines.append(_floor_line(layer, badge, len(found), width, likely_cause=layer is cause))
        lines.extend(_card_line(card, widths) for card in found)
        absent = _absent(report, layer)
        if absent:
            lines.append(line(Span(f"│ · {absent} more known, not installed", Role.MUTED)))
        if report is None:
            lines.append(line(Span("│ … waiting for the first judgement", Role.MUTED)))
    lines.append(line(Span("▔" * width, Role.MUTED)))
    return lines


def _floor_line(layer: Layer, badge: Span, count: int, width: int, *, likely_cause: bool) -> Line:
    spans = [Span("┌─ ", Role.MUTED), Span(layer.name, Role.TITLE), Span(f" {badge.text} ", badge.role)]
    tail = Span(f" {count} components " if count else "", Role.MUTED)
    if likely_cause:
        spans.append(Span("◀ lowest failing floor, look here first ", badge.role))
    used = sum(width_of(span.text) for span in spans)
    if used + len(tail.text) > width:
        tail = Span("")
    rule = "─" * max(0, width - used - len(tail.text))
    return Line((*spans, Span(rule, Role.MUTED), tail), places.checks(layer.value), f"floor:{layer.value}")


class _Widths(NamedTuple):
    title: int
    version: int
    reason: int


_BADGE = 10


def _widths(found: Sequence[Card], width: int) -> _Widths:
    """Titles and versions take what they need, within reason; the rest of the line says why."""
    title = max((width_of(card.component.title) for card in found), default=0)
    version = max((width_of(card.component.version or "") for card in found), default=0)
    title, version = min(title, 24 if width >= 70 else 18), min(version, 11)
    return _Widths(title, version, max(0, width - 2 - _BADGE - title - version - 2))


def _card_line(card: Card, widths: _Widths) -> Line:
    component = card.component
    badge = status_badge(card.status) if card.status is not None else Span("· NO CHECK", Role.MUTED)
    return line(
        Span("│ ", Role.MUTED),
        Span(pad(badge.text, _BADGE - 1) + " ", badge.role),
        Span(pad(component.title, widths.title) + " ", Role.PLAIN),
        Span(pad(component.version or "", widths.version) + " ", Role.MUTED),
        Span(cut(card.reason, widths.reason), badge.role if badge.role is not Role.OK else Role.MUTED),
        target=places.checks(component.id),
        key=f"component:{component.id}",
    )


def _absent(report: Report | None, layer: Layer) -> int:
    if report is None:
        return 0
    return sum(one.layer is layer and one.state is Presence.ABSENT for one in report.components)


def evidence(
    report: Report | None,
    view: View | None,
    now: datetime,
    width: int,
    *,
    health: ClusterHealth | None = None,
    unseen: Sequence[Unseen] = (),
    drift: LivingDrift | None = None,
    most: int = 8,
    low: bool = False,
) -> list[Line]:
    """The right side: what is broken and why, what drifted, what changed lately, and what nobody could look at.

    ``low``: few lines are in sight, which health and drift share.
    """
    lines = [*_health(health, unseen, now, width, _FEW_CAUSES if low else _CAUSES), BLANK]
    lines += [*drift_lines(drift, now, width), BLANK, heading("ROOT CAUSES")]
    if report is None:
        lines.append(line(Span("… not judged yet", Role.MUTED)))
    else:
        lines.extend(_causes(report, width, most))
    lines += [BLANK, heading("CHANGED IN THE LAST 30 MINUTES")]
    lines.extend(_changes(view, now, width, most, drift))
    lines += [BLANK, heading("COVERAGE")]
    lines.extend(coverage(report, width))
    return lines


def _health(
    health: ClusterHealth | None, unseen: Sequence[Unseen], now: datetime, width: int, most: int
) -> Iterable[Line]:
    """The health screen in a few lines: Enter opens it, or one of its causes."""
    yield heading("HEALTH")
    head = headline(health, unseen)
    first, *rest = wrapped(head.text, width, head.role, target=places.HEALTH)
    yield from (first._replace(key="health"), *rest)
    for cause in health.causes[:most] if health is not None else ():
        since = age(cause.since, now) if cause.since is not None else "?"
        name = f"{cause.object.kind} {cause.object.name}"
        room = max(10, width - 9)
        named = fit(name, room)
        left = room - width_of(named) - 2
        why = cut(cause.diagnosis, left) if left >= _LEAST else ""
        yield line(
            Span(f"{since:>6}  ", Role.MUTED),
            Span(named),
            Span(f"  {why}", Role.MUTED),
            target=cause_place(cause),
            key=f"cause:{cause.id}",
        )
    if health is not None and len(health.causes) > most:
        yield line(Span(f"and {len(health.causes) - most} more: :health", Role.MUTED), target=places.HEALTH)


_CAUSES, _FEW_CAUSES = 4, 2
_LEAST = 6  # columns, below which the rest of a word tells nothing


def _causes(report: Report, width: int, most: int) -> Iterable[Line]:
    found = causes(report)
    if not found:
        complete = not unjudged(report)
        text = "none found" if complete else "none found in what could be read"
        yield line(Span(text, Role.OK if complete else Role.UNKNOWN))
    for finding in found[:most]:
        badge = status_badge(finding.status)
        where = str(finding.object) if finding.object else "cluster"
        target = place_of(finding.object) or places.check(finding.check_id)
        yield line(
            Span(f"{badge.text[:1]} ", badge.role),
            Span(fit(where, width - 2), badge.role),
            target=target,
            key=finding.fingerprint,
        )
        first, *rest = wrap(finding.message, width - 4)
        for part in (first, cut(" ".join(rest), width - 4)):
            if part:
                yield line("    ", Span(part, Role.PLAIN))
        if finding.affects:
            yield line("    ", Span(waiting(finding.affects), Role.MUTED))
    if len(found) > most:
        yield line(Span(f"and {len(found) - most} more: :check", Role.MUTED), target=places.checks())


def _changes(
    view: View | None, now: datetime, width: int, most: int, drift: LivingDrift | None = None
) -> Iterable[Line]:
    recent = [one for one in view.changes if now - one.at <= RECENT] if view else []
    seen = [one for one in drift.seen if not one.routine and now - one.at <= RECENT] if drift is not None else []
    if not recent and not seen:
        yield line(Span("nothing seen to change while watched", Role.MUTED))
    for one in seen[:most]:
        yield from seen_lines(one, now, width)
    if len(seen) > most:
        yield line(Span(f"and {len(seen) - most} more: :changes", Role.MUTED), target=places.changes())
    for change in sorted(recent, key=lambda one: one.at, reverse=True)[:most]:
        yield from _change_lines(change, now, width)
    if len(recent) > most:
        yield line(Span(f"and {len(recent) - most} more", Role.MUTED))


def _change_lines(change: Change, now: datetime, width: int) -> Iterable[Line]:
    name = "/".join(filter(None, change.key))
    since = f"{age(change.at, now):>6} "
    yield line(
        Span(since, Role.MUTED),
        Span(fit(f"{change.resource.partition('.')[0]} {name}", width - len(since))),
        target=places.thing(change.resource, change.key),
        key=f"change:{change.resource}:{name}:{change.path}",
    )
    field = change.path.rpartition(".")[2]
    yield line("    ", Span(cut(f"{field}: {change.before} → {change.after}", width - 4), Role.MUTED))


def coverage(report: Report | None, width: int) -> list[Line]:
    """What was judged, and plainly what could not be."""
    if report is None:
        return [line(Span("… not judged yet", Role.MUTED))]
    found = report.summary.coverage
    percent = f" ({found.percent:g} %)" if found.percent is not None else ""
    lines = wrapped(f"{found.evaluated} of {found.applicable} applicable checks looked{percent}", width)
    blind = len({check.id for check, _ in unjudged(report)})
    if blind:
        text = f"{blind} {'check' if blind == 1 else 'checks'} could not look at everything"
        lines.append(line(Span(f"? {text}", Role.UNKNOWN), target=places.checks(), key="unknown"))
    for denied in report.access.denied:
        resource = f"{denied.resource}.{denied.group}" if denied.group else denied.resource
        where = f" in {denied.namespace}" if denied.namespace else ""
        hides = f", hides {len(denied.affects)} checks" if denied.affects else ""
        lines.extend(wrapped(f"{denied.verb} {resource}{where}: denied{hides}", width, Role.UNKNOWN, indent="  "))
    for problem in report.errors:
        lines.extend(wrapped(problem, width, Role.FAIL, indent="  "))
    return lines
