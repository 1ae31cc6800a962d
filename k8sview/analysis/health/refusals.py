"""Why pods are not even created: quotas, admission, missing service accounts. The newest evidence counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.moments import grace_end
from k8sview.analysis.health.phrases import one_line
from k8sview.model.times import parse_time
from k8sview.model.view import View

_RETRIED = timedelta(minutes=20)  # controllers try again at least every 1000 seconds
_COMBINED = "(combined from similar events): "


def refusal(view: View, makers: tuple[Any, ...], conditions: tuple[Any, ...] = (), *, short: bool = False) -> str:
    """What the API server said when it refused a pod, "" where it did not.

    ``makers`` create the pods, ``conditions`` are the workload's own, ``short`` says that pods are missing. The
    ReplicaFailure condition keeps the first message for ever, so the newest FailedCreate event overrules it.
    """
    failure = find(conditions, "ReplicaFailure")
    failed = failure is not None and failure.status == "True"
    if not failed and not short:
        return ""
    events = [event for maker in makers for event in view.events_of(maker) if event.reason == "FailedCreate"]
    newest = max(events, key=lambda event: event.last_seen or "", default=None)
    if newest is not None and newest.message and (failed or grace_end(view, parse_time(newest.last_seen), _RETRIED)):
        return _plain_cause(newest.message)
    return _plain_cause(failure.message) if failed and failure is not None else ""


def unread(view: View, namespace: str | None) -> tuple[str, ...]:
    """What would tell a refusal and could not be read."""
    return () if view.readable("events", namespace) else ("events",)


def _plain_cause(message: str) -> str:
    return one_line(message.removeprefix(_COMBINED).removeprefix("Error creating: "))
