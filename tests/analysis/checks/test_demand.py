"""What the scheduler counts for a pod, and what all pods ask for together."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.checks.demand import about, demand, requested
from tests.analysis.clusters import read, view_of


def pod(name: str = "a", node: str = "", phase: str = "Running", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "uid": name}
    return {"kind": "Pod", "metadata": metadata, "spec": {"nodeName": node, **spec}, "status": {"phase": phase}}


def container(cpu: str = "", memory: str = "", **more: Any) -> dict[str, Any]:
    asked = {name: value for name, value in (("cpu", cpu), ("memory", memory)) if value}
    return {"name": "app", "resources": {"requests": asked}, **more}


@pytest.mark.parametrize(
    ("spec", "cpu", "memory"),
    [
        ({"containers": []}, 0, 0),
        ({"containers": [container("100m", "64Mi"), container("1.5", "1Gi")]}, 1600, 1088 * 1024**2),
        # The greatest step before the start counts where it is more than what runs afterwards.
        ({"initContainers": [container("2"), container("1")], "containers": [container("500m")]}, 2000, 0),
        # Sidecars run beside the steps after them, and beside the application.
        (
            {
                "initContainers": [container("300m", restartPolicy="Always"), container("1")],
                "containers": [container("500m")],
            },
            1300,
            0,
        ),
        (
            {"initContainers": [container("1", restartPolicy="Always")], "containers": [container("500m")]},
            1500,
            0,
        ),
        # What is stated for the pod as a whole stands above its containers, resource by resource.
        ({"resources": {"requests": {"cpu": "4"}}, "containers": [container("1", "1Ki")]}, 4000, 1024),
        ({"overhead": {"cpu": "250m", "memory": "1Ki"}, "containers": [container("1")]}, 1250, 1024),
        ({"containers": [container("many")]}, 0, 0),
    ],
)
def test_a_pod_asks_for_what_the_scheduler_counts(spec: dict[str, Any], cpu: int, memory: int) -> None:
    _, obj = read(pod(**spec))
    assert requested(obj) == (cpu, memory)


def test_pods_that_are_over_ask_for_nothing() -> None:
    view = view_of(
        pod("a", "n1", containers=[container("1")]),
        pod("b", "n1", containers=[container("1")]),
        pod("c", "", "Pending", containers=[container("1")]),
        pod("d", "n1", "Succeeded", containers=[container("1")]),
        pod("e", "n1", "Failed", containers=[container("1")]),
    )
    total = demand(view)
    assert total.total == {"cpu": 3000, "memory": 0}
    assert total.pods == {"n1": 2, "": 1}
    assert demand(view) is total, "summed once for each view"


@pytest.mark.parametrize(
    ("resource", "counted", "text"),
    [
        ("cpu", 7500, "7.5 cores"),
        ("cpu", 20, "0.02 cores"),
        ("memory", 8 * 1024**3, "8Gi"),
        ("memory", 7900 * 1024**2, "7.71Gi"),
        ("memory", 1010 * 1024**2, "1010Mi"),
        ("memory", 100, "100"),
        ("memory", 0, "0"),
    ],
)
def test_figures_for_people_have_three_digits(resource: str, counted: int, text: str) -> None:
    assert about(resource, counted) == text
