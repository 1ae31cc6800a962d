"""``workloads-ready``: the parts that a component needs are there, rolled out and available."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    cannot_tell,
    fails,
    not_applicable,
    ref_to,
    warns,
)
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.components import Part
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Severity


class WorkloadsReadyParameters(Parameters, frozen=True, kw_only=True):
    """``parts``: only these parts (default: all). ``severity``: of a part, where it differs from the check's."""

    parts: tuple[str, ...] = ()
    severity: dict[str, Severity] = {}


@rule("workloads-ready", WorkloadsReadyParameters)
def workloads_ready(context: Context, parameters: WorkloadsReadyParameters) -> Iterator[Judged]:
    component, wanted = context.component, parameters.parts
    if wanted and not {*component.missing_parts, *(part.name for part in component.parts)} & {*wanted}:
        yield Judged(None, not_applicable(f"{component.title} runs without {' or '.join(wanted)}"))
    for name in component.missing_parts:
        if not parameters.parts or name in parameters.parts:
            message = f"no workload of {component.title}'s {name} was found"
            yield Judged(None, fails(message, path=name, severity=parameters.severity.get(name)))
    for part in component.parts:
        if parameters.parts and part.name not in parameters.parts:
            continue
        table = context.table(part.resource)
        workload = table.get(part.workload, part.namespace)
        if workload is not None:
            health = context.health(part.resource, workload)
            yield Judged(ref_to(table, workload), _outcome(part, health, parameters.severity.get(part.name)))


def _outcome(part: Part, health: Health, severity: Severity | None) -> Outcome:
    details: dict[str, Any] = {
        "evidence": health.evidence,
        "since": health.since,
        "confidence": health.confidence,
        "recheck_at": health.recheck_at,
        "severity": severity,
    }
    words = f"{part.name} {health.message}".strip() if part.name else health.message
    match health.verdict:
        case HealthVerdict.DOWN | HealthVerdict.DEGRADED:
            return fails(words, **details)
        case HealthVerdict.SUSPENDED:
            return warns(words or "is scaled to 0", **details)
        case HealthVerdict.UNKNOWN:
            return cannot_tell(words or "its health cannot be told", **details)
    return Outcome(status=PASS.status, recheck_at=health.recheck_at)
