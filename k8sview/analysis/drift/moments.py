"""What an object says of its own past: its conditions, its events, and the starts and ends of its containers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from k8sview.analysis.drift.maintenance import events_of_node
from k8sview.model.objects.core import Event, Node
from k8sview.model.objects.meta import Condition, Custom
from k8sview.model.objects.pods import ContainerStateTerminated, ContainerStatus, Pod
from k8sview.model.polarity import bad_when_true, good_when_true
from k8sview.model.resources import Ref
from k8sview.model.text import shorten
from k8sview.model.timeline import Moment, MomentKind
from k8sview.model.times import parse_time
from k8sview.model.view import View

LONGEST = 300

# Good when True, of Kubernetes' own kinds, without a suffix that says so.
_GOOD_TOO = ("PodScheduled", "Progressing", "ScalingActive", "AbleToScale", "NamesAccepted")
_BAD_TOO = ("DisruptionTarget", "NetworkUnavailable", "FailureTarget")
_APART = timedelta(seconds=60)


def condition_moments(ref: Ref, obj: Any, *, only_bad: bool = False) -> Iterator[Moment]:
    """When each condition last changed its status. Those without a time are left out."""
    for condition in conditions_of(obj):
        at, bad = parse_time(condition.last_transition_time), _is_bad(condition)
        if at is not None and (bad or not only_bad):
            words = [f"{condition.type} became {condition.status or 'unstated'}", condition.reason, condition.message]
            sentence = _line(": ".join(word for word in words if word))
            yield Moment(at=at, kind=MomentKind.CONDITION, object=ref, sentence=sentence, bad=bad)


def conditions_of(obj: Any) -> tuple[Condition, ...]:
    """The conditions of an object of any kind; what is built otherwise has none."""
    if not isinstance(obj, Custom):
        found = getattr(getattr(obj, "status", None), "conditions", ())
        return tuple(one for one in found if isinstance(one, Condition))
    status = obj.body.get("status")
    raw = status.get("conditions") if isinstance(status, dict) else None
    try:
        return msgspec.convert(raw or (), tuple[Condition, ...])
    except msgspec.ValidationError:
        return ()


def _is_bad(condition: Condition) -> bool:
    if condition.status == "True":
        return bad_when_true(condition.type) or condition.type in _BAD_TOO
    return good_when_true(condition.type) or condition.type in _GOOD_TOO


def event_moments(view: View, ref: Ref, obj: Any, *, only_warnings: bool = False) -> Iterator[Moment]:
    """What events tell of an object. One that came again and again is told at its first time, too."""
    for event in events_of_node(view, obj) if isinstance(obj, Node) else view.events_of(obj):
        bad = event.type == "Warning"
        at = parse_time(event.last_seen)
        if at is None or (only_warnings and not bad):
            continue
        sentence = _line(": ".join(word for word in (event.reason, event.message) if word))
        again = f" ({event.times_seen} times)" if event.times_seen > 1 else ""
        yield Moment(at=at, kind=MomentKind.EVENT, object=ref, sentence=sentence + again, bad=bad)
        first = _first(event)
        if first is not None and at - first > _APART:
            words = f"{sentence} (the first time)"
            yield Moment(at=first, kind=MomentKind.EVENT, object=ref, sentence=words, bad=bad)


def _first(event: Event) -> Any:
    return parse_time(event.first_timestamp or event.event_time) if event.times_seen > 1 else None


def container_moments(ref: Ref, pod: Pod) -> Iterator[Moment]:
    """Starts and ends of containers, as far as the status keeps them: the present run of each and the one before."""
    for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        before, now = status.last_state.terminated, status.state
        if before is not None:
            yield from _run(ref, before, status, status.restart_count - 1)
        if now.terminated is not None:
            yield from _run(ref, now.terminated, status, status.restart_count)
        if now.running is not None:
            yield from _start(ref, now.running.started_at, status, status.restart_count)


def _run(ref: Ref, run: ContainerStateTerminated, status: ContainerStatus, restarts: int) -> Iterator[Moment]:
    yield from _start(ref, run.started_at, status, restarts)
    at = parse_time(run.finished_at)
    if at is not None:
        bad = run.exit_code != 0 or run.reason == "OOMKilled"
        how = [run.reason, f"signal {run.signal}" if run.signal else f"exit code {run.exit_code}"]
        words = f"container {status.name} ended: {', '.join(word for word in how if word)}"
        sentence = _line(f"{words}: {run.message}" if run.message else words)
        yield Moment(at=at, kind=MomentKind.CONTAINER, object=ref, sentence=sentence, bad=bad)


def _start(ref: Ref, started: str | None, status: ContainerStatus, restarts: int) -> Iterator[Moment]:
    at = parse_time(started)
    if at is not None:
        words = f"container {status.name} started" + (f" again (restart {restarts})" if restarts > 0 else "")
        yield Moment(at=at, kind=MomentKind.CONTAINER, object=ref, sentence=words)


def _line(text: str) -> str:
    return shorten(" ".join(text.split()), LONGEST)
