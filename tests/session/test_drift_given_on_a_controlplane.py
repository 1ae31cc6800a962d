"""Manifests in hand against a real API server: what it drops, which keys a Secret lost, and where documents go."""

from __future__ import annotations

from k8sview.analysis.drift.comparing.yaml_text import parsed
from k8sview.model.drift import DriftKind
from k8sview.session.drift import drift_once
from k8sview.session.drift_reporting import DriftScope
from k8sview.sources.live.whole import WholeSource
from tests.controlplane import ControlPlane

SPACE = "drift-given"
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  unknownField: 1
  externalName: lost.example
  selector: {app: web}
  ports: [{port: 80}]
---
apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {user: somebody, password: never-shown}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: elsewhere, namespace: default}
"""


async def test_what_the_server_dropped_was_removed_by_nobody(controlplane: ControlPlane) -> None:
    service = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    metadata = {"namespace": SPACE}
    async with controlplane.writer() as api:
        await api.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}])
        await api.writing_as("kubectl").apply(
            [
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", **metadata}, "spec": service},
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {"name": "login", **metadata},
                    "stringData": {"user": "somebody"},
                },
            ]
        )
    scope = DriftScope((SPACE,), kinds=frozenset({DriftKind.MANIFEST}))
    source = WholeSource(str(controlplane.kubeconfig))
    report = await drift_once(source, (SPACE,), scope=scope, stated=parsed(SERVICE))
    assert {(one.object.name, one.path) for one in report.drifts} == {
        ("web", "spec.externalName"),
        ("login", "data.password"),
    }
    told = {one.reason: one.asked for one in report.not_checkable}
    assert len(told) == 3
    assert [asked for reason, asked in told.items() if "spec.unknownField is no field that this" in reason] == [False]
    assert [asked for reason, asked in told.items() if "ConfigMap default/elsewhere lies outside" in reason] == [True]
    assert [asked for reason, asked in told.items() if "values of Secrets are never read" in reason] == [True]
