"""How often a container ends, and so how long its last end is remembered although it runs again."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.containers import SETTLED
from k8sview.analysis.health.moments import ago, created
from k8sview.model.objects.pods import ContainerStatus, Pod
from k8sview.model.times import parse_time
from k8sview.model.view import View

_QUICK_SUCCESSION = timedelta(minutes=20)  # three restarts an hour
_LOOKED_AT = timedelta(hours=1)
_ENOUGH = 4


def memory_of(view: View, pod: Pod, status: ContainerStatus) -> timedelta:
    """Two of the intervals at which a container keeps ending, three times an hour or oftener; else ten minutes.

    Its restarts over its pod's life tell that, and the count of its events Started where it began only lately.
    """
    last = status.last_state.terminated
    since_end = ago(view, parse_time(last.finished_at)) if last is not None and status.restart_count else None
    if since_end is None or since_end > _LOOKED_AT:
        return SETTLED
    life = ago(view, created(pod))
    interval = life / status.restart_count if life is not None else None
    if interval is None or interval > _QUICK_SUCCESSION:
        interval = _by_events(view, pod, status.name)
    if interval is None or interval > _QUICK_SUCCESSION:
        return SETTLED
    return max(SETTLED, 2 * interval)


def _by_events(view: View, pod: Pod, container: str) -> timedelta | None:
    for event in view.events_of(pod):
        about = event.involved_object.field_path.endswith(f"{{{container}}}")
        first, last = parse_time(event.first_timestamp), parse_time(event.last_seen)
        if event.reason != "Started" or not about or event.times_seen < _ENOUGH or first is None or last is None:
            continue
        interval: timedelta = (last - first) / (event.times_seen - 1)
        return interval
    return None
