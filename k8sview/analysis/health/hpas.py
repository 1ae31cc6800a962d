"""Verdict on HorizontalPodAutoscalers: do they get figures, may they scale, do they want more than they may?"""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.wording import since as said_since
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.targets import Target, is_rolling, target_health, target_of
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Condition
from k8sview.model.objects.workloads import HorizontalPodAutoscaler
from k8sview.model.view import View

_FIGURES = timedelta(minutes=5)
"""New pods have no figures at once, and every rollout has new pods."""
_TARGET = timedelta(minutes=1)
_CEILING = timedelta(minutes=15)
_OFF = "ScalingDisabled"


def autoscaler_health(view: View, autoscaler: HorizontalPodAutoscaler) -> Health:
    """Verdict on one autoscaler."""
    if autoscaler.metadata.deletion_timestamp is not None:
        return deletion(view, autoscaler)
    conditions = autoscaler.status.conditions
    able, active = find(conditions, "AbleToScale"), find(conditions, "ScalingActive")
    if active is not None and active.status == "False" and active.reason == _OFF:
        message = "off while its target is scaled to 0"
        return Health(HealthVerdict.SUSPENDED, _OFF, message, changed(active), evidence=(_shown(active),))
    if able is not None and able.status == "False":
        return _fault(view, autoscaler, able, _TARGET, "cannot scale its target")
    if active is not None and active.status == "False":
        return _without_figures(view, autoscaler, active)
    if able is None or active is None:
        return _silent(view, autoscaler)
    limited = find(conditions, "ScalingLimited")
    if limited is not None and limited.status == "True" and limited.reason == "TooManyReplicas":
        return _at_maximum(view, autoscaler, limited)
    evidence = (_shown(active),)
    return Health(HealthVerdict.HEALTHY, since=changed(active), evidence=evidence)


def target(view: View, autoscaler: HorizontalPodAutoscaler) -> Target:
    """What it scales."""
    ref = autoscaler.spec.scale_target_ref
    return target_of(view, autoscaler.metadata.namespace or "", ref.api_version, ref.kind, ref.name)


def _without_figures(view: View, autoscaler: HorizontalPodAutoscaler, active: Condition) -> Health:
    health = _fault(view, autoscaler, active, _FIGURES, "gets no figures to scale by")
    if health.verdict is HealthVerdict.DEGRADED:
        scaled = target_health(view, target(view, autoscaler))
        if scaled is not None and is_rolling(scaled):
            return Health(
                HealthVerdict.PROGRESSING,
                active.reason,
                "gets no figures to scale by while its target is rolling",
                health.since,
                evidence=health.evidence,
                recheck_at=scaled.recheck_at,
                grace=scaled.grace,
            )
    return health


def _fault(view: View, autoscaler: HorizontalPodAutoscaler, said: Condition, grace: timedelta, words: str) -> Health:
    since = changed(said, created(autoscaler))
    end = grace_end(view, since, grace)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        said.reason or said.type,
        joined(words, one_line(said.message)),
        since,
        evidence=(_shown(said), f"status.conditions[type={said.type}].reason = {said.reason}"),
        recheck_at=end,
        grace=grace if end else None,
    )


def _silent(view: View, autoscaler: HorizontalPodAutoscaler) -> Health:
    born = created(autoscaler)
    end = grace_end(view, born, _TARGET)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.UNKNOWN,
        "NotJudgedYet",
        "its controller has not said yet whether it works",
        born,
        evidence=("status.conditions[type=ScalingActive] = absent",),
        recheck_at=end,
        grace=_TARGET if end else None,
    )


def _at_maximum(view: View, autoscaler: HorizontalPodAutoscaler, limited: Condition) -> Health:
    """More wanted than allowed for long. With one number for both bounds that is the purpose."""
    spec, since = autoscaler.spec, changed(limited)
    evidence = (
        f"spec.maxReplicas = {spec.max_replicas}",
        f"status.desiredReplicas = {autoscaler.status.desired_replicas}",
        f"status.conditions[type=ScalingLimited].reason = {limited.reason}",
    )
    end = grace_end(view, since, _CEILING)
    if end is not None or since is None or spec.min_replicas == spec.max_replicas:
        return Health(HealthVerdict.HEALTHY, since=since, evidence=evidence, recheck_at=end)
    message = f"at its ceiling of {spec.max_replicas} replicas{said_since(view, since)}, and its metrics ask for more"
    return Health(HealthVerdict.DEGRADED, "AtMaximum", message, since, evidence=evidence)


def _shown(condition: Condition) -> str:
    return f"status.conditions[type={condition.type}].status = {condition.status}"
