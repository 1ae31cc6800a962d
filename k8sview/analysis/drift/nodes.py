"""Nodes that were patched instead of replaced, and nodes that differ from the pool they belong to."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import NamedTuple

import msgspec

from k8sview.model.objects.core import Node
from k8sview.model.pools import pool_label, role_of
from k8sview.model.view import View

_INSTANCE_TYPE = "node.kubernetes.io/instance-type"

_KUBELET = "status.nodeInfo.kubeletVersion"

NODE_FACTS = {
    _KUBELET: "kubelet version",
    "status.nodeInfo.osImage": "OS image",
    "status.nodeInfo.kernelVersion": "kernel",
    "status.nodeInfo.containerRuntimeVersion": "container runtime",
}
"""What stays the same as long as a node lives, by path, in plain words."""


class InPlaceChange(msgspec.Struct, frozen=True):
    """One fact of a living node that changed."""

    node: str
    path: str
    before: str
    after: str
    at: datetime

    @property
    def what(self) -> str:
        """The fact in plain words."""
        return NODE_FACTS.get(self.path, self.path)


class Pool(NamedTuple):
    """``guessed``: no label names it, so that its nodes may differ for a reason. ``facts``: what is alike in it."""

    name: str
    evidence: str
    guessed: bool = False
    facts: tuple[str, ...] = tuple(NODE_FACTS)


class PoolOutlier(msgspec.Struct, frozen=True):
    """One fact in which a node differs from most nodes of its pool."""

    node: str
    pool: Pool
    path: str
    value: str
    usual: str


def in_place_changes(view: View) -> tuple[InPlaceChange, ...]:
    """All that was noticed, node by node, oldest first. Only a watched cluster or a recording over time can tell."""
    found = [
        InPlaceChange(change.key[1], change.path, change.before, change.after, change.at)
        for change in view.changes
        if change.resource == "nodes"
    ]
    return tuple(sorted(found, key=lambda change: (change.node, change.at, change.path)))


def pool_of(node: Node) -> Pool:
    """The pool that a label names, else all nodes of one instance type and role."""
    labels = node.metadata.labels
    label = pool_label(labels)
    if label is not None:
        return Pool(f"{label}={labels[label]}", f"metadata.labels[{label}] = {labels[label]}")
    kind = labels.get(_INSTANCE_TYPE, "")
    words = " ".join(filter(None, (kind, role_of(labels))))
    # Machines of any make may have any system; what joins a cluster by itself has its version of Kubernetes.
    facts = tuple(NODE_FACTS) if kind else (_KUBELET,)
    return Pool(words, f"metadata.labels[{_INSTANCE_TYPE}] = {kind or 'not set'}", True, facts)


def pool_outliers(view: View) -> tuple[PoolOutlier, ...]:
    """Nodes that differ from the majority of their pool. A pool without a majority has no outliers, only a rollout."""
    # One pool may mix architectures, whose images then differ rightly.
    pools: dict[tuple[Pool, str], list[Node]] = defaultdict(list)
    for node in view.table("nodes"):
        if isinstance(node, Node):
            pools[(pool_of(node), node.status.node_info.architecture)].append(node)
    found: list[PoolOutlier] = []
    for (pool, _), nodes in sorted(pools.items()):
        for path in pool.facts:
            values = {node.metadata.name: _value(node, path) for node in nodes}
            found.extend(_outliers(pool, path, {name: value for name, value in values.items() if value}))
    return tuple(sorted(found, key=lambda outlier: (outlier.node, outlier.path)))


def _outliers(pool: Pool, path: str, values: dict[str, str]) -> list[PoolOutlier]:
    if not values:
        return []
    usual, number = Counter(values.values()).most_common(1)[0]
    if 2 * number <= len(values):
        return []
    return [PoolOutlier(name, pool, path, value, usual) for name, value in values.items() if value != usual]


def _value(node: Node, path: str) -> str:
    facts = node.status.node_info
    return {
        "status.nodeInfo.kubeletVersion": facts.kubelet_version,
        "status.nodeInfo.osImage": facts.os_image,
        "status.nodeInfo.kernelVersion": facts.kernel_version,
        "status.nodeInfo.containerRuntimeVersion": facts.container_runtime_version,
    }[path]
