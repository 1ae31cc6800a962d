"""Checks of drift on a living API server, by somebody who has the printed role and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.catalog.loader import load_catalog
from k8sview.cli.exit_codes import ExitCode, Gate, exit_code
from k8sview.model.report import Finding, Report
from k8sview.model.status import Severity, Status
from k8sview.session.drift import drift_once
from k8sview.session.run import check_once
from k8sview.session.selection import Selection
from k8sview.sources.live.whole import WholeSource
from tests.acceptance.running import binding, requests_of, role_from_access
from tests.controlplane import ControlPlane
from tests.controlplane.writer import ApiWriter

pytestmark = pytest.mark.controlplane

SPACE = "fixture-drift-checked"
GLOB = "*.drift.*"
Raw = dict[str, Any]
_STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
_APPLY = {"Content-Type": "application/apply-patch+yaml"}


def named(kind: str, name: str, api_version: str = "v1", **body: Any) -> Raw:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": SPACE}, **body}


def workload(name: str) -> Raw:
    labels = {"app": name}
    pod = {"containers": [{"name": "app", "image": "registry.example/x:1"}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return named("Deployment", name, "apps/v1", spec=spec)


async def written(api: ApiWriter) -> None:
    """Two workloads from GitOps, one made privileged by hand; a ConfigMap made by hand; a Secret edited by hand."""
    await api.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}])
    root = f"/apis/apps/v1/namespaces/{SPACE}/deployments"
    for name in ("edited", "left-alone"):
        await api.request(
            "PATCH", f"{root}/{name}", workload(name), _APPLY, fieldManager="kustomize-controller", force="true"
        )
    privileged = {"containers": [{"name": "app", "securityContext": {"privileged": True}}]}
    body = {"spec": {"template": {"spec": privileged}}}
    await api.request("PATCH", f"{root}/edited", body, _STRATEGIC, fieldManager="kubectl-edit")
    await api.writing_as("kubectl-create").apply([named("ConfigMap", "notes", data={"a": "b"})])
    secret = named("Secret", "login", stringData={"password": "hunter2-hunter2"})
    secret["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
    await api.writing_as("helm").apply([secret])
    changed = {"stringData": {"password": "hunter3-hunter3"}}
    await api.request(
        "PATCH", f"/api/v1/namespaces/{SPACE}/secrets/login", changed, _STRATEGIC, fieldManager="kubectl-edit"
    )


async def checked(plane: ControlPlane, user: str, *options: str) -> Report:
    (role,) = await role_from_access(plane.kubeconfig, "--check", GLOB, *options)
    async with plane.writer() as api:
        await api.apply([role, binding(role, user)])
    source = WholeSource(str(plane.user(user)))
    return await check_once(source, load_catalog(), Selection(checks=(GLOB,)))


def own(report: Report) -> dict[str, list[Finding]]:
    """Findings in the test's namespace by the name of their object."""
    found: dict[str, list[Finding]] = {}
    for one in report.findings:
        if one.object is not None and one.object.namespace == SPACE:
            found.setdefault(one.object.name, []).append(one)
    return found


async def test_the_printed_role_finds_what_somebody_did_and_reads_no_secret(fresh_controlplane: ControlPlane) -> None:
    plane = fresh_controlplane
    async with plane.writer() as api:
        await written(api)
    report = await checked(plane, "night-watch")
    found = own(report)
    assert "left-alone" not in found
    (privileged,) = [one for one in found["edited"] if "privileged" in (one.path or "") + (one.observed or "")]
    assert (privileged.status, privileged.severity) == (Status.FAIL, Severity.HIGH)
    assert privileged.check_id == "building.drift.out-of-band"
    (notes,) = found["notes"]
    assert (notes.check_id, notes.status) == ("building.drift.unmanaged", Status.WARN)
    assert not notes.severity.at_least(Severity.MEDIUM)
    assert exit_code(report, Gate()) is ExitCode.FINDINGS
    assert report.access.denied == ()

    same = await drift_once(WholeSource(str(plane.kubeconfig)), labels_only=True)
    there = [one for one in same.drifts if one.object.namespace == SPACE]
    told = {one.fingerprint for one in there if one.object.kind != "Secret"}
    assert len(told) < len(there), "a check leaves Secrets aside"
    assert {one.fingerprint for several in found.values() for one in several} == told

    requests = requests_of(plane.audit_log, "night-watch")
    assert not [one for one in requests if one["responseStatus"]["code"] in (401, 403)]
    secrets = [one for one in requests if one.get("objectRef", {}).get("resource") == "secrets"]
    assert {one["verb"] for one in secrets} == {"list"}, "which asks for metadata alone"
