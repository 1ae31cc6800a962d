"""Deliverers in namespaces that were not chosen: asked for by name, once, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from k8sview.analysis.drift.kinds.flux import KUSTOMIZATIONS
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Resource
from k8sview.session.drift import drift_once
from k8sview.session.drift_reporting import DriftScope
from k8sview.sources.live.whole import WholeSource
from tests.fakes.apiserver import FakeApiServer
from tests.session.test_drift_suspects import touched

Raw = dict[str, Any]
PATH = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps"
SERVED = Resource(
    group="kustomize.toolkit.fluxcd.io",
    version="v1",
    plural="kustomizations",
    kind="Kustomization",
    namespaced=True,
    verbs=("get", "list", "watch"),
)
APPS: Raw = {
    "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
    "kind": "Kustomization",
    "metadata": {"name": "apps", "namespace": "flux-system", "uid": "k"},
    "spec": {"interval": "10m"},
}


@pytest.mark.parametrize(
    ("spec", "status", "told"),
    [
        ({"interval": "10m"}, None, "reconciles the Kustomization flux-system/apps next, every 10m"),
        ({"suspend": True}, None, "the Kustomization flux-system/apps is suspended"),
        ({}, 404, "its Kustomization flux-system/apps does not exist"),
        ({}, 403, "could not be read"),
    ],
)
async def test_who_looks_at_one_namespace_learns_what_delivers_it(
    tmp_path: Path, spec: Raw, status: int | None, told: str
) -> None:
    assert SERVED.name == KUSTOMIZATIONS
    async with FakeApiServer() as server:
        server.serve("namespaces", [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}])
        server.serve(KINDS["configmaps"].resource, [touched("ConfigMap", 1), touched("ConfigMap", 2)])
        server.serve(SERVED, [{**APPS, "spec": spec}])
        if status is not None:
            server.fail(PATH, status)
        source = WholeSource(server.kubeconfig(tmp_path), request_timeout=2.0)
        report = await drift_once(source, ("shop",), scope=DriftScope(("shop",)))
        asked = [one.path for one in server.requests if "kustomizations/" in one.path]
    assert report.drifts
    assert all(told in one.why_not_reverted for one in report.drifts if one.actor is not None)
    assert asked == [PATH], "once, however many it delivers"
