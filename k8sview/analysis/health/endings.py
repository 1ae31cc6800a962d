"""Verdicts on what is being deleted: finalizers, nodes and graces keep it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.moments import ago, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

_AFTER_GRACE = timedelta(minutes=1)
_FINALIZING = timedelta(minutes=15)


def deletion(view: View, obj: Any, allowed: timedelta = _FINALIZING, cause: str = "") -> Health:
    """Verdict on any object with a deletionTimestamp: finalizers keep it; too long is a fault."""
    finalizers = ", ".join(obj.metadata.finalizers)
    cause = cause or (f"finalizers {finalizers}" if finalizers else "")
    return _deletion(view, obj, allowed, cause)


def pod_deletion(view: View, pod: Pod) -> Health:
    """A pod's deletionTimestamp already includes its grace period."""
    node = view.get("nodes", pod.spec.node_name) if pod.spec.node_name else None
    state = find(node.status.conditions, "Ready") if isinstance(node, Node) else None
    if state is not None and state.status != "True":
        cause = f"its node {pod.spec.node_name} is not ready and cannot confirm the end"
    else:
        cause = f"finalizers {', '.join(pod.metadata.finalizers)}" if pod.metadata.finalizers else ""
        target = find(pod.status.conditions, "DisruptionTarget")
        if not cause and target is not None and target.status == "True":
            cause = joined(target.reason, one_line(target.message))
    return _deletion(view, pod, _AFTER_GRACE, cause)


def _deletion(view: View, obj: Any, allowed: timedelta, cause: str) -> Health:
    since = parse_time(obj.metadata.deletion_timestamp)
    end = grace_end(view, since, allowed)
    evidence = (f"metadata.deletionTimestamp = {obj.metadata.deletion_timestamp}",)
    if end is not None:
        message = joined("is being deleted", cause)
        return Health(
            HealthVerdict.TERMINATING, "Terminating", message, since, evidence=evidence, recheck_at=end, grace=allowed
        )
    span = ago(view, since)
    words = f"is stuck in deletion for {format_age(span)}" if span is not None else "is stuck in deletion"
    return Health(HealthVerdict.DEGRADED, "TerminatingStuck", joined(words, cause), since, evidence=evidence)
