"""Nodes that are not what their pool, their manager or the API server expects; and nodes on their way there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.kinds import node_managers, node_pools, skew
from k8sview.model.drift import DriftKind
from k8sview.model.events import Cluster
from k8sview.model.status import Severity
from k8sview.model.view import Change, View
from tests.analysis.clusters import NOON, ago, view_of
from tests.analysis.drift.shapes import Raw

POOL = {"karpenter.sh/nodepool": "default"}


def node(
    name: str,
    kubelet: str = "v1.35.1",
    *,
    age: str = "9d",
    taints: tuple[str, ...] = (),
    labels: Raw | None = None,
    **metadata: Any,
) -> Raw:
    stated = {"name": name, "uid": name, "labels": labels or POOL, "creationTimestamp": ago(age), **metadata}
    return {
        "kind": "Node",
        "metadata": stated,
        "spec": {"taints": [{"key": key, "effect": "NoSchedule"} for key in taints]},
        "status": {"nodeInfo": {"kubeletVersion": kubelet, "architecture": "amd64"}},
    }


THREE = (node("a"), node("b"), node("c"))


def test_a_node_that_is_not_like_its_pool() -> None:
    (one,) = node_pools.node_pools(view_of(*THREE, node("d", "v1.34.0")))
    assert (one.object.name, one.before, one.after) == ("d", "v1.35.1", "v1.34.0")
    assert one.evidence[1] == "metadata.labels[karpenter.sh/nodepool] = default"


def test_a_pool_that_is_young_as_a_whole_is_not_being_renewed() -> None:
    young = [node(name, age="10m") for name in "abc"]
    (one,) = node_pools.node_pools(view_of(*young, node("d", "v1.34.0", age="9m")))
    assert one.object.name == "d"


def test_a_taint_that_only_one_node_has_or_lacks() -> None:
    (extra,) = node_pools.node_pools(view_of(*THREE, node("d", taints=("debug",))))
    assert (extra.object.name, extra.path, extra.change) == ("d", "spec.taints[key=debug]", "addition")
    gpus = [node(name, taints=("gpu",)) for name in "abc"]
    (lacks,) = node_pools.node_pools(view_of(*gpus, node("d")))
    assert (lacks.object.name, lacks.change) == ("d", "removal")


POOLS = [
    ("a surge upgrade", [*THREE, node("d", "v1.36.0", age="10m")]),
    ("half and half", [node("a"), node("b", "v1.34.0")]),
    ("another pool", [*THREE, node("d", "v1.34.0", labels={"karpenter.sh/nodepool": "other"})]),
    ("no pool", [*THREE, node("d", "v1.34.0", labels={"x": "y"})]),
    ("a cordon", [*THREE, node("d", taints=("node.kubernetes.io/unschedulable",))]),
    ("a node that starts", [*THREE, node("d", taints=("node.cilium.io/agent-not-ready",))]),
    ("it goes", [*THREE, node("d", "v1.34.0", deletionTimestamp=ago("1m"))]),
]


@pytest.mark.parametrize("raws", [case[1] for case in POOLS], ids=[case[0] for case in POOLS])
def test_pools_as_they_may_be(raws: list[Raw]) -> None:
    assert list(node_pools.node_pools(view_of(*raws))) == []


def watched(view: View, *names: str) -> View:
    path = "status.nodeInfo.kubeletVersion"
    changes = tuple(Change(NOON, "nodes", ("", name), path, "v1.34.0", "v1.35.1") for name in names)
    return msgspec.structs.replace(view, changes=changes)


def test_a_living_node_that_was_patched() -> None:
    (one,) = node_pools.in_place(watched(view_of(*THREE), "a"))
    assert (one.kind, one.before, one.after) == (DriftKind.NODE_IN_PLACE, "v1.34.0", "v1.35.1")
    assert (one.time.at, one.time.basis) == (NOON, "watch")
    rolling = watched(view_of(*THREE, node("d", "v1.34.0")), "a", "b")
    assert list(node_pools.node_pools(rolling)) == []


def test_a_node_that_is_gone_was_replaced_as_it_should_be() -> None:
    assert list(node_pools.in_place(watched(view_of(*THREE), "gone"))) == []


def test_what_cannot_be_told_of_nodes() -> None:
    assert [one.kind for one in node_pools.not_checkable(view_of(*THREE))] == [DriftKind.NODE_IN_PLACE]
    assert {one.reason for one in node_pools.not_checkable(view_of(denied=("nodes",)))} == {"nodes: list denied"}


def claim(status: str = "True", since: str = "2h", **metadata: Any) -> Raw:
    drifted = {"type": "Drifted", "status": status, "reason": "NodePoolDrifted", "lastTransitionTime": ago(since)}
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodeClaim",
        "metadata": {"name": "default-x", "uid": "claim", **metadata},
        "status": {"nodeName": "a", "conditions": [drifted]},
    }


def openshift(current: str = "worker-1", desired: str = "worker-2", state: str = "Done", reason: str = "") -> Raw:
    prefix = "machineconfiguration.openshift.io/"
    told = {"currentConfig": current, "desiredConfig": desired, "state": state, "reason": reason}
    labels = {"node-role.kubernetes.io/worker": ""}
    return node("a", labels=labels, annotations={f"{prefix}{key}": value for key, value in told.items()})


def machine(status: str = "False", since: str = "3h", *others: Raw) -> Raw:
    said = {"type": "UpToDate", "status": status, "reason": "NotUpToDate", "lastTransitionTime": ago(since)}
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Machine",
        "metadata": {"name": "m", "namespace": "shop", "uid": "m"},
        "status": {"conditions": [{**said, "message": "version v1.34.0, v1.35.1 required"}, *others]},
    }


OWNED = {"talos.dev/owned-labels": '["tier"]', "talos.dev/owned-taints": '["gpu"]'}
MANAGED = [
    ("Karpenter", [node("a"), claim()], ["Karpenter waits for its disruption budgets and for PDBs"]),
    (
        "not to be disturbed",
        [node("a", annotations={"karpenter.sh/do-not-disrupt": "true"}), claim()],
        ["karpenter.sh/do-not-disrupt is set"],
    ),
    ("OpenShift", [openshift()], ["its pool changes only so many nodes at once"]),
    ("degraded", [openshift(state="Degraded", reason="disk full")], ["disk full"]),
    (
        "a paused pool",
        [
            openshift(),
            {
                "apiVersion": "machineconfiguration.openshift.io/v1",
                "kind": "MachineConfigPool",
                "metadata": {"name": "worker"},
                "spec": {"paused": True},
            },
        ],
        ["machine config pool worker is paused"],
    ),
    ("files changed by hand", [openshift("x", "x", "Degraded", "content mismatch")], ["the daemon does not write"]),
    ("Talos", [node("a", annotations=OWNED)], ["Talos writes it again"] * 2),
    ("Cluster API", [machine()], ["its rollout has not reached"]),
]


@pytest.mark.parametrize(("raws", "why"), [case[1:] for case in MANAGED], ids=[case[0] for case in MANAGED])
def test_what_a_manager_of_nodes_says(raws: list[Raw], why: list[str]) -> None:
    told = [one.why_not_reverted for one in node_managers.node_managers(view_of(*raws))]
    assert len(told) == len(why)
    assert all(one.startswith(words) for one, words in zip(told, why, strict=True))


def test_its_object_is_the_node() -> None:
    (one,) = node_managers.node_managers(view_of(node("a"), claim()))
    assert (one.object.kind, one.object.name, one.after) == ("Node", "a", "NodePoolDrifted")


FINE = [
    ("not drifted", [claim("False")]),
    ("about to be replaced", [claim(since="1m")]),
    ("being replaced", [claim(deletionTimestamp=ago("1m"))]),
    ("at its configuration", [openshift("x", "x")]),
    ("being written", [openshift(state="Working")]),
    ("Talos' keys in place", [node("a", labels={"tier": "x"}, taints=("gpu",), annotations=OWNED)]),
    ("annotations that are no lists", [node("a", annotations={"talos.dev/owned-labels": "{"})]),
    ("up to date", [machine("True")]),
    ("a rollout", [machine(since="5m")]),
    ("a machine in work", [machine("False", "3h", {"type": "Updating", "status": "True"})]),
]


@pytest.mark.parametrize("raws", [case[1] for case in FINE], ids=[case[0] for case in FINE])
def test_nodes_as_their_manager_wants_them(raws: list[Raw]) -> None:
    assert list(node_managers.node_managers(view_of(*raws))) == []


def test_managers_that_are_not_there_or_may_not_be_read() -> None:
    (one,) = node_managers.not_checkable(view_of(*THREE))
    assert one.reason.startswith("neither Karpenter")
    view = view_of(claim(), denied=("nodeclaims.karpenter.sh",))
    assert [one.reason for one in node_managers.not_checkable(view)] == ["nodeclaims.karpenter.sh: list denied"]


def on(version: str, *raws: Raw, denied: tuple[str, ...] = ()) -> View:
    return msgspec.structs.replace(view_of(*raws, denied=denied), cluster=Cluster(version=version))


def proxy(tag: str) -> Raw:
    container = {"name": "kube-proxy", "image": f"registry.k8s.io/kube-proxy:{tag}"}
    return {
        "kind": "DaemonSet",
        "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }


@pytest.mark.parametrize(
    ("server", "raw", "severity"),
    [
        ("v1.34.2", node("a", "v1.35.0"), Severity.HIGH),
        ("v1.37.2", node("a", "v1.33.9"), Severity.MEDIUM),
        ("v1.27.2", node("a", "v1.24.9"), Severity.MEDIUM),
        ("v1.34.2-eks-abc", node("a", "v1.35.0-eks-def"), Severity.HIGH),
        ("v1.34.2", proxy("v1.35.0"), Severity.HIGH),
    ],
)
def test_versions_that_may_not_run_together(server: str, raw: Raw, severity: Severity) -> None:
    (one,) = skew.version_skew(on(server, raw))
    assert one.severity is severity


@pytest.mark.parametrize(
    ("server", "raw"),
    [
        ("v1.37.2", node("a", "v1.34.0")),
        ("v1.37.2", node("a", "v1.37.9")),
        ("v1.37.2", node("a", "")),
        ("", node("a", "v1.20.0")),
        ("v1.37.2", proxy("v1.36.0")),
    ],
)
def test_versions_that_may(server: str, raw: Raw) -> None:
    assert list(skew.version_skew(on(server, raw))) == []


def test_versions_that_nobody_knows() -> None:
    assert [one.reason for one in skew.not_checkable(on(""))] == ["the API server's version is not known"]
    assert [one.reason for one in skew.not_checkable(on("v1.37.2", denied=("nodes",)))] == ["nodes: list denied"]
