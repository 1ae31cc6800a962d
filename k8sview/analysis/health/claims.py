"""Verdict on PersistentVolumeClaims: one that waits for its first consumer is at rest, not broken."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.fields import read_one
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import PersistentVolumeClaim
from k8sview.model.status import Confidence
from k8sview.model.view import View

_CLASSES = "storageclasses.storage.k8s.io"
_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_PROVISIONING = timedelta(minutes=2)


def claim_health(view: View, claim: PersistentVolumeClaim) -> Health:
    """Verdict on one claim."""
    status = claim.status
    if claim.metadata.deletion_timestamp is not None:
        return deletion(view, claim)
    evidence = (f"status.phase = {status.phase or 'absent'}",)
    if status.phase == "Bound":
        return _resize(claim) or Health(HealthVerdict.HEALTHY, evidence=evidence)
    if status.phase == "Lost":
        message = f"lost its volume {claim.spec.volume_name}".strip()
        return Health(HealthVerdict.DOWN, "Lost", message, evidence=evidence)
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
    users = view.users_of("persistentvolumeclaims", claim.metadata.name, claim.metadata.namespace or "")
    placed = [pod for pod in users if pod.spec.node_name]
    events = view.events_of(claim)
    waits = _waits_for_consumer(view, claim) or any(event.reason == "WaitForFirstConsumer" for event in events[:1])
    missing = tuple(name for name in ("pods", _CLASSES, "events") if not view.readable(name))
    born = created(claim)
    if waits and not placed:
        message = "waits for the first pod that uses it" if not users else "waits until a pod that uses it has a node"
        sure = Confidence.CERTAIN if view.readable("pods") else Confidence.INFERRED
        return Health(
            HealthVerdict.WAITING, "WaitForFirstConsumer", message, born, sure, evidence=evidence, missing=missing
        )
    wanted = claim.spec.storage_class_name
    warning = next((event for event in events if event.type == "Warning"), None)
    cause = joined(warning.reason or "", one_line(warning.message or "")) if warning else ""
    if not cause and wanted and view.readable(_CLASSES) and view.get(_CLASSES, wanted) is None:
        cause = f"there is no StorageClass {wanted}"
    end = grace_end(view, born, _PROVISIONING)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        (warning.reason if warning else "") or "Pending",
        joined("has no volume yet" if end else "still has no volume", cause),
        born,
        evidence=evidence,
        recheck_at=end,
        missing=missing,
    )


def _waits_for_consumer(view: View, claim: PersistentVolumeClaim) -> bool:
    wanted = claim.spec.storage_class_name
    for found in view.each(_CLASSES):
        default = found.metadata.annotations.get(_DEFAULT) == "true"
        if found.metadata.name == wanted or (wanted is None and default):
            return bool(read_one(found, "volumeBindingMode") == "WaitForFirstConsumer")
    return False
