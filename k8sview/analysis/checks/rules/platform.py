"""Self-service and updates: what Knative serves, and whether the update bot still comes round."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.custom import born, conditions, items, older_than, text
from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    cannot_tell,
    fails,
    not_applicable,
    passes,
    ref_to,
    warns,
)
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.objects.workloads import CronJob
from k8sview.model.schedules import ScheduleError, due
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration, parse_time

KNATIVE_SERVICES = "services.serving.knative.dev"
CRON_JOBS = "cronjobs.batch"


class RevisionsParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long the newest revision may take to get ready."""

    grace: str = "10m"

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) else f"grace: {self.grace!r} is no duration (10m, 1h)"


@rule("knative-revisions-current", RevisionsParameters)
def revisions_current(context: Context, parameters: RevisionsParameters) -> Iterator[Judged]:
    """The newest revision of each service is the one that serves."""
    table = context.table(KNATIVE_SERVICES)
    grace = parse_duration(parameters.grace) or timedelta(minutes=10)
    for key in sorted(table.objects):
        yield Judged(ref_to(table, table.objects[key]), _current(table.objects[key], context.now, grace))


def _current(service: Any, now: datetime, grace: timedelta) -> Outcome:
    newest, ready = (text(service, f"status.latest{word}RevisionName") for word in ("Created", "Ready"))
    if not newest:
        if not older_than(service, grace, now):
            return PASS
        return cannot_tell("names no revision: no controller has looked at it", path="status.latestCreatedRevisionName")
    if newest == ready:
        return PASS
    said = conditions(service).get("ConfigurationsReady")
    since = (said.since if said else None) or born(service)
    if since is not None and now - since <= grace:
        return passes(recheck_at=since + grace)
    serves = f"{ready} still serves" if ready else "no revision serves"
    detail = f": {said}" if said is not None and str(said) else ""
    return fails(
        f"its newest revision {newest} is not ready; {serves}{detail}",
        path="status.latestReadyRevisionName",
        observed=ready or "none",
        expected=newest,
        since=since,
    )


class CronJobsParameters(Parameters, frozen=True, kw_only=True):
    """``missed``: due runs since the last success that are too many. ``suspended``: how long a pause may last."""

    missed: int = 2
    suspended: str = "7d"

    def problem(self) -> str | None:
        return None if parse_duration(self.suspended) else f"suspended: {self.suspended!r} is no duration (7d)"


@rule("cron-jobs-succeed", CronJobsParameters)
def cron_jobs_succeed(context: Context, parameters: CronJobsParameters) -> Iterator[Judged]:
    """The component's CronJobs have succeeded within their last due runs."""
    table = context.table(CRON_JOBS)
    places = [(part.namespace, part.workload) for part in context.component.parts if part.resource == CRON_JOBS]
    jobs = [job for namespace, name in places if (job := table.get(name, namespace)) is not None]
    if not jobs:
        yield Judged(None, not_applicable(f"{context.component.title} runs without a CronJob"))
    for job in jobs:
        yield Judged(ref_to(table, job), _punctual(job, context.now, parameters))


def _punctual(job: CronJob, now: datetime, parameters: CronJobsParameters) -> Outcome:
    created = parse_time(job.metadata.creation_timestamp)
    succeeded = parse_time(job.status.last_successful_time)
    started = parse_time(job.status.last_schedule_time)
    if job.spec.suspend:
        return _paused(started or created, now, parse_duration(parameters.suspended) or timedelta(days=7))
    since = succeeded or created
    if since is None:
        return cannot_tell("neither a success nor an age", path="status.lastSuccessfulTime")
    try:
        runs = due(job.spec.schedule, since, now)
    except ScheduleError as error:
        return fails(f"{error}: it never starts", path="spec.schedule", observed=job.spec.schedule)
    if len(runs) <= parameters.missed:
        return PASS
    seen = f"last succeeded {format_age(now - succeeded)} ago" if succeeded else "never succeeded"
    begun = f"last started {format_age(now - started)} ago" if started else "never started"
    return fails(
        f"{seen}; {len(runs)} runs were due since, {begun}",
        path="status.lastSuccessfulTime",
        observed=job.status.last_successful_time or "never",
        expected=f"within the last {parameters.missed} due runs",
        since=runs[0],
    )


def _paused(since: datetime | None, now: datetime, limit: timedelta) -> Outcome:
    if since is not None and now - since <= limit:
        return passes(recheck_at=since + limit)
    words = "suspended" + (f"; last started {format_age(now - since)} ago" if since else "")
    return warns(words, path="spec.suspend", observed="true", expected="false", severity=Severity.MEDIUM)


class ProjectsParameters(Parameters, frozen=True, kw_only=True):
    """``share``: of a job's projects that may have failed."""

    resource: str
    share: float = 0.2

    def reads(self) -> tuple[str, ...]:
        return (self.resource,)


@rule("renovate-projects-complete", ProjectsParameters)
def projects_complete(context: Context, parameters: ProjectsParameters) -> Iterator[Judged]:
    """Few of the projects that an operator's job visits have failed, and the job was accepted."""
    table = context.table(parameters.resource)
    for key in sorted(table.objects):
        yield Judged(ref_to(table, table.objects[key]), _projects(table.objects[key], parameters.share, context.now))


def _projects(job: Any, share: float, now: datetime) -> Outcome:
    accepted = conditions(job).get("Accepted")
    if accepted is not None and accepted.status == "False":
        return fails(f"not accepted: {accepted}", path="status.conditions[type=Accepted].status", observed="False")
    projects = [(str(one.get("name")), one.get("status")) for one in items(job, "status.projects")]
    if not projects:
        if accepted is not None or not older_than(job, timedelta(days=1), now):
            return PASS
        return cannot_tell("no status: no operator has looked at it", path="status")
    failed = [name for name, state in projects if state == "failed"]
    if len(failed) / len(projects) <= share:
        return PASS
    return fails(
        f"{len(failed)} of {len(projects)} projects failed: {', '.join(failed[:3])}",
        path="status.projects",
        observed=f"{100 * len(failed) // len(projects)} %",
        expected=f"at most {share:.0%}",
    )
