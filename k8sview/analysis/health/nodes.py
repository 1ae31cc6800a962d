"""Verdict on nodes. Conditions of unknown types are read by the polarity of their names, never as failures."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.cordons import Cordon, cordon_of, held_up_by
from k8sview.analysis.health.diagnoses.wording import since as said_since
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.heartbeats import fell_silent, next_beat
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Node
from k8sview.model.objects.meta import Condition
from k8sview.model.polarity import bad_when_true
from k8sview.model.status import Confidence
from k8sview.model.view import View

_JOINING = timedelta(minutes=5)
_LONG_CORDON = timedelta(hours=24)

# Maintenance that somebody planned and that goes on just now: the node rests, nothing is broken.
_AT_WORK = {
    "DrainInProgress": "is being drained",
    "Drained": "is drained",
    "MaintenanceInProgress": "is under maintenance",
    "GracefulNodeShutdownInProgress": "is shutting down gracefully",
}


def node_health(view: View, node: Node) -> Health:
    """Verdict on one node."""
    if node.metadata.deletion_timestamp is not None:
        return deletion(view, node)
    conditions = node.status.conditions
    ready = find(conditions, "Ready")
    if ready is None or ready.status != "True":
        return _not_ready(view, node, ready)
    for condition in conditions:
        if condition.status == "True" and (bad_when_true(condition.type) or condition.type == "NetworkUnavailable"):
            return Health(
                HealthVerdict.DEGRADED,
                condition.type,
                joined(f"reports {condition.type}", one_line(condition.message)),
                changed(condition),
                evidence=(f"status.conditions[type={condition.type}].status = True",),
            )
    silent = fell_silent(view, node)
    if silent is not None:
        # Two words against each other: what marks nodes as not ready may be away, or be about to do so.
        message = "its kubelet has stopped renewing its lease although the node still counts as ready"
        evidence = ("status.conditions[type=Ready].status = True", silent.evidence)
        return Health(
            HealthVerdict.UNKNOWN, "KubeletSilent", message, silent.since, Confidence.INFERRED, evidence=evidence
        )
    return _resting(view, node) or Health(
        HealthVerdict.HEALTHY,
        evidence=("status.conditions[type=Ready].status = True",),
        recheck_at=next_beat(view, node),
    )


def _not_ready(view: View, node: Node, ready: Condition | None) -> Health:
    born = created(node)
    end = grace_end(view, born, _JOINING)
    if ready is None:
        message = "its kubelet has not reported yet"
        verdict = HealthVerdict.PROGRESSING if end else HealthVerdict.UNKNOWN
        evidence = ("status.conditions[type=Ready] = absent",)
        grace = _JOINING if end else None
        return Health(verdict, "NoReadyCondition", message, born, evidence=evidence, recheck_at=end, grace=grace)
    evidence = (f"status.conditions[type=Ready].status = {ready.status}",)
    said = one_line(ready.message)
    if end is not None and ready.status == "False":
        message = joined("is joining", said)
        return Health(
            HealthVerdict.PROGRESSING, "Joining", message, born, evidence=evidence, recheck_at=end, grace=_JOINING
        )
    words = "is not ready" if ready.status == "False" else "no longer reports"
    return Health(
        HealthVerdict.DOWN, ready.reason or "NotReady", joined(words, said), changed(ready), evidence=evidence
    )


def _resting(view: View, node: Node) -> Health | None:
    """Deliberately out of service: cordoned, or under a maintenance that the node itself tells of."""
    cordon = cordon_of(node)
    if cordon is not None:
        return _cordoned(view, node, cordon)
    for name, words in _AT_WORK.items():
        condition = find(node.status.conditions, name)
        if condition is not None and condition.status == "True":
            message = joined(words, one_line(condition.message))
            evidence = (f"status.conditions[type={name}].status = True",)
            return Health(HealthVerdict.SUSPENDED, name, message, changed(condition), evidence=evidence)
    return None


def _cordoned(view: View, node: Node, cordon: Cordon) -> Health:
    held = held_up_by(view, node, cordon)
    lasted = said_since(view, cordon.since)
    if held.budgets:
        names = ", ".join(one.metadata.name for one in held.budgets)
        message = f"cordoned{lasted}, and its drain waits for PodDisruptionBudget {names}"
        evidence = (*cordon.evidence, *held.evidence)
        return Health(HealthVerdict.DEGRADED, "DrainBlocked", message, cordon.since, evidence=evidence)
    end = grace_end(view, cordon.since, _LONG_CORDON)
    long = ": still on purpose?" if cordon.since is not None and end is None else ""
    message = f"cordoned{cordon.by}{lasted}{long}"
    return Health(
        HealthVerdict.SUSPENDED,
        "Cordoned",
        message,
        cordon.since,
        evidence=cordon.evidence,
        recheck_at=held.recheck_at or end,
        missing=held.missing,
    )
