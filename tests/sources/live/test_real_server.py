"""The live source against a real control plane: what no script can vouch for."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from k8sview.model.kinds import KINDS
from k8sview.model.tables import State
from k8sview.sources.contract import ConfigurationError, UnreachableError
from k8sview.sources.live import Limits
from tests.controlplane.fixtures import planned
from tests.controlplane.plane import ControlPlane
from tests.sources.live.harness import Reader

pytestmark = pytest.mark.controlplane

PODS = KINDS["pods"].resource
NAMESPACES = KINDS["namespaces"].resource
CONFIGMAPS = KINDS["configmaps"].resource


def reader_of(path: Path, tmp_path: Path, **options: Any) -> Reader:
    return Reader(None, tmp_path, kubeconfig=path, patience=20.0, limits=Limits(page_size=2), timeout=5.0, **options)


def namespace(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def configmap(name: str, where: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": where}, "data": {"a": "b"}}


def rights(where: str, user: str) -> list[dict[str, Any]]:
    """May read pods and ConfigMaps of one namespace, nothing else."""
    rbac = "rbac.authorization.k8s.io"
    rules = [{"apiGroups": [""], "resources": ["pods", "configmaps"], "verbs": ["get", "list", "watch"]}]
    role = {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": {"name": user, "namespace": where}, "rules": rules}
    binding = {
        "apiVersion": f"{rbac}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": user, "namespace": where},
        "roleRef": {"apiGroup": rbac, "kind": "Role", "name": user},
        "subjects": [{"kind": "User", "name": user}],
    }
    return [namespace(where), role, binding]


async def test_lists_in_pages_and_follows(controlplane: ControlPlane, tmp_path: Path) -> None:
    async with controlplane.writer() as api, reader_of(controlplane.kubeconfig, tmp_path) as reader:
        assert reader.connected is not None
        assert reader.connected.cluster.version.startswith("v1.")
        assert reader.connected.cluster.user == "admin"
        assert reader.connected.missing_groups == ()
        # The Gateway API comes with its own CRDs; everything else known beforehand is Kubernetes' own.
        own = {name for name in KINDS if not name.endswith(".gateway.networking.k8s.io")}
        assert own - {one.name for one in reader.connected.resources} == set()
        await api.apply([namespace("live-follows")])
        reader.read(CONFIGMAPS, "live-follows")
        await reader.until_state(State.SYNCED)
        await api.apply([configmap("late", "live-follows")])
        await reader.until(lambda: "late" in reader.names())
        await api.delete(configmap("late", "live-follows"))
        await reader.until(lambda: "late" not in reader.names())


async def test_one_namespace_is_all_a_user_may_read(controlplane: ControlPlane, tmp_path: Path) -> None:
    async with controlplane.writer() as api:
        await api.apply(rights("live-team", "live-dev"))
    path = controlplane.user("live-dev", namespace="live-team")
    async with reader_of(path, tmp_path) as reader:
        assert await reader.source.usable_namespaces() == ("live-team",)
        assert (await reader.source.may("list", PODS, None)).allowed is False
        assert (await reader.source.may("list", PODS, "live-team")).allowed is True
        reader.read(PODS)
        denied = await reader.until_state(State.DENIED)
        assert denied.reason == "list pods is forbidden for user live-dev"
        reader.read(PODS, "live-team", watch=False)
        await reader.until_state(State.SYNCED)


async def test_no_rights_at_all(controlplane: ControlPlane, tmp_path: Path) -> None:
    async with reader_of(controlplane.user("live-nobody"), tmp_path) as reader:
        assert await reader.source.usable_namespaces() == ()
        reader.read(NAMESPACES, watch=False)
        await reader.until_state(State.DENIED)


async def test_a_resource_that_appears_later(controlplane: ControlPlane, tmp_path: Path) -> None:
    names = {"plural": "lates", "singular": "late", "kind": "Late", "listKind": "LateList", "shortNames": ["lt"]}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "lates.live.example.com"},
        "spec": {
            "group": "live.example.com",
            "scope": "Cluster",
            "names": names,
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }
    one = {"apiVersion": "live.example.com/v1", "kind": "Late", "metadata": {"name": "one"}, "spec": {"x": 1}}
    async with controlplane.writer() as api, reader_of(controlplane.kubeconfig, tmp_path) as reader:
        await api.apply([definition, one])
        for _ in range(40):
            await reader.source.rediscover()
            found = {each.name: each for each in reader.served()}
            if "lates.live.example.com" in found:
                break
            await asyncio.sleep(0.1)
        reader.read(found["lates.live.example.com"])
        await reader.until(lambda: "one" in reader.names())


def changed(controlplane: ControlPlane, tmp_path: Path, **cluster: Any) -> Path:
    """The admin's kubeconfig with other cluster fields; None takes one away."""
    config = yaml.safe_load(controlplane.kubeconfig.read_text())
    merged = config["clusters"][0]["cluster"] | {name.replace("_", "-"): value for name, value in cluster.items()}
    config["clusters"][0]["cluster"] = {name: value for name, value in merged.items() if value is not None}
    path = tmp_path / "changed.kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ({"certificate_authority": None}, "certificate cannot be verified"),
        ({"tls_server_name": "elsewhere.example.com"}, "certificate is for another name"),
        ({"proxy_url": "http://127.0.0.1:1"}, "the proxy does not answer"),
    ],
)
async def test_tls_and_proxies_that_fail_say_why(
    controlplane: ControlPlane, tmp_path: Path, cluster: dict[str, Any], said: str
) -> None:
    with pytest.raises(UnreachableError, match=said):
        async with reader_of(changed(controlplane, tmp_path, **cluster), tmp_path):
            pass


