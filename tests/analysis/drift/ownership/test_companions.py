"""Defaults that come along with what somebody set are not told beside it."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.ownership.companions import came_along

TYPE, TRAFFIC = ("spec", "type"), ("spec", "externalTrafficPolicy")
BEHAVIOR = ("spec", "behavior", "scaleDown")
WINDOW, SELECT = (*BEHAVIOR, "stabilizationWindowSeconds"), (*BEHAVIOR, "selectPolicy")


@pytest.mark.parametrize(
    ("leaves", "along"),
    [
        ({TYPE: "NodePort", TRAFFIC: "Cluster"}, {TRAFFIC}),
        ({("spec", "externalIPs", 0): "10.1.2.3", TRAFFIC: "Cluster"}, {TRAFFIC}),
        ({TYPE: "NodePort", TRAFFIC: "Local"}, set()),
        ({TRAFFIC: "Cluster"}, set()),
        ({("spec", "selector"): {}, TRAFFIC: "Cluster"}, set()),
        ({WINDOW: 3600, SELECT: "Max"}, {SELECT}),
        ({SELECT: "Max"}, set()),
        ({("spec", "strategy", "type"): "RollingUpdate", ("spec", "strategy", "rollingUpdate", "maxSurge"): 3}, set()),
    ],
)
def test_what_came_along(leaves: dict[tuple[str | int, ...], Any], along: set[tuple[str, ...]]) -> None:
    assert came_along(leaves) == along
