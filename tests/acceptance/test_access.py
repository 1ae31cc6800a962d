"""The role that ``k8sview access`` prints is enough, is needed rule by rule, and is only for reading."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.acceptance.running import binding, k8sview, requests_of, role_from_access
from tests.controlplane.plane import ControlPlane

pytestmark = pytest.mark.controlplane

READING = {"get", "list", "watch"}
REVIEWS = {"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"}


def assert_only_reading(requests: list[dict[str, Any]]) -> None:
    for request in requests:
        reviewed = request.get("objectRef", {}).get("resource")
        assert request["verb"] in READING or (request["verb"] == "create" and reviewed in REVIEWS), request


async def test_the_printed_cluster_role_is_enough(fresh_controlplane: ControlPlane) -> None:
    plane = fresh_controlplane
    user = plane.user("auditor")
    (role,) = await role_from_access(plane.kubeconfig)
    assert role["kind"] == "ClusterRole"
    async with plane.writer() as api:
        await api.apply([role, binding(role, "auditor")])
    ended = await k8sview(user, "check", "--json")
    assert ended.report["access"]["denied"] == []
    assert ended.report["summary"]["checks"]["unknown"] == 0, ended.stdout
    requests = requests_of(plane.audit_log, "auditor")
    assert requests
    assert [request for request in requests if request["responseStatus"]["code"] in (401, 403)] == []
    assert_only_reading(requests)


async def test_the_printed_role_is_enough_for_one_namespace(fresh_controlplane: ControlPlane) -> None:
    plane = fresh_controlplane
    user = plane.user("team")
    (role,) = await role_from_access(plane.kubeconfig, "-n", "default")
    assert (role["kind"], role["metadata"]["namespace"]) == ("Role", "default")
    async with plane.writer() as api:
        await api.apply([role, binding(role, "team")])
    ended = await k8sview(user, "check", "--json", "-n", "default")
    assert ended.report["access"]["denied"] == []
    assert ended.report["summary"]["checks"]["unknown"] == 0, ended.stdout
    requests = requests_of(plane.audit_log, "team")
    assert [request for request in requests if request["responseStatus"]["code"] in (401, 403)] == []
    assert_only_reading(requests)


async def test_without_one_of_its_rules_the_affected_checks_are_unknown(controlplane: ControlPlane) -> None:
    (role,) = await role_from_access(controlplane.kubeconfig, "--check", "foundation.nodes.*")
    async with controlplane.writer() as api:
        await api.apply([{**role, "metadata": {"name": "all-of-it"}}])
        for missing in ("nodes", "pods"):
            less = copy.deepcopy(role)
            less["metadata"] = {"name": f"without-{missing}"}
            for rule in less["rules"]:
                rule["resources"] = [one for one in rule["resources"] if one != missing]
            less["rules"] = [rule for rule in less["rules"] if rule["resources"]]
            user = f"sees-no-{missing}"
            await api.apply([less, binding(less, user)])
            ended = await k8sview(controlplane.user(user), "check", "--json", "--check", "foundation.nodes.*")
            denied, *more = [one for one in ended.report["access"]["denied"] if one["resource"] == missing]
            assert (denied["namespace"], more) == (None, [])
            statuses = ended.statuses()
            blind = {check["id"] for check in ended.report["checks"] if check["reason"] == "Forbidden"}
            assert blind <= set(denied["affects"])
            assert all(statuses[check] == "unknown" for check in blind)
            if missing == "nodes":
                assert statuses["foundation.nodes.ready"] == "unknown"
                assert ended.code == 3, ended.stdout


async def test_check_record_and_a_session_only_read(fresh_controlplane: ControlPlane, tmp_path: Any) -> None:
    plane = fresh_controlplane
    user = plane.user("watcher", groups=["system:masters"])
    checked = await k8sview(user, "check", "--json")
    assert checked.code in (0, 1), checked.stderr
    recorded = await k8sview(user, "record", str(tmp_path / "file.k8sview"), "--for", "2s")
    assert recorded.code == 0, recorded.stderr
    requests = requests_of(plane.audit_log, "watcher")
    assert {"list", "watch"} <= {request["verb"] for request in requests}
    assert_only_reading(requests)
    opened = await k8sview(user, "check", "--json", "--from", str(tmp_path / "file.k8sview"))
    of_bodies = {"building.drift.out-of-band", "building.drift.last-applied"}  # a recording keeps no field sets
    assert opened.statuses() == checked.statuses() | dict.fromkeys(of_bodies, "skip")
