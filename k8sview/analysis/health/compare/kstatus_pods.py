"""What kstatus says of a pod: its phase, then Ready, then crash loops of main containers. After its core.go."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.compare.said import Said
from k8sview.analysis.health.conditions import find, is_true
from k8sview.analysis.health.moments import created, grace_end
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

_TO_BE_SCHEDULED = timedelta(seconds=15)


def pod(view: View, found: Pod) -> Said:
    """Its word for a pod that is not being deleted."""
    match found.status.phase:
        case "Succeeded":
            return Said("Current", "phase Succeeded is an end state there")
        case "Failed":
            return Said("Current", "phase Failed is an end state there, as good as Succeeded")
        case "Running":
            return _running(found)
        case "Pending":
            return _pending(view, found)
        case "":
            return Said("InProgress", "a pod without a phase has not been observed there")
    return Said("Unknown", f"it cannot compute a status for phase {found.status.phase}")


def _running(found: Pod) -> Said:
    if is_true(found.status.conditions, "Ready"):
        return Said("Current", "a Running pod that is Ready at this moment is Current there, however often it restarts")
    looping = [
        status.name
        for status in found.status.container_statuses
        if status.state.waiting is not None and status.state.waiting.reason == "CrashLoopBackOff"
    ]
    if looping:
        return Said("Failed", f"container {looping[0]} waits in CrashLoopBackOff")
    return Said(
        "InProgress",
        "a Running pod that is not Ready is InProgress there unless a main container waits in CrashLoopBackOff",
    )


def _pending(view: View, found: Pod) -> Said:
    scheduled = find(found.status.conditions, "PodScheduled")
    if scheduled is None or scheduled.status != "False" or scheduled.reason != "Unschedulable":
        return Said(
            "InProgress",
            "a Pending pod is InProgress there without any limit unless it is unschedulable: "
            "no image, no init container and no volume counts",
        )
    if grace_end(view, created(found), _TO_BE_SCHEDULED) is not None:
        return Said("InProgress", "an unschedulable pod has 15 seconds from its creation there")
    return Said("Failed", "a pod that is unschedulable 15 seconds after its creation is Failed there")
