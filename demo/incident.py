"""The incident as it stands when the recording begins: half an hour of things that went wrong, oldest first."""

from __future__ import annotations

import asyncio
from typing import Any

from demo import nodes, parts
from demo.hands import change, named, report
from demo.history import later, with_image
from demo.site import Site
from tests.scenarios.kubelet import Happened

Object = dict[str, Any]

CHECKOUT = "registry.demo.example.com/shop/checkout:2.4.0"
_APISERVICES = ("v1beta1.metrics.k8s.io", "v1beta1.external.metrics.k8s.io")
_NO_AGENT = {"key": "node.cilium.io/agent-not-ready", "effect": "NoSchedule"}


async def update(site: Site) -> None:
    """apps-4 was updated in place and rebooted; its network agent does not come back, and pods that it ran fall."""
    minutes = site.moments.to_come.total_seconds() / 60 - 0.5
    await reboot(site, "apps-4", minutes)
    for pod in await site.pods_on("apps-4"):
        await fall(site, pod, minutes, restarts=11, tries=148)
    await lose_metrics(site)


async def edit(site: Site) -> None:
    """Somebody edits the indexer's settings by hand; somebody else wants more than the team's quota."""
    minutes = site.moments.to_come.total_seconds() / 60 - 0.5
    target = named("ConfigMap", "indexer-settings", "search", "v1")
    await change(site.api, target, {"data": {"settings.yaml": "batch:\n  size: 500 docs\n"}}, "kubectl-edit")
    await asyncio.sleep(1)
    for pod in await site.api.list("v1", "Pod", "search", labelSelector="app=indexer"):
        await site.kubelets.report(pod, parts.misled_indexer(minutes))
    await site.put(later(site, "edit"))
    await site.api.until(lambda: _says(site, named("Deployment", "refunds", "payments"), "ReplicaFailure", "True"), 40)


async def release(site: Site) -> None:
    """A version of shop/checkout whose image nobody pushed; a forecast that no node is large enough for."""
    target = named("Deployment", "checkout", "shop")
    await change(site.api, target, await with_image(site, target, CHECKOUT))
    await site.put(later(site, "release"))

    async def new_pods() -> bool:
        pods = await site.api.list("v1", "Pod", "shop")
        mine = [each for each in pods if each["spec"]["containers"][0]["image"] == CHECKOUT]
        return any(each["status"].get("containerStatuses") for each in mine)

    await site.api.until(new_pods, 40)


async def deadline(site: Site) -> None:
    """The rollout's ten minutes are over."""
    target = named("Deployment", "checkout", "shop")
    await site.api.until(lambda: _says(site, target, "Progressing", "False"), 60)


async def reboot(site: Site, name: str, minutes: float) -> None:
    """A node comes back with another kernel and another image. Cilium's operator marks it: no agent is ready there."""
    target = named("Node", name, group="v1")
    node = await site.api.get(target)
    info = {**node["status"]["nodeInfo"], **nodes.UPDATED, "bootID": f"b7d2f1c0-{name}-second-boot"}
    await site.api.writing_as("kubelet").write_status(target, {"nodeInfo": info})
    await site.kubelets.beat({**node, "status": {}})
    text = f"Node {name} has been rebooted, boot id: {info['bootID']}"
    await site.kubelets.tell(node, Happened("Rebooted", text, ago=minutes, first=minutes, count=1))
    taints = (await site.api.get(target))["spec"].get("taints", [])
    await change(site.api, target, {"spec": {"taints": [*taints, _NO_AGENT]}}, "cilium-operator-aws")


async def fall(site: Site, pod: Object, minutes: float, *, restarts: int, tries: int) -> None:
    """What a pod of a rebooted node is like without the network's agent."""
    if pod["status"].get("phase") == parts.DONE:
        return
    if pod["metadata"]["labels"].get("k8s-app") == "cilium":
        await site.kubelets.report(pod, parts.failing_agent(minutes, restarts))
    elif pod["spec"].get("hostNetwork"):
        await site.kubelets.report(pod, parts.rebooted(pod, minutes))
    else:
        await site.kubelets.report(pod, parts.cut_off(pod, minutes, tries))


async def lose_metrics(site: Site) -> None:
    """Both metrics APIs answered until now; from now on nobody serves them, and autoscalers get no figures.

    Nothing listens behind a pod here, so the servers never saw them work: that they did is written, and the API
    server and the autoscaler's controller then find for themselves that they do not any more.
    """
    works = {"type": "Available", "status": "True", "reason": "Passed", "message": "all checks passed"}
    for name in _APISERVICES:
        target = named("APIService", name, group="apiregistration.k8s.io/v1")
        await site.api.writing_as("kube-aggregator").write_status(
            target, {"conditions": [{**works, "lastTransitionTime": site.dated("@-9d")}]}
        )
        await site.api.until(lambda one=target: _says(site, one, "Available", "False", "MissingEndpoints"), 60)  # type: ignore[misc]
    for target in await site.api.list("autoscaling/v2", "HorizontalPodAutoscaler"):
        await report(site.api, target, _scaling(site, target))
        await site.api.until(lambda one=target: _says(site, one, "ScalingActive", "False"), 60)  # type: ignore[misc]


def _scaling(site: Site, autoscaler: Object) -> Object:
    """An autoscaler that works, as its controller says it."""
    count = autoscaler["status"].get("currentReplicas", 2)
    said = {
        "AbleToScale": ("True", "ReadyForNewScale", "recommended size matches current size"),
        "ScalingActive": ("True", "ValidMetricFound", "the HPA was able to successfully calculate a replica count"),
        "ScalingLimited": ("False", "DesiredWithinRange", "the desired count is within the acceptable range"),
    }
    return {
        "currentReplicas": count,
        "desiredReplicas": count,
        "lastScaleTime": site.dated("@-2d4h"),
        "conditions": [
            {
                "type": kind,
                "status": status,
                "reason": reason,
                "message": message,
                "lastTransitionTime": site.dated("@-9d"),
            }
            for kind, (status, reason, message) in said.items()
        ],
    }


async def _says(site: Site, target: Object, kind: str, status: str, reason: str = "") -> bool:
    conditions = (await site.api.get(target)).get("status", {}).get("conditions") or []
    found = [each for each in conditions if each["type"] == kind]
    return bool(found) and found[0]["status"] == status and (not reason or found[0]["reason"] == reason)
