"""From a report to an exit code, as a table; and the precedence of codes."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from k8sview.cli.exit_codes import ExitCode, Gate, exit_code, weightiest
from k8sview.model.report import Exemption, Report
from k8sview.model.status import Severity, Status
from tests.reports.samples import ALL, CERTIFICATES, COREDNS, KEDA, NODES, VELERO, check, finding, report

PASS = check(VELERO, Status.PASS)
SKIP = check(KEDA, Status.SKIP)
FAIL = check(NODES, Status.FAIL)
WARN = check(CERTIFICATES, Status.WARN)
UNKNOWN = check(COREDNS, Status.UNKNOWN)
ERROR = check(COREDNS, Status.ERROR)

HIGH = finding(1, NODES, None, "broken")
LOW = finding(2, NODES, None, "untidy", severity=Severity.LOW)
WARNING = finding(3, CERTIFICATES, None, "soon", Status.WARN, severity=Severity.MEDIUM)
EXEMPTED = finding(4, NODES, None, "broken", exemption=Exemption("known", "platform", "2026-12-31"))
FOLDED = finding(5, CERTIFICATES, None, "follows", caused_by="fp1:0")
BLIND = finding(6, COREDNS, None, "cannot be read", Status.UNKNOWN, severity=Severity.CRITICAL)

OK, FINDINGS, INCOMPLETE = ExitCode.OK, ExitCode.FINDINGS, ExitCode.INCOMPLETE

CASES: list[tuple[str, Report, dict[str, Any], ExitCode]] = [
    ("all pass", report((PASS, SKIP)), {}, OK),
    ("nothing applies", report((SKIP,)), {}, INCOMPLETE),
    ("nothing applies, allowed", report((SKIP,)), {"allow_incomplete": True}, OK),
    ("nothing applies, coverage asked for", report((SKIP,)), {"min_coverage": 1}, INCOMPLETE),
    ("nothing applies, report only", report((SKIP,)), {"exit_zero": True}, OK),
    ("a failure at the threshold", report((FAIL,), (HIGH,)), {}, FINDINGS),
    ("a failure above it", report((FAIL,), (HIGH,)), {"fail_on": Severity.LOW}, FINDINGS),
    ("a failure below it", report((FAIL,), (HIGH,)), {"fail_on": Severity.CRITICAL}, OK),
    ("only findings count, not the check's severity", report((FAIL,), (LOW,)), {}, OK),
    ("a warning below the threshold", report((WARN,), (WARNING,)), {}, OK),
    ("a warning at the threshold", report((WARN,), (WARNING,)), {"fail_on": Severity.MEDIUM}, FINDINGS),
    ("never", report((FAIL,), (HIGH,)), {"fail_on": None}, OK),
    ("an exempted failure", report((FAIL,), (EXEMPTED,)), {}, OK),
    ("an exempted failure beside another", report((FAIL,), (EXEMPTED, HIGH)), {}, FINDINGS),
    ("an effect of something else", report((check(CERTIFICATES, Status.FAIL),), (FOLDED,)), {}, FINDINGS),
    ("a failing check that names no object", report((FAIL,)), {}, FINDINGS),
    ("unknown", report((PASS, UNKNOWN)), {}, INCOMPLETE),
    ("unknown with a finding of its own is no failure", report((UNKNOWN,), (BLIND,)), {}, INCOMPLETE),
    ("an error is never a pass", report((PASS, ERROR)), {}, INCOMPLETE),
    ("unknown, allowed", report((PASS, UNKNOWN)), {"allow_incomplete": True}, OK),
    ("error, allowed", report((PASS, ERROR)), {"allow_incomplete": True}, OK),
    ("enough coverage", report((PASS, UNKNOWN)), {"min_coverage": 50}, OK),
    ("too little coverage", report((PASS, UNKNOWN)), {"min_coverage": 51}, INCOMPLETE),
    ("too little, though allowed", report((UNKNOWN,)), {"min_coverage": 1, "allow_incomplete": True}, INCOMPLETE),
    ("a proven failure outranks incomplete", report((FAIL, UNKNOWN), (HIGH,)), {}, FINDINGS),
    ("incomplete outranks a harmless finding", report((FAIL, UNKNOWN), (LOW,)), {}, INCOMPLETE),
    ("report only", report((FAIL, UNKNOWN), (HIGH,)), {"exit_zero": True}, OK),
    ("the story", ALL["troubled"], {}, FINDINGS),
    ("no rights at all", ALL["blind"], {}, INCOMPLETE),
]


@pytest.mark.parametrize(("made", "options", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_exit_code(made: Report, options: dict[str, Any], expected: ExitCode) -> None:
    assert exit_code(made, Gate(**options)) is expected


def test_the_order_of_findings_does_not_matter() -> None:
    made = report((FAIL,), (EXEMPTED, LOW, HIGH))
    for findings in itertools.permutations(made.findings):
        assert exit_code(msgspec.structs.replace(made, findings=findings), Gate()) is FINDINGS


def test_precedence() -> None:
    order = [5, 4, 2, 1, 3, 0]
    for heavy, light in itertools.combinations(order, 2):
        assert weightiest(ExitCode(light), ExitCode(heavy)) == heavy
    assert weightiest() is ExitCode.OK
