"""Which kinds are worth a watch while somebody looks at drift: what people write down and nothing else follows."""

from __future__ import annotations

from k8sview.analysis.drift.kinds.reading import declared
from k8sview.model.tables import State
from k8sview.model.view import View

SPARED = 4
"""Watches that stay free, for whatever somebody opens next."""
_MOST = 40  # where nobody says how many watches there may be
_FIRST = ("rbac.authorization.k8s.io", "admissionregistration.k8s.io", "networking.k8s.io", "", "apps", "batch")
_LEFT_OUT = ("events", "events.events.k8s.io", "componentstatuses", "bindings")


def worth_following(view: View) -> tuple[str, ...]:
    """The kinds to follow besides, most telling first, as many as the budget of watches allows."""
    usage = view.usage
    room = usage.watches_cap - usage.watches - SPARED if usage.watches_cap else _MOST
    names = [name for name in declared(view) if _can_be(view, name)]
    names.sort(key=lambda name: (_rank(view.resources[name].group), name))
    return tuple(names[: max(0, room)])


def _can_be(view: View, name: str) -> bool:
    verbs = view.resources[name].verbs
    return (
        view.state(name).state is State.IDLE
        and "list" in verbs
        and "watch" in verbs
        and name not in _LEFT_OUT
        and not view.resources[name].group.endswith("metrics.k8s.io")
    )


def _rank(group: str) -> int:
    return _FIRST.index(group) if group in _FIRST else len(_FIRST)
