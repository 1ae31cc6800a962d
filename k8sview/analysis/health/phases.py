"""Verdict on kinds that tell their health by one word ("Failed", "red"), or by a plain ``status.ready``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.health.moments import created, grace_end, status_written
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.signals import Signals
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Confidence
from k8sview.model.view import View

_GRACE = timedelta(minutes=5)
_BUSY_TOO_LONG = timedelta(minutes=15)

_GOOD_PHASES = frozenset({"running", "ready", "bound", "active", "succeeded", "available", "healthy", "completed"})
_BUSY_PHASES = frozenset({"pending", "creating", "provisioning", "progressing", "reconciling", "installing"})
_BAD_PHASES = frozenset(
    {
        "failed",
        "failing",
        "error",
        "lost",
        "degraded",
        "unhealthy",
        "missing",
        "unavailable",
        "unreachable",
        "invalid",
        "rejected",
        "denied",
        "broken",
        "stalled",
        "crashloopbackoff",
    }
)
_BAD_COLOURS = frozenset({"red", "critical"})


def usual(phase: str) -> bool:
    """Whether a phase is a word by which many kinds say that they are well or at work."""
    return phase.lower() in _GOOD_PHASES | _BUSY_PHASES


def phase_health(view: View, obj: Any, signals: Signals) -> Health | None:
    """Verdict by the phase, or by the colour beside it; None where neither is a word that is known."""
    word = signals.phase.lower()
    evidence = (f"{signals.phase_path} = {signals.phase}",)
    hint = next((one for one in signals.conditions if one.status == "False" and one.message), None)
    said = joined(f"is {signals.phase}", one_line(signals.message or (hint.message if hint is not None else "")))
    if signals.colour.lower() in _BAD_COLOURS:
        message = joined(f"its health is {signals.colour}", one_line(signals.message))
        shown = (f"status.health = {signals.colour}",)
        return Health(HealthVerdict.DEGRADED, "Unhealthy", message, confidence=Confidence.INFERRED, evidence=shown)
    if word in _BAD_PHASES or ("over" not in word and any(bad in word for bad in ("failed", "error"))):
        return Health(HealthVerdict.DEGRADED, signals.phase, said, confidence=Confidence.INFERRED, evidence=evidence)
    if any(one.status for one in signals.conditions):
        return None  # where conditions speak, only a failure is believed of a phase
    if word == "suspended":
        return Health(HealthVerdict.SUSPENDED, signals.phase, said, confidence=Confidence.INFERRED, evidence=evidence)
    if word in _GOOD_PHASES:
        return Health(HealthVerdict.HEALTHY, signals.phase, confidence=Confidence.INFERRED, evidence=evidence)
    if word in _BUSY_PHASES:
        begun = _begun(obj)
        end = grace_end(view, begun, _BUSY_TOO_LONG)
        verdict = HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED
        return Health(verdict, signals.phase, said, begun, Confidence.INFERRED, evidence=evidence, recheck_at=end)
    return None


def _begun(obj: Any) -> datetime | None:
    """Since when a phase may last that nobody dated: not longer ago than the last word of the status was written."""
    return max((one for one in (created(obj), status_written(obj)) if one is not None), default=None)


def ready_health(view: View, obj: Any, signals: Signals) -> Health | None:
    """A plain ``status.ready`` of yes or no, where nothing else is said."""
    if signals.ready is None or signals.conditions:
        return None
    evidence = (f"{signals.ready_path} = {str(signals.ready).lower()}",)
    if signals.ready:
        return Health(HealthVerdict.HEALTHY, confidence=Confidence.INFERRED, evidence=evidence)
    begun = _begun(obj)
    end = grace_end(view, begun, _GRACE)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        "NotReady",
        joined("is not ready yet" if end else "is not ready", one_line(signals.message)),
        begun,
        Confidence.INFERRED,
        evidence=evidence,
        recheck_at=end,
        grace=_GRACE if end else None,
    )
