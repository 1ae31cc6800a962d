"""Whether a DaemonSet's pod may run on a node: node selector, required node affinity and taints, as the scheduler
reads them. Says nothing of room, ports or priorities.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8sview.model.objects.core import Node, Taint
from k8sview.model.objects.pods import PodSpec, Toleration

# The DaemonSet controller adds these tolerations to every pod it makes.
_ALWAYS_TOLERATED = {
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
}
_HOST_NETWORK_TOLERATED = ("node.kubernetes.io/network-unavailable", "NoSchedule")


def admits(spec: PodSpec, node: Node) -> bool:
    """Whether a DaemonSet's pod template may be placed on ``node``."""
    labels = node.metadata.labels
    if any(labels.get(key) != value for key, value in spec.node_selector.items()):
        return False
    return _affinity_allows(spec.affinity, node) and all(_tolerated(taint, spec) for taint in node.spec.taints)


def _tolerated(taint: Taint, spec: PodSpec) -> bool:
    if taint.effect not in ("NoSchedule", "NoExecute"):
        return True
    known = (taint.key, taint.effect)
    if known in _ALWAYS_TOLERATED or (spec.host_network and known == _HOST_NETWORK_TOLERATED):
        return True
    return any(_covers(toleration, taint) for toleration in spec.tolerations)


def _covers(toleration: Toleration, taint: Taint) -> bool:
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if not toleration.key:
        return toleration.operator == "Exists"
    if toleration.key != taint.key:
        return False
    return toleration.operator == "Exists" or toleration.value == taint.value


def _affinity_allows(affinity: dict[str, Any] | None, node: Node) -> bool:
    required = _mapping(_mapping(affinity).get("nodeAffinity")).get("requiredDuringSchedulingIgnoredDuringExecution")
    terms = _list(_mapping(required).get("nodeSelectorTerms"))
    if not terms:
        return True
    return any(_term_matches(_mapping(term), node) for term in terms)


def _term_matches(term: dict[str, Any], node: Node) -> bool:
    expressions, fields = _list(term.get("matchExpressions")), _list(term.get("matchFields"))
    if not expressions and not fields:
        return False  # an empty term matches no node
    return all(_meets(_mapping(one), node.metadata.labels) for one in expressions) and all(
        _meets(_mapping(one), {"metadata.name": node.metadata.name}) for one in fields
    )


def _meets(requirement: dict[str, Any], labels: dict[str, str]) -> bool:
    value = labels.get(str(requirement.get("key")))
    wanted = [str(one) for one in _list(requirement.get("values"))]
    match requirement.get("operator"):
        case "In":
            return value in wanted
        case "NotIn":
            return value not in wanted
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt":
            return _compare(value, wanted, 1)
        case "Lt":
            return _compare(value, wanted, -1)
    return False


def _compare(value: str | None, wanted: Iterable[str], sign: int) -> bool:
    try:
        return value is not None and all(sign * (int(value) - int(one)) > 0 for one in wanted)
    except ValueError:
        return False


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
