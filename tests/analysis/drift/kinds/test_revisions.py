"""Half a rollout that has stopped; and everything that has two revisions by design."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.kinds.revisions import mixed_revisions, not_checkable
from k8sview.model.drift import Drift
from k8sview.model.status import Severity
from tests.analysis.clusters import view_of
from tests.analysis.drift.kinds.replicas_objects import pod_of
from tests.analysis.drift.shapes import Raw, controller_revision, deployment, replica_set, workload


def found(*raws: Raw) -> list[Drift]:
    return list(mixed_revisions(view_of(*raws)))


OLD, NEW = replica_set(1, "9d"), replica_set(2, "2h")


def old_web(name: str = "old", **more: Any) -> Raw:
    return pod_of(OLD, name, labels={"pod-template-hash": "web-1"}, **more)


def new_web(name: str = "new", *, ready: bool = False, age: str = "2h", node: str = "n7") -> Raw:
    return pod_of(NEW, name, ready=ready, age=age, node=node, labels={"pod-template-hash": "web-2"})


def test_a_deployment_stuck_halfway_names_the_pod_and_its_node() -> None:
    (one,) = found(deployment(replicas=2), OLD, NEW, old_web(), new_web())
    assert (one.before, one.after) == ("web-2", "web-1")
    assert one.path == "metadata.labels[pod-template-hash]"
    assert one.why_not_reverted == "pod new on node n7 is not ready"
    assert one.message == "1 pod is of an older revision (old); nothing has moved for 120m"


def stateful(**spec: Any) -> tuple[Raw, ...]:
    owner = workload("StatefulSet", "db", replicas=3, **spec)
    owner["status"] = {"updateRevision": "db-2", "currentRevision": "db-1"}
    stored = [controller_revision("db", number, age, image="x") for number, age in ((1, "9d"), (2, "2h"))]
    return owner, *stored


def ordinals(owner: Raw, *revisions: int, age: str = "2h") -> list[Raw]:
    return [
        pod_of(
            owner,
            f"db-{number}",
            age=age if revision == 2 else "9d",
            ready=revision == 1,
            node=f"n{number}",
            labels={"controller-revision-hash": f"db-{revision}"},
        )
        for number, revision in enumerate(revisions)
    ]


def test_a_statefulset_names_the_ordinal_that_holds_it() -> None:
    objects = stateful()
    (one,) = found(*objects, *ordinals(objects[0], 1, 1, 2))
    assert one.why_not_reverted == "pod db-2 on node n2 is not ready"
    assert one.message.startswith("2 pods are of an older revision (db-0, db-1)")


def test_a_daemonset_that_does_not_reach_a_node() -> None:
    owner = workload("DaemonSet", "agent")
    stored = []
    for number, age in ((1, "9d"), (2, "3h")):
        raw = controller_revision("agent", number, age, image="x")
        raw["metadata"]["labels"] = {"controller-revision-hash": f"h{number}"}
        stored.append(raw)
    lost = pod_of(owner, "agent-a", ready=False, node="n9", age="9d", labels={"controller-revision-hash": "h1"})
    done = pod_of(owner, "agent-b", age="3h", labels={"controller-revision-hash": "h2"})
    (one,) = found(owner, *stored, lost, done)
    assert one.why_not_reverted == "pod agent-a on node n9 is not ready"


def test_pods_that_wait_for_somebody_to_delete_them() -> None:
    waits = {"updateStrategy": {"type": "OnDelete"}}
    objects = stateful(**waits)
    assert found(*objects, *ordinals(objects[0], 1, 2)) == []
    late = [raw if raw["kind"] != "ControllerRevision" else controller_revision("db", raw["revision"], "9d", image="x")
            for raw in objects]  # fmt: skip
    (one,) = found(*late, *ordinals(objects[0], 1, 2, age="3d"))
    assert one.severity is Severity.LOW


INNOCENT = [
    ("complete", [deployment(replicas=1), OLD, NEW, new_web(ready=True)]),
    ("under way", [deployment(replicas=2), OLD, NEW, old_web(), new_web(age="3m")]),
    ("paused", [deployment(replicas=2, paused=True), OLD, NEW, old_web(), new_web()]),
    ("the old one goes", [deployment(replicas=2), OLD, NEW, old_web(deletionTimestamp="2026-03-01T11:59:00Z")]),
]


@pytest.mark.parametrize("raws", [case[1] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_two_revisions_by_design(raws: list[Raw]) -> None:
    assert found(*raws) == []


def test_a_canary_by_partition() -> None:
    objects = stateful(updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}})
    assert found(*objects, *ordinals(objects[0], 1, 1, 2)) == []


def test_pods_of_what_this_program_does_not_roll_are_left_alone() -> None:
    rollout = [{"kind": "Rollout", "name": "web", "uid": "rollout", "controller": True}]
    sets = []
    for number in (1, 2):
        raw = replica_set(number, "9d")
        raw["metadata"]["ownerReferences"] = rollout
        sets.append(raw)
    assert found(*sets, old_web(), new_web()) == []


def test_what_may_not_be_read_is_said() -> None:
    view = view_of(deployment(), denied=("controllerrevisions.apps",))
    assert [one.reason for one in not_checkable(view)] == ["controllerrevisions.apps: list denied"]
