"""Verdict on kinds nobody here knows, by the conventions that most controllers keep. No signal is never green."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.health.conditions import SUMMARIES, find, tells_of_error, tells_of_failure
from k8sview.analysis.health.diagnoses.wording import since as said_since
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.generations import unobserved
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phases import phase_health, ready_health, usual
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.signals import Signals, signals_of
from k8sview.model.fields import read_one
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Condition
from k8sview.model.polarity import bad_when_true, good_when_true
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

_GRACE = timedelta(minutes=5)
_GRACE_WITH_ERROR = timedelta(minutes=1)
_RECONCILING_TOO_LONG = timedelta(minutes=15)

_SUCCESS = "ReconciliationSucceeded"
_RETRYING = "ProgressingWithRetry"
"""Flux goes on trying what has failed, for ever: that is never progress."""

NO_SIGNAL = Health(HealthVerdict.UNKNOWN, "NoSignal", "says nothing of its health", confidence=Confidence.INFERRED)

_PAUSED = ("Paused", "Suspended", "ReconciliationPaused")


def generic_health(view: View, obj: Any) -> Health:
    """Verdict on any object with metadata."""
    if obj.metadata.deletion_timestamp is not None:
        return deletion(view, obj)
    signals = signals_of(obj)
    if signals.paused:
        return Health(HealthVerdict.SUSPENDED, "Suspended", "suspended", evidence=(signals.paused,))
    lagging = unobserved(view, obj, signals.observed_generation)
    if lagging is not None:
        return lagging
    generation = obj.metadata.generation or 0
    current = tuple(
        one
        for one in signals.conditions
        if one.status and (one.observed_generation is None or one.observed_generation >= generation)
    )
    return (
        _faults(current)
        or _errors(signals.conditions)
        or _paused(current)
        or _busy(view, obj, current)
        or _summary(view, obj, current, signals)
        or phase_health(view, obj, signals)
        or ready_health(view, obj, signals)
        or _weak(signals)
    )


def _faults(conditions: tuple[Condition, ...]) -> Health | None:
    for condition in conditions:
        if condition.status == "True" and bad_when_true(condition.type):
            return Health(
                HealthVerdict.DEGRADED,
                condition.reason or condition.type,
                joined(condition.type, _together(condition, find(conditions, "Ready"))),
                changed(condition),
                evidence=(_shown(condition),),
            )
    return None


def _together(condition: Condition, ready: Condition | None) -> str:
    """A fault's own words, and those of Ready where they tell more: "failed after 3 attempts; timed out"."""
    own = one_line(condition.message or condition.reason)
    more = one_line(ready.message) if ready is not None and ready.status == "False" else ""
    return f"{own}; {more}" if own and more and more != own else own or more


def _errors(conditions: tuple[Condition, ...]) -> Health | None:
    """Conditions without a status hold by being there (Argo CD's): "ComparisonError" does, a warning is none."""
    for condition in conditions:
        if not condition.status and condition.type.endswith("Error"):
            return Health(
                HealthVerdict.DEGRADED,
                condition.type,
                joined(condition.type, one_line(condition.message)),
                changed(condition),
                evidence=(f"status.conditions[type={condition.type}].message = {one_line(condition.message)}",),
            )
    return None


def _paused(conditions: tuple[Condition, ...]) -> Health | None:
    """A controller that says it rests ("Paused") rightly leaves all else as it was."""
    for name in _PAUSED:
        condition = find(conditions, name)
        if condition is not None and condition.status == "True":
            message = joined("paused", one_line(condition.message or condition.reason))
            return Health(
                HealthVerdict.SUSPENDED, "Suspended", message, changed(condition), evidence=(_shown(condition),)
            )
    return None


def _busy(view: View, obj: Any, conditions: tuple[Condition, ...]) -> Health | None:
    ready = find(conditions, "Ready")
    for name in ("Reconciling", "Progressing"):
        condition = find(conditions, name)
        if condition is None or condition.status != "True" or condition.reason == _RETRYING:
            continue
        if name == "Progressing" and any(one.status == "True" for one in conditions if one.type in SUMMARIES):
            return None  # "Progressing" stays True on what has long progressed to its end
        since = changed(condition, created(obj))
        end = grace_end(view, since, _RECONCILING_TOO_LONG)
        said = ready.message if ready is not None and ready.status == "False" and ready.message else condition.message
        return Health(
            HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
            condition.reason or name,
            joined("is being reconciled" if end else f"is still {name.lower()}", one_line(said)),
            since,
            evidence=(_shown(condition),),
            recheck_at=end,
            grace=_RECONCILING_TOO_LONG if end else None,
        )
    return None


