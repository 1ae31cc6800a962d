"""Events about one object as lines; or why they cannot be shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from k8sview.model.objects.core import Event
from k8sview.model.tables import State
from k8sview.model.times import parse_time
from k8sview.model.view import View
from k8sview.tui.present.cells import Role, Span, age
from k8sview.tui.present.lines import Line, line, wrapped


def event_lines(view: View, obj: Any, now: datetime, width: int) -> list[Line]:
    """Events about the object, newest first; or why none can be shown."""
    table = view.table("events")
    lines: list[Line] = []
    if table.state.state is not State.SYNCED:
        text = f"? events: {table.state}" + ("" if table.state.state.readable else ", so what happened is not known")
        lines += wrapped(text, width, Role.UNKNOWN)
    events = view.events_of(obj)
    if not events and table.state.state.readable:
        lines.append(line(Span("No events about this object (the cluster forgets them after an hour).", Role.MUTED)))
    for event in events:
        lines += _event(event, now, width)
    return lines


def _event(event: Event, now: datetime, width: int) -> list[Line]:
    seen = parse_time(event.last_seen)
    role = Role.WARN if event.type == "Warning" else Role.PLAIN
    times = f" x{event.times_seen}" if event.times_seen > 1 else ""
    since = age(seen, now) if seen else "?"
    sender = event.reporting_component or event.source.component
    head = line(
        Span(f"{since:>7}  ", Role.MUTED),
        Span(f"{'!' if role is Role.WARN else ' '} {event.reason or ''}", role),
        Span(f"{times}  {sender}", Role.MUTED),
        key=event.metadata.name,
    )
    return [head, *wrapped(event.message or "", width, indent=" " * 11)]
