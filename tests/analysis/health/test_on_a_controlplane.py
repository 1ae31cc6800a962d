"""Health of what real controllers and a real scheduler write: no status here is invented, but the pull that fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from k8sview.analysis.health.verdict import health_of
from k8sview.model import events
from k8sview.model.health import Health
from k8sview.model.kinds import KINDS
from k8sview.model.resources import key_of
from k8sview.model.view import View
from k8sview.store.store import Store
from tests.analysis.clusters import read
from tests.controlplane import ControlPlane
from tests.controlplane.load import node
from tests.controlplane.writer import ApiWriter

pytestmark = pytest.mark.controlplane

SPACE = "fixture-health"
Raw = dict[str, Any]


def workload(name: str, kind: str = "Deployment", replicas: int = 2, cpu: str = "10m", **spec: Any) -> Raw:
    container = {"name": "app", "image": "registry.example/x:1", "resources": {"requests": {"cpu": cpu}}}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}}
    chosen = {"selector": {"matchLabels": {"app": name}}, "template": template, **spec}
    if kind != "DaemonSet":
        chosen["replicas"] = replicas
    metadata = {"name": name, "namespace": SPACE}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": chosen}


def limit_of_pods(number: int) -> Raw:
    metadata = {"name": "few", "namespace": SPACE}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": {"pods": str(number)}}}


READ = {
    "Pod": "v1",
    "Node": "v1",
    "Event": "v1",
    "Deployment": "apps/v1",
    "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
}


async def seen(api: ApiWriter) -> View:
    """All that health reads, as the cluster has it now."""
    store = Store(lambda: datetime.now(UTC))
    store.apply(events.Connected(events.Cluster(), tuple(row.resource for row in KINDS.values())))
    for kind, version in READ.items():
        listed = await api.list(version, kind, None if kind == "Node" else SPACE)
        found = [read({name: value for name, value in raw.items() if name != "apiVersion"}) for raw in listed]
        name = next(row.resource.name for row in KINDS.values() if row.resource.kind == kind)
        objects = tuple(obj for _, obj in found)
        store.apply(events.Upserted(name, None, objects))
        store.apply(events.Synced(name, None, frozenset(key_of(obj) for obj in objects)))
    return store.view()


async def settled(api: ApiWriter, resource: str, name: str, wanted: Callable[[Health], bool]) -> Health:
    """The verdict once it is what is wanted; the last one is in the error where it never is."""
    last: list[Health] = []

    async def question() -> Health | None:
        view = await seen(api)
        obj = view.get(resource, name, SPACE)
        if obj is not None:
            last[:] = [health_of(view, resource, obj)]
        return last[0] if last and wanted(last[0]) else None

    asked: Callable[[], Awaitable[Health | None]] = question
    try:
        found = await api.until(asked, 20)
    except TimeoutError:
        pytest.fail(f"{resource} {name} stays {last}")
    assert isinstance(found, Health)
    return found


async def test_workloads_of_all_kinds(controlplane: ControlPlane) -> None:
    async with controlplane.writer() as api:
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}
        await api.apply([space, node(9000)])
        await api.apply(
            [
                workload("fine"),
                workload("paused", paused=True),
                workload("zero", replicas=0),
                workload("greedy", replicas=1, cpu="9000"),
                workload("broken", replicas=1),
                workload("ordered", "StatefulSet", serviceName="ordered"),
                workload("everywhere", "DaemonSet"),
            ]
        )
        fine = await settled(api, "deployments.apps", "fine", lambda health: health.verdict == "Healthy")
        assert (fine.rollout, fine.availability, fine.stability) == ("complete", "ok", "stable")
        await settled(api, "statefulsets.apps", "ordered", lambda health: health.verdict == "Healthy")
        await settled(api, "daemonsets.apps", "everywhere", lambda health: health.verdict == "Healthy")
        await settled(api, "deployments.apps", "paused", lambda health: health.rollout == "paused")
        await settled(api, "deployments.apps", "zero", lambda health: health.reason == "ScaledToZero")
        greedy = await settled(api, "deployments.apps", "greedy", lambda health: "Insufficient cpu" in health.message)
        assert greedy.verdict == "Progressing"  # within its deadline, and a node may come
        await broken_image(api)
        await refused_by_quota(api)


async def broken_image(api: ApiWriter) -> None:
    """No kubelet runs here: what it would write of a failing pull is written for it."""
    await settled(api, "deployments.apps", "broken", lambda health: health.verdict == "Healthy")
    (pod,) = [one for one in await api.list("v1", "Pod", SPACE) if one["metadata"]["labels"]["app"] == "broken"]
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}
    status = pod["status"]
    status["phase"] = "Pending"
    status["containerStatuses"] = [
        {**status["containerStatuses"][0], "ready": False, "started": False, "state": waiting}
    ]
    for condition in status["conditions"]:
        if condition["type"] in ("Ready", "ContainersReady"):
            condition["status"] = "False"
    status["conditions"].append({"type": "PodReadyToStartContainers", "status": "True"})
    await api.write_status(pod, status)
    down = await settled(api, "deployments.apps", "broken", lambda health: health.verdict == "Down")
    assert down.message == "0 of 1 replicas available: ImagePullBackOff in container app (registry.example/x:1)"


async def refused_by_quota(api: ApiWriter) -> None:
    await api.apply([limit_of_pods(1)])
    await api.apply([workload("refused", replicas=1)])
    refused = await settled(api, "deployments.apps", "refused", lambda health: health.verdict == "Down")
    assert "exceeded quota: few" in refused.message
    assert refused.availability == "down"
