"""Verdict on KEDA's ScaledObjects and ScaledJobs. Their conditions carry no times, and Ready True is not enough."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.signals import signals_of
from k8sview.model.fields import read_one
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Condition, Custom
from k8sview.model.status import Confidence
from k8sview.model.view import View

_STARTING = timedelta(minutes=2)
_OFF = "ScalingDisabled"


def scaler_health(view: View, scaler: Custom) -> Health:
    """Verdict on one ScaledObject or ScaledJob."""
    if scaler.metadata.deletion_timestamp is not None:
        return deletion(view, scaler)
    signals = signals_of(scaler)
    conditions = tuple(one for one in signals.conditions if one.status)
    paused = find(conditions, "Paused")
    if signals.paused or (paused is not None and paused.status == "True"):
        evidence = (signals.paused or "status.conditions[type=Paused].status = True",)
        return Health(HealthVerdict.SUSPENDED, "Paused", "paused", changed(paused), evidence=evidence)
    ready = find(conditions, "Ready")
    if ready is None or ready.status not in ("True", "False"):
        return _silent(view, scaler)
    if ready.status == "False":
        return _fault(view, scaler, ready, "does not scale")
    fallback = find(conditions, "Fallback")
    if fallback is not None and fallback.status == "True":
        replicas = read_one(scaler, "spec.fallback.replicas")
        words = f"runs on its fallback of {replicas} replicas" if isinstance(replicas, int) else "runs on its fallback"
        return _fault(view, scaler, fallback, f"{words}: a metric source does not answer")
    driven = find(conditions, "HPAActive")
    if driven is not None and driven.status == "False" and driven.reason != _OFF:
        return _fault(view, scaler, driven, "its autoscaler does not work")
    return Health(HealthVerdict.HEALTHY, since=changed(ready), evidence=(_shown(ready),))


def _silent(view: View, scaler: Custom) -> Health:
    born = created(scaler)
    end = grace_end(view, born, _STARTING)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.UNKNOWN,
        "NotJudgedYet",
        "KEDA has not said yet whether it works",
        born,
        evidence=("status.conditions[type=Ready] = absent",),
        recheck_at=end,
        grace=_STARTING if end else None,
    )


def _fault(view: View, scaler: Custom, said: Condition, words: str) -> Health:
    """Excused while young; without a time of its own a condition only tells that it is so now."""
    since = changed(said)
    end = grace_end(view, since or created(scaler), _STARTING)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        said.reason or said.type,
        joined(words, one_line(said.message)),
        since,
        Confidence.CERTAIN if since is not None else Confidence.INFERRED,
        evidence=(_shown(said), f"status.conditions[type={said.type}].reason = {said.reason}"),
        recheck_at=end,
        grace=_STARTING if end else None,
    )


def _shown(condition: Condition) -> str:
    return f"status.conditions[type={condition.type}].status = {condition.status}"
