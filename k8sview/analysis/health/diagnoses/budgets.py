"""Why nobody may be evicted: budgets that can never allow it, that overlap, or whose pods are not well."""

from __future__ import annotations

from k8sview.analysis.health.budgets import BUDGETS, rivals_of, shielded, stated, unready
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import explain
from k8sview.analysis.health.diagnoses.wording import describe, since
from k8sview.analysis.health.phrases import counted
from k8sview.analysis.health.pods import pod_health
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.workloads import PodDisruptionBudget
from k8sview.model.resources import Ref
from k8sview.model.view import View

_BLAMED = 5


def impossible(view: View, budget: PodDisruptionBudget, health: Health) -> Diagnosis | None:
    """Arithmetic that no health of the pods can meet."""
    if health.reason != "BlocksEveryDrain":
        return None
    status = budget.status
    nodes = sorted({pod.spec.node_name for pod in shielded(view, budget)} - {""})
    where = f" (on {_some(nodes)})" if nodes else ""
    message = (
        f"PodDisruptionBudget {_name(budget)} asks for {stated(budget)} of {counted(status.expected_pods, 'pod')}"
        f"{where}: it allows no eviction even when all are healthy, and will block every drain"
    )
    return explain(health, "budget.blocks-every-drain", message, _describe(budget))


def overlapping(view: View, budget: PodDisruptionBudget, health: Health) -> Diagnosis | None:
    """Two budgets over one pod: the younger one is held to be too many, so that both read as one cause."""
    if health.reason != "Overlap":
        return None
    together = sorted((budget, *rivals_of(view, budget)), key=_age)
    youngest = together[-1]
    others = " and ".join(one.metadata.name for one in together[:-1])
    message = (
        f"PodDisruptionBudget {_name(youngest)} selects pods that {others} selects as well: "
        "the API refuses to evict a pod with two budgets"
    )
    because = () if youngest is budget else (_ref(youngest),)
    look = f"kubectl get pdb -n {budget.metadata.namespace}"
    return explain(health, "budget.overlap", message, look, because=because)


def waiting_for_pods(view: View, budget: PodDisruptionBudget, health: Health) -> Diagnosis | None:
    """The budget is right, its pods are not."""
    if health.reason != "InsufficientPods" or not health.verdict.faulty:
        return None
    status = budget.status
    ill = unready(view, budget)
    faulty = [pod for pod in ill if pod_health(view, pod).verdict.faulty]
    because = tuple(ref_to("Pod", pod.metadata.namespace, pod.metadata.name) for pod in (faulty or ill)[:_BLAMED])
    names = _some([pod.metadata.name for pod in faulty or ill])
    message = (
        f"PodDisruptionBudget {_name(budget)} allows no eviction{since(view, health.since)}: {status.current_healthy} "
        f"of {counted(status.expected_pods, 'pod')} healthy, {status.desired_healthy} needed"
        + (f"; not ready: {names}" if names else "")
    )
    return explain(health, "budget.pods-unhealthy", message, _describe(budget), because=because)


def other(view: View, budget: PodDisruptionBudget, health: Health) -> Diagnosis | None:
    """What its controller cannot compute, and selectors that match nothing."""
    if health.reason == "SyncFailed":
        message = f"PodDisruptionBudget {_name(budget)} {health.message}"
        return explain(health, "budget.not-computed", message, _describe(budget))
    if health.reason == "UnmanagedPods":
        message = f"PodDisruptionBudget {_name(budget)} {health.message}"
        return explain(health, "budget.unmanaged-pods", message, _describe(budget))
    if health.reason == "SelectsNothing":
        message = f"PodDisruptionBudget {_name(budget)}: {health.message}"
        look = f"kubectl get pods -n {budget.metadata.namespace} --show-labels"
        return explain(health, "budget.selects-nothing", message, look)
    return None


def _age(budget: PodDisruptionBudget) -> tuple[str, str]:
    return (budget.metadata.creation_timestamp or "", budget.metadata.name)


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def _ref(budget: PodDisruptionBudget) -> Ref:
    return ref_to("PodDisruptionBudget", budget.metadata.namespace, budget.metadata.name)


def _name(budget: PodDisruptionBudget) -> str:
    return f"{budget.metadata.namespace}/{budget.metadata.name}"


def _describe(budget: PodDisruptionBudget) -> str:
    return describe("pdb", budget.metadata.namespace, budget.metadata.name)


FAMILY = Family(
    known=(
        Known(
            "budget.blocks-every-drain",
            "A disruption budget asks for all its pods, so no pod of it can ever be evicted",
            "Allow one pod to be away (maxUnavailable 1), or run one replica more.",
        ),
        Known(
            "budget.overlap",
            "Two disruption budgets select the same pods, which nobody can evict then",
            "Keep one of them, or narrow its selector.",
        ),
        Known(
            "budget.pods-unhealthy",
            "A disruption budget lets nobody be evicted because its pods are not healthy",
            "Mend the pods: the budget is right.",
        ),
        Known("budget.not-computed", "A disruption budget cannot be computed", "Read its condition's message."),
        Known(
            "budget.unmanaged-pods",
            "A disruption budget selects pods that nothing controls, so it cannot count and allows no eviction",
            "State minAvailable as a number, or let a workload make the pods.",
        ),
        Known("budget.selects-nothing", "A disruption budget selects nothing", "Correct its selector, or delete it."),
    ),
    rules={BUDGETS: (impossible, overlapping, waiting_for_pods, other)},
)
