"""The control plane is what the other tests believe it to be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.controlplane import ApiError, ApiWriter, ControlPlane, binaries
from tests.controlplane.fill import fill
from tests.controlplane.fixtures import REQUIRED, planned

TEAM = "fixture-team"


def _rights(namespace: str, user: str) -> list[dict[str, Any]]:
    rbac = "rbac.authorization.k8s.io/v1"
    role: dict[str, Any] = {"apiVersion": rbac, "kind": "Role", "metadata": {"name": "reader", "namespace": namespace}}
    role["rules"] = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]
    binding: dict[str, Any] = {
        "apiVersion": rbac,
        "kind": "RoleBinding",
        "metadata": {"name": "reader", "namespace": namespace},
    }
    binding["roleRef"] = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"}
    binding["subjects"] = [{"kind": "User", "name": user}]
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}, role, binding]


async def test_it_is_the_version_it_was_built_from(controlplane: ControlPlane) -> None:
    async with controlplane.writer() as api:
        assert (await api.request("GET", "/version"))["gitVersion"] == binaries.VERSION


async def test_a_user_has_the_rights_of_its_role_and_no_more(controlplane: ControlPlane) -> None:
    async with controlplane.writer() as admin:
        await admin.apply(_rights(TEAM, "dev"))
    assert controlplane.user("dev", namespace=TEAM).read_text().count(f"namespace: {TEAM}") == 1
    async with controlplane.writer("dev") as api:
        assert await api.list("v1", "Pod", TEAM) == []
        with pytest.raises(ApiError, match="forbidden"):
            await api.list("v1", "Pod")
        with pytest.raises(ApiError, match="forbidden"):
            await api.apply([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": TEAM}}])


async def test_a_custom_resource_is_written_with_its_status(controlplane: ControlPlane) -> None:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "houses.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Cluster",
            "names": {"plural": "houses", "singular": "house", "kind": "House", "listKind": "HouseList"},
            "versions": [{**version, "subresources": {"status": {}}}],
        },
    }
    house = {"apiVersion": "example.com/v1", "kind": "House", "metadata": {"name": "one"}, "spec": {"floors": 3}}
    async with controlplane.writer() as api:
        await api.apply([definition, {**house, "status": {"phase": "Building"}}])
        await api.apply([{**house, "spec": {"doors": 1}, "status": {"phase": "Ready"}}])
        found = await api.get(house)
    assert found["spec"] == {"floors": 3, "doors": 1}
    assert found["status"] == {"phase": "Ready"}


async def test_kwok_runs_what_the_controllers_make_and_leaves_written_statuses_alone(
    controlplane: ControlPlane,
) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "fixture-node"}}
    capacity = {"cpu": "4", "memory": "8Gi", "pods": "50"}
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "example.com/web:1"}]}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "fixture-kwok"},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
    }
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "fixture-kwok"}}
    async with controlplane.writer() as api:
        await api.apply([namespace, {**node, "status": {"allocatable": capacity, "capacity": capacity}}, deployment])

        async def ready(count: int) -> bool:
            return bool((await api.get(deployment)).get("status", {}).get("readyReplicas", 0) == count)

        await api.until(lambda: ready(2))
        pod = (await api.list("v1", "Pod", "fixture-kwok"))[0]
        conditions = [
            {"type": "Ready", "status": "False"},
            {"type": "PodReadyToStartContainers", "status": "True"},
        ]
        await api.write_status(pod, {"phase": "Pending", "conditions": conditions})
        await api.until(lambda: ready(1))
        assert (await api.get(pod))["status"]["phase"] == "Pending"


async def test_the_server_dies_and_comes_back_on_its_port(fresh_controlplane: ControlPlane) -> None:
    server = fresh_controlplane.server
    fresh_controlplane.stop_apiserver()
    async with fresh_controlplane.writer() as api:
        with pytest.raises(aiohttp.ClientConnectionError):
            await api.request("GET", "/version")
        fresh_controlplane.start_apiserver()
        assert fresh_controlplane.server == server
        assert await api.list("v1", "Namespace")
    lines = fresh_controlplane.audit_log.read_text().splitlines()
    assert any(json.loads(line)["user"]["username"] == "admin" for line in lines)


async def test_the_filler_makes_ready_pods_of_realistic_size() -> None:
    with planned(controllers=False, kwok=False) as plane:
        async with plane.writer() as api:
            await fill(api, nodes=3, pods=30, namespaces=2, replicas=10)
            pods = await api.list("v1", "Pod")
            nodes = {each["metadata"]["name"] for each in await api.list("v1", "Node")}
    assert len(pods) == 30
    assert {pod["status"]["phase"] for pod in pods} == {"Running"}
    assert {pod["spec"]["nodeName"] for pod in pods} <= nodes
    assert 7_000 < len(json.dumps(pods)) / len(pods) < 12_000


def test_nothing_survives_a_killed_run() -> None:
    planned()
    script = (
        "import json, time\n"
        "from tests.controlplane import ControlPlane\n"
        "plane = ControlPlane(); plane.start()\n"
        "print(json.dumps([str(plane.folder), *plane.pids().values()]), flush=True)\n"
        "time.sleep(600)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=root) as run:
        assert run.stdout is not None
        folder, *pids = json.loads(run.stdout.readline())
        assert len(pids) == 5
        run.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while time.monotonic() < until and (any(_runs(pid) for pid in pids) or Path(folder).exists()):
        time.sleep(0.05)
    assert not [pid for pid in pids if _runs(pid)]
    assert not Path(folder).exists()


def test_where_it_is_not_built_a_run_that_requires_it_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("K8SVIEW_CONTROLPLANE", str(tmp_path))
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match='control plane not built: run "make controlplane"'):
        planned()
    monkeypatch.setenv(REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match="needs Go"):
        planned()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


async def test_the_past_can_be_made() -> None:
    old = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "old", "namespace": "default"},
        "data": {"a": "b"},
    }
    with planned(ageable=True, kwok=False) as plane:
        async with plane.writer() as api:
            await api.apply([old])
        before = datetime.now(UTC)
        plane.grow_older(timedelta(hours=5))
        async with plane.writer() as api:
            found = (await api.get(old))["metadata"]
            other = {**old, "metadata": {"name": "other", "namespace": "default"}}
            await api.writing_as("kubectl-edit").apply([other])
            plane.backdate("configmaps/default", timedelta(hours=7))
            await api.until(lambda: _is_old(api, other, before - timedelta(hours=6)))
            assert (await api.get(other))["metadata"]["managedFields"][0]["manager"] == "kubectl-edit"
    for text in (found["creationTimestamp"], found["managedFields"][0]["time"]):
        assert timedelta(hours=5) <= before - datetime.fromisoformat(text) < timedelta(hours=5, minutes=2)


async def _is_old(api: ApiWriter, target: dict[str, Any], than: datetime) -> bool:
    born = (await api.get(target))["metadata"]["creationTimestamp"]
    return datetime.fromisoformat(born) < than
