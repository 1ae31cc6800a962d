"""Which pods use a ConfigMap, Secret, claim or ServiceAccount, as links with their verdicts."""

from __future__ import annotations

from k8sview.model.resources import Key, key_of
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span, verdict_badge
from k8sview.tui.present.columns import Surroundings
from k8sview.tui.present.lines import BLANK, Line, fit, heading, line, wrapped

_USED = ("configmaps", "secrets", "persistentvolumeclaims", "serviceaccounts")
_MOST = 100


def has_users(resource: str) -> bool:
    """Whether the store knows which pods use objects of a resource."""
    return resource in _USED


def user_lines(resource: str, key: Key, around: Surroundings, width: int) -> list[Line]:
    """The pods that mount, import or run as it, worst first; or that nobody can know."""
    view = around.view
    users = view.users_of(resource, key[1], key[0])
    lines = [BLANK, heading(f"USED BY ({len(users)})" if view.readable("pods", key[0]) else "USED BY (?)")]
    if not view.readable("pods", key[0]):
        lines += wrapped(f"? pods: {view.state('pods')}, so what uses it is not known", width, Role.UNKNOWN)
    elif not users:
        lines.append(line(Span("no pod that exists now", Role.MUTED)))
    judged = [(around.health(pod), pod) for pod in users]
    judged.sort(key=lambda one: -one[0].verdict.badness if one[0] is not None else 0)
    for health, pod in judged[:_MOST]:
        badge = verdict_badge(health.verdict) if health is not None else Span("-", Role.MUTED)
        reason = f"  {health.reason}" if health is not None and health.reason else ""
        lines.append(
            line(
                Span(f"{badge.text:<14}", badge.role),
                fit(f"Pod {pod.metadata.name}", max(20, width - 14 - len(reason))),
                Span(reason, Role.MUTED),
                target=places.thing("pods", key_of(pod), "explain"),
                key=f"user:{pod.metadata.name}",
            )
        )
    if len(judged) > _MOST:
        lines.append(line(Span(f"and {len(judged) - _MOST} more", Role.MUTED)))
    return lines
