"""JUnit XML for CI: one testcase per check, so that trends work. What was not judged is skipped, never passed.

One of failure, error or skipped per testcase; counts are of the cases below; times in seconds, timestamps in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from k8sview.model.report import CheckResult, Finding, Report
from k8sview.model.status import Layer, Status
from k8sview.reports.formats import DEFAULT_LOOK, Look
from k8sview.reports.order import in_order, told

# What in_order leaves of the characters that XML 1.0 refuses: none; a file must parse even if that ever changes.
_INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, look: Look = DEFAULT_LOOK) -> str:
    """A whole document with one testsuite per floor."""
    report = in_order(report)
    findings: dict[str, list[Finding]] = {}
    for finding in report.findings:
        findings.setdefault(finding.check_id, []).append(finding)
    root = ET.Element("testsuites", {"name": "k8sview", **_counts(report.checks), **_time(report.checks)})
    for layer in Layer:
        own = [check for check in report.checks if check.layer is layer]
        if own:
            root.append(_suite(report, layer, own, findings))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(
    report: Report, layer: Layer, checks: Sequence[CheckResult], findings: dict[str, list[Finding]]
) -> ET.Element:
    # The format's schema wants a local time without a zone; ours is UTC.
    timestamp = {"timestamp": report.run.started_at.removesuffix("Z")}
    suite = ET.Element("testsuite", {"name": f"k8sview.{layer}", **_counts(checks), **_time(checks), **timestamp})
    properties = ET.SubElement(suite, "properties")
    for name, value in (("cluster", report.cluster.context), ("version", report.cluster.version)):
        ET.SubElement(properties, "property", {"name": name, "value": _valid(value)})
    for check in checks:
        suite.append(_case(check, findings.get(check.id, ())))
    return suite


def _counts(checks: Sequence[CheckResult]) -> dict[str, str]:
    def number(*statuses: Status) -> str:
        return str(sum(check.status in statuses for check in checks))

    return {
        "tests": str(len(checks)),
        "failures": number(Status.FAIL),
        "errors": number(Status.ERROR),
        "skipped": number(Status.SKIP, Status.UNKNOWN),
    }


def _time(checks: Sequence[CheckResult]) -> dict[str, str]:
    return {"time": f"{sum(check.duration_ms for check in checks) / 1000:.3f}"}


def _case(check: CheckResult, findings: Sequence[Finding]) -> ET.Element:
    case = ET.Element("testcase", {"classname": f"{check.layer}.{check.component}", "name": check.id, **_time([check])})
    message = _valid(check.message or str(check.reason or check.title))
    match check.status:
        case Status.FAIL:
            ET.SubElement(case, "failure", {"message": message, "type": check.severity}).text = _body(check, findings)
        case Status.ERROR:
            ET.SubElement(case, "error", {"message": message, "type": str(check.reason or "error")}).text = _body(
                check, findings
            )
        case Status.SKIP | Status.UNKNOWN:
            ET.SubElement(case, "skipped", {"message": f"{check.status}: {message}"})
        case Status.WARN:
            ET.SubElement(case, "system-out").text = _body(check, findings)
        case Status.PASS:
            pass
    return case


def _body(check: CheckResult, findings: Sequence[Finding]) -> str:
    lines = [check.title]
    for finding in findings:
        lines.append(f"{finding.status} {finding.severity} {told(finding)}")
        if finding.next:
            lines.append(f"  next: {finding.next}")
    if check.why:
        lines.append(f"why: {check.why}")
    if check.url:
        lines.append(f"see: {check.url}")
    return _valid("\n".join(lines))


def _valid(text: str) -> str:
    return _INVALID.sub("\ufffd", text)
