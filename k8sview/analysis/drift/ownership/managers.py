"""From an entry of ``managedFields`` to who that is: the class of program, and its name in words people use.

The order is the user's own mapping, the exact table, prefixes, suffixes, else unknown. Subresource and operation count
as well: the same name scales as an autoscaler and labels as a controller.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from k8sview.analysis.drift.ownership.names import APPLYING, EXACT, OF_A_KIND, PREFIXES, SUFFIXES, TOOLS
from k8sview.model.drift import Actor, ActorClass

Known = Mapping[str, ActorClass]
"""The user's own classes by exact manager name; they overrule everything."""

NOBODY: Known = MappingProxyType({})

_KUBECTL = {  # kubectl sends no manager with these: only its user agent's name stands there
    "scale": "kubectl scale",
    "ephemeralcontainers": "kubectl debug",
    "status": "kubectl (status)",
}
_PEOPLE = (ActorClass.HUMAN, ActorClass.UI)
NAMELESS = (ActorClass.UNKNOWN, ActorClass.SCRIPT)
"""Programs that chose no name of their own: operators may be among them."""


def class_of(manager: str, subresource: str = "", known: Known = NOBODY) -> ActorClass:
    """The class of a manager's name; ``unknown`` where no rule knows it."""
    if manager in known:
        return known[manager]
    if manager == "kube-controller-manager" and subresource == "scale":
        return ActorClass.AUTOSCALER
    exact = EXACT.get(manager)
    if exact is not None:
        return exact
    for prefix, found in PREFIXES:
        if manager.startswith(prefix):
            return found
    by_itself = manager.endswith(SUFFIXES) or OF_A_KIND.match(manager) is not None
    return ActorClass.CONTROLLER if by_itself else ActorClass.UNKNOWN


def actor(entry: Mapping[str, Any], known: Known = NOBODY, own_controllers: Collection[str] = ()) -> Actor:
    """Who an entry stands for. Wrongly typed parts count as absent.

    ``own_controllers``: managers known to reconcile the object (``own_controllers`` tells): an unknown name among
    them, or that of the library it is made with, is a controller, unless the user says otherwise.
    """
    manager, operation, subresource = (_text(entry.get(name)) for name in ("manager", "operation", "subresource"))
    found = class_of(manager, subresource, known)
    if found in NAMELESS and manager in own_controllers and manager not in known:
        found = ActorClass.CONTROLLER
    return Actor(found, manager, operation, subresource)


def own_controllers(entries: Collection[Actor]) -> frozenset[str]:
    """Managers that write the object's status: who does is its controller, whatever it is called. People never are."""
    return frozenset(one.manager for one in entries if one.subresource == "status" and one.actor_class not in _PEOPLE)


def applies(who: Actor) -> bool:
    """Whether it is ``kubectl apply``, client-side or server-side: a person or a pipeline, nobody can tell."""
    return who.manager in APPLYING or (who.manager == "kubectl" and who.operation == "Apply")


def person(who: Actor) -> bool:
    """Whether a person sat behind it, as far as its name tells."""
    return who.actor_class in _PEOPLE


def tool(who: Actor) -> str:
    """The program in plain words: ``kubectl edit``, ``Argo CD``; the manager's name where nothing better is known."""
    name = who.manager
    if name == "kubectl":
        if who.operation == "Apply":
            return "kubectl apply --server-side (a person or a pipeline)"
        return _KUBECTL.get(who.subresource, "kubectl (rollout undo or cordon)")
    if who.actor_class is ActorClass.AUTOSCALER and name == "kube-controller-manager":
        return "the HorizontalPodAutoscaler"
    words = TOOLS.get(name)
    if words is None:
        words = f"kubectl {name.removeprefix('kubectl-')}" if name.startswith("kubectl-") else name
    words = words or "a program without a name"
    return f"{words}, through /{who.subresource}" if who.subresource else words


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
