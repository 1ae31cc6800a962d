"""Who writes one object, and what of it drifted: lines of its explanation. From its metadata and the newest look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from k8sview.analysis.drift.ownership.managers import actor, own_controllers, tool
from k8sview.analysis.drift.ownership.triage import marks_of
from k8sview.model.drift import Drift
from k8sview.model.living_drift import LivingDrift
from k8sview.model.resources import Key, Resource
from k8sview.model.times import parse_time
from k8sview.tui.present.cells import Role, Span, age
from k8sview.tui.present.drift import entries, place_for
from k8sview.tui.present.drift_words import change_text, severity_badge, when, who_at_length
from k8sview.tui.present.lines import BLANK, Line, cut, heading, line, wrapped


def drift_lines(drift: LivingDrift | None, resource: Resource, key: Key, now: datetime, width: int) -> list[Line]:
    """The drift of one object; Enter opens its card. Where nothing was found it says how sure that is."""
    lines = [BLANK, heading("DRIFT")]
    if drift is None:
        return [*lines, line(Span("… not looked at yet", Role.MUTED))]
    for place, one in _of(drift, resource, key):
        badge = severity_badge(one.severity)
        change = change_text(one.before, one.after, one.change)
        words = f"{one.path}: {change}" if one.path and change else one.path or one.message
        head = Span(f"{badge.text:<10}", badge.role)
        target = place_for(one, place)
        lines.append(line(head, Span(f" {cut(words, max(20, width - 11))}"), target=target, key=f"drift:{place}"))
        told = f"{who_at_length(one.actor)} · {when(one.time, now)} · {one.kind.value}"
        lines += wrapped(told, width, Role.MUTED, indent="    ")
    for hole in drift.holes:
        if _same(hole.fence.object, resource, key):
            lines += wrapped(f"! {hole.fence.message}: {hole.fence.evidence}", width, Role.WARN)
    if len(lines) > 2:
        return lines
    if resource.name in drift.unfollowed:
        words = f"? {resource.name} were not followed when drift was looked for"
        return [*lines, *wrapped(words, width, Role.UNKNOWN)]
    blind = [each for each in drift.not_checkable if each.blind and resource.name in each.reason]
    for reason in blind[:3]:
        lines += wrapped(f"? {reason.kind.value}: {reason.reason}", width, Role.UNKNOWN)
    if not blind:
        waits = f" so far; {drift.waiting} suspects are still to be read" if drift.waiting else ""
        lines.append(line(Span(f"None was found{waits}.", Role.MUTED)))
    return lines


def found_lines(drift: LivingDrift | None, resource: Resource, key: Key, now: datetime, width: int) -> list[Line]:
    """The same for a page that has other business: nothing where nothing was found, which claims nothing."""
    if drift is None or not any(True for _ in _of(drift, resource, key)):
        return []
    return drift_lines(drift, resource, key, now, width)


def owner_lines(obj: Any, resource: Resource, now: datetime, width: int) -> list[Line]:
    """Which tool's mark it carries, and every program that wrote it, as managedFields tell."""
    metadata = obj.metadata
    lines = [BLANK, line(Span("WHO WRITES IT", Role.TITLE), Span("  names can be chosen freely", Role.MUTED))]
    marks = marks_of(resource, metadata)
    if marks is not None:
        of = f", {marks.application}" if marks.application else ""
        lines += wrapped(f"delivered by {marks.tool}{of}", width, Role.ACCENT)
        lines += wrapped(marks.mark, width, Role.MUTED, indent="  ")
    if not metadata.managed_fields:
        words = "it has no managedFields: nobody can tell who wrote it"
        return [*lines, *wrapped(f"? {words}", width, Role.UNKNOWN)]
    raw = [
        ({"manager": one.manager, "operation": one.operation, "subresource": one.subresource}, parse_time(one.time))
        for one in metadata.managed_fields
    ]
    controllers = own_controllers([actor(entry) for entry, _ in raw])
    writers = [(actor(entry, own_controllers=controllers), at) for entry, at in raw]
    writers.sort(key=lambda one: one[1].timestamp() if one[1] is not None else 0.0, reverse=True)
    for who, at in writers:
        since = f"{age(at, now):>7}" if at is not None else "      ?"
        role = Role.WARN if who.actor_class.suspicious else Role.PLAIN
        where = f" /{who.subresource}" if who.subresource else ""
        words = tool(who).partition(", through /")[0]
        text = f"{words}  {who.manager} {who.operation}{where}"
        kind = f"{who.actor_class.value:<11}"
        lines.append(
            line(
                Span(f"{since}  ", Role.MUTED), Span(kind, role), Span(cut(text, max(20, width - 21))), key=f"w:{text}"
            )
        )
    return lines


def _of(drift: LivingDrift, resource: Resource, key: Key) -> Iterator[tuple[Key, Drift]]:
    own = tuple(one for one in drift.drifts if _same(one.object, resource, key))
    yield from entries(msgspec.structs.replace(drift, drifts=own), faults_only=False, before={}).items()


def _same(ref: Any, resource: Resource, key: Key) -> bool:
    group = ref.api_version.rpartition("/")[0]
    return (group, ref.kind, ref.namespace or "", ref.name) == (resource.group, resource.kind, *key)
