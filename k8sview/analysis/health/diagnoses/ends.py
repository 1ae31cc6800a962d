"""One end of a container as a diagnosis tells it: since when such ends come, and how often, as one read can tell."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.suspects import Suspect
from k8sview.analysis.health.diagnoses.wording import clock, logs
from k8sview.analysis.health.moments import changed, created
from k8sview.analysis.health.phrases import counted, one_line
from k8sview.model.health import Diagnosis
from k8sview.model.objects.pods import ContainerStateTerminated, Pod
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

_LONGEST_BACK_OFF = 300  # seconds
_SLACK = timedelta(minutes=5)
_COUNTED = 100_000


class End(NamedTuple):
    """One end under examination; ``beginning``: of the crashes that it is the last of."""

    view: View
    pod: Pod
    one: Suspect
    state: ContainerStateTerminated
    beginning: datetime | None

    @property
    def signal(self) -> int:
        """The signal that ended it; 0 for none."""
        return self.state.signal or (self.state.exit_code - 128 if 128 < self.state.exit_code < 160 else 0)

    @property
    def times(self) -> str:
        return _times(self.view, self.one, self.state, self.beginning)

    def diagnosis(
        self,
        slug: str,
        clause: str,
        advice: str = "",
        *,
        because: tuple[Ref, ...] = (),
        confidence: Confidence = Confidence.CERTAIN,
        evidence: tuple[str, ...] = (),
        missing: tuple[str, ...] = (),
    ) -> Diagnosis:
        """``clause`` follows the container's name, how often follows it; ``advice`` is the log by default."""
        one, state, path = self.one, self.state, _path(self.one)
        facts = [f"{path}.exitCode = {state.exit_code}"]
        facts += [f"{path}.reason = {state.reason}"] if state.reason else []
        facts += [f"{path}.message = {one_line(state.message, 200)}"] if state.message else []
        facts.append(f"{one.path}.restartCount = {one.status.restart_count}")
        previous = one.status.state.terminated is None
        return Diagnosis(
            id=slug,
            message=f"{one.words} {clause}{self.times}{one.consequence}",
            next=advice or logs(self.pod, one.name, previous=previous),
            container=one.name,
            since=self.beginning,
            confidence=confidence,
            evidence=(*facts, *evidence),
            because=because,
            missing=missing,
        )


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
    count = min(one.status.restart_count, _COUNTED)
    if count <= 0:
        return finished
    born = changed(find(pod.status.conditions, "PodScheduled"), created(pod))
    lasted = finished - started if started is not None and finished is not None else timedelta()
    waits = sum(min(10 * 2**number, _LONGEST_BACK_OFF) for number in range(min(count, 6)))
    waits += _LONGEST_BACK_OFF * max(0, count - 6)
    filled = timedelta(seconds=waits) + max(timedelta(), min(lasted, timedelta(hours=1))) * (count + 1)
    if born is not None and view.taken_at - born <= 2 * filled + _SLACK:
        return born
    # Two restarts or more: the crash before the last run's beginning is certain.
    return started if count > 1 and started is not None else finished


def _times(view: View, one: Suspect, end: ContainerStateTerminated, beginning: datetime | None) -> str:
    """``, 14 restarts since 02:10 UTC, last at 03:01 UTC``."""
    finished = parse_time(end.finished_at)
    last = f"last at {clock(view, finished)}" if finished is not None else ""
    if not one.status.restart_count:
        return f", at {clock(view, finished)}" if finished is not None else ""
    many = counted(one.status.restart_count, "restart")
    # From the last run's beginning the crashes are certain, but most of the restarts may be older.
    if beginning is not None and beginning not in (finished, parse_time(end.started_at)):
        many += f" since {clock(view, beginning)}"
    return f", {many}" + (f", {last}" if last else "")


def _path(one: Suspect) -> str:
    """Where the end stands in the pod's status."""
    return f"{one.path}.{'state' if one.status.state.terminated else 'lastState'}.terminated"
