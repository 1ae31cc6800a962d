"""Verdict on Jobs and CronJobs. Conditions count by status True only; FailureTarget stays on finished Jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.health.behind import pods_owned
from k8sview.analysis.health.conditions import find, is_true
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import ago, changed, created, grace_end
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.analysis.health.refusals import refusal
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.workloads import CronJob, CronJobStatus, Job
from k8sview.model.status import Confidence
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

_TOO_LONG = timedelta(hours=12)  # what the kubernetes-mixin alerts on


def job_health(view: View, job: Job) -> Health:
    """Verdict on one Job."""
    spec, status = job.spec, job.status
    if job.metadata.deletion_timestamp is not None:
        return deletion(view, job)
    if is_true(status.conditions, "Complete"):
        return Health(HealthVerdict.HEALTHY, "Complete", evidence=("status.conditions[type=Complete].status = True",))
    failed = find(status.conditions, "Failed")
    if failed is not None and failed.status == "True":
        return Health(
            HealthVerdict.DEGRADED,
            failed.reason or "Failed",
            joined(f"failed, {failed.reason or 'no reason given'}", one_line(failed.message)),
            changed(failed),
            evidence=("status.conditions[type=Failed].status = True", f"status.failed = {status.failed}"),
        )
    if spec.suspend:
        return Health(HealthVerdict.SUSPENDED, "Suspended", "suspended", evidence=("spec.suspend = true",))
    return _running(view, job)


def _running(view: View, job: Job) -> Health:
    status = job.status
    since = parse_time(status.start_time) or created(job)
    evidence = (
        f"status.active = {status.active}",
        f"status.succeeded = {status.succeeded}",
        f"status.failed = {status.failed}",
    )
    refused = refusal(view, (job,), short=not status.active and not status.succeeded)
    if refused:
        message = f"cannot create its pods: {refused}"
        return Health(
            HealthVerdict.DOWN, "FailedCreate", message, since, Confidence.OBSERVED, evidence=(*evidence, refused)
        )
    behind = pods_owned(view, job)
    missing = () if behind.readable else ("pods",)
    worst = behind.worst
    if worst is not None and worst[1].verdict.faulty:
        pod, health = worst
        message = f"pod {pod.metadata.name}: {health.message}"
        return Health(
            HealthVerdict.DEGRADED, health.reason, message, health.since or since, evidence=evidence + health.evidence
        )
    end = grace_end(view, since, _TOO_LONG)
    span = ago(view, since)
    words = f"has run for {format_age(span)}" if span is not None else "runs"
    if status.failed:
        words += f" with {counted(status.failed, 'failed pod')}"
    late = end is None and since is not None
    return Health(
        HealthVerdict.DEGRADED if late else HealthVerdict.PROGRESSING,
        "RunningTooLong" if late else "Running",
        words,
        since,
        evidence=evidence,
        recheck_at=end,
        missing=missing,
    )


def cron_job_health(view: View, cron_job: CronJob) -> Health:
    """Verdict on one CronJob by its runs: how the last finished one ended, and how many failed in a row."""
    status = cron_job.status
    if cron_job.metadata.deletion_timestamp is not None:
        return deletion(view, cron_job)
    if cron_job.spec.suspend:
        return Health(HealthVerdict.SUSPENDED, "Suspended", "suspended", evidence=("spec.suspend = true",))
    if not view.readable("jobs.batch", cron_job.metadata.namespace):
        return _without_jobs(status)
    runs = [run for _, run in view.children(cron_job) if isinstance(run, Job)]
    finished = sorted((run for run in runs if _finished(run)), key=_started, reverse=True)
    failures = 0
    for run in finished:
        if is_true(run.status.conditions, "Complete"):
            break
        failures += 1
    if failures:
        last = job_health(view, finished[0])
        many = "the last run" if failures == 1 else f"the last {failures} runs"
        message = f"{many} failed: job {finished[0].metadata.name} {last.message}"
        return Health(HealthVerdict.DEGRADED, "RunsFail", message, last.since, evidence=last.evidence)
    broken = [job_health(view, run) for run in runs if not _finished(run)]
    faulty = next((health for health in broken if health.verdict.faulty), None)
    if faulty is not None:
        return msgspec.structs.replace(faulty, message=f"the current run {faulty.message}")
    if not runs and status.last_schedule_time is None:
        return Health(HealthVerdict.WAITING, "NeverRan", "has not run yet", created(cron_job))
    return Health(HealthVerdict.HEALTHY, evidence=(f"status.lastScheduleTime = {status.last_schedule_time}",))


def _without_jobs(status: CronJobStatus) -> Health:
    """Its own status alone: success at or after the last start is health, anything else tells nothing."""
    scheduled = parse_time(status.last_schedule_time)
    succeeded = parse_time(status.last_successful_time)
    evidence = (
        f"status.lastScheduleTime = {status.last_schedule_time}",
        f"status.lastSuccessfulTime = {status.last_successful_time}",
    )
    if scheduled is not None and succeeded is not None and succeeded >= scheduled:
        health = Health(HealthVerdict.HEALTHY)
    elif status.active:
        health = Health(HealthVerdict.PROGRESSING, "Running", "runs", scheduled)
    else:
        message = "how its runs ended cannot be seen without its jobs"
        health = Health(HealthVerdict.UNKNOWN, "JobsUnreadable", message)
    return msgspec.structs.replace(health, evidence=evidence, missing=("jobs.batch",), confidence=Confidence.INFERRED)


def _finished(job: Job) -> bool:
    return is_true(job.status.conditions, "Complete") or is_true(job.status.conditions, "Failed")


def _started(job: Job) -> tuple[float, str]:
    moment: datetime | None = created(job)
    return (moment.timestamp() if moment else 0.0, job.metadata.name)
