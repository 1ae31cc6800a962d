"""Requests as the scheduler counts them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.analysis.health.placement.requests import asked, held
from k8sview.model.objects.pods import Pod

Raw = dict[str, Any]


def box(cpu: str | float = 0, memory: str | int = 0, **more: Any) -> Raw:
    requests = {name: value for name, value in (("cpu", cpu), ("memory", memory)) if value}
    return {"name": more.pop("name", "app"), "resources": {"requests": requests}, **more}


def pod(*boxes: Raw, init: tuple[Raw, ...] = (), status: Raw | None = None, **spec: Any) -> Pod:
    raw = {"metadata": {"name": "x"}, "spec": {"containers": [*boxes], "initContainers": [*init], **spec}}
    return msgspec.convert(raw | {"status": status or {}}, Pod)


SIDECAR = {"restartPolicy": "Always"}


@pytest.mark.parametrize(
    ("found", "cpu"),
    [
        (pod(box("100m"), box(1)), 1100),
        (pod(box("0.0001")), 1),  # rounded up
        (pod(box("100m"), init=(box("2"),)), 2000),
        (pod(box("3"), init=(box("2"),)), 3000),
        (pod(box("1"), init=(box("500m", **SIDECAR),)), 1500),
        (pod(box("1"), init=(box("500m", **SIDECAR), box("2"))), 2500),  # the second starts beside the sidecar
        (pod(box("1"), init=(box("2"), box("500m", **SIDECAR))), 2000),  # the first ran before it
        (pod(box("1"), overhead={"cpu": "250m"}), 1250),
        (pod(box("1"), box("1"), resources={"requests": {"cpu": "3"}}), 3000),  # of the pod as a whole
        (pod(box("1"), box("1"), resources={"requests": {"example.com/gpu": "1"}}), 2000),  # not known there
    ],
)
def test_asked(found: Pod, cpu: int) -> None:
    assert asked(found.spec)["cpu"] == cpu


def test_memory_is_bytes() -> None:
    assert asked(pod(box(memory="1.5Gi"), box(memory=1000)).spec)["memory"] == 3 * 512 * 1024**2 + 1000


def test_a_resize_under_way_holds_the_larger_size() -> None:
    granted = {"name": "app", "allocatedResources": {"cpu": "2"}}
    assert held(pod(box("1"), status={"containerStatuses": [granted]}))["cpu"] == 2000
    assert held(pod(box("3"), status={"containerStatuses": [granted]}))["cpu"] == 3000
    refused = {"type": "PodResizePending", "status": "True", "reason": "Infeasible"}
    status = {"containerStatuses": [granted], "conditions": [refused]}
    assert held(pod(box("3"), status=status))["cpu"] == 2000


def test_granted_as_asked_is_no_resize() -> None:
    granted = {"name": "app", "allocatedResources": {"cpu": "1"}}
    assert held(pod(box("1"), status={"containerStatuses": [granted]}))["cpu"] == 1000
