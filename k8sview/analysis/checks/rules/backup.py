"""Velero: can backups be stored, does every schedule still yield good ones, is there a schedule at all?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.custom import born, moment, text
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
from k8sview.analysis.checks.parts import main_ref
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one
from k8sview.model.resources import Key
from k8sview.model.schedules import ScheduleError, due
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration

_LOCATIONS = "backupstoragelocations.velero.io"
_SCHEDULES = "schedules.velero.io"
_BACKUPS = "backups.velero.io"
_SCHEDULE_NAME = "velero.io/schedule-name"
_GOOD = "Completed"
_BAD = ("Failed", "FailedValidation")
_ENDED = (_GOOD, "PartiallyFailed", *_BAD)


class LocationsParameters(Parameters, frozen=True, kw_only=True):
    """``stale``: how old the last validation may be."""

    stale: str = "10m"

    def reads(self) -> tuple[str, ...]:
        return (_LOCATIONS,)

    def problem(self) -> str | None:
        return None if parse_duration(self.stale) else f"stale: {self.stale!r} is no duration (10m, 1h)"


@rule("backup-locations", LocationsParameters)
def backup_locations(context: Context, parameters: LocationsParameters) -> Iterator[Judged]:
    """Every place for backups is Available and was looked at lately; one of them is the default."""
    table = context.table(_LOCATIONS)
    stale = parse_duration(parameters.stale) or timedelta(minutes=10)
    for key in sorted(table.objects):
        yield Judged(ref_to(table, table.objects[key]), _location(table.objects[key], context.now, stale))
    whole = table.state.state.readable and not table.partial and not table.malformed
    if whole and not table.objects:
        message = "no BackupStorageLocation: there is nowhere to put a backup"
        yield Judged(
            main_ref(context.component, "server"), fails(message, path="locations", severity=Severity.CRITICAL)
        )
    elif whole and not any(_is_default(one) for one in table):
        message = "no BackupStorageLocation is the default: backups that name none fail"
        yield Judged(
            main_ref(context.component, "server"), fails(message, path="default", expected="one with spec.default")
        )


def _is_default(location: Any) -> bool:
    # The server's --default-backup-storage-location, "default" unless told otherwise, still counts.
    return read_one(location, "spec.default") is True or location.metadata.name == "default"


def _location(location: Any, now: datetime, stale: timedelta) -> Outcome:
    severity = Severity.CRITICAL if _is_default(location) else Severity.HIGH
    phase = text(location, "status.phase")
    seen = moment(location, "status.lastValidationTime")
    details: dict[str, Any] = {"path": "status.phase", "observed": phase, "expected": "Available", "severity": severity}
    if not phase:
        created = born(location)
        if created is not None and now - created < stale:
            return passes(recheck_at=created + stale)
        return cannot_tell("no phase: Velero has not looked at this location", path="status.phase")
    if phase != "Available":
        message = text(location, "status.message") or "no message"
        return fails(f"is {phase}: {message}", since=seen, **details)
    every = parse_duration(read_one(location, "spec.validationFrequency"))
    if every == timedelta() or seen is None:
        return PASS  # deliberately never validated
    limit = max(stale, 3 * every) if every else stale
    if now - seen > limit:
        details |= {"path": "status.lastValidationTime", "observed": text(location, "status.lastValidationTime")}
        details["expected"] = f"younger than {format_age(limit)}"
        message = f"says Available, but was last looked at {format_age(now - seen)} ago: Velero does not run its checks"
        return fails(message, since=seen + limit, **details)
    return passes(recheck_at=seen + limit)


class SchedulesParameters(Parameters, frozen=True, kw_only=True):
    """``allow``: how long a backup may take before a due one is missed."""

    allow: str = "4h"

    def reads(self) -> tuple[str, ...]:
        return (_SCHEDULES, _BACKUPS)

    def problem(self) -> str | None:
        return None if parse_duration(self.allow) else f"allow: {self.allow!r} is no duration (4h, 90m)"


@rule("backups-recent", SchedulesParameters)
def backups_recent(context: Context, parameters: SchedulesParameters) -> Iterator[Judged]:
    """Every active schedule has a good backup that is not older than its own rhythm allows."""
    table = context.table(_SCHEDULES)
    newest = _newest(context, (_GOOD,))
    allow = parse_duration(parameters.allow) or timedelta(hours=4)
    for key in sorted(table.objects):
        schedule = table.objects[key]
        if read_one(schedule, "spec.paused") is True:
            yield Judged(ref_to(table, schedule), not_applicable("all schedules are paused"))
            continue
        outcome = _recent(schedule, newest.get(key), context.now, allow)
        yield Judged(ref_to(table, schedule), outcome)
    if not table.objects:
        yield Judged(None, not_applicable("there is no schedule"))


def _recent(schedule: Any, backup: Any, now: datetime, allow: timedelta) -> Outcome:
    started = _started(backup) if backup is not None else None
    reference = started or born(schedule)
    if reference is None:
        return cannot_tell("neither a good backup nor a creation time tells since when one is due")
    rhythm = text(schedule, "spec.schedule")
    try:
        missed = due(rhythm, reference, now - allow)
    except ScheduleError as error:
        return fails(f"{error}: it never runs", path="spec.schedule", observed=rhythm, expected="five cron fields")
    if len(missed) < 2:  # one may be late by the time zone, or just have failed: its own check says so
        return PASS
    last = f"the last good backup is {format_age(now - reference)} old" if started else "no good backup exists"
    count = f"{len(missed)}{'+' if len(missed) >= 100 else ''}"
    evidence = (f"Backup {backup.metadata.name} started {_stamp(backup)}",) if backup is not None else ()
    return fails(
        f"{last}; {count} runs of {rhythm!r} were due since",
        path="spec.schedule",
        observed=_stamp(backup) if backup is not None else "none",
        expected="a completed backup for each run",
        evidence=evidence,
        since=missed[0],
    )


@rule("backups-succeed", SchedulesParameters)
def backups_succeed(context: Context, parameters: SchedulesParameters) -> Iterator[Judged]:
    """The newest finished backup of each schedule, and the newest made by hand, has completed whole."""
    table = context.table(_BACKUPS)
    for backup in _newest(context, _ENDED).values():
        yield Judged(ref_to(table, backup), _succeeded(backup))


def _succeeded(backup: Any) -> Outcome:
    phase = text(backup, "status.phase")
    if phase == _GOOD:
        return PASS
    found = [text(backup, "status.failureReason"), *_strings(backup, "status.validationErrors")]
    errors = read_one(backup, "status.errors")
    if errors:
        found.append(f"{errors} errors")
    why = "; ".join(one for one in found if one) or "no reason given"
    details: dict[str, Any] = {
        "path": "status.phase",
        "observed": phase,
        "expected": _GOOD,
        "since": moment(backup, "status.completionTimestamp") or _started(backup),
    }
    if phase in _BAD:
        return fails(f"the newest backup is {phase}: {why}", **details)
    return warns(f"the newest backup is {phase}: {why}", severity=Severity.HIGH, **details)


def _strings(obj: Any, path: str) -> list[str]:
    value = read_one(obj, path)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _newest(context: Context, phases: tuple[str, ...]) -> dict[Key, Any]:
    """The newest backup in one of ``phases``, by namespace and schedule; those made by hand under no schedule."""
    newest: dict[Key, Any] = {}
    for backup in context.table(_BACKUPS):
        if text(backup, "status.phase") in phases:
            key = (backup.metadata.namespace or "", backup.metadata.labels.get(_SCHEDULE_NAME, ""))
            if key not in newest or _stamp(backup) > _stamp(newest[key]):
                newest[key] = backup
    return newest


def _stamp(backup: Any) -> str:
    return text(backup, "status.startTimestamp") or backup.metadata.creation_timestamp or ""


def _started(backup: Any) -> datetime | None:
    return moment(backup, "status.startTimestamp") or born(backup)


class ScheduledParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (_SCHEDULES,)


@rule("backups-scheduled", ScheduledParameters)
def backups_scheduled(context: Context, parameters: ScheduledParameters) -> Iterator[Judged]:
    """There is a schedule, Velero accepts it, and it is not paused."""
    table = context.table(_SCHEDULES)
    for key in sorted(table.objects):
        schedule = table.objects[key]
        outcome = PASS
        if text(schedule, "status.phase") == "FailedValidation":
            why = "; ".join(_strings(schedule, "status.validationErrors")) or "no reason given"
            outcome = fails(f"Velero refuses it: {why}", path="status.phase", observed="FailedValidation")
        elif read_one(schedule, "spec.paused") is True:
            outcome = warns("is paused: it makes no backups", path="spec.paused", observed="true", expected="false")
        yield Judged(ref_to(table, schedule), outcome)
    if not table.objects and not table.malformed and not table.partial:
        message = "no Schedule: nothing is backed up unless somebody does it by hand"
        yield Judged(main_ref(context.component, "server"), fails(message, path="schedules", severity=Severity.HIGH))
