"""While the recording runs: a node is updated in place, its network agent does not come back, pods fall."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from demo import events, nodes
from tests.controlplane import ApiWriter

Object = dict[str, Any]
_APISERVICES = ("v1beta1.metrics.k8s.io", "v1beta1.external.metrics.k8s.io")
_NO_AGENT = (
    'Failed to create pod sandbox: plugin type="cilium-cni" failed (add): unable to connect to Cilium agent: '
    "failed to create cilium agent client after 30 seconds timeout"
)


async def happen(api: ApiWriter) -> str:
    """Play it, and return the node's name when the last effect is visible."""
    host = await _host_of(api, "kube-system", "metrics-server")
    target = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": host}}
    node = await api.get(target)
    await asyncio.sleep(2)
    await api.write_status(target, {"nodeInfo": {**node["status"]["nodeInfo"], **nodes.UPDATED}})
    rebooted = f"Node {host} has been rebooted, boot id: {nodes.UPDATED['bootID']}"
    await api.apply([events.event(node, "Rebooted", rebooted, datetime.now(UTC))])
    await asyncio.sleep(2)
    pods = await api.list("v1", "Pod", fieldSelector=f"spec.nodeName={host}")
    for pod in sorted(pods, key=lambda each: each["metadata"]["name"]):
        await _fall(api, pod)
    await api.until(lambda: _felt(api), 60)
    return host


async def _fall(api: ApiWriter, pod: Object) -> None:
    now = datetime.now(UTC)
    if pod["metadata"]["labels"].get("k8s-app") == "cilium":
        message = "back-off 40s restarting failed container=cilium-agent"
        await api.write_status(pod, events.waiting(pod, "CrashLoopBackOff", message, now, restarts=4))
        text = "Back-off restarting failed container cilium-agent"
        await api.apply([events.event(pod, "BackOff", text, now, count=5)])
    elif not pod["spec"].get("hostNetwork"):
        await api.write_status(pod, events.waiting(pod, "ContainerCreating", "", now, sandbox=False))
        await api.apply([events.event(pod, "FailedCreatePodSandBox", _NO_AGENT, now, count=3)])


async def _host_of(api: ApiWriter, namespace: str, name: str) -> str:
    pods = await api.list("v1", "Pod", namespace, labelSelector=f"app.kubernetes.io/name={name}")
    host = pods[0]["spec"]["nodeName"]
    assert isinstance(host, str)
    return host


async def _felt(api: ApiWriter) -> bool:
    """Whether the API server has noticed that nobody serves the metrics any more."""
    for name in _APISERVICES:
        target = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": name}}
        conditions = (await api.get(target)).get("status", {}).get("conditions", [])
        if not any(each["type"] == "Available" and each["reason"] == "MissingEndpoints" for each in conditions):
            return False
    return True
