"""Why CronJobs start nothing, or start in vain."""

from __future__ import annotations

from datetime import datetime

from k8sview.analysis.health.cronjobs import blocking_run, failures_in_a_row, rhythm_of, runs_of
from k8sview.analysis.health.diagnoses.blamed import at_fault, idle_controllers
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import clock, describe, word
from k8sview.analysis.health.jobs import finished, job_health
from k8sview.analysis.health.moments import ago
from k8sview.model.health import Diagnosis, Health, HealthVerdict
from k8sview.model.kinds import ref_to
from k8sview.model.objects.workloads import CronJob, Job
from k8sview.model.resources import Ref
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View


def runs_fail(view: View, cron_job: CronJob, health: Health) -> Diagnosis | None:
    """Its last runs failed, or the current one is stuck: the Job tells why."""
    if not at_fault(cron_job, health):
        return None
    runs = runs_of(view, cron_job)
    failures = failures_in_a_row(runs)
    name = _name(cron_job)
    if failures:
        newest = failures[0]
        many = "the last run" if len(failures) == 1 else f"the last {len(failures)} runs"
        last = parse_time(cron_job.status.last_successful_time)
        worked = f"the last success was {_ago(view, last)} ago" if last is not None else "none ever succeeded"
        words = job_health(view, newest).message.removeprefix("failed, ")
        message = f"{many} of {name} failed, {worked}; job {newest.metadata.name}: {words}"
    else:
        stuck = next((run for run in runs if not finished(run) and job_health(view, run).verdict.faulty), None)
        if stuck is None or health.reason == "BlockedByRunningJob":
            return None
        newest = stuck
        message = f"the current run of {name} gets nowhere: {job_health(view, newest).message}"
    return Diagnosis(
        id="cronjob.runs-failing",
        message=message,
        next=describe("job", newest.metadata.namespace, newest.metadata.name),
        since=health.since,
        confidence=health.confidence,
        evidence=health.evidence,
        because=(_job_ref(newest),),
        missing=health.missing,
    )


def never_succeeded(view: View, cron_job: CronJob, health: Health) -> Diagnosis | None:
    """Its Jobs are gone, and its own status says that the last one did not succeed."""
    if health.reason not in ("NeverSucceeded", "LastRunFailed"):
        return None
    name = _name(cron_job)
    return Diagnosis(
        id="cronjob.never-succeeded" if health.reason == "NeverSucceeded" else "cronjob.last-run-failed",
        message=f"{name}: {health.message}",
        next=describe("cronjob", cron_job.metadata.namespace, cron_job.metadata.name)
        + "; let it keep failed Jobs (spec.failedJobsHistoryLimit) to see why",
        since=health.since,
        confidence=health.confidence,
        evidence=health.evidence,
        missing=health.missing,
    )


def blocked(view: View, cron_job: CronJob, health: Health) -> Diagnosis | None:
    """``Forbid`` and a run that does not end."""
    if health.reason != "BlockedByRunningJob":
        return None
    found = blocking_run(cron_job, runs_of(view, cron_job), view)
    because: tuple[Ref, ...] = ()
    if found is not None and job_health(view, found[0]).verdict.faulty:
        because = (_job_ref(found[0]),)
    name = found[0].metadata.name if found is not None else ""
    return Diagnosis(
        id="cronjob.blocked-by-running",
        message=f"{_name(cron_job)} may not start a run while another goes"
        f" on (concurrencyPolicy Forbid): {health.message}",
        next=f"kubectl logs -n {word(cron_job.metadata.namespace)} job/{word(name)} --tail=50",
        since=health.since,
        confidence=health.confidence,
        evidence=health.evidence,
        because=because,
        missing=health.missing,
    )


def missed(view: View, cron_job: CronJob, health: Health) -> Diagnosis | None:
    """A run was due and did not start."""
    if health.reason != "Missed":
        return None
    lease, words, evidence = idle_controllers(view)
    spec = cron_job.spec
    name = _name(cron_job)
    deadline = spec.starting_deadline_seconds
    late = f"; what is not started within {deadline}s (startingDeadlineSeconds) is given up" if deadline else ""
    return Diagnosis(
        id="cronjob.missed",
        message=words or f"{name} missed its schedule {spec.schedule!r}: {health.message}{late}",
        next=describe("cronjob", cron_job.metadata.namespace, cron_job.metadata.name),
        since=health.since,
        confidence=health.confidence,
        evidence=(*health.evidence, *evidence),
        because=lease,
        missing=health.missing,
    )


def suspended_long(view: View, cron_job: CronJob, health: Health) -> Diagnosis | None:
    """Suspended on purpose, perhaps forgotten: no fault, an answer for those who ask why nothing runs."""
    if health.verdict is not HealthVerdict.SUSPENDED:
        return None
    name = _name(cron_job)
    last = parse_time(cron_job.status.last_schedule_time)
    ran = f"its last run was {_ago(view, last)} ago ({clock(view, last)})" if last is not None else "it never ran"
    return Diagnosis(
        id="cronjob.suspended-long",
        message=f"{name} is suspended, so nothing starts; {ran}",
        next=describe("cronjob", cron_job.metadata.namespace, cron_job.metadata.name),
        since=health.since,
        evidence=health.evidence,
    )


def never_ran(view: View, cron_job: CronJob, health: Health) -> Diagnosis | None:
    """Nothing was due since it was made."""
    if health.reason != "NeverRan":
        return None
    following = rhythm_of(view, cron_job).upcoming
    when = f"its first run is due at {clock(view, following)}" if following is not None else "no run of it is due soon"
    return Diagnosis(
        id="cronjob.never-ran",
        message=f"{_name(cron_job)} has not run yet: {when}",
        next=describe("cronjob", cron_job.metadata.namespace, cron_job.metadata.name),
        since=health.since,
        evidence=(f"spec.schedule = {cron_job.spec.schedule}",),
        recheck_at=health.recheck_at,
    )


def _job_ref(job: Job) -> Ref:
    return ref_to("Job", job.metadata.namespace, job.metadata.name)


def _ago(view: View, moment: datetime | None) -> str:
    span = ago(view, moment)
    return format_age(span) if span is not None else "an unknown time"


def _name(obj: CronJob) -> str:
    return f"{type(obj).__name__} {obj.metadata.namespace}/{obj.metadata.name}"


FAMILY = Family(
    known=(
        Known("cronjob.runs-failing", "The last runs of the CronJob failed", "See the newest failed Job."),
        Known(
            "cronjob.never-succeeded",
            "No run of the CronJob ever succeeded, and no Job is left to tell why",
            "Keep failed Jobs (failedJobsHistoryLimit) and see the next one.",
        ),
        Known(
            "cronjob.last-run-failed",
            "The last run did not succeed, and no Job is left to tell why",
            "Keep failed Jobs (failedJobsHistoryLimit) and see the next one.",
        ),
        Known(
            "cronjob.blocked-by-running",
            "concurrencyPolicy Forbid, and a run that does not end: no other may start",
            "See what the running Job waits for; give it an activeDeadlineSeconds.",
        ),
        Known(
            "cronjob.missed",
            "A run was due and did not start",
            "See the CronJob's events, its startingDeadlineSeconds, and whether the controller manager is at work.",
        ),
        Known("cronjob.never-ran", "The CronJob was not due since it was made", "Wait for its first run."),
        Known(
            "cronjob.suspended-long",
            "The CronJob is suspended, so nothing starts",
            "Resume it if that is no longer meant.",
        ),
    ),
    rules={"cronjobs.batch": (runs_fail, never_succeeded, blocked, missed, suspended_long, never_ran)},
)
