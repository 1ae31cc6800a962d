"""``k8sview health`` and ``why`` on a real API server with fewer and fewer rights: never healthy, never "no cause"."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any

import jsonschema
import pytest

from k8sview.reports.schema import schema
from tests.acceptance.running import Ended, binding, k8sview, role_from_access
from tests.controlplane.plane import ControlPlane

pytestmark = pytest.mark.controlplane

NAMESPACE = "health-rights"
CORE = ("pods", "services", "configmaps", "secrets", "persistentvolumeclaims", "resourcequotas", "limitranges")
APPS = ("deployments", "replicasets", "statefulsets", "daemonsets")


def role(user: str, *without: str, events: bool = True) -> list[dict[str, Any]]:
    """A user who may read one namespace, some kinds left out."""
    api = "rbac.authorization.k8s.io/v1"
    kinds = [one for one in (*CORE, *APPS, *(("events",) if events else ())) if one not in without]
    rules = [{"apiGroups": ["", "apps"], "resources": kinds, "verbs": ["get", "list", "watch"]}]
    where = {"namespace": NAMESPACE, "name": user}
    made = {"apiVersion": api, "kind": "Role", "metadata": where, "rules": rules}
    return [made, binding(made, user)]


def refused() -> list[dict[str, Any]]:
    """A Deployment whose pods a quota refuses: the cause stands in an event of its ReplicaSet."""
    hard = {"pods": "0"}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": hard}}
    labels = {"app": "web"}
    container = {"name": "app", "image": "images.example.com/web:1"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {**quota, "metadata": {"namespace": NAMESPACE, "name": "none"}},
        {**deployment, "metadata": {"namespace": NAMESPACE, "name": "web"}},
    ]


@pytest.fixture
async def cluster(controlplane: ControlPlane) -> ControlPlane:
    async with controlplane.writer() as api:
        await api.apply(refused()[:2])
        await asyncio.sleep(1)  # the quota's controller has to count once
        await api.apply(refused())
        for _ in range(100):
            path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/web"
            found = await api.request("GET", path)
            if any(one["type"] == "ReplicaFailure" for one in found.get("status", {}).get("conditions", ())):
                return controlplane
            await asyncio.sleep(0.2)
    raise AssertionError("the quota refused nothing")


def valid(ended: Ended, command: str) -> dict[str, Any]:
    document = ended.report
    jsonschema.Draft202012Validator(schema(command)).validate(document)
    return document


async def why(cluster: ControlPlane, user: str, *without: str, events: bool = True) -> dict[str, Any]:
    async with cluster.writer() as api:
        await api.apply(role(user, *without, events=events))
    ended = await k8sview(cluster.user(user, namespace=NAMESPACE), "why", "deploy/web", "-n", NAMESPACE, "-o", "json")
    assert ended.code == 1, ended.stderr
    return valid(ended, "why")


async def test_with_every_right_the_quota_is_to_blame(cluster: ControlPlane) -> None:
    ended = await k8sview(cluster.kubeconfig, "health", "-n", NAMESPACE, "-o", "json")
    assert ended.code == 1
    report = valid(ended, "health")
    (cause,) = [one for one in report["rootCauses"] if one["diagnosis"] == "creation.quota-exceeded"]
    assert (cause["object"]["kind"], cause["object"]["name"]) == ("ResourceQuota", "none")
    assert cause["confidence"] == "observed", "the API server said so in an event"
    assert {"kind": "Deployment", "name": "web"}.items() <= cause["objects"][0].items()
    assert not [one for one in report["objects"] if one["object"]["namespace"] != NAMESPACE]


async def test_without_events_the_cause_is_less_sure_and_says_so(cluster: ControlPlane) -> None:
    answer = await why(cluster, "no-events", events=False)
    assert answer["rootCause"]["diagnosis"] == "creation.quota-exceeded"
    assert answer["rootCause"]["confidence"] == "inferred"
    assert any(one.startswith("events") for one in answer["object"]["missing"]), answer["object"]


async def test_without_replica_sets_it_is_still_no_healthy_deployment(cluster: ControlPlane) -> None:
    answer = await why(cluster, "no-sets", "replicasets")
    assert answer["object"]["verdict"] in ("Down", "Degraded")
    assert answer["rootCause"] is not None
    assert {"resource": "replicasets", "verb": "list"}.items() <= _denied(answer, "replicasets").items()


async def test_without_any_right_nothing_is_well(cluster: ControlPlane) -> None:
    ended = await k8sview(cluster.user("health-nobody"), "health", "-o", "json")
    assert ended.code == 3, ended.stderr
    report = valid(ended, "health")
    assert sum(report["summary"]["verdicts"].values()) == 0
    assert {one["resource"] for one in report["unseen"]} >= {"pods", "nodes", "deployments.apps"}
    text = await k8sview(cluster.user("health-nobody"), "health")
    assert "✓" not in text.stdout
    assert "no fault in what could be seen" in text.stdout


async def test_an_object_that_may_not_be_read_is_not_said_to_be_absent(cluster: ControlPlane) -> None:
    ended = await k8sview(cluster.user("health-nobody"), "why", "deploy/web", "-n", NAMESPACE)
    assert ended.code == 4
    assert "cannot tell whether web exists" in ended.stderr


async def test_the_role_that_is_printed_leaves_nothing_denied(cluster: ControlPlane) -> None:
    (printed,) = await role_from_access(cluster.kubeconfig, "--health", "--name", "health-whole")
    async with cluster.writer() as api:
        await api.apply([printed, binding(printed, "health-whole")])
    ended = await k8sview(cluster.user("health-whole"), "health", "-o", "json")
    assert valid(ended, "health")["access"]["denied"] == []


async def test_watching_writes_again_when_something_has_changed(cluster: ControlPlane) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "k8sview", "health", "-n", NAMESPACE, "--watch", "-o", "json"),
        env={**os.environ, "KUBECONFIG": str(cluster.kubeconfig)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    assert process.stdout is not None
    try:
        first = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        assert first["rootCauses"]
        async with cluster.writer() as api:
            await api.request("DELETE", f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/web")
        async with asyncio.timeout(60):
            while True:
                again = json.loads(await process.stdout.readline())
                if not any(one["object"]["name"] == "web" for one in again["objects"]):
                    break
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 130


def _denied(report: dict[str, Any], resource: str) -> dict[str, Any]:
    return next((one for one in report["access"]["denied"] if one["resource"] == resource), {})
