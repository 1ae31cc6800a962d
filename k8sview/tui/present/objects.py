"""One object as lines: a describe-like summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from k8sview.model.objects.core import Node
from k8sview.model.objects.meta import Condition, Custom, Malformed
from k8sview.model.objects.pods import Container, ContainerStatus, Pod, PodTemplateSpec
from k8sview.model.resources import Resource
from k8sview.model.times import parse_time
from k8sview.tui.present.cells import Role, Span, age, show, verdict_badge
from k8sview.tui.present.columns import Surroundings
from k8sview.tui.present.lines import BLANK, Line, heading, line, wrapped
from k8sview.tui.present.links import controller_of, owner_place
from k8sview.tui.present.tables import table_of


def summary(obj: Any, resource: Resource, around: Surroundings, now: datetime, width: int) -> list[Line]:
    """What ``kubectl describe`` would put first, from what the store keeps."""
    metadata = obj.metadata
    lines = [*_field("Name", metadata.name, width)]
    if metadata.namespace:
        lines += _field("Namespace", metadata.namespace, width)
    lines += _field("Kind", f"{resource.kind} ({resource.api_version})", width)
    lines += verdict_lines(obj, around, now, width)
    lines += _times(metadata, now, width)
    lines += _pairs("Labels", metadata.labels, width)
    lines += _pairs("Annotations", metadata.annotations, width)
    if metadata.finalizers:
        lines += _field("Finalizers", ", ".join(metadata.finalizers), width)
    owner = controller_of(obj)
    if owner is not None:
        target = owner_place(owner, metadata.namespace, around.view.resources)
        lines.append(line(_label("Controlled by"), f"{owner.kind}/{owner.name}", target=target))
    if isinstance(obj, Malformed):
        return [*lines, BLANK, *wrapped(f"Malformed: {obj.problem}", width, Role.FAIL)]
    lines += _columns(obj, resource, around, now, width)
    lines += _details(obj, now, width)
    lines += conditions(obj, now, width)
    return lines


def _label(text: str) -> Span:
    return Span(f"{text + ':':<16}", Role.MUTED)


def _field(name: str, value: str, width: int) -> list[Line]:
    first, *rest = wrapped(value, width - 16)
    return [Line((_label(name), *first.spans)), *(Line((Span(" " * 16), *one.spans)) for one in rest)]


def _times(metadata: Any, now: datetime, width: int) -> list[Line]:
    lines: list[Line] = []
    for name, text in (("Created", metadata.creation_timestamp), ("Deletion asked", metadata.deletion_timestamp)):
        moment = parse_time(text)
        if moment is not None:
            lines += _field(name, f"{text} ({age(moment, now)} ago)", width)
    return lines


def _pairs(name: str, pairs: Mapping[str, str], width: int) -> list[Line]:
    lines: list[Line] = []
    for number, (label, value) in enumerate(sorted(pairs.items())):
        text = value if len(value) <= 200 else f"{value[:200]}… ({len(value)} characters, see YAML)"
        lines += _field(name if number == 0 else "", f"{label}={text}", width)
    return [Line((Span(" " * 16), *one.spans[1:])) if one.spans[0].text.strip() == ":" else one for one in lines]


def _columns(obj: Any, resource: Resource, around: Surroundings, now: datetime, width: int) -> list[Line]:
    """The kind's own columns, those for wide tables included."""
    spec = table_of(resource, around.view)
    skipped = ("namespace", "name", "verdict", "age", "labels")
    lines: list[Line] = []
    for column, value in zip(spec.columns, spec.values(obj, around), strict=True):
        if column.id not in skipped and value not in (None, ""):
            cell = show(value, now)
            first, *rest = _field(_titled(column.title), cell.text, width)
            lines += [Line((first.spans[0], *(Span(one.text, cell.role) for one in first.spans[1:]))), *rest]
    return [BLANK, *lines] if lines else []


def _titled(title: str) -> str:
    """``READY`` as ``Ready``; ``IP`` stays."""
    return title if len(title) <= 3 else title.capitalize()


def verdict_lines(obj: Any, around: Surroundings, now: datetime, width: int) -> list[Line]:
    """The verdict with its reason; the words are the session's."""
    health = None if isinstance(obj, Malformed) else around.health(obj)
    if health is None:
        return []
    badge = verdict_badge(health.verdict)
    since = f" for {age(health.since, now)}" if health.since else ""
    reason = f" {health.reason}" if health.reason else ""
    lines = [line(_label("Verdict"), Span(f"{badge.text}{reason}{since}", badge.role))]
    if health.message:
        lines += [Line((Span(" " * 16), *one.spans)) for one in wrapped(health.message, width - 16)]
    axes = axes_text(health.rollout, health.availability, health.stability)
    if axes:
        lines.append(line(" " * 16, Span(axes, Role.MUTED)))
    if health.missing:
        blind = f"? not seen: {', '.join(health.missing)}"
        lines += [Line((Span(" " * 16), *one.spans)) for one in wrapped(blind, width - 16, Role.UNKNOWN)]
    return lines


