"""What any object says of itself, typed or free-form, as one shape: conditions, phase, generations, pauses."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.analysis.health.conditions import SUMMARIES
from k8sview.model.fields import attributes
from k8sview.model.objects.meta import Condition, Custom

_PAUSES = (
    "cluster.x-k8s.io/paused",
    "crossplane.io/paused",
    "reconcile.external-secrets.io/paused",
    "autoscaling.keda.sh/paused",
)


_WORDS = (
    "message",
    "error",
    "errorMessage",
    "failureMessage",
    "phaseReason",
    "statusMessage",
    "reason",
    "failureReason",
    "validationErrors",
    "errors",
)
"""Fields of a status in which controllers say more about its phase, most telling first."""


_PHASES = ("phase", "state", "printableStatus")
_READY = ("ready", "readyToUse")


class Signals(msgspec.Struct, frozen=True):
    """What was found; empty where the object says nothing."""

    conditions: tuple[Condition, ...] = ()
    phase: str = ""
    phase_path: str = "status.phase"
    colour: str = ""
    """The word of a ``status.health``, besides the phase."""
    message: str = ""
    ready: bool | None = None
    """``status.ready`` (of snapshots: ``readyToUse``), where that is yes or no."""
    ready_path: str = "status.ready"
    observed_generation: int | None = None
    paused: str = ""
    """The evidence for a deliberate pause."""


def signals_of(obj: Any) -> Signals:
    """The signals of any object; wrongly typed parts count as absent."""
    status, spec = _part(obj, "status"), _part(obj, "spec")
    observed = _field(status, "observedGeneration")
    phase_path, phase = _phase(status)
    ready_path = next((name for name in _READY if isinstance(_field(status, name), bool)), "ready")
    ready = _field(status, ready_path)
    return Signals(
        conditions=_conditions(_field(status, "conditions")),
        phase=phase,
        phase_path=phase_path,
        colour=_text(_field(status, "health")),
        message=_message(status),
        ready=ready if isinstance(ready, bool) else None,
        ready_path=f"status.{ready_path}",
        observed_generation=_generation(observed),
        paused=_paused(obj, spec),
    )


def conditions_of(part: Any) -> tuple[Condition, ...]:
    """The conditions of any part of a status that has some (a listener, a parent); wrongly typed ones are left out."""
    return _conditions(_field(part, "conditions"))


def _part(obj: Any, name: str) -> Any:
    return obj.body.get(name) if isinstance(obj, Custom) else getattr(obj, name, None)


def _field(part: Any, name: str) -> Any:
    if isinstance(part, dict):
        return part.get(name)
    if isinstance(part, msgspec.Struct):
        attribute = attributes(type(part)).get(name)
        return getattr(part, attribute) if attribute else None
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _message(status: Any) -> str:
    for name in _WORDS:
        found = _field(status, name)
        first = found[0] if isinstance(found, list) and found else found
        words = _text(first) or _text(_field(first, "message"))
        if words:
            return words
    return _text(_field(_field(status, "health"), "message"))


def _phase(status: Any) -> tuple[str, str]:
    for name in _PHASES:
        found = _text(_field(status, name))
        if found:
            return f"status.{name}", found
    found = _text(_field(_field(status, "health"), "status"))  # Argo CD's Application
    return ("status.health.status", found) if found else ("status.phase", "")


def _conditions(found: Any) -> tuple[Condition, ...]:
    if not isinstance(found, list | tuple):
        return ()
    return tuple(one for one in (_condition(value) for value in found) if one is not None and one.type)


def _condition(value: Any) -> Condition | None:
    if isinstance(value, Condition):
        return value
    if not isinstance(value, dict):
        return None
    status, name = value.get("status"), _text(value.get("type"))
    if status == "False" and value.get("severity") == "Info" and name not in SUMMARIES:
        return None  # of several severities this one only informs (Cluster API, Knative)
    return Condition(
        type=name,
        status=str(status) if isinstance(status, bool) else _text(status),
        reason=_text(value.get("reason")),
        message=_text(value.get("message")),
        last_transition_time=_text(value.get("lastTransitionTime")) or None,
        observed_generation=_generation(value.get("observedGeneration")),
    )


def _generation(value: Any) -> int | None:
    """Flux writes -1 until its first success: that says nothing of what its controller has seen."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _paused(obj: Any, spec: Any) -> str:
    for name in ("suspend", "suspended", "paused"):
        if _field(spec, name) is True:
            return f"spec.{name} = true"
    for name in _PAUSES:
        value = obj.metadata.annotations.get(name)
        if value is not None and value.lower() != "false":
            return f"metadata.annotations[{name}] = {value}"
    return ""
