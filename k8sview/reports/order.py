"""A report put in its published order, made plain, and seen by causes: what every renderer starts from.

Text from the cluster is made harmless here, once, for all formats: no renderer can forget it.
"""

from __future__ import annotations

import re
from typing import TypeVar, cast

import msgspec

from k8sview.model.report import CheckResult, Denied, Finding, Report
from k8sview.model.status import Status
from k8sview.model.text import plain

T = TypeVar("T")

_AGAINST = (Status.FAIL, Status.WARN)
_BLIND = (Status.UNKNOWN, Status.ERROR)
# No encoder accepts half a surrogate pair, and XML refuses the two non-characters.
_UNENCODABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


def harmless(value: T) -> T:
    """A report value with every text made plain; line feeds stay, they are laid out by each format."""
    return cast("T", _harmless(value))


def _harmless(value: object) -> object:
    if type(value) is str:  # enums are our own words
        found = plain(value, newlines=True)
        return found if found.isascii() else _UNENCODABLE.sub("\ufffd", found)
    if isinstance(value, msgspec.Struct):
        changed = {}
        for name in value.__struct_fields__:
            before = getattr(value, name)
            after = _harmless(before)
            if after is not before:
                changed[name] = after
        return msgspec.structs.replace(value, **changed) if changed else value
    if isinstance(value, tuple):
        items = tuple(_harmless(one) for one in value)
        return value if all(map(lambda one, other: one is other, value, items)) else items
    return value


def in_order(report: Report) -> Report:
    """Plain, and sorted as published: by layer, check id, namespace, kind and name."""
    report = harmless(report)
    floors = {check.id: check.layer.floor for check in report.checks}

    def place(finding: Finding) -> tuple[object, ...]:
        ref = finding.object
        where = (ref.namespace or "", ref.kind, ref.name, ref.container or "") if ref else ("", "", "", "")
        return (
            floors.get(finding.check_id, len(floors)),
            finding.check_id,
            *where,
            finding.path or "",
            finding.message,
        )

    return msgspec.structs.replace(
        report,
        components=tuple(sorted(report.components, key=lambda one: (one.layer.floor, one.id))),
        checks=tuple(sorted(report.checks, key=lambda one: (one.layer.floor, one.id))),
        findings=tuple(sorted(report.findings, key=place)),
    )


def badness(finding: Finding) -> tuple[object, ...]:
    """Sort key, worst first: by status, severity, and how much waits on it."""
    return (-finding.status.badness, finding.severity.rank, -finding.affects, finding.check_id, str(finding.object))


def causes(report: Report) -> tuple[Finding, ...]:
    """Findings that no other finding of the report explains and nobody exempted, worst first."""
    known = {finding.fingerprint for finding in report.findings}
    found = [
        one
        for one in report.findings
        if one.status in _AGAINST and one.exemption is None and (one.caused_by is None or one.caused_by not in known)
    ]
    return tuple(sorted(found, key=badness))


def effects(report: Report) -> dict[str, tuple[Finding, ...]]:
    """What folds beneath each cause, by the cause's fingerprint."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.caused_by is not None:
            found.setdefault(finding.caused_by, []).append(finding)
    return {cause: tuple(sorted(folded, key=badness)) for cause, folded in found.items()}


def unjudged(report: Report) -> tuple[tuple[CheckResult, str], ...]:
    """Everything applicable that was not judged, in words: whole checks, and single objects of checks that fail or
    warn for others."""
    blind: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.status in _BLIND:
            blind.setdefault(finding.check_id, []).append(finding)
    found = []
    for check in report.checks:
        if check.status in _BLIND:
            found.append((check, check.message or str(check.reason or check.status)))
        elif check.status in _AGAINST:
            found += [(check, told(one)) for one in blind.get(check.id, ())]
    return tuple(found)


def resource_of(denied: Denied) -> str:
    """The denied resource as kubectl writes it."""
    return f"{denied.resource}.{denied.group}" if denied.group else denied.resource


def subject(finding: Finding) -> str:
    """What a finding is about, in one line."""
    return " ".join(str(finding.object).split()) if finding.object else "the cluster"


def told(finding: Finding) -> str:
    """A finding in one sentence; what concerns the cluster as a whole says so itself."""
    return f"{subject(finding)}: {finding.message}" if finding.object else finding.message


def one_line(text: str) -> str:
    return " ".join(text.split())


def counted(number: int, noun: str) -> str:
    """``1 check``, ``2 checks``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
