"""Argo CD Applications: compared, synced, drifted, healthy, fresh: one rule per question, so that none hides another.

Sync is judged before health: an application whose source cannot be read still says Healthy. Conditions of an
Application have a type, a message and a time, but no status.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.custom import born, items, moment, older_than, text
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, passes, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_age, parse_duration, parse_time

APPLICATIONS = "applications.argoproj.io"
_NOT_COMPARED = ("ComparisonError", "InvalidSpecError", "UnknownError")


class ApplicationParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long a state may last before it counts."""

    grace: str = "10m"

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) else f"grace: {self.grace!r} is no duration (10m, 1h)"

    def reads(self) -> tuple[str, ...]:
        return (APPLICATIONS,)


def _span(written: str) -> timedelta:
    return parse_duration(written) or timedelta(minutes=10)


def _applications(context: Context) -> Iterator[tuple[Any, Any]]:
    table = context.table(APPLICATIONS)
    for key in sorted(table.objects):
        yield table.objects[key], ref_to(table, table.objects[key])


def automated(application: Any) -> bool:
    """Whether Argo CD syncs by itself: ``automated`` is stated, even if empty, and not switched off."""
    policy = read_one(application, "spec.syncPolicy.automated")
    return isinstance(policy, dict) and policy.get("enabled") is not False


def synced_before(application: Any) -> bool:
    return bool(items(application, "status.history")) or bool(text(application, "status.operationState.phase"))


def _source(application: Any) -> str:
    """The repository, without any credentials in its address."""
    url = text(application, "spec.source.repoURL") or text(application, "spec.sources[0].repoURL")
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}" if mark else url


@rule("argo-applications-compared", ApplicationParameters)
def compared(context: Context, parameters: ApplicationParameters) -> Iterator[Judged]:
    """Each application's source and destination could be read and compared."""
    grace = _span(parameters.grace)
    broken = Counter(_source(one) for one, _ in _applications(context) if text(one, "status.sync.status") == "Unknown")
    for application, subject in _applications(context):
        yield Judged(subject, _compared(application, context.now, grace, broken))


def _compared(application: Any, now: datetime, grace: timedelta, broken: Counter[str]) -> Outcome:
    sync = text(application, "status.sync.status")
    errors = [one for one in items(application, "status.conditions") if one.get("type") in _NOT_COMPARED]
    if not sync and not errors:
        if not older_than(application, grace, now):
            return PASS
        return cannot_tell("no sync status: no controller has looked at this application", path="status.sync.status")
    if sync != "Unknown" and not errors:
        return PASS
    since = parse_time(errors[0].get("lastTransitionTime")) if errors else None
    evidence = tuple(f"condition {one.get('type')}: {one.get('message') or ''}" for one in errors)
    source = _source(application)
    if source and broken[source] > 1:
        evidence += (f"{broken[source]} applications of {source} cannot be compared",)
    detail = f": {errors[0].get('type')}: {errors[0].get('message') or ''}" if errors else ""
    return fails(
        f"cannot be compared with its source{detail}",
        path="status.sync.status",
        observed=sync or "not set",
        expected="Synced or OutOfSync",
        evidence=evidence,
        since=since,
    )


class SyncedParameters(ApplicationParameters, frozen=True, kw_only=True):
    """``running``: how long one sync may run; ``terminating``: how long its end may take."""

    grace: str = "30m"
    running: str = "60m"
    terminating: str = "10m"

    def problem(self) -> str | None:
        bad = [one for one in (self.grace, self.running, self.terminating) if parse_duration(one) is None]
        return f"{bad[0]!r} is no duration (10m, 1h)" if bad else None


@rule("argo-applications-synced", SyncedParameters)
def synced(context: Context, parameters: SyncedParameters) -> Iterator[Judged]:
    """Where Argo CD is told to sync by itself it does, and no sync hangs or has failed for good."""
    limits = {"Running": _span(parameters.running), "Terminating": _span(parameters.terminating)}
    for application, subject in _applications(context):
        yield Judged(subject, _synced(application, context.now, _span(parameters.grace), limits))


def _synced(application: Any, now: datetime, grace: timedelta, limits: dict[str, timedelta]) -> Outcome:
    phase = text(application, "status.operationState.phase")
    started, ended = (moment(application, f"status.operationState.{name}At") for name in ("started", "finished"))
    path = "status.operationState.phase"
    if phase in limits and started is not None:
        if now - started <= limits[phase]:
            return passes(recheck_at=started + limits[phase])
        words = f"a sync has been {phase.lower()} for {format_age(now - started)}"
        return fails(words, path=path, observed=phase, since=started, severity=Severity.HIGH)
    if text(application, "status.sync.status") != "OutOfSync":
        return PASS
    if phase in ("Failed", "Error"):
        message = text(application, "status.operationState.message")
        words = f"the last sync ended in {phase}" + (f": {message}" if message else "")
        return fails(words, path=path, observed=phase, expected="Succeeded", since=ended, severity=Severity.HIGH)
    if not automated(application):
        return PASS
    return _not_converging(application, now, grace, ended or born(application))


