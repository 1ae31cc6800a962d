"""``healthy``: an object by the verdict that lists show of it, whatever its kind."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.checks.check import Predicate
from k8sview.analysis.checks.outcome import Context, Outcome, cannot_tell, fails, passes
from k8sview.analysis.checks.registry import Parameters, predicate
from k8sview.model.health import HealthVerdict
from k8sview.model.kinds import RESOURCE_NAMES


class HealthyParameters(Parameters, frozen=True, kw_only=True):
    """The object is neither Degraded nor Down. ``reasons``: only verdicts with one of these reasons count;
    ``except_reasons``: these never do (another check tells them). ``unknown``: also what cannot be told counts."""

    reasons: tuple[str, ...] = ()
    except_reasons: tuple[str, ...] = ()
    unknown: bool = True


@predicate("healthy", HealthyParameters, own_object_only=False)
def healthy(parameters: HealthyParameters) -> Predicate:
    def judge(obj: Any, context: Context) -> Outcome:
        health = context.health(RESOURCE_NAMES.get(type(obj).__name__, ""), obj)
        details: dict[str, Any] = {
            "observed": health.reason or None,
            "evidence": health.evidence,
            "since": health.since,
            "confidence": health.confidence,
            "recheck_at": health.recheck_at,
        }
        counts = health.reason not in parameters.except_reasons
        counts = counts and (not parameters.reasons or health.reason in parameters.reasons)
        if health.verdict.faulty and counts:
            return fails(health.message or f"is {health.verdict}", **details)
        if health.verdict is HealthVerdict.UNKNOWN and parameters.unknown:
            return cannot_tell(health.message or "its health cannot be told", **details)
        return passes(health.recheck_at)

    return judge
