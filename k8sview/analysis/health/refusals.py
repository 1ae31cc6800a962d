"""Why pods are not even created: what the API server last said to the controller that tried. Newest evidence counts.

Says what was said and how that is known; what it means is the diagnoses' to tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.moments import ago, changed, grace_end
from k8sview.analysis.health.phrases import one_line
from k8sview.model.objects.core import Event
from k8sview.model.objects.meta import Condition
from k8sview.model.objects.workloads import CronJob, DaemonSet, Deployment, Job, ReplicaSet, StatefulSet
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

RETRIED = timedelta(minutes=20)
"""Controllers try again at least every 1000 seconds: what is older has come to an end or is told anew."""

_NO_REPLICA_SET = "ReplicaSetCreateError"
_COMBINED = "(combined from similar events): "
# Every controller puts words of its own before those of the API server.
_PREFIX = re.compile(
    r"(?:Error creating(?: job)?|[Cc]reate \w+ \S+ (?:for Pod \S+ )?in StatefulSet \S+ failed error"
    r"|Failed to create new replica set \S+): "
)


class Refusal(msgspec.Struct, frozen=True):
    """``text`` is the API server's own, whole; ``since`` when it first said so, as far as anybody knows."""

    text: str
    since: datetime | None
    confidence: Confidence
    evidence: str

    @property
    def message(self) -> str:
        """The text as part of a sentence."""
        return one_line(self.text)


def refusal(view: View, obj: Any) -> Refusal | None:
    """What the API server said when it refused what this object would create, None where it did not.

    The conditions keep their first message for ever, so the newest event overrules them.
    """
    failure = _failure(obj)
    if failure is not None and failure.type == "Progressing":
        makers, short, reason = (obj,), True, _NO_REPLICA_SET
    else:
        makers, short = _attempts(view, obj)
        reason = "FailedCreate"
    if failure is None and not short:
        return None
    events = [event for maker in makers for event in view.events_of(maker)]
    newest = _newest(events, reason)
    said = newest.message if newest is not None else ""
    if newest is not None and said and (failure is not None or _goes_on(view, obj, newest, events)):
        started = _began(events, reason)
        if failure is not None:  # the first refusal began the outage, whatever is said by now
            started = changed(failure) or started
        return Refusal(_plain(said), started, Confidence.OBSERVED, f"event {reason} = {one_line(said)}")
    if failure is None:
        return None
    since = changed(failure)
    age = ago(view, since)
    told = age is not None and age < RETRIED and not unread(view, obj.metadata.namespace)
    return Refusal(
        _plain(failure.message),
        since,
        Confidence.CERTAIN if told else Confidence.INFERRED,
        f"status.conditions[type={failure.type}].message = {one_line(failure.message)}",
    )


def lacks_replica_set(deployment: Deployment) -> bool:
    """Whether the API server refuses its new ReplicaSet; its controller does not say then that it saw the change."""
    failure = _failure(deployment)
    return failure is not None and failure.type == "Progressing"


def _failure(obj: Any) -> Condition | None:
    """The condition that tells of a refusal: of pods, or of a Deployment's new ReplicaSet itself."""
    conditions = getattr(obj.status, "conditions", ())
    failure = find(conditions, "ReplicaFailure")
    if failure is not None and failure.status == "True":
        return failure
    progressing = find(conditions, "Progressing") if isinstance(obj, Deployment) else None
    return progressing if progressing is not None and progressing.reason == _NO_REPLICA_SET else None


def _attempts(view: View, obj: Any) -> tuple[tuple[Any, ...], bool]:
    """Who creates for the object, and whether anything that it wants is missing."""
    spec, status = obj.spec, obj.status
    match obj:
        case Deployment():
            sets = [child for _, child in view.children(obj) if isinstance(child, ReplicaSet)]
            makers = tuple(one for one in sets if one.status.replicas < one.spec.replicas)
            return makers, bool(makers)
        case ReplicaSet() | StatefulSet():
            return (obj,), status.replicas < spec.replicas
        case DaemonSet():
            return (obj,), status.current_number_scheduled < status.desired_number_scheduled
        case Job():
            left = spec.parallelism if spec.completions is None else spec.completions - status.succeeded
            return (obj,), not spec.suspend and status.active < min(spec.parallelism, left)
    return (obj,), isinstance(obj, CronJob)


def _goes_on(view: View, obj: Any, failed: Event, events: Iterable[Event]) -> bool:
    """Whether nothing but events tells, and they tell that the last attempt failed."""
    at = parse_time(failed.last_seen)
    succeeded = _newest(events, "SuccessfulCreate")
    later = [parse_time(succeeded.last_seen) if succeeded else None]
    if isinstance(obj, CronJob):
        later.append(parse_time(obj.status.last_schedule_time))
    if at is None or any(one is not None and one > at for one in later):
        return False
    return grace_end(view, at, RETRIED) is not None


def _began(events: Iterable[Event], reason: str) -> datetime | None:
    """When the attempts began to fail: each wording is an event of its own, and successes may lie before."""
    succeeded = _newest(events, "SuccessfulCreate")
    since = (succeeded.last_seen if succeeded is not None else "") or ""
    failed = [one for one in events if one.reason == reason and (one.last_seen or "") >= since]
    dates = [parse_time(one.first_timestamp) or parse_time(one.last_seen) for one in failed]
    return min((one for one in dates if one is not None), default=None)


def _newest(events: Iterable[Event], reason: str) -> Event | None:
    return max((one for one in events if one.reason == reason), key=lambda one: one.last_seen or "", default=None)


def unread(view: View, namespace: str | None) -> tuple[str, ...]:
    """What would tell a refusal and could not be read."""
    return () if view.readable("events", namespace) else ("events",)


def _plain(message: str) -> str:
    said = " ".join(message.removeprefix(_COMBINED).split())
    found = _PREFIX.match(said)
    return said[found.end() :] if found else said
