"""Builds the demo cluster: everything that stands before the story begins."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from demo import events, nodes, objects, rights, webhooks
from tests.controlplane import ApiWriter, ControlPlane
from tests.controlplane.pki import Authority

Object = dict[str, Any]
_STORY = Path(__file__).with_name("story")
_TEAMS = {"shop": "shop", "payments": "payments", "reporting": "data", "search": ""}  # search forgot to say


def _rows(name: str) -> list[Object]:
    found: list[Object] = objects.dated(yaml.safe_load((_STORY / f"{name}.yaml").read_text()), datetime.now(UTC))
    return found


async def build(api: ApiWriter, plane: ControlPlane) -> None:
    """Returns when every workload is ready and the broken parts are broken."""
    definitions = [objects.definition(row) for row in _rows("definitions")]
    workloads = [each for row in _rows("workloads") for each in objects.dated(objects.workload(row), datetime.now(UTC))]
    custom = _rows("custom")
    plain = _rows("platform")
    groups = {each["spec"]["group"] for each in definitions} | {
        each["apiVersion"].rpartition("/")[0] for each in [*workloads, *plain]
    }
    more = ["discovery.k8s.io", "coordination.k8s.io", "apiextensions.k8s.io", "admissionregistration.k8s.io"]
    more += ["node.k8s.io", "scheduling.k8s.io", "rbac.authorization.k8s.io", "events.k8s.io", "resource.k8s.io"]
    more += ["certificates.k8s.io", "storagemigration.k8s.io", "flowcontrol.apiserver.k8s.io"]
    await api.apply([*definitions, *_namespaces([*workloads, *custom])])
    await api.apply([nodes.node(pool, name) for pool, name in nodes.names()])
    plane.start_kwok()  # only now: it would fill in what a node does not say of itself yet
    await api.apply([each for _, name in nodes.names() for each in nodes.companions(name)])
    await api.apply([*_claims(), *rights.viewer([*groups, *more])])
    await api.apply(workloads)
    await api.until(lambda: _all_ready(api), 60)
    await api.apply([*custom, *plain])
    await _endpoints(api)
    plane.stop_kwok()  # the new pods must never have been ready
    await _stuck_rollout(api)
    plane.start_kwok()
    await _crash_loop(api)
    await _warm(api, definitions)
    bundle = Authority(plane.folder / "webhooks", life=timedelta(days=365)).pair.certificate.read_bytes()
    await api.apply(webhooks.all_of(base64.b64encode(bundle).decode()))


async def _warm(api: ApiWriter, definitions: list[Object]) -> None:
    """Ask for every kind once: the server sets a kind's storage up at the first question and refuses for a second."""
    for each in definitions:
        spec = each["spec"]
        await api.list(f"{spec['group']}/{spec['versions'][0]['name']}", spec["names"]["kind"], resourceVersion="0")


def _namespaces(found: list[Object]) -> list[Object]:
    names = sorted({each["metadata"]["namespace"] for each in found if "namespace" in each["metadata"]})
    made: list[Object] = []
    for name in names:
        team = _TEAMS.get(name, "platform")
        labels = {"team": team} if team else {}
        if name in ("shop", "payments"):
            labels["pod-security.kubernetes.io/enforce"] = "baseline"
        made.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    return made


def _claims() -> list[Object]:
    """Volumes with their claims, bound to each other as after provisioning."""
    made: list[Object] = []
    for namespace, name in (("monitoring", "prometheus-main-db"), ("payments", "ledger-data")):
        volume = f"pvc-{namespace}-{name}"
        size = {"storage": "50Gi"}
        made.append(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": volume, "annotations": {"pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com"}},
                "spec": {
                    "capacity": size,
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "gp3",
                    "persistentVolumeReclaimPolicy": "Delete",
                    "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": f"vol-{name}"},
                    "claimRef": {"namespace": namespace, "name": name},
                },
            }
        )
        made.append(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "gp3",
                    "volumeName": volume,
                    "resources": {"requests": size},
                },
            }
        )
    return made


async def _all_ready(api: ApiWriter) -> bool:
    for kind, want, ready in (
        ("Deployment", "replicas", "readyReplicas"),
        ("StatefulSet", "replicas", "readyReplicas"),
        ("DaemonSet", "desiredNumberScheduled", "numberReady"),
    ):
        for each in await api.list("apps/v1", kind):
            status = each.get("status", {})
            wanted = len(nodes.names()) if kind == "DaemonSet" else each["spec"][want]
            if status.get(ready, 0) < wanted:
                return False
    return True


async def _endpoints(api: ApiWriter) -> None:
    """The network agent's view of each pod."""
    pods = [each for each in await api.list("v1", "Pod") if not each["spec"].get("hostNetwork")]
    await api.apply(
        [
            {
                "apiVersion": "cilium.io/v2",
                "kind": "CiliumEndpoint",
                "metadata": {"name": each["metadata"]["name"], "namespace": each["metadata"]["namespace"]},
                "status": {"id": number, "state": "ready"},
            }
            for number, each in enumerate(pods, 1000)
        ]
    )


async def _stuck_rollout(api: ApiWriter) -> None:
    """A new version of shop/checkout whose image nobody pushed: its rollout gets stuck behind its deadline."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "checkout", "namespace": "shop"}}
    image = "registry.demo.example.com/shop/checkout:2.4.0"
    deployment = await api.get(target)
    deployment["spec"]["template"]["spec"]["containers"][0]["image"] = image
    await api.patch(target, {"spec": {"template": deployment["spec"]["template"]}})

    async def new_pods() -> list[Object]:
        pods = await api.list("v1", "Pod", "shop")
        return [
            each for each in pods if each["spec"]["containers"][0]["image"] == image and each["spec"].get("nodeName")
        ]

    now = datetime.now(UTC)
    message = f'Back-off pulling image "{image}": ErrImagePull: not found'
    async with asyncio.timeout(40):
        while True:
            for pod in await new_pods():
                status = (
                    pod["status"]["containerStatuses"][0]["state"] if pod["status"].get("containerStatuses") else {}
                )
                if status.get("waiting", {}).get("reason") != "ImagePullBackOff":
                    await api.write_status(pod, events.waiting(pod, "ImagePullBackOff", message, now))
                    await api.apply([events.event(pod, "Failed", f'Failed to pull image "{image}": not found', now)])
            conditions = (await api.get(target))["status"]["conditions"]
            if any(each.get("reason") == "ProgressDeadlineExceeded" for each in conditions):
                return
            await asyncio.sleep(0.1)


async def _crash_loop(api: ApiWriter) -> None:
    """search/indexer dies at each start."""
    now = datetime.now(UTC)
    for pod in await api.list("v1", "Pod", "search", labelSelector="app=indexer"):
        message = "back-off 5m0s restarting failed container=indexer"
        await api.write_status(pod, events.waiting(pod, "CrashLoopBackOff", message, now, restarts=14))
        await api.apply([events.event(pod, "BackOff", "Back-off restarting failed container indexer", now, count=63)])
