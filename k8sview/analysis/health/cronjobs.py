"""Verdict on CronJobs: by how their runs ended, and by computing which runs were due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from k8sview.analysis.health.conditions import is_true
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.jobs import finished, job_health
from k8sview.analysis.health.moments import ago, created, grace_end, specified
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.analysis.health.refusals import refusal
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.workloads import CronJob, Job
from k8sview.model.schedules import ScheduleError, ZoneError, due, next_due, zone_of
from k8sview.model.status import Confidence
from k8sview.model.times import format_age, format_time, parse_time
from k8sview.model.view import View

_LATE = timedelta(minutes=2)
_CLOCKS = timedelta(minutes=1)  # the least: a run needs a moment, and clocks differ
_YEAR = 366 * 86400  # of seconds: whoever says more means that it does not matter when
_BLOCKED_RUNS = 2
_NOT_UNDERSTOOD = frozenset({"UnknownTimeZone", "UnparseableSchedule", "InvalidSchedule"})


class Rhythm(msgspec.Struct, frozen=True):
    """When a CronJob last should have started something, as far as its schedule can be read here.

    ``missed``: due times without a start, a hundred at most. ``problem``: why nothing can be computed.
    """

    missed: tuple[datetime, ...] = ()
    upcoming: datetime | None = None
    slack: timedelta = _LATE
    problem: str = ""


def cron_job_health(view: View, cron_job: CronJob) -> Health:
    """Verdict on one CronJob."""
    status = cron_job.status
    if cron_job.metadata.deletion_timestamp is not None:
        return deletion(view, cron_job)
    if cron_job.spec.suspend:
        return _suspended(view, cron_job)
    rhythm = rhythm_of(view, cron_job)
    refused = refusal(view, cron_job)
    if refused is not None:
        message = f"cannot create its jobs: {refused.message}"
        evidence = (_last(cron_job), refused.evidence)
        return Health(
            HealthVerdict.DEGRADED, "FailedCreate", message, refused.since, refused.confidence, evidence=evidence
        )
    readable = view.readable("jobs.batch", cron_job.metadata.namespace)
    runs = runs_of(view, cron_job)
    found = _by_runs(view, cron_job, runs) or _blocked(view, cron_job, runs) or _missed(view, cron_job, runs, rhythm)
    if found is not None:
        return found if readable else msgspec.structs.replace(found, missing=(*found.missing, "jobs.batch"))
    if not readable:
        health = _without_jobs(cron_job)
    elif not runs and status.last_schedule_time is None:
        health = Health(HealthVerdict.WAITING, "NeverRan", "has not run yet", created(cron_job))
    else:
        health = Health(HealthVerdict.HEALTHY, evidence=(_last(cron_job),))
    if rhythm.problem:
        # Whether a run was missed cannot be told.
        told = (f"spec.schedule = {cron_job.spec.schedule}", f"spec.timeZone = {cron_job.spec.time_zone}")
        reason = health.reason or "ScheduleNotRead"
        health = msgspec.structs.replace(
            health, reason=reason, confidence=Confidence.INFERRED, evidence=(*health.evidence, *told)
        )
    again = rhythm.upcoming + rhythm.slack if rhythm.upcoming is not None else None
    return msgspec.structs.replace(health, recheck_at=again)


def rhythm_of(view: View, cron_job: CronJob) -> Rhythm:
    """Which runs were due since the last start and did not come."""
    spec = cron_job.spec
    deadline = spec.starting_deadline_seconds
    slack = _LATE if deadline is None else max(timedelta(seconds=min(deadline, _YEAR)), _CLOCKS)
    known = (parse_time(cron_job.status.last_schedule_time), created(cron_job), specified(cron_job))
    since = max((one for one in known if one is not None), default=None)
    if since is None or not spec.schedule:
        return Rhythm()
    try:
        zone = zone_of(spec.time_zone or _inner_zone(spec.schedule))
        missed = due(spec.schedule, since, view.taken_at - slack, zone)
        return Rhythm(missed, next_due(spec.schedule, view.taken_at - slack, zone), slack)
    except (ZoneError, ScheduleError) as error:
        return Rhythm(problem=str(error))


def runs_of(view: View, cron_job: CronJob) -> tuple[Job, ...]:
    """Its Jobs, the newest first."""
    runs = (run for _, run in view.children(cron_job) if isinstance(run, Job))
    return tuple(sorted(runs, key=_born, reverse=True))


def failures_in_a_row(runs: tuple[Job, ...]) -> tuple[Job, ...]:
    """The failed runs since the last one that succeeded, the newest first."""
    found: list[Job] = []
    for run in runs:
        if is_true(run.status.conditions, "Complete"):
            break
        if finished(run):
            found.append(run)
    return tuple(found)


def blocking_run(cron_job: CronJob, runs: tuple[Job, ...], view: View) -> tuple[Job, tuple[datetime, ...]] | None:
    """The run that goes on while ``Forbid`` lets no other start, with the due times that it cost."""
    if cron_job.spec.concurrency_policy != "Forbid":
        return None
    current = next((run for run in reversed(runs) if not finished(run)), None)
    born = created(current) if current is not None else None
    if current is None or born is None:
        return None
    try:
        zone: tzinfo = zone_of(cron_job.spec.time_zone or _inner_zone(cron_job.spec.schedule))
        return current, due(cron_job.spec.schedule, born, view.taken_at, zone)
    except (ZoneError, ScheduleError):
        return None


def _by_runs(view: View, cron_job: CronJob, runs: tuple[Job, ...]) -> Health | None:
    """What its Jobs say: failed ones since the last success, or one that is stuck now."""
    failures = failures_in_a_row(runs)
    if failures:
        last = job_health(view, failures[0])
        many = "the last run" if len(failures) == 1 else f"the last {len(failures)} runs"
        message = f"{many} failed: job {failures[0].metadata.name} {last.message}"
        first = job_health(view, failures[-1]).since or last.since
        return Health(HealthVerdict.DEGRADED, "RunsFail", message, first, evidence=last.evidence)
    broken = [(run, job_health(view, run)) for run in runs if not finished(run)]
    ill = next(((run, health) for run, health in broken if health.verdict.faulty), None)
    if ill is not None:
        return msgspec.structs.replace(ill[1], message=f"the current run {ill[1].message}")
    status = cron_job.status
    scheduled, succeeded = parse_time(status.last_schedule_time), parse_time(status.last_successful_time)
    unknown = not view.readable("jobs.batch", cron_job.metadata.namespace)
    if unknown or scheduled is None or runs or status.active or grace_end(view, scheduled, _LATE) is not None:
        return None
    if succeeded is not None and succeeded >= scheduled:
        return None
    never = ", and none ever succeeded" if succeeded is None else ""
    message = f"its last run, {_age(view, scheduled)} ago, left no job behind and did not succeed{never}"
    evidence = (_last(cron_job), f"status.lastSuccessfulTime = {status.last_successful_time}")
    reason = "NeverSucceeded" if succeeded is None else "LastRunFailed"
    return Health(HealthVerdict.DEGRADED, reason, message, scheduled, Confidence.INFERRED, evidence=evidence)


def _blocked(view: View, cron_job: CronJob, runs: tuple[Job, ...]) -> Health | None:
    found = blocking_run(cron_job, runs, view)
    if found is None or len(found[1]) < _BLOCKED_RUNS:
        return None
    run, lost = found
    since, cost = created(run), len(lost)
    if since is None or view.taken_at - since < _BLOCKED_RUNS * (lost[1] - lost[0]):
        return None
    name = run.metadata.name
    message = f"job {name} has run for {_age(view, since)}, and {counted(cost, 'run')} due since could not start"
    evidence = (
        "spec.concurrencyPolicy = Forbid",
        f"jobs.batch/{name} metadata.creationTimestamp = {run.metadata.creation_timestamp}",
        _last(cron_job),
    )
    return Health(HealthVerdict.DEGRADED, "BlockedByRunningJob", message, since, evidence=evidence)


def _missed(view: View, cron_job: CronJob, runs: tuple[Job, ...], rhythm: Rhythm) -> Health | None:
    """Not started although it was due; a run that ``Forbid`` lets nobody overtake is no miss yet."""
    status = cron_job.status
    going = status.active or any(not finished(run) for run in runs)
    if not rhythm.missed or (going and cron_job.spec.concurrency_policy == "Forbid"):
        return None
    last = parse_time(status.last_schedule_time)
    seen = f"last started {_age(view, last)} ago" if last is not None else "never started"
    many = f"{len(rhythm.missed)} or more" if len(rhythm.missed) >= 100 else str(len(rhythm.missed))
    runs_due = f"{many} {'run was' if len(rhythm.missed) == 1 else 'runs were'} due since"
    event = next((one for one in view.events_of(cron_job) if one.reason in _NOT_UNDERSTOOD), None)
    cause = one_line(event.message or "") if event is not None else ""
    evidence = (
        _last(cron_job),
        f"spec.schedule = {cron_job.spec.schedule}",
        f"spec.timeZone = {cron_job.spec.time_zone}",
    )
    return Health(
        HealthVerdict.DEGRADED,
        "Missed",
        joined(f"{seen}, and {runs_due}, the first at {format_time(rhythm.missed[0])}", cause),
        rhythm.missed[0],
        evidence=evidence,
        grace=rhythm.slack,
    )


def _suspended(view: View, cron_job: CronJob) -> Health:
    last = parse_time(cron_job.status.last_schedule_time)
    words = f"suspended, last started {_age(view, last)} ago" if last is not None else "suspended"
    since = specified(cron_job)
    return Health(HealthVerdict.SUSPENDED, "Suspended", words, since, evidence=("spec.suspend = true", _last(cron_job)))


def _without_jobs(cron_job: CronJob) -> Health:
    """Its own status alone: success at or after the last start is health, anything else tells nothing."""
    status = cron_job.status
    scheduled = parse_time(status.last_schedule_time)
    succeeded = parse_time(status.last_successful_time)
    evidence = (_last(cron_job), f"status.lastSuccessfulTime = {status.last_successful_time}")
    if scheduled is not None and succeeded is not None and succeeded >= scheduled:
        health = Health(HealthVerdict.HEALTHY)
    elif status.active:
        health = Health(HealthVerdict.PROGRESSING, "Running", "runs", scheduled)
    else:
        message = "how its runs ended cannot be seen without its jobs"
        health = Health(HealthVerdict.UNKNOWN, "JobsUnreadable", message)
    return msgspec.structs.replace(health, evidence=evidence, missing=("jobs.batch",), confidence=Confidence.INFERRED)


def _inner_zone(schedule: str) -> str:
    """The zone that older objects carry inside the schedule: ``TZ=Europe/Berlin 0 1 * * *``."""
    head = schedule.strip().partition(" ")[0]
    return head.partition("=")[2] if head.startswith(("TZ=", "CRON_TZ=")) else ""


def _last(cron_job: CronJob) -> str:
    return f"status.lastScheduleTime = {cron_job.status.last_schedule_time}"


def _age(view: View, moment: datetime | None) -> str:
    span = ago(view, moment)
    return format_age(span) if span is not None else "an unknown time"


def _born(job: Job) -> tuple[datetime, str]:
    return (created(job) or datetime.min.replace(tzinfo=UTC), job.metadata.name)
