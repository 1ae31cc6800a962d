"""What events tell of a pod: by uid, newest first, about one container where they say so. Absence proves nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.health.phrases import one_line
from k8sview.model.objects.core import Event
from k8sview.model.objects.pods import Pod
from k8sview.model.times import parse_time
from k8sview.model.view import View

_COMBINED = "(combined from similar events): "
TIME_TO_LIVE = timedelta(hours=1)
"""How long an API server keeps events unless it is told otherwise."""
RECENT = timedelta(minutes=20)
"""The recorder of a kubelet holds repeated events back for minutes: an older one tells of something that is over."""


def told(view: View, pod: Pod, *reasons: str, container: str = "") -> tuple[Event, ...]:
    """Events about a pod with one of the reasons, newest first; with ``container`` those of others are left out."""
    found: list[Any] = [event for event in view.events_of(pod) if event.reason in reasons]
    if container:
        found = [event for event in found if container_of(event) in ("", container)]
    return tuple(found)


def container_of(event: Event) -> str:
    """The container an event is about: ``spec.containers{app}`` → ``app``; "" where it does not say."""
    path = event.involved_object.field_path
    return path.partition("{")[2].rstrip("}") if path.endswith("}") else ""


def text(event: Event) -> str:
    """Its message without the recorder's prefix for events that were put together."""
    return (event.message or "").removeprefix(_COMBINED)


def first(event: Event) -> datetime | None:
    """When it was seen first."""
    return parse_time(event.first_timestamp or event.event_time or event.last_seen)


def last(event: Event) -> datetime | None:
    """When it was seen last."""
    return parse_time(event.last_seen)


def fresh(view: View, event: Event, span: timedelta = RECENT) -> bool:
    """Whether it may still be true."""
    seen = last(event)
    return seen is not None and view.taken_at - seen <= span


def unread(view: View, pod: Pod) -> tuple[str, ...]:
    """``("events",)`` where they could not be read."""
    return () if view.readable("events", pod.metadata.namespace) else ("events",)


def quoted(event: Event) -> str:
    """An event as evidence."""
    return f"{path(event)} = {one_line(text(event))}"


def path(event: Event) -> str:
    """Where evidence finds an event's words."""
    return f"events[reason={event.reason}].message"
