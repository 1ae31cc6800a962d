"""Verdict on a pod that waits for its volumes, its network or its images without a fault of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from k8sview.analysis.health import containers
from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Event
from k8sview.model.objects.pods import Pod
from k8sview.model.times import parse_time
from k8sview.model.view import View

_TOO_LONG = timedelta(minutes=10)  # large images take minutes
_WITH_WARNING = timedelta(minutes=2)


def unprepared(view: View, pod: Pod) -> Health | None:
    """Neither volumes nor network are there yet: no container can have started."""
    condition = find(pod.status.conditions, "PodReadyToStartContainers")
    if condition is None or condition.status != "False":
        return None
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    if any(one.state.running or one.state.terminated or containers.failing_wait(one) for one in statuses):
        return None
    # A sandbox may be lost long after the pod was placed: its node was started again.
    since = changed(condition, changed(find(pod.status.conditions, "PodScheduled"), created(pod)))
    shown = "status.conditions[type=PodReadyToStartContainers].status = False"
    return creating(view, pod, since, "its volumes and network are", shown)


def creating(view: View, pod: Pod, since: datetime | None, words: str, shown: str) -> Health:
    """Waits without a fault of its own: volumes, the network, the image. Only events say what it waits for.

    ``words`` name what waits ("container app is"), ``shown`` is the evidence.
    """
    readable = view.readable("events", pod.metadata.namespace)
    warning = next((event for event in view.events_of(pod) if _delays(event, since)), None)
    cause = joined(warning.reason or "", one_line(warning.message or "")) if warning else ""
    grace = _WITH_WARNING if warning else _TOO_LONG
    end = grace_end(view, since, grace)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DOWN,
        (warning.reason if warning and end is None else "") or "ContainerCreating",
        joined(f"{words} still being set up" if end is None else f"{words} being set up", cause),
        since,
        evidence=(shown,),
        recheck_at=end,
        missing=() if readable else ("events",),
        grace=grace if end is not None else None,
    )


def _delays(event: Event, since: datetime | None) -> bool:
    """A warning about the creation: not about what the pod waited for before a node took it."""
    seen = parse_time(event.last_seen)
    late = seen is None or since is None or seen >= since
    return event.type == "Warning" and event.reason != "FailedScheduling" and late
