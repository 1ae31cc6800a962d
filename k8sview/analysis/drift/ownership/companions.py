"""Defaults that come along with another field: whoever makes a Service a NodePort owns them, and did not choose them.

Only while they have the value that the server fills in: anything else somebody has decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from k8sview.analysis.drift.ownership.resolution import Location


class _Row(NamedTuple):
    """``along``: the place that is filled in; ``value``: with what; ``beside``: what was set, or what it is below."""

    along: Location
    value: Any
    beside: tuple[Location, ...]


_BEHAVIOR = ("spec", "behavior")
_ROWS = (
    _Row(("spec", "externalTrafficPolicy"), "Cluster", (("spec", "type"), ("spec", "externalIPs"))),
    _Row(("spec", "allocateLoadBalancerNodePorts"), True, (("spec", "type"),)),
    _Row(("spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds"), 10800, (("spec", "sessionAffinity"),)),
    _Row(("spec", "strategy", "rollingUpdate", "maxSurge"), "25%", (("spec", "strategy", "type"),)),
    _Row(("spec", "strategy", "rollingUpdate", "maxUnavailable"), "25%", (("spec", "strategy", "type"),)),
    _Row(("spec", "updateStrategy", "rollingUpdate", "partition"), 0, (("spec", "updateStrategy", "type"),)),
    _Row(("spec", "updateStrategy", "rollingUpdate", "maxSurge"), 0, (("spec", "updateStrategy", "type"),)),
    _Row(("spec", "updateStrategy", "rollingUpdate", "maxUnavailable"), 1, (("spec", "updateStrategy", "type"),)),
    _Row((*_BEHAVIOR, "scaleUp", "selectPolicy"), "Max", (_BEHAVIOR,)),
    _Row((*_BEHAVIOR, "scaleDown", "selectPolicy"), "Max", (_BEHAVIOR,)),
    _Row((*_BEHAVIOR, "scaleUp", "stabilizationWindowSeconds"), 0, (_BEHAVIOR,)),
    _Row(
        (*_BEHAVIOR, "scaleUp", "policies"),
        [
            {"type": "Pods", "value": 4, "periodSeconds": 15},
            {"type": "Percent", "value": 100, "periodSeconds": 15},
        ],
        (_BEHAVIOR,),
    ),
    _Row((*_BEHAVIOR, "scaleDown", "policies"), [{"type": "Percent", "value": 100, "periodSeconds": 15}], (_BEHAVIOR,)),
)
_BY_PLACE = {row.along: row for row in _ROWS}


def came_along(leaves: Mapping[Location, Any]) -> frozenset[Location]:
    """Those of one manager's leaves, each with its value, that came along with others of them."""
    filled = {
        place: row
        for place, value in leaves.items()
        if (row := _BY_PLACE.get(place)) is not None and value == row.value
    }
    chosen = [place for place in leaves if place not in filled]
    return frozenset(
        place
        for place, row in filled.items()
        if any(one[: len(beside)] == beside for one in chosen for beside in row.beside)
    )
