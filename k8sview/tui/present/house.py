"""The home screen as lines: three floors with a card per component, and what leads people to the cause.

Everything shown is a value of the report; this room only orders it, worst first, and words it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from k8sview.model.components import Presence
from k8sview.model.report import CheckResult, ComponentReport, Finding, Report
from k8sview.model.status import Layer, Status, Verdict
from k8sview.model.view import Change, View
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span, age, status_badge
from k8sview.tui.present.frame import FLOOR_BADGE, NOT_JUDGED
from k8sview.tui.present.lines import BLANK, Line, fit, heading, line, pad, wrap, wrapped
from k8sview.tui.present.links import place_of

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
            found.append(_card(plain_topic, by_component[topic]))
    return tuple(sorted(found, key=lambda card: (-_badness(card), card.component.title.lower())))


def _card(component: ComponentReport, checks: Sequence[CheckResult]) -> Card:
    if not checks:
        return Card(component, Status.UNKNOWN if component.state is Presence.UNKNOWN else None, _condition(component))
    worst = max(checks, key=lambda check: (check.status.badness, -check.severity.rank))
    status = worst.status
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
    for layer in reversed(Layer):
        badge = FLOOR_BADGE.get(verdicts[layer], NOT_JUDGED) if layer in verdicts else NOT_JUDGED
        found = cards(report, layer) if report else ()
        lines.append(_floor_line(layer, badge, found, width, likely_cause=layer is cause))
        lines.extend(_card_line(card, width) for card in found)
        absent = _absent(report, layer)
        if absent:
            lines.append(line(Span(f"│   · {absent} more not installed", Role.MUTED)))
        if report is None:
            lines.append(line(Span("│   … waiting for the first judgement", Role.MUTED)))
    lines.append(line(Span("▔" * width, Role.MUTED)))
    return lines


def _floor_line(layer: Layer, badge: Span, found: Sequence[Card], width: int, *, likely_cause: bool) -> Line:
    mark = "  ◀ lowest failing floor: look here first" if likely_cause else ""
    count = f"{len(found)} components" if found else ""
    room = max(0, width - len(f"┌─ {layer.name}  {badge.text}{mark}  {count} "))
    return line(
        Span("┌─ ", Role.MUTED),
        Span(layer.name, Role.TITLE),
        "  ",
        badge,
        Span(mark, badge.role),
        Span(f"  {count} ", Role.MUTED),
        Span("─" * room, Role.MUTED),
        target=places.checks(layer.value),
        key=f"floor:{layer.value}",
    )


def _card_line(card: Card, width: int) -> Line:
    component = card.component
    badge = status_badge(card.status) if card.status is not None else Span("· no checks", Role.MUTED)
    names = 22 if width >= 76 else 16
    versions = 14 if width >= 60 else 10
    reason = max(0, width - 2 - 12 - names - versions - 2)
    return line(
        Span("│ ", Role.MUTED),
        Span(pad(badge.text, 11) + " ", badge.role),
        Span(pad(component.title, names) + " ", Role.PLAIN),
        Span(pad(component.version or "", versions) + " ", Role.MUTED),
        Span(fit(card.reason, reason), badge.role if badge.role in (Role.FAIL, Role.UNKNOWN) else Role.PLAIN),
        target=places.checks(component.id),
        key=f"component:{component.id}",
    )


def _absent(report: Report | None, layer: Layer) -> int:
    if report is None:
        return 0
    return sum(one.layer is layer and one.state is Presence.ABSENT for one in report.components)


def root_causes(report: Report) -> tuple[Finding, ...]:
    """Findings that no other finding explains, worst first: by status, severity, and how much waits on them."""
    known = {finding.fingerprint for finding in report.findings}
    roots = [one for one in report.findings if one.caused_by not in known and one.exemption is None]
    judged = [one for one in roots if one.status in (Status.FAIL, Status.WARN, Status.ERROR)]
    return tuple(sorted(judged, key=lambda one: (-one.status.badness, one.severity.rank, -one.affects, one.message)))


def evidence(report: Report | None, view: View | None, now: datetime, width: int, *, most: int = 8) -> list[Line]:
    """The right side: root causes, what changed lately, and what nobody could look at."""
    lines = [heading("ROOT CAUSES")]
    if report is None:
        lines.append(line(Span("… not judged yet", Role.MUTED)))
    else:
        lines.extend(_causes(report, width, most))
    lines += [BLANK, heading("CHANGED IN THE LAST 30 MINUTES")]
    lines.extend(_changes(view, now, width, most))
    lines += [BLANK, heading("COVERAGE")]
    lines.extend(coverage(report, width))
    return lines


def _causes(report: Report, width: int, most: int) -> Iterable[Line]:
    causes = root_causes(report)
    if not causes:
        complete = not any(check.status is Status.UNKNOWN for check in report.checks)
        text = "none found" if complete else "none found in what could be read"
        yield line(Span(text, Role.OK if complete else Role.UNKNOWN))
    for finding in causes[:most]:
        badge = status_badge(finding.status)
        where = str(finding.object) if finding.object else "cluster"
        target = place_of(finding.object) or places.check(finding.check_id)
        yield line(
            Span(f"{badge.text[:1]} ", badge.role),
            Span(fit(where, width - 2), Role.PLAIN),
            target=target,
            key=finding.fingerprint,
        )
        for part in wrap(finding.message, width - 4)[:2]:
            yield line("    ", Span(part, badge.role))
        if finding.affects:
            yield line("    ", Span(f"{finding.affects} more wait on this", Role.MUTED))
    if len(causes) > most:
        yield line(Span(f"and {len(causes) - most} more: :check", Role.MUTED), target=places.checks())


def _changes(view: View | None, now: datetime, width: int, most: int) -> Iterable[Line]:
    recent = [one for one in view.changes if now - one.at <= RECENT] if view else []
    if not recent:
        yield line(Span("nothing seen to change while watched", Role.MUTED))
    for change in sorted(recent, key=lambda one: one.at, reverse=True)[:most]:
        yield _change_line(change, now, width)
    if len(recent) > most:
        yield line(Span(f"and {len(recent) - most} more", Role.MUTED))


def _change_line(change: Change, now: datetime, width: int) -> Line:
    name = "/".join(filter(None, change.key))
    text = f"{change.resource.partition('.')[0]} {name} {change.path}: {change.before} → {change.after}"
    since = f"{age(change.at, now):>6} "
    return line(
        Span(since, Role.MUTED),
        Span(fit(text, width - len(since))),
        target=places.thing(change.resource, change.key),
        key=f"change:{change.resource}:{name}:{change.path}",
    )


def coverage(report: Report | None, width: int) -> list[Line]:
    """What was judged, and plainly what could not be."""
    if report is None:
        return [line(Span("… not judged yet", Role.MUTED))]
    found = report.summary.coverage
    percent = f" ({found.percent:g} %)" if found.percent is not None else ""
    lines = wrapped(f"{found.evaluated} of {found.applicable} applicable checks looked{percent}", width)
    unknown = sum(check.status is Status.UNKNOWN for check in report.checks)
    if unknown:
        text = f"{unknown} {'check' if unknown == 1 else 'checks'} could not look"
        lines.append(line(Span(f"? {text}", Role.UNKNOWN), target=places.checks(), key="unknown"))
    for denied in report.access.denied:
        resource = f"{denied.resource}.{denied.group}" if denied.group else denied.resource
        where = f" in {denied.namespace}" if denied.namespace else ""
        hides = f", hides {len(denied.affects)} checks" if denied.affects else ""
        lines.extend(wrapped(f"{denied.verb} {resource}{where}: denied{hides}", width, Role.UNKNOWN, indent="  "))
    for problem in report.errors:
        lines.extend(wrapped(problem, width, Role.FAIL, indent="  "))
    return lines
