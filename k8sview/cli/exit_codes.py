"""What a process may end with, and the one rule from a report to its code. The same for every output format."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from k8sview.model.status import Severity, Status

if TYPE_CHECKING:  # the front door reads the enum and must not pay for the report's types
    from k8sview.model.report import Report


class ExitCode(IntEnum):
    OK = 0  # nothing at or above --fail-on, and coverage sufficient
    FINDINGS = 1
    USAGE = 2  # usage, configuration or catalogue
    INCOMPLETE = 3  # something applicable could not be judged, or nothing applied
    UNREACHABLE = 4  # cluster unreachable, not authenticated, or output not written
    INTERNAL = 5
    INTERRUPTED = 130


# A proven failure is never hidden behind "incomplete", and nothing hides that no verdict could be reached at all.
_PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.INTERNAL,
    ExitCode.UNREACHABLE,
    ExitCode.USAGE,
    ExitCode.FINDINGS,
    ExitCode.INCOMPLETE,
    ExitCode.OK,
)


def weightiest(*codes: ExitCode) -> ExitCode:
    """The code that stands for several outcomes of one run."""
    return min(codes, key=_PRECEDENCE.index, default=ExitCode.OK)


class Gate(NamedTuple):
    """What lets a report pass. ``fail_on`` None: findings never fail the run."""

    fail_on: Severity | None = Severity.HIGH
    allow_incomplete: bool = False
    min_coverage: float | None = None
    exit_zero: bool = False


def exit_code(report: Report, gate: Gate) -> ExitCode:
    """The code for a report that was made and written."""
    if gate.exit_zero:
        return ExitCode.OK
    found = ExitCode.FINDINGS if _has_findings(report, gate.fail_on) else ExitCode.OK
    blind = ExitCode.INCOMPLETE if _is_incomplete(report, gate) else ExitCode.OK
    return weightiest(found, blind)


def _has_findings(report: Report, fail_on: Severity | None) -> bool:
    """Failures and warnings at or above ``fail_on``, folded ones included, exempted ones not."""
    if fail_on is None:
        return False
    against = (Status.FAIL, Status.WARN)
    for finding in report.findings:
        if finding.status in against and finding.exemption is None and finding.severity.at_least(fail_on):
            return True
    told = {finding.check_id for finding in report.findings}
    # A check that fails without naming an object still fails.
    return any(
        check.status is Status.FAIL and check.severity.at_least(fail_on) and check.id not in told
        for check in report.checks
    )


def _is_incomplete(report: Report, gate: Gate) -> bool:
    """``--min-coverage`` replaces "all of it"; with ``--allow-incomplete`` alone, anything will do.

    A run in which no check applied judged nothing: its verdict is incomplete, and a gate must not open on it.
    """
    coverage = report.summary.coverage
    if coverage.percent is None:
        return not gate.allow_incomplete
    if gate.min_coverage is not None:
        return coverage.percent < gate.min_coverage
    if gate.allow_incomplete:
        return False
    blind = (Status.UNKNOWN, Status.ERROR)
    return coverage.evaluated < coverage.applicable or any(check.status in blind for check in report.checks)
