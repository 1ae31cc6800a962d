"""Measuring nodes: in steps, once per view, and not again while a node's pods are the same."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.analysis.health.placement.room import measured, room_of
from k8sview.model.traced import traced
from k8sview.model.view import View
from tests.analysis.clusters import view_of


def node(name: str) -> dict[str, Any]:
    room = {"cpu": "4", "memory": "8Gi", "pods": "110"}
    return {"kind": "Node", "metadata": {"name": name, "uid": name}, "status": {"allocatable": room}}


def pod(name: str, where: str, cpu: str = "1") -> dict[str, Any]:
    container = {"name": "app", "image": "a", "resources": {"requests": {"cpu": cpu}}}
    meta = {"name": name, "namespace": "shop", "uid": name}
    return {"kind": "Pod", "metadata": meta, "spec": {"nodeName": where, "containers": [container]}}


def free(view: View, name: str) -> int:
    return room_of(view).nodes[name].free("cpu")


def test_one_step_for_each_node() -> None:
    assert len(list(measured(view_of(node("a"), node("b"), pod("one", "a"))))) == 2


def test_a_node_whose_pods_are_the_same_is_not_measured_again() -> None:
    kept: dict[str, Any] = {}
    view = view_of(node("a"), node("b"), pod("one", "a"), pod("two", "b"))
    before, again, fresh = (
        room_of(traced(msgspec.structs.replace(view, derived={}), memory)).nodes for memory in (kept, kept, None)
    )
    assert again["a"] is before["a"]
    assert fresh["a"] is not before["a"]
    assert fresh == again


def test_a_pod_that_came_went_or_changed_is_counted() -> None:
    kept: dict[str, Any] = {}
    assert free(traced(view_of(node("a"), pod("one", "a")), kept), "a") == 3000
    assert free(traced(view_of(node("a"), pod("one", "a"), pod("two", "a")), kept), "a") == 2000
    assert free(traced(view_of(node("a"), pod("one", "a", "3")), kept), "a") == 1000
    assert free(traced(view_of(node("a")), kept), "a") == 4000
