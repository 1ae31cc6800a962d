"""Counts and verdicts of a run, in one place for every front end. An unseen thing never makes a verdict better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from k8sview.analysis.checks.engine import Evaluation
from k8sview.model.report import Coverage, Finding, LayerSummary, Summary
from k8sview.model.status import Layer, Severity, Status, Verdict


def summarise(evaluations: Sequence[Evaluation], findings: Sequence[Finding]) -> Summary:
    """``layers`` holds those floors that have selected checks."""
    layers = []
    for layer in Layer:
        own = [one for one in evaluations if one.check.layer is layer]
        if own:
            ids = {one.check.id for one in own}
            there = [finding for finding in findings if finding.check_id in ids]
            layers.append(LayerSummary(layer, verdict_of(own, there), tuple(root_causes(there))))
    applicable = [one for one in evaluations if one.status is not Status.SKIP]
    evaluated = [one for one in applicable if one.status.evaluated]
    percent = round(100 * len(evaluated) / len(applicable), 1) if applicable else None
    return Summary(
        verdict=verdict_of(evaluations, findings),
        checks={str(status): sum(one.status is status for one in evaluations) for status in Status},
        findings=_finding_counts(findings),
        layers=tuple(layers),
        coverage=Coverage(len(evaluations), len(applicable), len(evaluated), percent),
    )


def counts(finding: Finding) -> bool:
    """Whether a finding speaks against the cluster: a failure or warning that nobody exempted."""
    return finding.status in (Status.FAIL, Status.WARN) and finding.exemption is None


def verdict_of(evaluations: Iterable[Evaluation], findings: Iterable[Finding]) -> Verdict:
    """A proven failure first, then what could not be seen, then warnings. Nothing applicable is incomplete."""
    against = [finding for finding in findings if counts(finding)]
    statuses = [one.status for one in evaluations]
    if any(finding.status is Status.FAIL and finding.severity.at_least(Severity.HIGH) for finding in against):
        return Verdict.NOT_READY
    if any(status in (Status.UNKNOWN, Status.ERROR) for status in statuses):
        return Verdict.INCOMPLETE
    if all(status is Status.SKIP for status in statuses):
        return Verdict.INCOMPLETE
    return Verdict.READY_WITH_WARNINGS if against else Verdict.READY


def root_causes(findings: Iterable[Finding]) -> list[str]:
    """Fingerprints of failures that nothing explains: worst severity first, then those that explain most."""
    roots = [finding for finding in findings if finding.status is Status.FAIL and counts(finding)]
    roots = [finding for finding in roots if finding.caused_by is None]
    roots.sort(key=lambda finding: (finding.severity.rank, -finding.affects, finding.check_id, finding.fingerprint))
    return [finding.fingerprint for finding in roots]


def _finding_counts(findings: Iterable[Finding]) -> dict[str, int]:
    """By severity for those that count; ``new`` and ``resolved`` are 0 without a baseline."""
    result = {str(severity): 0 for severity in Severity} | {"exempted": 0, "new": 0, "resolved": 0}
    for finding in findings:
        if finding.exemption is not None:
            result["exempted"] += 1
        elif counts(finding):
            result[str(finding.severity)] += 1
            result["new"] += finding.state == "new"
    return result
