"""Who refers to an object: too many rather than too few, but only in the same namespace."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.checks.mentions import Mentions
from k8sview.analysis.checks.outcome import Context
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Layer
from tests.analysis.clusters import view_of

HELM = "helmreleases.helm.toolkit.fluxcd.io"


def mentions(*raws: dict[str, Any]) -> Mentions:
    status = ComponentStatus("test", "Test", Layer.BUILDING, Presence.INSTALLED)
    context = Context(view_of(*raws), status, {}, lambda resource, obj: Health(HealthVerdict.HEALTHY))
    return Mentions(context, (HELM, "ingresses.networking.k8s.io"))


def deployment(**spec: Any) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"template": {"spec": spec}},
    }


def release(namespace: str | None, **spec: Any) -> dict[str, Any]:
    metadata = {"name": "web"} | ({"namespace": namespace} if namespace else {})
    version = "helm.toolkit.fluxcd.io/v2"
    return {"apiVersion": version, "kind": "HelmRelease", "metadata": metadata, "spec": spec}


@pytest.mark.parametrize(
    "raw",
    [
        deployment(volumes=[{"name": "v", "configMap": {"name": "settings"}}]),
        deployment(volumes=[{"name": "v", "projected": {"sources": [{"configMap": {"name": "settings"}}]}}]),
        deployment(initContainers=[{"name": "a", "envFrom": [{"configMapRef": {"name": "settings"}}]}]),
        deployment(
            containers=[
                {
                    "name": "a",
                    "env": [{"name": "X", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "x"}}}],
                }
            ]
        ),
        deployment(containers=[{"name": "a", "args": ["--config-map=shop/settings"]}]),
        deployment(containers=[{"name": "a", "command": ["run", "settings"]}]),
        release("shop", valuesFrom=[{"kind": "ConfigMap", "name": "settings"}]),
        release(None, anything=[{"deep": {"inside": "settings"}}]),
        {
            "kind": "Ingress",
            "metadata": {"name": "web", "namespace": "shop", "annotations": {"example.com/errors": "shop/settings"}},
        },
        {
            "kind": "Pod",
            "metadata": {"name": "odd", "namespace": "shop", "uid": "odd"},
            "spec": {"volumes": [{"name": "v", "configMap": {"name": "settings"}}]},
        },
    ],
)
def test_who_refers(raw: dict[str, Any]) -> None:
    assert mentions(raw).has("configmaps", "shop", "settings")
    assert not mentions(raw).has("configmaps", "shop", "setting")


@pytest.mark.parametrize(
    "raw",
    [
        release("other", valuesFrom=[{"kind": "ConfigMap", "name": "settings"}]),
        deployment(volumes=[{"name": "settings", "emptyDir": {}}]),
        deployment(containers=[{"name": "settings", "image": "settings"}]),
    ],
)
def test_who_does_not(raw: dict[str, Any]) -> None:
    assert not mentions(raw).has("configmaps", "shop", "settings")


def test_accounts_refer_to_their_secrets() -> None:
    account = {
        "kind": "ServiceAccount",
        "metadata": {"name": "web", "namespace": "shop"},
        "imagePullSecrets": [{"name": "registry"}],
    }
    assert mentions(account).has("secrets", "shop", "registry")
    assert not mentions(account).has("secrets", "other", "registry")
