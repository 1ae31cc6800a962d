"""Pods that somebody changed after they were made; and what admission made of them."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.kinds.templates import not_checkable, pod_templates
from k8sview.model.drift import ActorClass, Drift
from k8sview.model.times import parse_time
from tests.analysis.clusters import ago, view_of
from tests.analysis.drift.kinds.replicas_objects import pod_of
from tests.analysis.drift.shapes import Raw, controller_revision, entry, replica_set, workload

TEMPLATE: Raw = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {
        "containers": [
            {
                "name": "app",
                "image": "registry.example/web:1",
                "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2"}},
            }
        ]
    },
}
SET = replica_set(1, "2d", template=TEMPLATE)
HAND = entry("kubectl-set", "1h")


def found(*raws: Raw, denied: tuple[str, ...] = ()) -> list[Drift]:
    return list(pod_templates(view_of(SET, *raws, denied=denied)))


def web(name: str, *entries: Raw, **more: Any) -> Raw:
    more["labels"] = {"pod-template-hash": "web-1", **more.get("labels", {})}
    more.setdefault("container", {"resources": TEMPLATE["spec"]["containers"][0]["resources"]})
    return pod_of(SET, name, *entries, **more)


def test_an_image_patched_into_a_living_pod() -> None:
    (one,) = found(web("a", HAND, image="registry.example/web:debug"), web("b"))
    assert (one.object.name, one.path) == ("a", "spec.containers[name=app].image")
    assert (one.before, one.after, one.change) == ("registry.example/web:1", "registry.example/web:debug", "override")
    assert one.actor is not None
    assert one.actor.actor_class is ActorClass.HUMAN
    assert (one.time.at, one.time.not_before) == (parse_time(ago("1h")), parse_time(ago("2d")))
    assert one.evidence[1] == (
        "replicasets/web-1 spec.template.spec.containers[name=app].image = registry.example/web:1"
    )


def test_resources_resized_in_place() -> None:
    resized = web(
        "a",
        entry("kubectl-patch", "1h", "resize"),
        container={"resources": {"requests": {"cpu": "1000m", "memory": "2Gi"}, "limits": {"cpu": "2"}}},
    )
    (one,) = found(resized)
    assert (one.path, one.before, one.after) == ("spec.containers[name=app].resources.requests.memory", "1Gi", "2Gi")


def test_a_label_that_was_taken_away_and_a_container_that_was_put_in() -> None:
    (label,) = found(web("a", entry("kubectl-label", "1h"), labels={"app": "gone"}))
    assert (label.path, label.before, label.after) == ("metadata.labels[app]", "web", "gone")
    (debugged,) = found(web("a", entry("kubectl", "1h", "ephemeralcontainers")))
    assert debugged.security
    assert debugged.change == "addition"


def test_each_debugging_container_by_its_name() -> None:
    both = web("a", entry("kubectl", "1h", "ephemeralcontainers"))
    both["spec"]["ephemeralContainers"] = [{"name": "one"}, {"name": "two"}]
    first, second = found(both)
    assert (first.path, second.path) == tuple(f"spec.ephemeralContainers[name={one}]" for one in ("one", "two"))
    assert first.time.not_before is not None, "of two the entry dates only the last"


def test_sets_are_compared_with_their_stored_revision() -> None:
    owner = workload("StatefulSet", "db", template=TEMPLATE)
    stored = controller_revision("db", 1, "9d", image="registry.example/web:1")
    patched = pod_of(owner, "db-0", HAND, image="other:9", labels={"controller-revision-hash": "db-1"})
    (one,) = found(owner, stored, patched)
    assert one.after == "other:9"
    assert one.evidence[1].startswith("controllerrevisions/db-1 ")


INNOCENT = [
    ("untouched", [web("a")]),
    (
        "an injected sidecar, volume and variable",
        [
            web(
                "a",
                spec={
                    "containers": [
                        {**TEMPLATE["spec"]["containers"][0], "env": [{"name": "HOST_IP"}]},
                        {"name": "istio-proxy", "image": "istio/proxyv2:1"},
                    ],
                    "volumes": [{"name": "istio-envoy", "emptyDir": {}}],
                },
            )
        ],
    ),
    ("a mirror's webhook rewrote the registry", [web("a", HAND, image="mirror.example/r/web:1")]),
    ("a digest was pinned", [web("a", HAND, image="registry.example/web:1@sha256:" + "1" * 64)]),
    (
        "the same rewriting on pods that nobody touched",
        [web("a", HAND, image="mirror.example/x:9"), web("b", image="mirror.example/x:9")],
    ),
    ("a controller updates images in place", [web("a", entry("manager", "1h"), image="registry.example/web:2")]),
    ("a kubelet wrote the status", [web("a", entry("kubelet", "1h", "status"))]),
    ("the vertical autoscaler resized it", [web("a", entry("vpa-updater", "1h", "resize"), container={})]),
    ("quotas' defaults", [web("a", container={"resources": {"limits": {"memory": "1Gi"}}})]),
    ("another spelling", [web("a", entry("kubectl-patch", "1h", "resize"), container={
        "resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}, "limits": {"cpu": "2000m"}}})]),
    ("an annotation by hand", [web("a", entry("kubectl-annotate", "1h"), annotations={"note": "x"})]),
    ("it is on its way out", [web("a", HAND, image="other:9", deletionTimestamp=ago("1m"))]),
]  # fmt: skip


@pytest.mark.parametrize("raws", [case[1] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_what_admission_and_controllers_do(raws: list[Raw]) -> None:
    assert found(*raws) == []


def test_what_may_not_be_read_is_said() -> None:
    view = view_of(web("a", HAND, image="x:9"), denied=("replicasets.apps",))
    assert [one.reason for one in not_checkable(view)] == ["replicasets.apps: list denied"]
    assert list(pod_templates(view)) == []