def axes_text(rollout: str | None, availability: str | None, stability: str | None) -> str:
    """The three axes of what keeps pods: ``rollout stalled · availability ok``."""
    named = (("rollout", rollout), ("availability", availability), ("stability", stability))
    return " · ".join(f"{name} {value}" for name, value in named if value)


def conditions(obj: Any, now: datetime, width: int) -> list[Line]:
    """The object's status conditions, whatever its kind."""
    found = _conditions_of(obj)
    if not found:
        return []
    lines = [BLANK, heading("CONDITIONS")]
    for one in found:
        moment = parse_time(one.last_transition_time)
        since = f"  {age(moment, now)}" if moment else ""
        lines.append(line(f"  {one.type}={one.status}", Span(f"  {one.reason}{since}", Role.MUTED)))
        if one.message:
            lines += wrapped(one.message, width, Role.MUTED, indent="      ")
    return lines


def _conditions_of(obj: Any) -> list[Condition]:
    if not isinstance(obj, Custom):
        return list(getattr(getattr(obj, "status", None), "conditions", ()))
    status = obj.body.get("status")
    raw = status.get("conditions") if isinstance(status, dict) else None
    entries = [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
    return [
        Condition(
            type=str(one.get("type", "")),
            status=str(one.get("status", "")),
            reason=str(one.get("reason", "")),
            message=str(one.get("message", "")),
            last_transition_time=one.get("lastTransitionTime"),
        )
        for one in entries
    ]


def _details(obj: Any, now: datetime, width: int) -> list[Line]:
    if isinstance(obj, Pod):
        return _containers(obj, now, width)
    if isinstance(obj, Node) and obj.spec.taints:
        lines = [BLANK, heading("TAINTS")]
        for taint in obj.spec.taints:
            lines += wrapped(f"{taint.key}={taint.value}:{taint.effect}", width, indent="  ")
        return lines
    template = getattr(getattr(obj, "spec", None), "template", None)
    if isinstance(template, PodTemplateSpec):
        lines = [BLANK, heading("CONTAINERS")]
        for container in template.spec.containers:
            lines += wrapped(f"{container.name}: {container.image}", width, indent="  ")
        return lines
    return []


def _containers(pod: Pod, now: datetime, width: int) -> list[Line]:
    lines: list[Line] = []
    for title, containers, statuses in (
        ("INIT CONTAINERS", pod.spec.init_containers, pod.status.init_container_statuses),
        ("CONTAINERS", pod.spec.containers, pod.status.container_statuses),
    ):
        by_name = {one.name: one for one in statuses}
        if containers:
            lines += [BLANK, heading(title)]
        for container in containers:
            lines += _container(container, by_name.get(container.name), now, width)
    return lines


def _container(container: Container, status: ContainerStatus | None, now: datetime, width: int) -> Iterable[Line]:
    yield line(f"  {container.name}")
    yield from wrapped(f"image    {container.image}", width, Role.MUTED, indent="      ")
    if status is None:
        yield line(Span("      state    not reported yet", Role.UNKNOWN))
        return
    ready = "ready" if status.ready else "not ready"
    yield from wrapped(
        f"state    {_state(status, now)}, {ready}, {status.restart_count} restarts", width, indent="      "
    )
    last = status.last_state.terminated
    if last is not None:
        ended = parse_time(last.finished_at)
        when = f" {age(ended, now)} ago" if ended else ""
        yield from wrapped(
            f"last     {last.reason or 'ended'}, exit code {last.exit_code}{when}", width, indent="      "
        )
        if last.message:
            yield from wrapped(last.message, width, Role.MUTED, indent="      ")


def _state(status: ContainerStatus, now: datetime) -> str:
    state = status.state
    if state.waiting:
        return f"waiting {state.waiting.reason} {state.waiting.message}".strip()
    if state.terminated:
        return f"terminated {state.terminated.reason}, exit code {state.terminated.exit_code}"
    started = parse_time(state.running.started_at) if state.running else None
    return f"running for {age(started, now)}" if started else "running" if state.running else "unknown"
