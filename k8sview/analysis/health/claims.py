"""Verdict on PersistentVolumeClaims: one that waits for its first consumer is at rest, not broken."""

from __future__ import annotations

from datetime import datetime, timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.placement.claims import CLASSES, SELECTED_NODE, class_of, waits_for_consumer
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Event, PersistentVolumeClaim
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

_PROVISIONING = timedelta(minutes=2)
_TOLD = ("ProvisioningFailed", "FailedBinding", "ProvisioningCleanupFailed")


def claim_health(view: View, claim: PersistentVolumeClaim) -> Health:
    """Verdict on one claim."""
    status = claim.status
    if claim.metadata.deletion_timestamp is not None:
        return deletion(view, claim)
    evidence = (f"status.phase = {status.phase or 'absent'}",)
    if status.phase == "Bound":
        return _resize(claim) or Health(HealthVerdict.HEALTHY, evidence=evidence)
    if status.phase == "Lost":
        told = next((event for event in view.events_of(claim) if event.reason == "ClaimLost"), None)
        since = parse_time(told.first_timestamp or told.last_seen) if told is not None else None
        message = f"lost its volume {claim.spec.volume_name}".strip()
        return Health(HealthVerdict.DOWN, "Lost", message, since, evidence=evidence)
    return _pending(view, claim, evidence)


def _resize(claim: PersistentVolumeClaim) -> Health | None:
    for name in ("ControllerResizeError", "NodeResizeError"):
        condition = find(claim.status.conditions, name)
        if condition is not None and condition.status == "True":
            return Health(
                HealthVerdict.DEGRADED,
                name,
                joined("cannot be resized", one_line(condition.message)),
                changed(condition),
                evidence=(f"status.conditions[type={name}].status = True",),
            )
    return None


def _pending(view: View, claim: PersistentVolumeClaim, evidence: tuple[str, ...]) -> Health:
    namespace = claim.metadata.namespace or ""
    users = view.users_of("persistentvolumeclaims", claim.metadata.name, namespace)
    chosen = claim.metadata.annotations.get(SELECTED_NODE)
    placed = bool(chosen) or any(pod.spec.node_name for pod in users)
    events = view.events_of(claim)
    waits = waits_for_consumer(view, claim) or any(event.reason == "WaitForFirstConsumer" for event in events[:1])
    missing = tuple(
        name
        for name, where in (("pods", namespace), (CLASSES, None), ("events", namespace))
        if not view.readable(name, where)
    )
    born = created(claim)
    if waits and not placed:
        message = "waits for the first pod that uses it" if not users else "waits until a pod that uses it has a node"
        sure = Confidence.CERTAIN if "pods" not in missing else Confidence.INFERRED
        return Health(
            HealthVerdict.WAITING, "WaitForFirstConsumer", message, born, sure, evidence=evidence, missing=missing
        )
    told = _told(events)
    cause = joined(told.reason or "", one_line(told.message or "")) if told is not None else ""
    wanted = claim.spec.storage_class_name
    if not cause and wanted and CLASSES not in missing and class_of(view, claim) is None:
        cause = f"there is no StorageClass {wanted}"
    since = _asked_since(events, born) if chosen else born
    end = grace_end(view, since, _PROVISIONING)
    if chosen:
        evidence = (*evidence, f"metadata.annotations[{SELECTED_NODE}] = {chosen}")
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        (told.reason if told is not None else "") or "Pending",
        joined("has no volume yet" if end else "still has no volume", cause),
        since,
        evidence=evidence,
        recheck_at=end,
        missing=missing,
        grace=_PROVISIONING,
    )


def _told(events: tuple[Event, ...]) -> Event | None:
    """The newest event that tells why there is no volume; FailedBinding is of type Normal."""
    return next((event for event in events if event.type == "Warning" or event.reason in _TOLD), None)


def _asked_since(events: tuple[Event, ...], born: datetime | None) -> datetime | None:
    """When a volume was first asked for; a node may be chosen long after the claim was made."""
    asked = [
        parse_time(event.first_timestamp or event.last_seen)
        for event in events
        if event.reason in ("ExternalProvisioning", "Provisioning", "ProvisioningFailed")
    ]
    return min((moment for moment in asked if moment is not None), default=born)
