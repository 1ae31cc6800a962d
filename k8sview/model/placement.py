"""Whether a pod may run on a node by what both say of themselves: node selector, required node affinity and taints, as
the scheduler reads them. Says nothing of room, ports, volumes or other pods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from k8sview.model.objects.core import Node, Taint
from k8sview.model.objects.pods import PodSpec, Toleration

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
"""Key of the taint that a cordon puts on a node."""

# The DaemonSet controller adds these tolerations to every pod it makes.
DAEMON_TOLERATIONS = (
    Toleration("node.kubernetes.io/not-ready", "Exists", effect="NoExecute"),
    Toleration("node.kubernetes.io/unreachable", "Exists", effect="NoExecute"),
    Toleration("node.kubernetes.io/disk-pressure", "Exists", effect="NoSchedule"),
    Toleration("node.kubernetes.io/memory-pressure", "Exists", effect="NoSchedule"),
    Toleration("node.kubernetes.io/pid-pressure", "Exists", effect="NoSchedule"),
    Toleration(UNSCHEDULABLE, "Exists", effect="NoSchedule"),
)
_HOST_NETWORK_TOLERATION = Toleration("node.kubernetes.io/network-unavailable", "Exists", effect="NoSchedule")
_REPELLING = ("NoSchedule", "NoExecute")


class Requirement(msgspec.Struct, frozen=True, gc=False):
    """One demand on a node's labels; on its fields (only ``metadata.name`` is known there) where ``of_field``."""

    key: str
    operator: str
    values: tuple[str, ...] = ()
    of_field: bool = False

    def __str__(self) -> str:
        """As kubectl writes label selectors."""
        match self.operator:
            case "In" if len(self.values) == 1:
                return f"{self.key}={self.values[0]}"
            case "In" | "NotIn":
                return f"{self.key} {self.operator.lower()} ({','.join(self.values)})"
            case "Exists":
                return self.key
            case "DoesNotExist":
                return f"!{self.key}"
            case "Gt" | "Lt" if self.values:
                return f"{self.key}{'>' if self.operator == 'Gt' else '<'}{self.values[0]}"
        return f"{self.key} {self.operator} ({','.join(self.values)})"

    def met_by(self, node: Node) -> bool:
        labels = node.metadata.labels
        value = node.metadata.name if self.of_field and self.key == "metadata.name" else labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case "Gt":
                return _compare(value, self.values, 1)
            case "Lt":
                return _compare(value, self.values, -1)
        return False


Term = tuple[Requirement, ...]
"""All of these must hold. An empty term matches no node."""


def admits(spec: PodSpec, node: Node) -> bool:
    """Whether a DaemonSet's pod template may be placed on ``node``."""
    if any(node.metadata.labels.get(key) != value for key, value in spec.node_selector.items()):
        return False
    if not meets(affinity_terms(spec.affinity), node):
        return False
    added = (*DAEMON_TOLERATIONS, _HOST_NETWORK_TOLERATION) if spec.host_network else DAEMON_TOLERATIONS
    return not untolerated(node.spec.taints, (*spec.tolerations, *added))


def untolerated(taints: Iterable[Taint], tolerations: tuple[Toleration, ...]) -> tuple[Taint, ...]:
    """The taints that keep a pod with these tolerations off a node; PreferNoSchedule never does."""
    return tuple(
        taint
        for taint in taints
        if taint.effect in _REPELLING and not any(tolerates(one, taint) for one in tolerations)
    )


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """An empty effect covers all effects; an empty key with Exists all keys (k8s.io/api, ToleratesTaint)."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if not toleration.key:
        return toleration.operator == "Exists"
    if toleration.key != taint.key:
        return False
    return toleration.operator == "Exists" or (toleration.operator in ("Equal", "") and toleration.value == taint.value)


def affinity_terms(affinity: Mapping[str, Any] | None) -> tuple[Term, ...] | None:
    """The terms of a pod's required node affinity, of which one must hold; None where it requires nothing."""
    required = _mapping(_mapping(affinity).get("nodeAffinity")).get("requiredDuringSchedulingIgnoredDuringExecution")
    return selector_terms(required)


def selector_terms(selector: Any) -> tuple[Term, ...] | None:
    """The terms of a NodeSelector as its YAML has it (a volume's ``nodeAffinity.required``, too); None: no terms."""
    terms = _list(_mapping(selector).get("nodeSelectorTerms"))
    return tuple(_term(_mapping(one)) for one in terms) or None


def meets(terms: tuple[Term, ...] | None, node: Node) -> bool:
    """Whether a node meets one of the terms; any does where there are none."""
    return terms is None or any(bool(term) and all(one.met_by(node) for one in term) for term in terms)


def pinned_to(terms: tuple[Term, ...] | None) -> frozenset[str] | None:
    """The only nodes that required node affinity allows by name, as a DaemonSet's pods have it; None: not pinned."""
    names: set[str] = set()
    for term in terms or ():
        named = [set(one.values) for one in term if one.of_field and one.operator == "In"]
        if not named:
            return None
        names |= set.intersection(*named)
    return frozenset(names) if terms else None


def _term(term: Mapping[str, Any]) -> Term:
    return (
        *(_requirement(_mapping(one), of_field=False) for one in _list(term.get("matchExpressions"))),
        *(_requirement(_mapping(one), of_field=True) for one in _list(term.get("matchFields"))),
    )


def _requirement(raw: Mapping[str, Any], *, of_field: bool) -> Requirement:
    values = tuple(str(one) for one in _list(raw.get("values")))
    return Requirement(str(raw.get("key")), str(raw.get("operator")), values, of_field)


def _compare(value: str | None, wanted: Iterable[str], sign: int) -> bool:
    try:
        return value is not None and all(sign * (int(value) - int(one)) > 0 for one in wanted)
    except ValueError:
        return False


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
