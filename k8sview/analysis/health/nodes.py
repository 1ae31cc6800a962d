"""Verdict on nodes. Conditions of unknown types are read by the polarity of their names, never as failures."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import bad_when_true, find
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Node
from k8sview.model.view import View

_JOINING = timedelta(minutes=5)


def node_health(view: View, node: Node) -> Health:
    """Verdict on one node."""
    if node.metadata.deletion_timestamp is not None:
        return deletion(view, node)
    ready = find(node.status.conditions, "Ready")
    if ready is None or ready.status != "True":
        return _not_ready(view, node)
    for condition in node.status.conditions:
        if condition.status == "True" and (bad_when_true(condition.type) or condition.type == "NetworkUnavailable"):
            return Health(
                HealthVerdict.DEGRADED,
                condition.type,
                joined(f"reports {condition.type}", one_line(condition.message)),
                changed(condition),
                evidence=(f"status.conditions[type={condition.type}].status = True",),
            )
    if node.spec.unschedulable:
        return Health(HealthVerdict.SUSPENDED, "Cordoned", "cordoned", evidence=("spec.unschedulable = true",))
    return Health(HealthVerdict.HEALTHY, evidence=("status.conditions[type=Ready].status = True",))


def _not_ready(view: View, node: Node) -> Health:
    ready = find(node.status.conditions, "Ready")
    born = created(node)
    end = grace_end(view, born, _JOINING)
    if ready is None:
        message = "its kubelet has not reported yet"
        verdict = HealthVerdict.PROGRESSING if end else HealthVerdict.UNKNOWN
        evidence = ("status.conditions[type=Ready] is absent",)
        return Health(verdict, "NoReadyCondition", message, born, evidence=evidence, recheck_at=end)
    evidence = (f"status.conditions[type=Ready].status = {ready.status}",)
    said = one_line(ready.message)
    if end is not None and ready.status == "False":
        message = joined("is joining", said)
        return Health(HealthVerdict.PROGRESSING, "Joining", message, born, evidence=evidence, recheck_at=end)
    words = "is not ready" if ready.status == "False" else "no longer reports"
    return Health(
        HealthVerdict.DOWN, ready.reason or "NotReady", joined(words, said), changed(ready), evidence=evidence
    )
