"""Verdicts on pods that failed: each is the record of a failure, which others may have made good meanwhile."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from k8sview.analysis.health.conditions import find, is_true
from k8sview.analysis.health.containers import ended
from k8sview.analysis.health.moments import changed, created, grace_end, status_written
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import Job, ReplicaSet
from k8sview.model.view import View

_FEW_ATTEMPTS = 2
_NEWS = timedelta(minutes=10)  # as long as the last end of a container that runs again


def failed_pod(view: View, pod: Pod) -> Health:
    """A failed pod is the record of a failure; it takes nothing away from what replaced it."""
    owner = next((one for one in pod.metadata.owner_references if one.kind == "Job"), None)
    job = view.get("jobs.batch", owner.name, pod.metadata.namespace) if owner else None
    evidence: tuple[str, ...] = ("status.phase = Failed",)
    if isinstance(job, Job):
        excuse = _history(view, job) or _retried(job)
        if excuse is not None:
            return msgspec.structs.replace(excuse, evidence=evidence + excuse.evidence)
    kept = _replaced(view, pod)
    if kept is not None and kept.verdict is HealthVerdict.HEALTHY:
        return msgspec.structs.replace(kept, evidence=evidence + kept.evidence)
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
        recheck_at=kept.recheck_at if kept is not None else None,
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
    # Between two attempts none is active: the controller waits longer each time.
    if over or not (status.active or status.failed) or status.failed > _FEW_ATTEMPTS:
        return None
    return Health(
        HealthVerdict.PROGRESSING,
        "FailedAttempt",
        f"failed, and its job {job.metadata.name} tries again",
        evidence=(f"jobs.batch/{job.metadata.name} status.active = {status.active}",),
    )


def _replaced(view: View, pod: Pod) -> Health | None:
    """What a ReplicaSet has replaced is news for some minutes and history afterwards; nobody deletes it for long.

    Healthy: it is history. Anything else only says when it will be. None: nothing has replaced it.
    """
    owner = next((one for one in pod.metadata.owner_references if one.controller and one.kind == "ReplicaSet"), None)
    maker = view.get("replicasets.apps", owner.name, pod.metadata.namespace) if owner else None
    if not isinstance(maker, ReplicaSet) or maker.status.ready_replicas < maker.spec.replicas:
        return None
    told = find(pod.status.conditions, "DisruptionTarget") or find(pod.status.conditions, "Ready")
    since = changed(told, status_written(pod) or created(pod))
    end = grace_end(view, since, _NEWS)
    if end is not None:
        return Health(HealthVerdict.DEGRADED, "Failed", since=since, recheck_at=end)
    evidence = (f"replicasets.apps/{maker.metadata.name} status.readyReplicas = {maker.status.ready_replicas}",)
    return Health(HealthVerdict.HEALTHY, "Replaced", since=since, evidence=evidence)
