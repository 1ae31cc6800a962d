"""Verdict on PodDisruptionBudgets: do they let a drain through once everything is well? Only their counts tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.generations import unobserved
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import counted, one_line
from k8sview.analysis.health.pods import pod_health
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import LabelSelector, LabelSelectorRequirement
from k8sview.model.objects.pods import Pod, PodTemplateSpec
from k8sview.model.objects.workloads import CronJob, PodDisruptionBudget
from k8sview.model.status import Confidence
from k8sview.model.view import View

BUDGETS = "poddisruptionbudgets.policy"
_ROLLING = timedelta(minutes=15)
_NEW = timedelta(minutes=5)
_OVER = ("Succeeded", "Failed")
_MAKERS = (
    "deployments.apps",
    "statefulsets.apps",
    "replicasets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
)
_EVERY = LabelSelector(match_expressions=(LabelSelectorRequirement("k8sview/none", "DoesNotExist"),))


def budget_health(view: View, budget: PodDisruptionBudget) -> Health:
    """Verdict on one budget."""
    status = budget.status
    if budget.metadata.deletion_timestamp is not None:
        return deletion(view, budget)
    lagging = unobserved(view, budget, status.observed_generation)
    if lagging is not None:
        return lagging
    said = find(status.conditions, "DisruptionAllowed")
    if said is not None and said.reason == "SyncFailed":
        message = f"cannot be computed, so it allows no eviction: {one_line(said.message)}"
        evidence = ("status.conditions[type=DisruptionAllowed].reason = SyncFailed",)
        return Health(HealthVerdict.DEGRADED, "SyncFailed", message, changed(said), evidence=evidence)
    missing = () if view.readable("pods", budget.metadata.namespace) else ("pods",)
    counts = (
        f"status.expectedPods = {status.expected_pods}",
        f"status.currentHealthy = {status.current_healthy}",
        f"status.desiredHealthy = {status.desired_healthy}",
        f"status.disruptionsAllowed = {status.disruptions_allowed}",
    )
    rivals = rivals_of(view, budget)
    if rivals:
        names = " and ".join(one.metadata.name for one in rivals)
        message = f"selects pods that PodDisruptionBudget {names} selects as well: no such pod can be evicted"
        since = max((one for one in map(created, (budget, *rivals)) if one is not None), default=None)
        sure = Confidence.INFERRED if missing else Confidence.CERTAIN
        return Health(HealthVerdict.DEGRADED, "Overlap", message, since, sure, evidence=counts, missing=missing)
    if not status.expected_pods:
        return _without_pods(view, budget, counts, missing)
    if status.disruptions_allowed > 0:
        if missing and _others(view, budget):
            message = "whether another budget selects its pods as well cannot be told without pods"
            return Health(HealthVerdict.UNKNOWN, "PodsUnreadable", message, evidence=counts, missing=missing)
        return Health(HealthVerdict.HEALTHY, since=changed(said), evidence=counts)
    since = changed(said, created(budget))
    if status.desired_healthy >= status.expected_pods:
        message = (
            f"{stated(budget)} with {counted(status.expected_pods, 'pod')} never allows an eviction: "
            "it will block every drain"
        )
        return Health(HealthVerdict.DEGRADED, "BlocksEveryDrain", message, since, evidence=counts, missing=missing)
    ill = status.expected_pods - status.current_healthy
    message = f"{ill} of its {counted(status.expected_pods, 'pod')} {'is' if ill == 1 else 'are'} not healthy"
    faulty = any(pod_health(view, one).verdict.faulty for one in unready(view, budget))
    end = None if faulty else grace_end(view, since, _ROLLING)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        "InsufficientPods",
        f"allows no eviction {'for the moment' if end else 'now'}: {message}",
        since,
        evidence=counts,
        recheck_at=end,
        missing=missing,
        grace=_ROLLING if end else None,
    )


def stated(budget: PodDisruptionBudget) -> str:
    """What it asks for, as its author wrote it."""
    if budget.spec.max_unavailable is not None:
        return f"maxUnavailable {budget.spec.max_unavailable}"
    return f"minAvailable {budget.spec.min_available if budget.spec.min_available is not None else 1}"


def shielded(view: View, budget: PodDisruptionBudget) -> tuple[Pod, ...]:
    """The living pods that a budget selects: no selector selects nothing, an empty one the whole namespace."""
    selector = budget.spec.selector
    if selector is None:
        return ()
    whole = selector if selector.match_labels or selector.match_expressions else _EVERY
    pods = view.pods_of(budget.metadata.namespace or "", whole)
    return tuple(pod for pod in pods if pod.status.phase not in _OVER)


def unready(view: View, budget: PodDisruptionBudget) -> tuple[Pod, ...]:
    """Selected pods that do not count as healthy."""
    return tuple(pod for pod in shielded(view, budget) if not pod.ready)


def rivals_of(view: View, budget: PodDisruptionBudget) -> tuple[PodDisruptionBudget, ...]:
    """Other budgets over the same pods: the eviction API refuses such a pod, whatever the budgets allow."""
    others = _others(view, budget)
    if not others:
        return ()
    if not view.readable("pods", budget.metadata.namespace):
        return tuple(one for one in others if one.spec.selector == budget.spec.selector and one.status.expected_pods)
    samples = tuple(_one_of_each_kind(shielded(view, budget)))
    return tuple(one for one in others if any(_selects(one, pod) for pod in samples))


def _others(view: View, budget: PodDisruptionBudget) -> tuple[PodDisruptionBudget, ...]:
    """The namespace's other budgets that select anything at all."""
    return tuple(
        one
        for one in view.in_namespace(BUDGETS, budget.metadata.namespace or "")
        if isinstance(one, PodDisruptionBudget) and one.spec.selector is not None
        if one.metadata.name != budget.metadata.name
    )


