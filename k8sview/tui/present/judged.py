"""Checks, one check, and findings as tables and lines. The values are the report's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from k8sview.model.report import CheckResult, Finding, Report
from k8sview.model.resources import Key
from k8sview.model.status import Layer
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span, status_badge
from k8sview.tui.present.columns import Column, Surroundings, TableSpec
from k8sview.tui.present.lines import BLANK, Line, heading, line, wrapped
from k8sview.tui.present.links import place_of


def _values(check: CheckResult, _around: Surroundings) -> tuple[Any, ...]:
    return (
        check.status,
        check.severity,
        check.layer.value,
        check.component,
        check.title,
        check.message or (check.reason.value if check.reason else ""),
        check.evaluated_objects,
        check.id,
    )


CHECKS = TableSpec(
    (
        Column("verdict", "STATUS"),
        Column("severity", "SEVERITY"),
        Column("layer", "LAYER", flexible=True, widest=10),
        Column("component", "COMPONENT", flexible=True, widest=24),
        Column("name", "CHECK", flexible=True, widest=50, least=20, sentence=True),
        Column("message", "MESSAGE", flexible=True, widest=110, least=16, sentence=True),
        Column("objects", "OBJECTS", right=True, wide=True),
        Column("id", "ID", wide=True, widest=70),
    ),
    _values,
    default_sort="verdict",
)


def chosen(report: Report | None, selection: str) -> Mapping[Key, CheckResult]:
    """The checks of a layer, a component, or all, keyed so that equal ones stand by severity and id."""
    checks: Iterable[CheckResult] = report.checks if report else ()
    if selection in set(Layer):
        checks = (one for one in checks if one.layer.value == selection)
    elif selection:
        checks = (one for one in checks if one.component == selection)
    return {(str(one.severity.rank), one.id): one for one in checks}


def find_check(report: Report | None, check_id: str) -> CheckResult | None:
    """A check's result by its id."""
    return next((one for one in report.checks if one.id == check_id), None) if report else None


def check_lines(report: Report | None, check_id: str, width: int) -> list[Line]:
    """One check: what it wants, why, what it found, and the next step."""
    check = find_check(report, check_id)
    if report is None or check is None:
        why = "… not judged yet" if report is None else f"no check is called {check_id}"
        return [line(Span(why, Role.MUTED))]
    badge = status_badge(check.status)
    reason = f"  {check.reason.value}" if check.reason else ""
    lines = [line(Span(badge.text, badge.role), "  ", Span(check.title, Role.TITLE), Span(reason, Role.MUTED))]
    lines.append(
        line(Span(f"{check.severity.value} · {check.layer.value} · {check.component} · {check.id}", Role.MUTED))
    )
    if check.message:
        lines.extend(wrapped(check.message, width, badge.role))
    if check.why:
        lines += [BLANK, heading("WHY"), *wrapped(check.why, width)]
    found = [one for one in report.findings if one.check_id == check_id]
    lines += [BLANK, heading(f"FINDINGS ({len(found)})" if check.status.evaluated or found else "FINDINGS (?)")]
    if not found:
        lines.append(line(Span(_no_findings(check), badge.role if not check.status.evaluated else Role.MUTED)))
    for finding in found:
        lines.extend(finding_lines(finding, width))
    if check.next:
        lines += [BLANK, heading("NEXT"), *wrapped(check.next, width, Role.ACCENT)]
    if check.url:
        lines += [BLANK, line(Span(check.url, Role.MUTED))]
    return lines


def _no_findings(check: CheckResult) -> str:
    if check.status.evaluated:
        return f"none in {check.evaluated_objects} objects"
    return "nothing was judged"


def finding_lines(finding: Finding, width: int, *, named: bool = True) -> list[Line]:
    """A finding with its evidence; Enter on it leads to the object."""
    badge = status_badge(finding.status)
    target = place_of(finding.object)
    where = str(finding.object) if finding.object else "cluster"
    head = f"{badge.text[:1]} {where}" if named else badge.text
    lines = [
        line(
            Span(head, badge.role),
            Span(f"  {finding.severity.value}", Role.MUTED),
            target=target,
            key=finding.fingerprint,
        )
    ]
    lines.extend(wrapped(finding.message, width, indent="    "))
    if finding.observed is not None:
        expected = f", expected {finding.expected}" if finding.expected is not None else ""
        lines.extend(wrapped(f"{finding.path or 'observed'}: {finding.observed}{expected}", width, indent="    "))
    for one in finding.evidence:
        lines.extend(wrapped(one, width, Role.MUTED, indent="    "))
    if finding.affects:
        lines.append(line(Span(f"    {waiting(finding.affects)}", Role.MUTED)))
    if finding.next:
        lines.extend(wrapped(f"next: {finding.next}", width, Role.ACCENT, indent="    "))
    return lines


def waiting(count: int) -> str:
    """How much folds beneath a finding."""
    return "1 more waits on this" if count == 1 else f"{count} more wait on this"


def findings_of(report: Report | None, kind: str, key: Key) -> tuple[Finding, ...]:
    """The findings about one object, worst first."""
    if report is None:
        return ()
    found = [
        one
        for one in report.findings
        if one.object and one.object.kind == kind and (one.object.namespace or "", one.object.name) == key
    ]
    return tuple(sorted(found, key=lambda one: (-one.status.badness, one.severity.rank)))


def link_to(finding: Finding) -> places.Place:
    """Where a finding leads: its object, or its check."""
    return place_of(finding.object) or places.check(finding.check_id)
