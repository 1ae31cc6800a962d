"""Who decides how many replicas a workload has: an autoscaler, KEDA, or somebody's scale command."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.moments import ago
from k8sview.analysis.health.phrases import counted
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Custom, ManagedFieldsEntry
from k8sview.model.objects.workloads import Deployment, HorizontalPodAutoscaler, ReplicaSet, StatefulSet
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

_AUTOSCALERS = "horizontalpodautoscalers.autoscaling"
_SCALED_OBJECTS = "scaledobjects.keda.sh"
_KEDA_PAUSED = "autoscaling.keda.sh/paused-replicas"


def autoscaler_of(view: View, obj: Any) -> HorizontalPodAutoscaler | None:
    """The autoscaler whose target this workload is."""
    kind = _kind(obj)
    for one in view.in_namespace(_AUTOSCALERS, obj.metadata.namespace or ""):
        if isinstance(one, HorizontalPodAutoscaler):
            target = one.spec.scale_target_ref
            if (target.kind, target.name) == (kind, obj.metadata.name):
                return one
    return None


def raised(view: View, obj: Any) -> datetime | None:
    """When an autoscaler last changed the number of replicas, if it wants more than are available."""
    found = autoscaler_of(view, obj)
    if found is None or found.status.desired_replicas <= obj.status.available_replicas:
        return None
    return parse_time(found.status.last_scale_time)


def scaled_to_zero(view: View, obj: Any) -> Health:
    """Deliberate, not down; with the name of whoever decided it where that can be told."""
    left = obj.status.replicas
    who, evidence = _who(view, obj)
    message = f"scaled to 0{who}" + (f", {counted(left, 'pod')} left" if left else "")
    entry = _scale_entry(obj)
    return Health(
        HealthVerdict.SUSPENDED,
        "ScaledToZero",
        message,
        parse_time(entry.time) if entry is not None else None,
        rollout="complete",
        availability="ok",
        evidence=("spec.replicas = 0", *evidence),
    )


def _who(view: View, obj: Any) -> tuple[str, tuple[str, ...]]:
    name, namespace = obj.metadata.name, obj.metadata.namespace or ""
    for scaled in view.in_namespace(_SCALED_OBJECTS, namespace):
        if isinstance(scaled, Custom) and _keda_target(scaled) == (_kind(obj), name):
            path = f"{_SCALED_OBJECTS}/{scaled.metadata.name}"
            if _KEDA_PAUSED in scaled.metadata.annotations:
                value = scaled.metadata.annotations[_KEDA_PAUSED]
                return f": ScaledObject {scaled.metadata.name} is paused", (
                    f"{path} metadata.annotations[{_KEDA_PAUSED}] = {value}",
                )
            return f" by KEDA (ScaledObject {scaled.metadata.name})", (f"{path} spec.scaleTargetRef.name = {name}",)
    entry = _scale_entry(obj)
    if entry is not None:
        at = ago(view, parse_time(entry.time))
        when = f" {format_age(at)} ago" if at is not None else ""
        return f" by {entry.manager or 'somebody'}{when}", (
            f"metadata.managedFields[manager={entry.manager}].subresource = scale",
        )
    found = autoscaler_of(view, obj)
    state = find(found.status.conditions, "ScalingActive") if found is not None else None
    if found is not None and state is not None and state.reason == "ScalingDisabled":
        path = f"{_AUTOSCALERS}/{found.metadata.name} status.conditions[type=ScalingActive].reason"
        return f", which switches autoscaler {found.metadata.name} off", (f"{path} = ScalingDisabled",)
    return "", ()


def _scale_entry(obj: Any) -> ManagedFieldsEntry | None:
    """The last write through the scale subresource; a later write of the whole object takes the field back."""
    found = [entry for entry in obj.metadata.managed_fields if entry.subresource == "scale"]
    return max(found, key=lambda entry: entry.time or "", default=None)


def _keda_target(scaled: Custom) -> tuple[str, str]:
    spec = scaled.body.get("spec")
    target = spec.get("scaleTargetRef") if isinstance(spec, dict) else None
    if not isinstance(target, dict):
        return ("", "")
    return (str(target.get("kind") or "Deployment"), str(target.get("name") or ""))


def _kind(obj: Any) -> str:
    match obj:
        case Deployment():
            return "Deployment"
        case StatefulSet():
            return "StatefulSet"
        case ReplicaSet():
            return "ReplicaSet"
    return ""
