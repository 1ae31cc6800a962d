"""One object's history: everything on one axis, newest first, faults marked, and what is not known said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from k8sview.analysis.drift.timeline import MOST_PODS, timeline, timeline_gaps
from k8sview.model.timeline import Moment, MomentKind
from tests.analysis.clusters import NOON, ago, view_of
from tests.analysis.drift.shapes import Raw, deployment, entry, event, replica_set, scaled

TEMPLATE = {"spec": {"containers": [{"name": "app"}], "volumes": [{"name": "c", "configMap": {"name": "web-config"}}]}}


def moments(resource: str, name: str, *raws: Raw, namespace: str | None = "shop", **view: Any) -> list[Moment]:
    whole = view_of(*raws, **view)
    return list(timeline(whole, resource, whole.get(resource, name, namespace)))


def told(found: list[Moment]) -> list[tuple[str, str, bool]]:
    return [(one.object.kind, one.sentence, one.bad) for one in found]


def condition(kind: str, status: str, age: str, reason: str = "", message: str = "") -> Raw:
    return {"type": kind, "status": status, "lastTransitionTime": ago(age), "reason": reason, "message": message}


def pod(name: str = "web-x", age: str = "40m", *, node: str = "", owner: str = "", **status: Any) -> Raw:
    metadata = {
        "name": name, "namespace": "shop", "uid": name, "creationTimestamp": ago(age), "labels": {"app": "web"},
        "managedFields": [entry("kube-controller-manager", age), entry("kubelet", "1m", "status")],
    }  # fmt: skip
    if owner:
        metadata["ownerReferences"] = [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": owner, "controller": True}
        ]
    return {"kind": "Pod", "metadata": metadata, "spec": {"nodeName": node}, "status": status}


CRASHING = [
    {
        "name": "app",
        "restartCount": 2,
        "state": {"running": {"startedAt": ago("3m")}},
        "lastState": {
            "terminated": {
                "exitCode": 137, "reason": "OOMKilled", "startedAt": ago("9m"), "finishedAt": ago("4m")
            }
        },
    }
]  # fmt: skip


def test_a_pod_with_its_containers_conditions_and_events() -> None:
    made = pod(containerStatuses=CRASHING, conditions=[
        condition("Ready", "False", "4m", "ContainersNotReady", "containers with\nunready status: [app]"),
        condition("PodScheduled", "True", "39m"),
    ])  # fmt: skip
    back_off = event(made, "BackOff", "Back-off restarting failed container", "2m", "kubelet")
    back_off.update(type="Warning", count=7, firstTimestamp=ago("20m"))
    found = moments("pods", "web-x", made, back_off)
    assert told(found) == [
        ("Pod", "BackOff: Back-off restarting failed container (7 times)", True),
        ("Pod", "container app started again (restart 2)", False),
        ("Pod", "Ready became False: ContainersNotReady: containers with unready status: [app]", True),
        ("Pod", "container app ended: OOMKilled, exit code 137", True),
        ("Pod", "container app started again (restart 1)", False),
        ("Pod", "BackOff: Back-off restarting failed container (the first time)", True),
        ("Pod", "PodScheduled became True", False),
        ("Pod", "was created", False),
    ]
    assert found[1].at == NOON - timedelta(minutes=3)
    assert [one.kind for one in found[:4]] == [
        MomentKind.EVENT, MomentKind.CONTAINER, MomentKind.CONDITION, MomentKind.CONTAINER
    ]  # fmt: skip


def test_what_a_pod_depends_on_is_told_with_it() -> None:
    web = deployment(entry("kubectl-set", "10m"), age="9d", template=TEMPLATE)
    sets = replica_set(1, "9d", app="a:1"), replica_set(2, "10m", app="a:2")
    for one in sets:
        one["metadata"]["ownerReferences"][0]["apiVersion"] = "apps/v1"
    config: Raw = {"kind": "ConfigMap", "metadata": {"name": "web-config", "namespace": "shop"}}
    config["metadata"]["managedFields"] = [entry("kubectl-edit", "6m")]
    node: Raw = {
        "kind": "Node",
        "metadata": {"name": "n1", "uid": "n1-uid", "creationTimestamp": ago("8m")},
        "status": {"conditions": [condition("Ready", "Unknown", "2m", "NodeStatusUnknown"),
                                  condition("MemoryPressure", "True", "2m")]},
    }  # fmt: skip
    refused = event(sets[1], "FailedCreate", "exceeded quota: few", "5m")
    refused["type"] = "Warning"
    found = moments("pods", "web-x", web, *sets, config, node, refused, pod(age="10m", node="n1", owner="web-2"))
    assert told(found) == [
        ("Node", "Ready became Unknown: NodeStatusUnknown", True),
        ("ReplicaSet", "FailedCreate: exceeded quota: few", True),
        ("ConfigMap", "was written by kubectl-edit", False),
        ("Node", "joined", False),
        ("Deployment", "got new pods (kubectl-set): container app: image a:1 → a:2", False),
        ("Pod", "was created", False),
    ]


def test_a_deployment_with_its_pods_and_its_scaling() -> None:
    web = deployment(entry("helm", "9d"), entry("kubectl-set", "10m"), entry("kubectl", None, "scale"), age="9d")
    sets = replica_set(1, "9d", app="a:1"), replica_set(2, "10m", app="a:2")
    steps = scaled(web, "web-2", 0, 1, "10m"), scaled(web, "web-1", 1, 0, "9m"), scaled(web, "web-2", 1, 3, "5m")
    crashing = pod(containerStatuses=CRASHING, owner="web-2")
    found = moments("deployments.apps", "web", web, *sets, *steps, crashing)
    assert told(found) == [
        ("Pod", "container app started again (restart 2)", False),
        ("Pod", "container app ended: OOMKilled, exit code 137", True),
        ("Deployment", "was scaled from 1 to 3 by kubectl", False),
        ("Deployment", "ScalingReplicaSet: Scaled down replica set web-1 from 1 to 0", False),
        ("Pod", "container app started again (restart 1)", False),
        ("Deployment", "ScalingReplicaSet: Scaled up replica set web-2 from 0 to 1", False),
        ("Deployment", "got new pods (kubectl-set): container app: image a:1 → a:2", False),
        ("Deployment", "was created by helm", False),
    ]


def test_a_node_and_the_kubelets_events_that_have_its_name_for_a_uid() -> None:
    taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": ago("5m")}
    metadata = {"name": "n1", "uid": "n1-uid", "creationTimestamp": ago("9d")}
    node: Raw = {"kind": "Node", "metadata": metadata, "spec": {"taints": [taint]}}
    node["status"] = {"conditions": [condition("DiskPressure", "True", "4m", "KubeletHasDiskPressure")]}
    rebooted = event(node, "Rebooted", "Node n1 has been rebooted", "3m", "kubelet", uid="n1")
    assert told(moments("nodes", "n1", node, rebooted, namespace=None)) == [
        ("Node", "Rebooted: Node n1 has been rebooted", False),
        ("Node", "DiskPressure became True: KubeletHasDiskPressure", True),
        ("Node", "was cordoned", False),
        ("Node", "was created", False),
    ]


def test_the_runs_of_a_cronjob() -> None:
    cron: Raw = {"kind": "CronJob", "metadata": {"name": "backup", "namespace": "shop", "uid": "backup"}}
    owner = [{"kind": "CronJob", "name": "backup", "uid": "backup", "controller": True}]
    metadata = {"name": "backup-1", "namespace": "shop", "uid": "b1", "creationTimestamp": ago("9m")}
    job: Raw = {"kind": "Job", "metadata": {**metadata, "ownerReferences": owner}}
    job["status"] = {"conditions": [condition("Failed", "True", "5m", "BackoffLimitExceeded")]}
    assert told(moments("cronjobs.batch", "backup", cron, job)) == [
        ("Job", "Failed became True: BackoffLimitExceeded", True),
        ("Job", "was created", False),
    ]


@pytest.mark.parametrize("conditions", [None, "none", [1], [{"type": 5}], {"type": "Ready"}])
def test_a_custom_resource_whatever_its_conditions_look_like(conditions: Any) -> None:
    metadata = {"name": "w", "namespace": "shop", "creationTimestamp": ago("9m")}
    widget: Raw = {"apiVersion": "example.org/v1", "kind": "Widget", "metadata": metadata}
    assert told(moments("widgets.example.org", "w", {**widget, "status": {"conditions": conditions}})) == [
        ("Widget", "was created", False)
    ]
    good = {**widget, "status": {"conditions": [condition("Stalled", "True", "1m")]}}
    assert told(moments("widgets.example.org", "w", good))[0] == ("Widget", "Stalled became True", True)


# What is not known


def gaps(resource: str, name: str, *raws: Raw, denied: tuple[str, ...] = ()) -> tuple[str, ...]:
    view = view_of(*raws, denied=denied)
    return timeline_gaps(view, resource, view.get(resource, name, "shop"))


LAST = "of each writer only the last write is known, and of a container only its last two runs"


def test_what_the_api_forgets() -> None:
    assert gaps("deployments.apps", "web", deployment(age="9d")) == ("events older than an hour are usually gone", LAST)
    assert gaps("deployments.apps", "web", deployment(age="9m")) == (LAST,)


def test_denied_pieces_are_named_with_the_reason() -> None:
    found = gaps("deployments.apps", "web", deployment(age="9d"), denied=("events", "replicasets.apps"))
    assert found == (
        "events could not be read (denied: list events is forbidden)",
        "replicasets.apps could not be read (denied: list replicasets.apps is forbidden)",
        LAST,
    )


def test_more_pods_than_are_told() -> None:
    pods = [pod(f"web-{number}") for number in range(MOST_PODS + 1)]
    found = gaps("deployments.apps", "web", deployment(age="9m"), *pods)
    assert found[-1] == f"only the youngest {MOST_PODS} of {MOST_PODS + 1} pods are told"
