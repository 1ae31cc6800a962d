"""One look for drift on a living API server, written to by somebody else under many names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from k8sview.model.drift import ActorClass, DriftKind
from k8sview.model.drift_report import DriftEntry
from k8sview.reports.documents import render
from k8sview.session.drift import drift_once
from k8sview.sources.live.whole import WholeSource
from tests.controlplane import ControlPlane
from tests.controlplane.writer import ApiWriter

pytestmark = pytest.mark.controlplane

SPACE = "fixture-drift-look"
IMAGE = "spec.template.spec.containers[name=app].image"
Raw = dict[str, Any]
_MERGE = {"Content-Type": "application/merge-patch+json"}
_APPLY = {"Content-Type": "application/apply-patch+yaml"}


def workload(name: str) -> Raw:
    container = {"name": "app", "image": "registry.example/x:1", "resources": {"requests": {"cpu": "1000m"}}}
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": SPACE},
        "spec": spec,
    }


async def delivered(api: ApiWriter, one: Raw) -> None:
    """As Flux applies: server-side, under its own name."""
    path = f"/apis/apps/v1/namespaces/{SPACE}/deployments/{one['metadata']['name']}"
    await api.request("PATCH", path, one, _APPLY, fieldManager="kustomize-controller", force="true")


def edited(image: str) -> Raw:
    return {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": image}]}}}}


async def test_each_hand_is_found_once_and_nobody_else_is_accused(controlplane: ControlPlane) -> None:
    names = ("edited", "scaled", "labelled", "left-alone", "autoscaled", "reported", "applied")
    async with controlplane.writer() as api:
        await api.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}])
        for name in names[:-1]:
            await delivered(api, workload(name))
        await _by_hand(api)
        # Lookalikes: a status, what an autoscaler scales, and the same again from where it is delivered.
        root = f"/apis/apps/v1/namespaces/{SPACE}/deployments"
        status = {"status": {"observedGeneration": 1}}
        await api.request("PATCH", f"{root}/reported/status", status, _MERGE, fieldManager="kube-controller-manager")
        scale = {"spec": {"replicas": 3}}
        await api.request("PATCH", f"{root}/autoscaled/scale", scale, _MERGE, fieldManager="horizontal-pod-autoscaler")
        await delivered(api, workload("left-alone"))

    source = WholeSource(str(controlplane.kubeconfig))
    report = await drift_once(source, (SPACE,))
    by_name: dict[str, list[DriftEntry]] = {}
    for one in report.drifts:
        by_name.setdefault(one.object.name, []).append(one)
    for lookalike in ("left-alone", "reported"):
        assert lookalike not in by_name, by_name.get(lookalike)
    assert not [one for one in by_name.get("autoscaled", []) if one.actor and one.actor.actor_class is ActorClass.HUMAN]

    (image,) = [one for one in by_name["edited"] if one.path == IMAGE]
    assert image.actor is not None
    assert (image.actor.manager, image.actor.actor_class) == ("kubectl-edit", ActorClass.HUMAN)
    assert image.drift is DriftKind.OUT_OF_BAND
    assert image.after == "registry.example/x:2"
    assert image.time.at is not None
    assert image.time.basis in ("managedFields", "revision"), "a revision, once the controller has made the first"
    (label,) = [one for one in by_name["labelled"] if one.path == "metadata.labels.by-hand"]
    assert label.actor is not None
    assert label.actor.manager == "kubectl-label"
    (replicas,) = [one for one in by_name["scaled"] if one.path == "spec.replicas"]
    assert replicas.after == "4"
    (stated,) = [one for one in by_name["applied"] if one.path == IMAGE]
    assert (stated.before, stated.after) == ("registry.example/x:1", "registry.example/x:3")
    assert report.fetched >= len(by_name)
    assert len({(one.object, one.path, one.drift) for one in report.drifts}) == len(report.drifts)


async def _by_hand(api: ApiWriter) -> None:
    root = f"/apis/apps/v1/namespaces/{SPACE}/deployments"
    strategic = {"Content-Type": "application/strategic-merge-patch+json"}
    image = edited("registry.example/x:2")
    await api.request("PATCH", f"{root}/edited", image, strategic, fieldManager="kubectl-edit")
    scale = {"spec": {"replicas": 4}}
    await api.request("PATCH", f"{root}/scaled/scale", scale, _MERGE, fieldManager="kubectl")
    label = {"metadata": {"labels": {"by-hand": "true"}}}
    await api.request("PATCH", f"{root}/labelled", label, strategic, fieldManager="kubectl-label")
    applied = workload("applied")
    text = json.dumps(applied)
    applied["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": text}
    await api.writing_as("kubectl-client-side-apply").apply([applied])
    image = edited("registry.example/x:3")
    await api.request("PATCH", f"{root}/applied", image, strategic, fieldManager="kubectl-edit")


async def test_no_secret_is_read_and_none_is_shown(controlplane: ControlPlane) -> None:
    space = f"{SPACE}-secrets"
    metadata = {"name": "login", "namespace": space, "labels": {"app.kubernetes.io/managed-by": "Helm"}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"password": "hunter2-hunter2"}}
    async with controlplane.writer() as api:
        await api.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}])
        await api.writing_as("helm").apply([secret])
        await api.request(
            "PATCH",
            f"/api/v1/namespaces/{space}/secrets/login",
            {"stringData": {"password": "hunter3-hunter3"}},
            _MERGE,
            fieldManager="kubectl-edit",
        )
    report = await drift_once(WholeSource(str(controlplane.kubeconfig)), (space,))
    text = render(report)
    assert "hunter" not in text
    assert "aHVudGVy" not in text, "nor in base64"
    (password,) = [one for one in report.drifts if one.drift is DriftKind.OUT_OF_BAND]
    assert (password.path, password.before, password.after, password.security) == ("data.password", None, None, True)
    assert password.actor is not None
    assert password.actor.manager == "kubectl-edit", "its field sets tell who, without its values"