def _summary(view: View, obj: Any, conditions: tuple[Condition, ...], signals: Signals) -> Health | None:
    condition = _most_telling(conditions)
    if condition is None:
        return None
    evidence: tuple[str, ...] = (_shown(condition),)
    if condition.status == "True":
        return Health(HealthVerdict.HEALTHY, since=changed(condition), evidence=evidence)
    since = _since(obj, condition, conditions)
    said = one_line(condition.message or condition.reason)
    if condition.status == "False" and _worse_than(conditions, signals.phase):
        evidence += (f"{signals.phase_path} = {signals.phase}",)
        said = "; ".join(part for part in (said, joined(signals.phase, one_line(signals.message))) if part)
    retrying = any(one.status == "True" and one.reason == _RETRYING for one in conditions)
    if condition.status == "False" or retrying:
        grace = _GRACE_WITH_ERROR if retrying or tells_of_error(condition.reason) else _GRACE
        end = grace_end(view, since or created(obj), grace)
        return Health(
            HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
            condition.reason or condition.type,
            joined(f"is not {condition.type} yet" if end else f"is not {condition.type}", said),
            since,
            Confidence.CERTAIN if since is not None else Confidence.INFERRED,
            evidence=evidence,
            recheck_at=end,
            grace=grace if end else None,
        )
    since = since or created(obj)
    end = grace_end(view, since, _RECONCILING_TOO_LONG)
    if end is None and since is not None:
        message = joined(f"has not known{said_since(view, since)} whether it is {condition.type}", said)
        return Health(
            HealthVerdict.DEGRADED,
            condition.reason or "Unknown",
            message,
            since,
            Confidence.INFERRED,
            evidence=evidence,
        )
    message = joined(f"does not know whether it is {condition.type}", said)
    return Health(
        HealthVerdict.UNKNOWN, condition.reason or "Unknown", message, since, evidence=evidence, recheck_at=end
    )


def _worse_than(conditions: tuple[Condition, ...], phase: str) -> bool:
    """Whether a phase beside a failing summary tells something of its own: words no other object is sure to share."""
    summaries = [one for one in conditions if one.type in SUMMARIES]
    return bool(phase) and not usual(phase) and all(one.status != "True" for one in summaries)


def _since(obj: Any, condition: Condition, conditions: tuple[Condition, ...]) -> datetime | None:
    """When a failure began: the summary's own time is set anew by every attempt of some controllers (Flux).

    Conditions that tell the same reason, and a history of attempts, remember the first. None where nothing is dated:
    creation is no beginning of a failure.
    """
    same = [one for one in conditions if one.status != "True" and one.reason and one.reason == condition.reason]
    dates = [changed(one) for one in (condition, *same)]
    attempt = read_one(obj, "status.history[0]")
    if isinstance(attempt, dict) and str(attempt.get("lastReconciledStatus") or _SUCCESS) != _SUCCESS:
        dates.append(parse_time(attempt.get("firstReconciled")))
    return min((one for one in dates if one is not None), default=None)


def _most_telling(conditions: tuple[Condition, ...]) -> Condition | None:
    """A summary; but one good condition that is False outweighs every summary that is True.

    Of several that are False the one that tells of an error is heard. So is an error of any other condition
    ("Launched"), whatever that kind means by it; where a summary is True only one that is called a failure
    ("ContinuousArchivingFailing").
    """
    named = [one for one in (find(conditions, name) for name in SUMMARIES) if one is not None]
    if not named:
        parts = (one for one in conditions if one.status == "False" and not bad_when_true(one.type))
        return next((one for one in parts if tells_of_failure(one.reason)), None)
    well = any(one.status == "True" for one in named)
    others = [
        one
        for one in conditions
        if one not in named
        and not bad_when_true(one.type)
        and (good_when_true(one.type) or (tells_of_failure if well else tells_of_error)(one.reason))
    ]
    false = [one for one in (*named, *others) if one.status == "False"]
    return min(false, key=lambda one: not tells_of_error(one.reason), default=named[0])


def _weak(signals: Signals) -> Health:
    """Conditions that are no summary: a False one of a good kind is a hint; all else is no signal."""
    for condition in signals.conditions:
        if condition.status == "False" and good_when_true(condition.type):
            return Health(
                HealthVerdict.UNKNOWN,
                condition.reason or condition.type,
                joined(f"is not {condition.type}", one_line(condition.message)),
                changed(condition),
                Confidence.INFERRED,
                evidence=(_shown(condition),),
            )
    return NO_SIGNAL


def _shown(condition: Condition) -> str:
    return f"status.conditions[type={condition.type}].status = {condition.status}"
