"""Argo Workflows: runs that hang or fail, and CronWorkflows that are due and do not start."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.custom import born, conditions, edited, moment, text
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, passes, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one
from k8sview.model.resources import Ref
from k8sview.model.schedules import ScheduleError, due
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration

WORKFLOWS = "workflows.argoproj.io"
CRON_WORKFLOWS = "cronworkflows.argoproj.io"
_CRON_LABEL = "workflows.argoproj.io/cron-workflow"


class MovingParameters(Parameters, frozen=True, kw_only=True):
    """``running`` and ``pending``: how long a run may take and wait, where it states no deadline of its own."""

    running: str = "24h"
    pending: str = "10m"

    def problem(self) -> str | None:
        bad = [one for one in (self.running, self.pending) if parse_duration(one) is None]
        return f"{bad[0]!r} is no duration (10m, 1h)" if bad else None


@rule("workflows-move", MovingParameters)
def workflows_move(context: Context, parameters: MovingParameters) -> Iterator[Judged]:
    table = context.table(WORKFLOWS)
    running = parse_duration(parameters.running) or timedelta(hours=24)
    pending = parse_duration(parameters.pending) or timedelta(minutes=10)
    for key in sorted(table.objects):
        run = table.objects[key]
        yield Judged(ref_to(table, run), _moves(run, context.now, running, pending))


def _moves(run: Any, now: datetime, running: timedelta, pending: timedelta) -> Outcome:
    phase = text(run, "status.phase")
    started = moment(run, "status.startedAt") or born(run)
    if phase not in ("", "Pending", "Running") or started is None:
        return PASS
    if phase == "Running" and read_one(run, "spec.suspend") is True:
        return PASS  # stopped on purpose, and it shows
    deadline = parse_duration(read_one(run, "spec.activeDeadlineSeconds"))
    limit = pending if phase != "Running" else deadline + pending if deadline else running
    if now - started <= limit:
        return passes(recheck_at=started + limit)
    lasted = format_age(now - started)
    if not phase:
        words = f"created {lasted} ago, and no controller has taken it up"
    elif phase == "Pending":
        words = f"pending for {lasted}: it waits for a lock or for its turn"
    else:
        words = f"running for {lasted}" + (f", past its own deadline of {format_age(deadline)}" if deadline else "")
    message = text(run, "status.message")
    return fails(
        words + (f": {message}" if message else ""),
        path="status.phase",
        observed=phase or "not set",
        expected=f"finished within {format_age(limit)}",
        since=started,
    )


class SucceededParameters(Parameters, frozen=True, kw_only=True):
    """``within``: how far back failures count. ``repeated``: failures in a row that make a schedule's run serious."""

    within: str = "24h"
    repeated: int = 3

    def problem(self) -> str | None:
        return None if parse_duration(self.within) else f"within: {self.within!r} is no duration (10m, 1h)"


@rule("workflows-succeed", SucceededParameters)
def workflows_succeed(context: Context, parameters: SucceededParameters) -> Iterator[Judged]:
    """Runs of one CronWorkflow are judged together by the newest; every other run by itself."""
    table = context.table(WORKFLOWS)
    within = parse_duration(parameters.within) or timedelta(hours=24)
    scheduled: dict[tuple[str, str], list[Any]] = {}
    for key in sorted(table.objects):
        run = table.objects[key]
        schedule = run.metadata.labels.get(_CRON_LABEL)
        if schedule:
            scheduled.setdefault((key[0], schedule), []).append(run)
            yield Judged(None, PASS)
        else:
            yield Judged(ref_to(table, run), _succeeded(run, context.now, within))
    for (namespace, name), runs in sorted(scheduled.items()):
        subject = Ref(table.resource.api_version, "CronWorkflow", namespace, name)
        yield Judged(subject, _series(runs, parameters.repeated))


def _failed(run: Any) -> bool:
    return text(run, "status.phase") in ("Failed", "Error")


def _succeeded(run: Any, now: datetime, within: timedelta) -> Outcome:
    ended = moment(run, "status.finishedAt")
    if not _failed(run) or (ended is not None and now - ended > within):
        return PASS
    return _failure(run, f"{text(run, 'status.phase')}: {text(run, 'status.message')}".rstrip(": "))


def _failure(run: Any, words: str, **details: Any) -> Outcome:
    return fails(
        words,
        path="status.phase",
        observed=text(run, "status.phase"),
        expected="Succeeded",
        since=moment(run, "status.finishedAt"),
        **details,
    )


def _series(runs: list[Any], repeated: int) -> Outcome:
    ended = [run for run in runs if text(run, "status.phase") in ("Succeeded", "Failed", "Error")]
    ended.sort(key=lambda run: text(run, "status.finishedAt"), reverse=True)
    row = next((number for number, run in enumerate(ended) if not _failed(run)), len(ended))
    if not row:
        return PASS
    newest = ended[0]
    message = text(newest, "status.message")
    words = f"its last {row} runs failed" if row > 1 else "its last run failed"
    words += f"; {newest.metadata.name}" + (f": {message}" if message else "")
    return _failure(newest, words, severity=Severity.HIGH if row >= repeated else None)


class ScheduledParameters(Parameters, frozen=True, kw_only=True):
    """``late``: how long after its time a run may start."""

    late: str = "10m"

    def problem(self) -> str | None:
        return None if parse_duration(self.late) else f"late: {self.late!r} is no duration (10m, 1h)"


@rule("cron-workflows-start", ScheduledParameters)
def cron_workflows_start(context: Context, parameters: ScheduledParameters) -> Iterator[Judged]:
    """Every schedule that is not suspended was accepted and started its last due run."""
    table = context.table(CRON_WORKFLOWS)
    late = parse_duration(parameters.late) or timedelta(minutes=10)
    for key in sorted(table.objects):
        yield Judged(ref_to(table, table.objects[key]), _starts(table.objects[key], context.now, late))


def _starts(cron: Any, now: datetime, late: timedelta) -> Outcome:
    for name in ("SubmissionError", "SpecError"):
        said = conditions(cron).get(name)
        if said is not None and said.status == "True":
            return fails(f"{name}: {said.message}", path=f"status.conditions[type={name}]", observed="True")
    if read_one(cron, "spec.suspend") is True:
        return warns("suspended: its schedule starts nothing", path="spec.suspend", severity=Severity.LOW)
    if text(cron, "status.phase") == "Stopped":
        return PASS  # its own stop strategy ended it
    listed = read_one(cron, "spec.schedules")
    schedules = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    schedules = schedules or [one for one in (text(cron, "spec.schedule"),) if one]
    last = moment(cron, "status.lastScheduledTime")
    since = last or edited(cron) or born(cron)
    if since is None:
        return PASS
    try:
        missed = sorted(at for one in schedules for at in due(one, since, now - late))
    except ScheduleError as error:
        return fails(f"{error}: it never starts", path="spec.schedules", observed=", ".join(schedules))
    # Schedules are read in UTC: one in another zone is up to a run off, so a single missed run proves nothing there.
    if len(missed) <= (1 if text(cron, "spec.timezone") else 0):
        return PASS
    if last is None and not isinstance(read_one(cron, "status"), dict):
        words = f"no status, and {len(missed)} runs were due: its schedule or its template is not accepted"
    else:
        seen = f"last started {format_age(now - last)} ago" if last else "never started"
        words = f"{seen}, and {len(missed)} runs were due since"
    return fails(
        words, path="status.lastScheduledTime", observed=text(cron, "status.lastScheduledTime"), since=missed[0]
    )
