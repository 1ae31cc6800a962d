"""Why workloads do not have the pods they should: the pods themselves, a deadline, or a controller not at work."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.behind import Behind, pods_behind
from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.blamed import (
    Judged,
    at_fault,
    idle_controllers,
    lately_failed,
    pod_ref,
    worth_naming,
)
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.model.health import Diagnosis, Health, HealthVerdict
from k8sview.model.objects.workloads import Deployment, ReplicaSet
from k8sview.model.staleness import stale_config
from k8sview.model.status import Confidence
from k8sview.model.view import View

REVISION = "deployment.kubernetes.io/revision"


def not_observed(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """Its controller has not acted on the latest change."""
    if health.reason != "NotObserved" or not health.verdict.faulty:
        return None
    lease, words, evidence = idle_controllers(view)
    name = f"{type(obj).__name__} {obj.metadata.namespace}/{obj.metadata.name}"
    return Diagnosis(
        id="workload.not-observed",
        message=words or f"the controller of {name} has not acted on its latest change{since(view, health.since)}",
        next="kubectl get -n kube-system lease kube-controller-manager -o yaml",
        since=health.since,
        confidence=Confidence.CERTAIN if lease else Confidence.INFERRED,
        evidence=(*health.evidence, *evidence),
        because=lease,
    )


def pods_failing(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """Its pods are why: those of the newest revision first, where an older one still serves."""
    if not at_fault(obj, health):
        return None
    makers = _makers(view, obj)
    behind = pods_behind(view, obj.metadata.namespace, obj.spec.selector, makers)
    named = worth_naming(faulty_pods(behind) or lately_failed(view, obj, makers))
    if not named:
        return None
    return Diagnosis(
        id="rollout.pods-failing",
        message=_words(obj, health, behind, makers, named),
        next=describe("pod", obj.metadata.namespace, named[0][0].metadata.name),
        since=health.since or named[0][1].since,
        confidence=health.confidence,
        evidence=(*health.evidence, *_old_settings(view, named)),
        because=tuple(pod_ref(pod) for pod, _ in named),
        missing=health.missing,
        recheck_at=health.recheck_at,
    )


def faulty_pods(behind: Behind) -> tuple[Judged, ...]:
    """Pods with a fault, those that linger in their deletion too; where there are none, those that are not ready."""
    return tuple(one for one in behind.ill if one[1].verdict.faulty) or behind.ill


def stuck(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """The deadline of a rollout has passed, and no pod says why."""
    progressing = find(obj.status.conditions, "Progressing")
    if not at_fault(obj, health) or progressing is None or progressing.status != "False":
        return None
    revision = obj.metadata.annotations.get(REVISION, "")
    status = obj.status
    words = f"the rollout of revision {revision}" if revision else "the rollout"
    message = (
        f"{words} did not finish within {obj.spec.progress_deadline_seconds}s: {status.updated_replicas} of"
        f" {obj.spec.replicas} replicas updated, {status.available_replicas} available"
    )
    seen = not health.missing
    return Diagnosis(
        id="rollout.stuck",
        message=joined(message, "" if seen else f"{', '.join(health.missing)} could not be read"),
        next=f"kubectl rollout history -n {word(obj.metadata.namespace)} deployment {word(obj.metadata.name)}",
        since=health.since,
        confidence=Confidence.CERTAIN if seen else Confidence.INFERRED,
        evidence=(*health.evidence, f"status.conditions[type=Progressing].message = {one_line(progressing.message)}"),
        missing=health.missing,
        recheck_at=health.recheck_at,
    )


def unavailable(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """Replicas are missing, and nothing that can be read says why."""
    if not at_fault(obj, health):
        return None
    lease, words, evidence = idle_controllers(view)
    return Diagnosis(
        id="replicas.unavailable",
        message=words or f"{health.message}{since(view, health.since)}, and no pod of it shows a fault",
        next=describe(type(obj).__name__.lower(), obj.metadata.namespace, obj.metadata.name),
        since=health.since,
        confidence=Confidence.INFERRED,
        evidence=(*health.evidence, *evidence),
        because=lease,
        missing=health.missing,
        recheck_at=health.recheck_at,
    )


def in_progress(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """Nothing is wrong yet: it merely takes its time."""
    if health.verdict is not HealthVerdict.PROGRESSING:
        return None
    return Diagnosis(
        id="rollout.in-progress",
        message=health.message or health.reason,
        next=describe(type(obj).__name__.lower(), obj.metadata.namespace, obj.metadata.name),
        since=health.since,
        confidence=health.confidence,
        evidence=health.evidence,
        missing=health.missing,
        recheck_at=health.recheck_at,
    )


def _old_settings(view: View, named: tuple[Judged, ...]) -> tuple[str, ...]:
    """That a pod still runs with older configuration may explain it."""
    found = stale_config(view, [pod for pod, _ in named])
    return found[0].evidence if found else ()


def _makers(view: View, obj: Any) -> tuple[Any, ...]:
    if isinstance(obj, Deployment):
        return tuple(child for _, child in view.children(obj) if isinstance(child, ReplicaSet))
    return (obj,)


def _words(obj: Any, health: Health, behind: Behind, makers: tuple[Any, ...], named: tuple[Judged, ...]) -> str:
    """What it means for those who use the workload, then the worst pod's own words."""
    worst = f"pod {named[0][0].metadata.name}: {named[0][1].message}"
    if isinstance(obj, Deployment) and health.rollout == "stalled":
        revision = obj.metadata.annotations.get(REVISION, "")
        older = sum(
            maker.status.available_replicas for maker in makers if maker.metadata.annotations.get(REVISION) != revision
        )
        if revision and older:
            return joined(
                f"the new revision {revision} cannot start; the old one still serves {older} of"
                f" {obj.spec.replicas} replicas",
                worst,
            )
    failing = sum(1 for one in behind.ill if one[1].verdict.faulty) or len(behind.ill) or len(named)
    wanted = obj.spec.replicas
    available = obj.status.available_replicas
    return joined(f"{counted(failing, 'pod')} not well, {available} of {wanted} replicas available", worst)


FAMILY = Family(
    known=(
        Known(
            "workload.not-observed",
            "The workload's controller has not acted on its latest change",
            "See whether the controller manager is at work: its lease in kube-system says when it last was.",
        ),
        Known(
            "rollout.pods-failing",
            "The workload's pods fail, so it lacks replicas or its new revision cannot start",
            "See the pods that are named; undo the rollout if the new revision is at fault.",
        ),
        Known(
            "rollout.stuck",
            "The rollout did not finish within its deadline, and no pod says why",
            "Compare the new revision with the last one that worked.",
        ),
        Known(
            "replicas.unavailable",
            "Replicas are missing, and no pod shows a fault",
            "Read the workload's events, and see whether its controller is at work.",
        ),
        Known("rollout.in-progress", "The workload is changing, and within its time", "Wait for it."),
    ),
    rules={
        "deployments.apps": (not_observed, pods_failing, stuck, unavailable, in_progress),
        "replicasets.apps": (not_observed, pods_failing, unavailable, in_progress),
        "statefulsets.apps": (not_observed, pods_failing, unavailable, in_progress),
        "daemonsets.apps": (not_observed, in_progress),
    },
)
