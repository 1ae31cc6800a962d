"""Nodes changed in place, and nodes unlike their pool."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from k8sview.analysis.drift.nodes import in_place_changes, pool_outliers
from k8sview.model.view import Change, View
from tests.analysis.clusters import NOON, view_of

POOL = "eks.amazonaws.com/nodegroup"


def node(name: str, labels: dict[str, str] | None = None, **facts: str) -> dict[str, Any]:
    info = {"kubeletVersion": "v1.33.1", "osImage": "Flatcar 4152", "kernelVersion": "6.6.1", **facts}
    return {"kind": "Node", "metadata": {"name": name, "labels": labels or {}}, "status": {"nodeInfo": info}}


def change(name: str, path: str, before: str, after: str, minutes: int) -> Change:
    return Change(NOON - timedelta(minutes=minutes), "nodes", ("", name), path, before, after)


def noticed(*changes: Change) -> View:
    return msgspec.structs.replace(view_of(), changes=changes)


def test_changes_are_grouped_by_node_and_oldest_first() -> None:
    kernel = "status.nodeInfo.kernelVersion"
    view = noticed(change("b", kernel, "1", "2", 5), change("a", kernel, "2", "3", 1), change("a", kernel, "1", "2", 9))
    assert [(one.node, one.before, one.what) for one in in_place_changes(view)] == [
        ("a", "1", "kernel"),
        ("a", "2", "kernel"),
        ("b", "1", "kernel"),
    ]


def test_a_node_unlike_the_majority_of_its_pool() -> None:
    blue = {POOL: "blue"}
    view = view_of(node("a", blue), node("b", blue), node("c", blue, kernelVersion="6.6.9"))
    (outlier,) = pool_outliers(view)
    assert (outlier.node, outlier.pool.name) == ("c", f"{POOL}=blue")
    assert (outlier.path, outlier.value, outlier.usual) == ("status.nodeInfo.kernelVersion", "6.6.9", "6.6.1")


def test_who_is_not_an_outlier() -> None:
    blue, green = {POOL: "blue"}, {POOL: "green"}
    half_rolled = [node("a", blue), node("b", blue, osImage="Flatcar 4200")]
    assert pool_outliers(view_of(*half_rolled)) == ()
    assert pool_outliers(view_of(node("a", blue), node("b", green, osImage="other"))) == ()
    mixed = [node("a", blue), node("b", blue), node("c", blue, architecture="arm64", kernelVersion="6.6.9")]
    assert pool_outliers(view_of(*mixed)) == ()
    assert pool_outliers(view_of(node("a"), node("b"), node("c", osImage="other"))) == ()
    assert pool_outliers(view_of(node("a", blue), node("b", blue), node("c", blue, osImage=""))) == ()


def test_the_most_exact_pool_label_counts() -> None:
    same_type = {"node.kubernetes.io/instance-type": "m5.large"}
    nodes = [node(name, {**same_type, "karpenter.sh/nodepool": "x"}) for name in "abc"]
    assert pool_outliers(view_of(*nodes, node("d", same_type, osImage="other"))) == ()


def test_where_nothing_names_a_pool_role_and_version_tell() -> None:
    joined = [node("a"), node("b"), node("c", kubeletVersion="v1.32.9")]
    (outlier,) = pool_outliers(view_of(*joined))
    assert (outlier.node, outlier.pool.name, outlier.pool.guessed) == ("c", "workers", True)
    assert (outlier.path, outlier.usual) == ("status.nodeInfo.kubeletVersion", "v1.33.1")
    first = {"node-role.kubernetes.io/control-plane": ""}
    assert pool_outliers(view_of(node("a"), node("b"), node("m", first, kubeletVersion="v1.34.0"))) == ()
