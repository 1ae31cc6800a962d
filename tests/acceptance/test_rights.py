"""What a run says when it may not see: never green, never empty, never a crash."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.running import k8sview
from tests.controlplane.plane import ControlPlane

pytestmark = pytest.mark.controlplane

NAMESPACE = "rights"


def read_one_namespace(user: str, *resources: str) -> list[dict[str, Any]]:
    """A namespace, and a user who may read some of its resources and nothing else anywhere."""
    rules = [
        {"apiGroups": ["", "apps", "batch", "policy"], "resources": list(resources), "verbs": ["get", "list", "watch"]}
    ]
    api = "rbac.authorization.k8s.io/v1"
    where = {"namespace": NAMESPACE, "name": user}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": api, "kind": "Role", "metadata": where, "rules": rules},
        {
            "apiVersion": api,
            "kind": "RoleBinding",
            "metadata": where,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": user},
            "subjects": [{"kind": "User", "name": user}],
        },
    ]


async def test_no_rights_at_all_is_incomplete_and_nothing_passes(controlplane: ControlPlane) -> None:
    ended = await k8sview(controlplane.user("nobody"), "check", "--json")
    assert ended.code == 3, ended.stderr
    report = ended.report
    assert report["summary"]["verdict"] == "incomplete"
    assert report["summary"]["checks"]["pass"] == 0
    assert {"resource": "pods", "verb": "list"}.items() <= _denied(report, "pods").items()
    for check in report["checks"]:
        assert check["status"] in ("unknown", "skip"), check
        assert check["message"], check


async def test_one_namespace_without_saying_so_is_seen_in_part(controlplane: ControlPlane) -> None:
    user = controlplane.user("reader", namespace=NAMESPACE)
    async with controlplane.writer() as api:
        await api.apply(read_one_namespace("reader", "pods", "deployments", "statefulsets", "daemonsets"))
    ended = await k8sview(user, "check", "--json")
    assert ended.code == 3, ended.stderr
    checks = {check["id"]: check for check in ended.report["checks"]}
    assert all(check["status"] != "pass" for check in checks.values())
    assert checks["building.workloads.available"]["reason"] == "PartialScope"
    assert checks["foundation.nodes.ready"]["reason"] == "Forbidden"


async def test_one_namespace_by_name_is_judged_whole(controlplane: ControlPlane) -> None:
    user = controlplane.user("reader", namespace=NAMESPACE)
    async with controlplane.writer() as api:
        await api.apply(read_one_namespace("reader", "pods", "deployments", "statefulsets", "daemonsets"))
    ended = await k8sview(user, "check", "--json", "-n", NAMESPACE, "--check", "building.workloads.*")
    statuses = ended.statuses()
    assert statuses["building.workloads.available"] == "pass", ended.stdout
    assert ended.report["run"]["selection"]["namespaces"] == [NAMESPACE]


async def test_cluster_wide_checks_are_skipped_in_one_namespace(controlplane: ControlPlane) -> None:
    ended = await k8sview(controlplane.kubeconfig, "check", "--json", "-n", "default", "--check", "foundation.nodes.*")
    assert set(ended.statuses().values()) == {"skip"}
    assert ended.report["summary"]["verdict"] == "incomplete"


async def test_an_unknown_context_is_a_usage_error(controlplane: ControlPlane) -> None:
    ended = await k8sview(controlplane.kubeconfig, "check", "--context", "tset")
    assert ended.code == 2
    assert "tset" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


async def test_refused_credentials_are_four(controlplane: ControlPlane, tmp_path: Any) -> None:
    text = controlplane.kubeconfig.read_text(encoding="utf-8").splitlines()
    stranger = [line for line in text if "client-certificate" not in line and "client-key" not in line]
    kubeconfig = tmp_path / "stranger.kubeconfig"
    kubeconfig.write_text("\n".join(stranger).replace("user:\n", "user:\n    token: wrong\n"), encoding="utf-8")
    ended = await k8sview(kubeconfig, "check")
    assert ended.code == 4, ended.stdout
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


async def test_a_dead_server_is_four(tmp_path: Any) -> None:
    kubeconfig = tmp_path / "dead.kubeconfig"
    kubeconfig.write_text(
        "{apiVersion: v1, kind: Config, current-context: dead,"
        " clusters: [{name: dead, cluster: {server: 'https://127.0.0.1:9'}}],"
        " users: [{name: dead, user: {}}], contexts: [{name: dead, context: {cluster: dead, user: dead}}]}",
        encoding="utf-8",
    )
    ended = await k8sview(kubeconfig, "check", "--request-timeout", "2s")
    assert ended.code == 4
    assert "127.0.0.1:9" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def _denied(report: dict[str, Any], resource: str) -> dict[str, Any]:
    return next(one for one in report["access"]["denied"] if one["resource"] == resource)
