"""Verdict on a pod whose resize in place was asked for and not done. It serves, with the resources that it has."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.moments import changed, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Condition
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

_PATIENCE = timedelta(minutes=5)


def unfinished_resize(pod: Pod) -> Condition | None:
    """The condition that tells of a resize under way; before Kubernetes 1.33 made from ``status.resize``."""
    for name in ("PodResizePending", "PodResizeInProgress"):
        found = find(pod.status.conditions, name)
        if found is not None and found.status == "True":
            return found
    if pod.status.resize:
        name = "PodResizeInProgress" if pod.status.resize == "InProgress" else "PodResizePending"
        return Condition(type=name, status="True", reason=pod.status.resize)
    return None


def resizing(view: View, pod: Pod) -> Health | None:
    """Refused for good, or deferred too long, is a fault; None where no resize is under way."""
    condition = unfinished_resize(pod)
    if condition is None:
        return None
    since = changed(condition)
    under_way = condition.type == "PodResizeInProgress"
    evidence = (f"status.conditions[type={condition.type}].reason = {condition.reason}",)
    words = "is being resized in place" if under_way else "waits for a resize in place"
    hopeless = condition.reason in ("Infeasible", "Error")
    end = None if hopeless else grace_end(view, since, _PATIENCE)
    message = joined(words, one_line(condition.message))
    # An undated condition is the field of old: it tells no fault unless it says so itself.
    if end is not None or (since is None and not hopeless):
        return Health(
            HealthVerdict.PROGRESSING,
            condition.type,
            message,
            since,
            evidence=evidence,
            recheck_at=end,
            grace=_PATIENCE,
        )
    return Health(HealthVerdict.DEGRADED, condition.type, message, since, evidence=evidence)
