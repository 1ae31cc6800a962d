"""Resizes in place that a node does not grant."""

from __future__ import annotations

import pytest

from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import Raw, condition, pod

SHORT = "Node didn't have enough resource: cpu, requested: 7000, used: 6000, capacity: 9000"


def resizing(kind: str, reason: str, message: str = "", since: str = "20m") -> Raw:
    raw = pod()
    raw["status"]["conditions"].append(condition(kind, "True", since, reason=reason, message=message))
    return raw


CASES = [
    (
        resizing("PodResizePending", "Deferred", SHORT),
        "pod.resize-deferred",
        "node n1 cannot grant the resize in place now since 11:40 UTC: it wants 7000m cpu, 6000m are taken of 9000m",
    ),
    (
        resizing(
            "PodResizePending",
            "Infeasible",
            "Node didn't have enough capacity: memory, requested: 9, capacity: 8",
            "1m",
        ),
        "pod.resize-infeasible",
        "node n1 can never grant the resize in place since 11:59 UTC: it wants 9 memory of 8",
    ),
    (
        resizing("PodResizeInProgress", "Error", "cannot set memory limit below usage"),
        "pod.resize-failed",
        "cannot set memory limit below usage",
    ),
    (resizing("PodResizeInProgress", ""), "pod.resize-pending", "is not done"),
]


@pytest.mark.parametrize(("raw", "slug", "words"), CASES)
def test_what_the_node_says(raw: Raw, slug: str, words: str) -> None:
    found = why(raw)
    assert (found.id, because(found)) == (slug, ())
    assert words in found.message
    assert found.message.endswith("the pod runs on with what it has")


def test_before_kubernetes_1_33_a_field_tells() -> None:
    assert why(pod(status={"resize": "Infeasible"})).id == "pod.resize-infeasible"
