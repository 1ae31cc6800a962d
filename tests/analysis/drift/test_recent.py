"""What changed in the last while, newest first, each in one sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from k8sview.analysis.drift.recent import recent_changes, unread
from k8sview.model.view import Change
from tests.analysis.clusters import NOON, ago, view_of
from tests.analysis.drift.shapes import controller_revision, deployment, entry, replica_set, workload

HALF_AN_HOUR = timedelta(minutes=30)


def sentences(*raws: dict[str, Any], denied: tuple[str, ...] = ()) -> list[str]:
    return [change.sentence for change in recent_changes(view_of(*raws, denied=denied), HALF_AN_HOUR)]


def test_a_new_revision_names_the_images_that_moved() -> None:
    old = replica_set(1, "9d", app="shop/web:1", proxy="envoy:1")
    new = replica_set(2, "5m", app="shop/web:2", proxy="envoy:1")
    assert sentences(deployment(), old, new) == [
        "Deployment shop/web got new pods: container app: image shop/web:1 → shop/web:2"
    ]
    same = replica_set(2, "5m", app="shop/web:1", proxy="envoy:1")
    assert sentences(deployment(), old, same) == [
        "Deployment shop/web got new pods: only what is not read here differs, such as the value of a variable"
    ]
    added = replica_set(2, "5m", app="shop/web:1", proxy="envoy:1", agent="agent:3")
    assert sentences(deployment(), old, added) == [
        "Deployment shop/web got new pods: container agent added (agent:3)",
    ]


def test_first_and_only_revisions() -> None:
    assert sentences(deployment(), replica_set(1, "5m")) == ["Deployment shop/web was created"]
    only = "Deployment shop/web got new pods: revision 7, the one before is gone"
    assert sentences(deployment(), replica_set(7, "5m")) == [only]


def test_what_is_old_or_not_its_own_is_not_told() -> None:
    assert sentences(deployment(), replica_set(1, "2h")) == []
    assert sentences(replica_set(1, "5m")) == []


def test_a_rollback_is_not_dated_by_the_set_it_brought_back() -> None:
    """Nothing dates it here; what it left is dated, and still compared with what it replaced."""
    reused, left = replica_set(3, "9d", name="web-1", app="a:1"), replica_set(2, "5m", app="a:2")
    assert sentences(deployment(), reused, left) == [
        "Deployment shop/web got new pods: container app: image a:1 → a:2",
    ]


def test_revisions_of_other_workloads() -> None:
    made = workload("StatefulSet", "db")
    old, new = controller_revision("db", 1, "9d", image="pg:16"), controller_revision("db", 2, "5m", image="pg:17")
    assert sentences(made, old, new) == ["StatefulSet shop/db got new pods: container app: image pg:16 → pg:17"]


def test_nodes_that_joined_or_were_patched_newest_first() -> None:
    joined = {"kind": "Node", "metadata": {"name": "n9", "creationTimestamp": ago("10m")}}
    joined["status"] = {"nodeInfo": {"kubeletVersion": "v1.34.0"}}
    view = view_of(joined)
    path = "status.nodeInfo.kernelVersion"
    patched = Change(NOON - timedelta(minutes=2), "nodes", ("", "n1"), path, "6.6.1", "6.6.9")
    earlier = Change(NOON - timedelta(hours=2), "nodes", ("", "n2"), path, "6.6.1", "6.6.9")
    found = recent_changes(msgspec.structs.replace(view, changes=(earlier, patched)), HALF_AN_HOUR)
    assert [one.sentence for one in found] == [
        "Node n1 changed in place: kernel 6.6.1 → 6.6.9",
        "Node n9 joined with kubelet v1.34.0",
    ]


def test_edits_of_admission_and_many_crds_at_once() -> None:
    fields = [entry("helm", "2h"), entry("kubectl-edit", "3m")]
    hook = {"kind": "ValidatingWebhookConfiguration", "metadata": {"name": "gate", "managedFields": fields}}
    assert sentences(hook) == ["ValidatingWebhookConfiguration gate was written by kubectl-edit"]
    crds = [
        {
            "kind": "CustomResourceDefinition",
            "metadata": {"name": name, "creationTimestamp": ago("4m"), "managedFields": [entry("helm", "4m")]},
        }
        for name in ("a.x", "b.x", "c.x", "d.x")
    ]
    assert sentences(*crds) == ["4 CustomResourceDefinitions were created by helm"]
    assert len(sentences(*crds[:3])) == 3


def test_configmaps_are_too_many_to_be_told_here() -> None:
    assert sentences({"kind": "ConfigMap", "metadata": {"name": "x", "namespace": "shop"}}) == []


def test_an_answer_that_is_not_whole_says_so() -> None:
    assert unread(view_of()) == ()
    assert unread(view_of(denied=("replicasets.apps",))) == ("replicasets.apps",)
