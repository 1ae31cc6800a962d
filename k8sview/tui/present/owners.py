"""The owner chain of one object, upwards and downwards, each link with its verdict."""

from __future__ import annotations

from typing import Any

from k8sview.model.objects.meta import Malformed, OwnerReference
from k8sview.model.resources import Resource, key_of
from k8sview.model.view import View
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span, verdict_badge
from k8sview.tui.present.columns import Surroundings
from k8sview.tui.present.lines import Line, line
from k8sview.tui.present.links import controller_of, owner_place
from k8sview.tui.present.places import Place

_DEEPEST = 5


def owner_lines(obj: Any, resource: Resource, around: Surroundings) -> list[Line]:
    """The owner chain: upwards by owner references, then what the object owns, each with its verdict."""
    chain = _upwards(obj, around.view)
    lines: list[Line] = []
    for depth, (owner, found) in enumerate(reversed(chain)):
        target = owner_place(owner, obj.metadata.namespace, around.view.resources)
        lines.append(_branch(depth, f"{owner.kind}/{owner.name}", found, around, target))
    depth = len(chain)
    own = places.thing(resource.name, key_of(obj))
    lines.append(_branch(depth, f"{resource.kind}/{obj.metadata.name} ◀ this", obj, around, own))
    lines += _downwards(obj, depth + 1, around, set())
    return lines


def _upwards(obj: Any, view: View) -> list[tuple[OwnerReference, Any]]:
    chain: list[tuple[OwnerReference, Any]] = []
    current = obj
    while current is not None and len(chain) < _DEEPEST:
        owner = controller_of(current)
        if owner is None:
            break
        place = owner_place(owner, obj.metadata.namespace, view.resources)
        namespace = place.arguments[1] if len(place.arguments) > 1 else ""
        current = view.get(place.arguments[0], owner.name, namespace) if place.arguments else None
        chain.append((owner, current))
    return chain


def _downwards(obj: Any, depth: int, around: Surroundings, seen: set[str]) -> list[Line]:
    lines: list[Line] = []
    if depth > _DEEPEST + 2 or obj.metadata.uid in seen or not obj.metadata.uid:
        return lines
    seen.add(obj.metadata.uid)
    for resource, child in around.view.children(obj):
        kind = around.view.table(resource).resource.kind
        target = places.thing(resource, key_of(child))
        lines.append(_branch(depth, f"{kind}/{child.metadata.name}", child, around, target))
        lines += _downwards(child, depth + 1, around, seen)
    return lines


def _branch(depth: int, title: str, obj: Any, around: Surroundings, target: Place) -> Line:
    health = around.health(obj) if obj is not None and not isinstance(obj, Malformed) else None
    badge = verdict_badge(health.verdict) if health else Span("? not read" if obj is None else "", Role.UNKNOWN)
    turn = f"{'   ' * (depth - 1)}└─ " if depth else ""
    reason = f" {health.reason}" if health and health.reason else ""
    return line(
        Span(turn, Role.MUTED),
        f"{title}  ",
        Span(f"{badge.text}{reason}", badge.role),
        target=target,
        key="/".join(target.arguments),
    )
