"""Flux objects: reconciled or not, and since when; suspended ones. Sources, Kustomizations and HelmReleases alike.

What makes Flux different: ``status.observedGeneration`` stays -1 until the first success while the conditions carry
the right one; Ready's transition time starts anew with each retry; ``ProgressingWithRetry`` is a failure that will be
tried again, not progress; a HelmRepository of type oci never gets a status.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.custom import Said, conditions, edited, items, moment, older_than, text, unseen
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, passes, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_age, parse_duration, parse_time

_RETRIES = "ProgressingWithRetry"
_WAITS = "DependencyNotReady"


class ReconciledParameters(Parameters, frozen=True, kw_only=True):
    """``resources``: the kinds to judge, those that are served. ``grace``: how long a failure may last."""

    resources: tuple[str, ...]
    grace: str = "10m"

    def reads(self) -> tuple[str, ...]:
        return self.resources

    def problem(self) -> str | None:
        if not self.resources:
            return "resources names no resource"
        return None if parse_duration(self.grace) else f"grace: {self.grace!r} is no duration (10m, 1h)"


def suspended(obj: Any) -> bool:
    return read_one(obj, "spec.suspend") is True


@rule("flux-reconciled", ReconciledParameters)
def reconciled(context: Context, parameters: ReconciledParameters) -> Iterator[Judged]:
    grace = parse_duration(parameters.grace) or timedelta(minutes=10)
    yield from unseen(context, parameters.resources)
    for resource in parameters.resources:
        table = context.table(resource)
        for key in sorted(table.objects):
            obj = table.objects[key]
            yield Judged(ref_to(table, obj), _reconciled(obj, context.now, grace))


def _reconciled(obj: Any, now: datetime, grace: timedelta) -> Outcome:
    said = conditions(obj)
    if suspended(obj):
        return PASS  # another check's matter; a suspended object's conditions are a memory
    if not said:
        return _silent(obj, now, grace)
    ready, reconciling, stalled = (said.get(name, Said(name)) for name in ("Ready", "Reconciling", "Stalled"))
    if stalled.status == "True":
        words = f"stalled, and will not try again before its spec changes: {stalled}"
        return _failed(words, "Stalled", stalled, stalled.since)
    if ready.status == "True":
        return _settled(obj, ready, said, now)
    if ready.status == "False" and ready.reason == _WAITS:
        return warns(f"waits for another object: {ready.message}", path=_path("Ready"), observed=ready.reason)
    if ready.status == "False" or reconciling.reason == _RETRIES:
        since = _failing_since(obj, said)
        if since is not None and now - since < grace:
            return passes(recheck_at=since + grace)
        if since is None and not older_than(obj, grace, now):
            return PASS
        lasted = f" for {format_age(now - since)}" if since else ""
        return _failed(f"not reconciled{lasted}: {ready if ready.reason else reconciling}", "Ready", ready, since)
    return _undecided(obj, ready, reconciling, now, grace)


def _path(condition: str) -> str:
    return f"status.conditions[type={condition}].status"


def _failed(words: str, condition: str, said: Said, since: datetime | None, **details: Any) -> Outcome:
    return fails(
        words,
        path=_path(condition),
        observed=said.status,
        expected="False" if condition == "Stalled" else "True",
        evidence=(f"{condition}: status={said.status!r} reason={said.reason!r}",),
        since=since,
        **details,
    )


def _silent(obj: Any, now: datetime, grace: timedelta) -> Outcome:
    if obj.kind == "HelmRepository" and text(obj, "spec.type") == "oci":
        return PASS  # by design: nothing is fetched before a chart is asked for
    if obj.kind in ("Alert", "Provider") or not older_than(obj, grace, now):
        return PASS
    return cannot_tell("no conditions: no controller has looked at this object", path="status.conditions")


def _settled(obj: Any, ready: Said, said: dict[str, Said], now: datetime) -> Outcome:
    remediated, drifted = said.get("Remediated"), said.get("Drifted")
    if remediated is not None and remediated.status == "True":
        return _failed(f"runs an older version again: {remediated}", "Remediated", remediated, remediated.since)
    changed = edited(obj)
    generation = obj.metadata.generation
    if ready.generation is not None and generation is not None and ready.generation < generation:
        if changed is not None and now - changed < timedelta(minutes=5):
            return passes(recheck_at=changed + timedelta(minutes=5))
        words = f"Ready speaks of generation {ready.generation}, the object is at {generation}"
        return cannot_tell(f"{words}: its controller has not caught up", path=_path("Ready"), since=changed)
    if drifted is not None and drifted.status == "True":
        return warns(f"drifted: {drifted}", path=_path("Drifted"), observed="True", expected="False")
    return PASS


def _failing_since(obj: Any, said: dict[str, Said]) -> datetime | None:
    """The earliest date that survives retries; None where each retry starts the clock anew."""
    for name, bad in (("FetchFailed", "True"), ("StorageOperationFailed", "True"), ("Released", "False")):
        if name in said and said[name].status == bad and said[name].since is not None:
            return said[name].since
    history = items(obj, "status.history")
    if obj.kind == "Kustomization" and history:
        newest = history[0]
        if newest.get("lastReconciledStatus") not in ("ReconciliationSucceeded", None):
            return parse_time(newest.get("firstReconciled"))
    return None


def _undecided(obj: Any, ready: Said, reconciling: Said, now: datetime, grace: timedelta) -> Outcome:
    """Ready is Unknown or absent: in progress, until it has been for too long."""
    limit = max(grace, 2 * (parse_duration(read_one(obj, "spec.timeout")) or timedelta()))
    since = ready.since or reconciling.since
    if since is None:
        if not older_than(obj, limit, now):
            return PASS
        return cannot_tell("neither Ready nor failed, and not dated", path=_path("Ready"))
    if now - since <= limit:
        return passes(recheck_at=since + limit)
    words = f"in progress for {format_age(now - since)}: {ready if ready.reason else reconciling}"
    return _failed(words, "Ready", ready, since)


class SuspendedParameters(ReconciledParameters, frozen=True, kw_only=True):
    """``grace``: how long an object may be suspended."""

    grace: str = "7d"


@rule("flux-not-suspended", SuspendedParameters)
def not_suspended(context: Context, parameters: SuspendedParameters) -> Iterator[Judged]:
    grace = parse_duration(parameters.grace) or timedelta(days=7)
    yield from unseen(context, parameters.resources)
    for resource in parameters.resources:
        table = context.table(resource)
        for key in sorted(table.objects):
            obj = table.objects[key]
            outcome = _suspended(obj, context.now, grace) if suspended(obj) else PASS
            yield Judged(ref_to(table, obj), outcome)


def _suspended(obj: Any, now: datetime, grace: timedelta) -> Outcome:
    # Nothing dates the suspension itself. The last edit is its latest possible beginning.
    since = edited(obj) or moment(obj, "metadata.creationTimestamp")
    if since is not None and now - since < grace:
        return passes(recheck_at=since + grace)
    lasted = f" for {format_age(now - since)} at least" if since else ""
    return warns(
        f"suspended{lasted}: nothing that changes in its source arrives, and drift stays",
        path="spec.suspend",
        observed="true",
        expected="false",
        since=since,
        confidence=Confidence.INFERRED,
        severity=Severity.MEDIUM,
    )