async def test_tls_as_the_kubeconfig_wants_it(controlplane: ControlPlane, tmp_path: Path) -> None:
    inline = authority(controlplane)
    for cluster in (
        {"certificate_authority": None, "insecure_skip_tls_verify": True},
        {"tls_server_name": "kubernetes.default.svc"},
        {"certificate_authority": None, "certificate_authority_data": inline},
    ):
        async with reader_of(changed(controlplane, tmp_path, **cluster), tmp_path) as reader:
            assert reader.connected is not None


def authority(controlplane: ControlPlane) -> str:
    """Its CA as inline data."""
    cluster = yaml.safe_load(controlplane.kubeconfig.read_text())["clusters"][0]["cluster"]
    return base64.b64encode(Path(cluster["certificate-authority"]).read_bytes()).decode()


async def test_a_certificate_that_is_no_certificate(controlplane: ControlPlane, tmp_path: Path) -> None:
    rubbish = base64.b64encode(b"rubbish").decode()
    path = changed(controlplane, tmp_path, certificate_authority=None, certificate_authority_data=rubbish)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        async with reader_of(path, tmp_path):
            pass


@pytest.fixture
def lonely() -> Iterator[ControlPlane]:
    """An API server without controllers, which do not survive its death; with an audit log."""
    with planned(audit=True, controllers=False, kwok=False) as plane:
        yield plane


async def test_the_server_dies_and_returns_and_only_ever_saw_reading(lonely: ControlPlane, tmp_path: Path) -> None:
    plane = lonely
    async with reader_of(plane.user("watcher", ["system:masters"]), tmp_path) as reader:
        reader.read(NAMESPACES)
        reader.read(PODS)
        await reader.until(lambda: reader.source.usage().watches == 2)
        before = reader.names()
        await asyncio.to_thread(plane.stop_apiserver)
        await reader.until(lambda: "lost" in reader.links())
        await reader.until_state(State.STALE)
        assert reader.names() == before
        await asyncio.to_thread(plane.start_apiserver)
        async with plane.writer() as api:
            await api.apply([namespace("born-meanwhile")])
        await reader.until(lambda: "born-meanwhile" in reader.names())
        await reader.until_state(State.SYNCED)
        assert reader.links()[-1] == "live"
        await reader.source.usable_namespaces()
        await reader.source.get(NAMESPACES, None, "default")
    ours = [event for event in map(json.loads, plane.audit_log.read_text().splitlines()) if _by(event, "watcher")]
    assert {event["verb"] for event in ours} <= {"get", "list", "watch", "create"}
    created = {event["objectRef"]["resource"] for event in ours if event["verb"] == "create"}
    assert created <= {"selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews"}
    assert not [event for event in ours if event["responseStatus"]["code"] == 403 and event["verb"] == "create"]


def _by(event: dict[str, Any], user: str) -> bool:
    return bool(event["user"].get("username") == user)