def _not_converging(application: Any, now: datetime, grace: timedelta, last: datetime | None) -> Outcome:
    compared_at = moment(application, "status.reconciledAt")
    details: dict[str, Any] = {
        "path": "status.sync.status",
        "observed": "OutOfSync",
        "expected": "Synced",
        "evidence": _differing(application),
    }
    if last is not None and now - last <= grace:
        again = bool(text(application, "status.operationState.finishedAt"))
        if again and compared_at is not None and compared_at > last:
            return warns("differs from its source again right after a sync", **details, recheck_at=last + grace)
        return passes(recheck_at=last + grace)
    heals = read_one(application, "spec.syncPolicy.automated.selfHeal") is True
    reason = "" if heals else " (selfHeal is off: changes made in the cluster are not reverted)"
    # When the difference began is not recorded; that no sync has ended since is.
    return fails(
        f"OutOfSync although it syncs by itself{reason}", **details, since=last, confidence=Confidence.OBSERVED
    )


def _differing(application: Any) -> tuple[str, ...]:
    """The first objects that differ, as ``Kind namespace/name``."""
    differing = [one for one in items(application, "status.resources") if one.get("status") == "OutOfSync"]
    named = (f"{one.get('kind')} {one.get('namespace') or '-'}/{one.get('name')} differs" for one in differing[:5])
    more = (f"and {len(differing) - 5} more",) if len(differing) > 5 else ()
    return (*named, *more)


@rule("argo-applications-unpaused", ApplicationParameters)
def unpaused(context: Context, parameters: ApplicationParameters) -> Iterator[Judged]:
    """No application that was synced once has drifted while its automation is off."""
    for application, subject in _applications(context):
        yield Judged(subject, _unpaused(application, context.now))


def _unpaused(application: Any, now: datetime) -> Outcome:
    if text(application, "status.sync.status") != "OutOfSync" or automated(application):
        return PASS
    if not synced_before(application):
        return PASS  # never synced: it waits for somebody's first sync, as it should
    history = items(application, "status.history")
    last = parse_time(history[-1].get("deployedAt")) if history else None
    last = last or moment(application, "status.operationState.finishedAt")
    switched_off = read_one(application, "spec.syncPolicy.automated.enabled") is False
    words = "drifted from its source, and automated sync is " + ("switched off" if switched_off else "not configured")
    return warns(
        words + (f"; last synced {format_age(now - last)} ago" if last else ""),
        path="spec.syncPolicy.automated",
        observed="off",
        expected="on, or the application synced by hand",
        evidence=_differing(application),
        severity=Severity.MEDIUM,
    )


@rule("argo-applications-healthy", ApplicationParameters)
def healthy(context: Context, parameters: ApplicationParameters) -> Iterator[Judged]:
    """What applications deploy is healthy, where the comparison with the source can be believed."""
    for application, subject in _applications(context):
        yield Judged(subject, _healthy(application, context.now, _span(parameters.grace)))


def _healthy(application: Any, now: datetime, grace: timedelta) -> Outcome:
    health, sync = text(application, "status.health.status"), text(application, "status.sync.status")
    if health in ("Healthy", "Suspended") or sync in ("", "Unknown"):
        return PASS  # without a comparison the health speaks of nothing; that is the finding of another check
    if health == "Missing" and not synced_before(application) and not automated(application):
        return PASS
    since = moment(application, "status.health.lastTransitionTime")
    limit = grace * 6 if health == "Progressing" else grace
    if since is not None and now - since <= limit:
        return passes(recheck_at=since + limit)
    if since is None and not older_than(application, limit, now):
        return PASS
    details: dict[str, Any] = {
        "path": "status.health.status",
        "observed": health or "not set",
        "expected": "Healthy",
        "evidence": _unhealthy(application),
        "since": since,
    }
    lasted = f" for {format_age(now - since)}" if since else ""
    message = text(application, "status.health.message")
    words = f"{health}{lasted}" + (f": {message}" if message else "")
    if health in ("Degraded", "Missing"):
        return fails(words, **details)
    if health == "Progressing" and since is not None:
        return warns(words, **details)
    return PASS if health == "Progressing" else cannot_tell(f"health is {health or 'not set'}", **details)


def _unhealthy(application: Any) -> tuple[str, ...]:
    found = []
    for one in items(application, "status.resources"):
        health = one.get("health")
        status = health.get("status") if isinstance(health, dict) else None
        if status in ("Degraded", "Missing"):
            found.append(f"{one.get('kind')} {one.get('namespace') or '-'}/{one.get('name')} is {status}")
    return tuple(found[:5])


class FreshParameters(ApplicationParameters, frozen=True, kw_only=True):
    """``grace``: the longest time between two comparisons. Argo CD's own rhythm is two to three minutes; installations
    may lengthen it."""

    grace: str = "30m"


@rule("argo-applications-fresh", FreshParameters)
def fresh(context: Context, parameters: FreshParameters) -> Iterator[Judged]:
    """Every application was compared recently: what it says is about now."""
    limit = _span(parameters.grace)
    dates = [at for one, _ in _applications(context) if (at := moment(one, "status.reconciledAt")) is not None]
    all_old = bool(dates) and all(context.now - at > limit for at in dates)
    for application, subject in _applications(context):
        at = moment(application, "status.reconciledAt")
        if at is None:
            yield Judged(subject, PASS)  # never compared: the check of comparisons says so
        elif context.now - at <= limit:
            yield Judged(subject, passes(recheck_at=at + limit))
        else:
            words = f"its verdict is {format_age(context.now - at)} old"
            words += "; so is that of every application" if all_old else "; other applications are compared on time"
            yield Judged(
                subject,
                fails(
                    words,
                    path="status.reconciledAt",
                    observed=text(application, "status.reconciledAt"),
                    expected=f"younger than {format_age(limit)}",
                    since=at + limit,
                    # Polling may be switched off on purpose; that is kept in a ConfigMap's data, which is not read.
                    confidence=Confidence.INFERRED if all_old else Confidence.OBSERVED,
                ),
            )
