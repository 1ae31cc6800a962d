"""Verdicts on what has ended or is about to: objects that are being deleted, and pods that failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from k8sview.analysis.health.conditions import find, is_true
from k8sview.analysis.health.containers import ended
from k8sview.analysis.health.moments import ago, changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import Job
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

_AFTER_GRACE = timedelta(minutes=1)
_FINALIZING = timedelta(minutes=15)
_FEW_ATTEMPTS = 2


def deletion(view: View, obj: Any, allowed: timedelta = _FINALIZING, cause: str = "") -> Health:
    """Verdict on any object with a deletionTimestamp: finalizers keep it; too long is a fault."""
    finalizers = ", ".join(obj.metadata.finalizers)
    cause = cause or (f"finalizers {finalizers}" if finalizers else "")
    return _deletion(view, obj, allowed, cause)


def pod_deletion(view: View, pod: Pod) -> Health:
    """A pod's deletionTimestamp already includes its grace period."""
    node = view.get("nodes", pod.spec.node_name) if pod.spec.node_name else None
    state = find(node.status.conditions, "Ready") if isinstance(node, Node) else None
    if state is not None and state.status != "True":
        cause = f"its node {pod.spec.node_name} is not ready and cannot confirm the end"
    else:
        cause = f"finalizers {', '.join(pod.metadata.finalizers)}" if pod.metadata.finalizers else ""
        target = find(pod.status.conditions, "DisruptionTarget")
        if not cause and target is not None and target.status == "True":
            cause = joined(target.reason, one_line(target.message))
    return _deletion(view, pod, _AFTER_GRACE, cause)


def _deletion(view: View, obj: Any, allowed: timedelta, cause: str) -> Health:
    since = parse_time(obj.metadata.deletion_timestamp)
    end = grace_end(view, since, allowed)
    evidence = (f"metadata.deletionTimestamp = {obj.metadata.deletion_timestamp}",)
    if end is not None:
        message = joined("is being deleted", cause)
        return Health(
            HealthVerdict.TERMINATING, "Terminating", message, since, evidence=evidence, recheck_at=end, grace=allowed
        )
    span = ago(view, since)
    words = f"is stuck in deletion for {format_age(span)}" if span is not None else "is stuck in deletion"
    return Health(HealthVerdict.DEGRADED, "TerminatingStuck", joined(words, cause), since, evidence=evidence)


def failed_pod(view: View, pod: Pod) -> Health:
    """A failed pod is the record of a failure; it takes nothing away from what replaced it."""
    owner = next((one for one in pod.metadata.owner_references if one.kind == "Job"), None)
    job = view.get("jobs.batch", owner.name, pod.metadata.namespace) if owner else None
    evidence: tuple[str, ...] = ("status.phase = Failed",)
    if isinstance(job, Job):
        excuse = _history(view, job) or _retried(job)
        if excuse is not None:
            return msgspec.structs.replace(excuse, evidence=evidence + excuse.evidence)
    unread = owner is not None and job is None and not view.readable("jobs.batch")
    culprit = next(
        (
            (status.name, status.state.terminated)
            for status in (*pod.status.init_container_statuses, *pod.status.container_statuses)
            if status.state.terminated is not None and status.state.terminated.exit_code
        ),
        None,
    )
    if pod.status.reason:
        message = joined(f"failed, {pod.status.reason}", one_line(pod.status.message))
        evidence += (f"status.reason = {pod.status.reason}",)
    elif culprit is not None:
        message = f"failed: container {culprit[0]} ended with {ended(culprit[1])}"
    else:
        message = joined("failed", one_line(pod.status.message))
    return Health(
        HealthVerdict.DEGRADED,
        pod.status.reason or (culprit[1].reason if culprit else "") or "Failed",
        message,
        changed(find(pod.status.conditions, "Ready")),
        evidence=evidence,
        missing=("jobs.batch",) if unread else (),
    )


def _history(view: View, job: Job) -> Health | None:
    """A failed attempt that nobody needs to look at: its Job succeeded, or a later run of its CronJob did."""
    if is_true(job.status.conditions, "Complete"):
        evidence = (f"jobs.batch/{job.metadata.name} status.conditions[type=Complete].status = True",)
        return Health(HealthVerdict.HEALTHY, "FailedAttempt", evidence=evidence)
    owner = next((one for one in job.metadata.owner_references if one.kind == "CronJob"), None)
    cron_job = view.get("cronjobs.batch", owner.name, job.metadata.namespace) if owner else None
    born = created(job)
    for _, run in view.children(cron_job) if cron_job is not None else ():
        later = created(run)
        if isinstance(run, Job) and born and later and later > born and is_true(run.status.conditions, "Complete"):
            evidence = (f"jobs.batch/{run.metadata.name} status.conditions[type=Complete].status = True",)
            return Health(HealthVerdict.HEALTHY, "FailedAttempt", evidence=evidence)
    return None


def _retried(job: Job) -> Health | None:
    """One of the first attempts of a Job that tries again by design."""
    status = job.status
    over = is_true(status.conditions, "Failed") or is_true(status.conditions, "FailureTarget")
    if over or not status.active or status.failed > _FEW_ATTEMPTS:
        return None
    return Health(
        HealthVerdict.PROGRESSING,
        "FailedAttempt",
        f"failed, and its job {job.metadata.name} tries again",
        evidence=(f"jobs.batch/{job.metadata.name} status.active = {status.active}",),
    )
