"""What changed in the last while, newest first, each in one sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from k8sview.analysis.drift.recent import recent_changes, unread
from k8sview.model.view import Change
from tests.analysis.clusters import NOON, ago, view_of

HALF_AN_HOUR = timedelta(minutes=30)


def deployment() -> dict[str, Any]:
    return {"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop", "uid": "web"}}


def replica_set(name: str, revision: int, age: str, **images: str) -> dict[str, Any]:
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": name,
            "creationTimestamp": ago(age),
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            "ownerReferences": [{"kind": "Deployment", "name": "web", "uid": "web", "controller": True}],
        },
        "spec": {
            "template": {"spec": {"containers": [{"name": key, "image": value} for key, value in images.items()]}}
        },
    }


def sentences(*raws: dict[str, Any], denied: tuple[str, ...] = ()) -> list[str]:
    return [change.sentence for change in recent_changes(view_of(*raws, denied=denied), HALF_AN_HOUR)]


def test_a_new_revision_names_the_images_that_moved() -> None:
    old = replica_set("web-1", 1, "9d", app="shop/web:1", proxy="envoy:1")
    new = replica_set("web-2", 2, "5m", app="shop/web:2", proxy="envoy:1")
    assert sentences(deployment(), old, new) == ["deployment shop/web got new pods: shop/web:1 → shop/web:2"]
    restarted = replica_set("web-2", 2, "5m", app="shop/web:1", proxy="envoy:1")
    assert sentences(deployment(), old, restarted) == ["deployment shop/web got new pods: same images, other settings"]
    added = replica_set("web-2", 2, "5m", app="shop/web:1", proxy="envoy:1", agent="agent:3")
    assert sentences(deployment(), old, added) == ["deployment shop/web got new pods: nothing → agent:3"]


def test_first_and_only_revisions() -> None:
    assert sentences(deployment(), replica_set("web-1", 1, "5m")) == ["deployment shop/web was created"]
    only = "deployment shop/web got new pods: revision 7, the one before is gone"
    assert sentences(deployment(), replica_set("web-7", 7, "5m")) == [only]


def test_what_is_old_or_not_its_own_is_not_told() -> None:
    assert sentences(deployment(), replica_set("web-1", 1, "2h")) == []
    assert sentences(replica_set("orphan", 1, "5m")) == []


def test_a_rollback_to_an_older_set_is_not_dated_by_the_set_it_left() -> None:
    reused, left = replica_set("web-1", 3, "9d", app="a:1"), replica_set("web-2", 2, "5m", app="a:2")
    assert sentences(deployment(), reused, left) == []


def test_nodes_that_joined_or_were_patched_newest_first() -> None:
    joined = {"kind": "Node", "metadata": {"name": "n9", "creationTimestamp": ago("10m")}}
    joined["status"] = {"nodeInfo": {"kubeletVersion": "v1.34.0"}}
    view = view_of(joined)
    path = "status.nodeInfo.kernelVersion"
    patched = Change(NOON - timedelta(minutes=2), "nodes", ("", "n1"), path, "6.6.1", "6.6.9")
    earlier = Change(NOON - timedelta(hours=2), "nodes", ("", "n2"), path, "6.6.1", "6.6.9")
    found = recent_changes(msgspec.structs.replace(view, changes=(earlier, patched)), HALF_AN_HOUR)
    assert [one.sentence for one in found] == [
        "node n1 changed in place: kernel 6.6.1 → 6.6.9",
        "node n9 joined with kubelet v1.34.0",
    ]


def test_an_answer_that_is_not_whole_says_so() -> None:
    assert unread(view_of()) == ()
    assert unread(view_of(denied=("replicasets.apps",))) == ("replicasets.apps",)
