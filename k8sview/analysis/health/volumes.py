"""Verdict on PersistentVolumes: a released one has done its service; only one that its reclaim failed on is broken."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import PersistentVolume
from k8sview.model.times import parse_time
from k8sview.model.view import View

_GRACE = timedelta(minutes=5)  # as the Kubernetes mixin gives volumes
_REST = ("Bound", "Available", "Released")


def volume_health(view: View, volume: PersistentVolume) -> Health:
    """Verdict on one volume."""
    status = volume.status
    if volume.metadata.deletion_timestamp is not None:
        return deletion(view, volume)
    evidence = (f"status.phase = {status.phase or 'absent'}",)
    if status.phase in _REST:
        return Health(HealthVerdict.HEALTHY, status.phase, evidence=evidence)
    if status.phase == "Failed":
        told = next((event for event in view.events_of(volume) if event.type == "Warning"), None)
        said = one_line(status.message or (told.message or "" if told is not None else ""))
        since = parse_time(told.first_timestamp or told.last_seen) if told is not None else None
        words = joined("could not be reclaimed", said)
        return Health(HealthVerdict.DEGRADED, status.reason or "Failed", words, since, evidence=evidence)
    born = created(volume)
    end = grace_end(view, born, _GRACE)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        status.phase or "Pending",
        "is being made available" if end else "still not available",
        born,
        evidence=evidence,
        recheck_at=end,
        grace=_GRACE,
    )