def _selects(budget: PodDisruptionBudget, pod: Pod) -> bool:
    return budget.spec.selector is not None and budget.spec.selector.matches(pod.metadata.labels)


def _one_of_each_kind(pods: tuple[Pod, ...]) -> Iterator[Pod]:
    """Pods of one maker carry the same labels, as far as budgets ask for them."""
    seen: set[str] = set()
    for pod in pods:
        owner = pod.metadata.controller
        maker = (owner.uid if owner is not None else "") or pod.metadata.uid
        if maker not in seen:
            seen.add(maker)
            yield pod


def _template(maker: Any) -> PodTemplateSpec | None:
    """What a workload makes its pods by; a CronJob's lies in the Jobs that it makes."""
    if isinstance(maker, CronJob):
        return maker.spec.job_template.spec.template
    return maker.spec.template if hasattr(maker, "spec") else None


def _without_pods(view: View, budget: PodDisruptionBudget, counts: tuple[str, ...], missing: tuple[str, ...]) -> Health:
    """Nothing to shield is normal while a workload rests at 0; a selector that no template answers is a mistake."""
    namespace = budget.metadata.namespace or ""
    selector = budget.spec.selector
    born = created(budget)
    end = grace_end(view, born, _NEW)
    pods = shielded(view, budget)
    if pods and end is None and all(pod.metadata.controller is None for pod in pods):
        message = (
            f"counts none of the {counted(len(pods), 'pod')} that it selects, which no controller owns: "
            "it allows no eviction, and will block every drain"
        )
        return Health(HealthVerdict.DEGRADED, "UnmanagedPods", message, born, evidence=counts)
    unread = tuple(name for name in _MAKERS if not view.readable(name, namespace))
    meant = (
        selector is None
        or not (selector.match_labels or selector.match_expressions)
        or bool(budget.metadata.owner_references)
        or end is not None
        or bool(unread or missing)
        or bool(pods)
        or any(
            selector.matches(template.metadata.labels)
            for resource in _MAKERS
            for one in view.in_namespace(resource, namespace)
            if (template := _template(one)) is not None
        )
    )
    if meant:
        message = "selects no pod, so it shields nothing"
        found = (*missing, *unread)
        return Health(HealthVerdict.WAITING, "NoPods", message, born, evidence=counts, recheck_at=end, missing=found)
    message = "its selector matches no pod and no workload of its namespace: it shields nothing"
    return Health(HealthVerdict.DEGRADED, "SelectsNothing", message, born, evidence=counts)
