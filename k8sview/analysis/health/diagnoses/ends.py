"""When the crashes of a container began, and how often it crashed, as far as one read can tell."""

from __future__ import annotations

from datetime import datetime, timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.suspects import Suspect
from k8sview.analysis.health.diagnoses.wording import clock
from k8sview.analysis.health.moments import changed, created
from k8sview.analysis.health.phrases import counted
from k8sview.model.objects.pods import ContainerStateTerminated, Pod
from k8sview.model.times import parse_time
from k8sview.model.view import View

_LONGEST_BACK_OFF = 300
_SLACK = timedelta(minutes=5)


def crashing_since(view: View, pod: Pod, one: Suspect, end: ContainerStateTerminated) -> datetime | None:
    """The first crash that anything tells of: the oldest event of the loop, the pod's beginning where the restarts fill
    its whole life, else the last run's beginning or end.
    """
    dates = [
        first
        for event in told.told(view, pod, "BackOff", container=one.name)
        if "restarting failed container" in told.text(event) and (first := told.first(event)) is not None
    ]
    if dates:
        return min(dates)
    started, finished = parse_time(end.started_at), parse_time(end.finished_at)
    count = one.status.restart_count
    if not count:
        return finished
    born = changed(find(pod.status.conditions, "PodScheduled"), created(pod))
    lasted = finished - started if started is not None and finished is not None else timedelta()
    waits = sum(min(10 * 2**number, _LONGEST_BACK_OFF) for number in range(min(count, 6)))
    waits += _LONGEST_BACK_OFF * max(0, count - 6)
    filled = timedelta(seconds=waits) + min(lasted, timedelta(hours=1)) * (count + 1)
    if born is not None and view.taken_at - born <= 2 * filled + _SLACK:
        return born
    # Two restarts or more: the crash before the last run's beginning is certain.
    return started if count > 1 and started is not None else finished


def times(view: View, one: Suspect, end: ContainerStateTerminated, beginning: datetime | None) -> str:
    """``, 14 restarts since 02:10 UTC, last at 03:01 UTC``."""
    finished = parse_time(end.finished_at)
    last = f"last at {clock(view, finished)}" if finished is not None else ""
    if not one.status.restart_count:
        return f", at {clock(view, finished)}" if finished is not None else ""
    many = counted(one.status.restart_count, "restart")
    if beginning is not None and beginning != finished:
        many += f" since {clock(view, beginning)}"
    return f", {many}" + (f", {last}" if last else "")


def end_path(one: Suspect) -> str:
    """Where the end stands in the pod's status."""
    return f"{one.path}.{'state' if one.status.state.terminated else 'lastState'}.terminated"
