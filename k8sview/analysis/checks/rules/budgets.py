"""PodDisruptionBudgets: their arithmetic, their overlaps, and who has none. What a drain would meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.applications import Serving, applications, template_labels
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.objects.workloads import PodDisruptionBudget
from k8sview.model.status import Severity

BUDGETS = "poddisruptionbudgets.policy"


class NoParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""


@rule("budgets-allow", NoParameters)
def budgets_allow(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """No budget forbids every eviction while all its pods are healthy. System namespaces count: drains meet them."""
    table = context.table(BUDGETS)
    for key in sorted(table.objects):
        yield Judged(ref_to(table, table.objects[key]), _allows(table.objects[key]))


def _allows(budget: PodDisruptionBudget) -> Outcome:
    status = budget.status
    failed = next((one for one in status.conditions if one.reason == "SyncFailed"), None)
    if failed is not None:
        return fails(f"cannot be computed, so it allows no eviction: {failed.message}", path="status.conditions")
    if not status.observed_generation:
        return cannot_tell("no status: the disruption controller has not looked at it", path="status")
    stated = _stated(budget)
    evidence = (
        f"status.expectedPods = {status.expected_pods}",
        f"status.currentHealthy = {status.current_healthy}",
        f"status.desiredHealthy = {status.desired_healthy}",
        f"status.disruptionsAllowed = {status.disruptions_allowed}",
    )
    if status.expected_pods == 0:
        return warns(
            "selects no pod: it shields nothing", path="spec.selector", evidence=evidence, severity=Severity.LOW
        )
    if status.disruptions_allowed == 0 and status.current_healthy >= status.expected_pods:
        return fails(
            f"allows no eviction although all {status.expected_pods} pods are healthy ({stated}): drains wait for ever",
            path="status.disruptionsAllowed",
            observed="0",
            expected="at least 1 while every pod is healthy",
            evidence=evidence,
        )
    return PASS


def _stated(budget: PodDisruptionBudget) -> str:
    if budget.spec.max_unavailable is not None:
        return f"maxUnavailable {budget.spec.max_unavailable}"
    return f"minAvailable {budget.spec.min_available if budget.spec.min_available is not None else 1}"


def _by_namespace(context: Context) -> dict[str, list[PodDisruptionBudget]]:
    found: dict[str, list[PodDisruptionBudget]] = {}
    for budget in context.table(BUDGETS):
        found.setdefault(budget.metadata.namespace or "", []).append(budget)
    return found


def _over(workload: Any, budgets: dict[str, list[PodDisruptionBudget]]) -> list[str]:
    """Names of the budgets that select a workload's pods. No selector selects nothing, an empty one everything."""
    labels = template_labels(workload)
    known = budgets.get(workload.metadata.namespace or "", ())
    return sorted(one.metadata.name for one in known if one.spec.selector and one.spec.selector.matches(labels))


@rule("budgets-distinct", NoParameters)
def budgets_distinct(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """No pod has two budgets: the eviction API refuses such a pod, whatever the budgets allow."""
    budgets = _by_namespace(context)
    for resource in ("deployments.apps", "statefulsets.apps"):
        table = context.table(resource)
        for key in sorted(table.objects):
            names = _over(table.objects[key], budgets)
            outcome = PASS
            if len(names) > 1:
                words = f"PodDisruptionBudgets {' and '.join(names)} select the same pods: none of them can be evicted"
                outcome = fails(words, path="spec.template.metadata.labels", observed=str(len(names)), expected="1")
            yield Judged(ref_to(table, table.objects[key]), outcome)


@rule("budgets-present", NoParameters)
def budgets_present(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """Deployments with several replicas behind a Service tell drains how many of them may go at once."""
    budgets, serving = _by_namespace(context), Serving(context.view)
    for subject, workload in applications(context, ("deployments.apps",)):
        outcome = PASS
        if workload.spec.replicas > 1 and serving.of(workload) and not _over(workload, budgets):
            words = f"{workload.spec.replicas} replicas behind a Service and no PodDisruptionBudget"
            outcome = fails(
                f"{words}: a drain may take them all at once", observed="none", expected="a PodDisruptionBudget"
            )
        yield Judged(subject, outcome)
