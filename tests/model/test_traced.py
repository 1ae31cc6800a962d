"""A traced view: the same answers, and a note of each question that a change can be held against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from k8sview.model.traced import traced, traces_of
from tests.analysis.clusters import read, view_of


def pod(name: str = "web-1", node: str = "n1", owner: str = "set", **labels: str) -> dict[str, Any]:
    owners = [{"kind": "ReplicaSet", "name": owner, "uid": owner, "controller": True}]
    meta = {
        "name": name,
        "namespace": "shop",
        "uid": name,
        "labels": labels or {"app": "web"},
        "ownerReferences": owners,
    }
    return {"kind": "Pod", "metadata": meta, "spec": {"nodeName": node}}


SET = {"kind": "ReplicaSet", "metadata": {"name": "set", "namespace": "shop", "uid": "set"}}
QUOTA = {"kind": "ResourceQuota", "metadata": {"name": "q", "namespace": "shop", "uid": "q"}}
EVENT = {
    "kind": "Event",
    "metadata": {"name": "e", "namespace": "shop", "uid": "e"},
    "involvedObject": {"uid": "web-1"},
}


def asked(question: str) -> set[tuple[str, ...]]:
    view = view_of(pod(), SET, QUOTA, EVENT)
    looking = traced(view)
    _, owner = read(SET)
    _, one = read(pod())
    ask: dict[str, Callable[[], Any]] = {
        "get": lambda: looking.get("pods", "absent", "shop"),
        "children": lambda: list(looking.children(owner)),
        "pods_of": lambda: looking.pods_of("shop", {"app": "web"}),
        "pods_on": lambda: looking.pods_on("n1"),
        "events_of": lambda: looking.events_of(one),
        "in_namespace": lambda: looking.in_namespace("resourcequotas", "shop"),
        "each": lambda: looking.each("nodes"),
        "readable": lambda: looking.readable("pods", "shop"),
    }
    plain: dict[str, Callable[[], Any]] = {
        "children": lambda: list(view.children(owner)),
        "pods_of": lambda: view.pods_of("shop", {"app": "web"}),
        "pods_on": lambda: view.pods_on("n1"),
        "events_of": lambda: view.events_of(one),
        "in_namespace": lambda: view.in_namespace("resourcequotas", "shop"),
        "readable": lambda: view.readable("pods", "shop"),
    }
    answer = ask[question]()
    if question in plain:
        assert answer == plain[question]()
        assert answer
    return set(looking.traces)


def changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> set[tuple[str, ...]]:
    resource, obj = read(before or after or {})
    key = (obj.metadata.namespace or "", obj.metadata.name)
    old = read(before)[1] if before else None
    new = read(after)[1] if after else None
    return set(traces_of(resource.name, key, old, new))


@pytest.mark.parametrize(
    ("question", "before", "after"),
    [
        ("get", None, pod("absent")),
        ("children", None, pod("web-2")),
        ("children", pod(), pod(owner="other")),
        ("children", pod(), {**pod(), "spec": {}}),
        ("pods_of", None, pod("web-2")),
        ("pods_of", pod("db-1", app="db"), pod("db-1", app="web")),
        ("pods_of", pod(), pod(app="gone")),
        ("pods_on", None, pod("web-2")),
        ("pods_on", pod("web-2", node="n2"), pod("web-2", node="n1")),
        ("events_of", None, EVENT),
        ("in_namespace", QUOTA, None),
        ("in_namespace", QUOTA, {**QUOTA, "spec": {}}),
        ("each", None, {"kind": "Node", "metadata": {"name": "n9", "uid": "n9"}}),
    ],
)
def test_a_change_meets_whoever_asked_for_it(
    question: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    assert asked(question) & changes(before, after)


@pytest.mark.parametrize(
    ("question", "before", "after"),
    [
        ("pods_of", pod("db-1", app="db"), pod("db-1", node="n2", app="db")),
        ("pods_on", pod("web-2", node="n2"), pod("web-2", node="n3")),
        ("in_namespace", None, pod("web-2")),
        ("readable", None, pod("web-2")),
        ("events_of", None, {**EVENT, "involvedObject": {"uid": "another"}}),
    ],
)
def test_a_change_leaves_others_alone(question: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
    assert not asked(question) & changes(before, after)


def test_what_is_derived_once_is_shared_and_not_noted() -> None:
    looking = traced(view_of(pod()))
    assert looking.once("names", lambda view: [one.metadata.name for one in view.pods_on("n1")]) == ["web-1"]
    assert looking.once("names", lambda view: []) == ["web-1"]
    assert looking.traces == set()
