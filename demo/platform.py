"""The platform before the story: what was installed months ago, and the nodes that joined nine days ago."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from demo import nodes, objects, rights
from demo.hands import change, named, report
from demo.site import Site

Object = dict[str, Any]
_TEAMS = {"shop": "shop", "payments": "payments", "reporting": "data", "search": ""}  # search forgot to say
_GROUPS = (
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storagemigration.k8s.io",
)
_SCALED = ("Deployment", "StatefulSet")
_LATE = ("HorizontalPodAutoscaler",)  # they would scale what is not placed yet
_FIRST = {
    "apps-4": {
        "kube-system/metrics-server": 1,
        "keda/keda-operator-metrics-apiserver": 1,
        "shop/web": 1,
        "shop/cart": 1,
        "search/query": 1,
        "reporting/invoice-worker": 1,
    },
    "apps-5": {"payments/api": 1, "shop/web": 2},
    "apps-3": {"payments/api": 2},
}
"""What must be on these nodes, for the story: they are filled first, while nothing else may be scheduled there."""

_REST = ("apps-1", "apps-2", "apps-3")


async def install(site: Site) -> None:
    """Kinds, namespaces, products and applications, without a node to run on."""
    definitions = [objects.definition(row) for row in site.rows("definitions")]
    workloads = [each for row in site.rows("workloads") for each in objects.workload(row)]
    custom, plain = site.rows("custom"), site.rows("platform")
    groups = {each["spec"]["group"] for each in definitions} | {
        each["apiVersion"].rpartition("/")[0] for each in [*workloads, *plain]
    }
    for each in workloads:
        if each["kind"] in _SCALED:
            each["spec"]["replicas"] = 0
    await site.put([*definitions, *_namespaces([*workloads, *custom])])
    await site.put([*_claims(), *rights.viewer([*groups, *_GROUPS])])
    await site.put([*workloads, *custom, *(each for each in plain if each["kind"] not in _LATE)])
    await _owned(site)


async def settle(site: Site) -> None:
    """The nodes join, and everything runs on them."""
    await site.put([nodes.node(pool, name) for pool, name in nodes.names()])
    await site.put([each for _, name in nodes.names() for each in nodes.companions(name)])
    await site.kubelets.meet()
    rows = {row["run"].split()[1]: row for row in site.rows("workloads")}
    wanted = {path: row.get("replicas", 1) for path, row in rows.items() if row["run"].split()[0] in _SCALED}
    kinds = {path: row["run"].split()[0] for path, row in rows.items()}

    async def scale(targets: dict[str, int]) -> None:
        pairs = [(named(kinds[path], *reversed(path.split("/"))), count) for path, count in targets.items()]
        await asyncio.gather(*(change(site.api, one, {"spec": {"replicas": count}}) for one, count in pairs))
        await site.api.until(lambda: _placed(site, pairs), 60)

    for node, targets in _FIRST.items():
        await open_only(site, [node])
        await scale(targets)
    await open_only(site, _REST)
    await scale(wanted)
    await open_only(site, [name for _, name in nodes.names()])
    await site.api.until(lambda: all_ready(site), 90)
    await site.put([each for each in site.rows("platform") if each["kind"] in _LATE])
    await _schedules(site)
    await endpoints(site)
    await site.forget_events()


async def open_only(site: Site, chosen: Iterable[str]) -> None:
    """Cordon every other node of the pool ``apps``."""
    allowed = set(chosen)
    for pool, name in nodes.names():
        if pool == "apps":
            body = {"spec": {"unschedulable": None if name in allowed else True}}
            await change(site.api, named("Node", name, group="v1"), body, "kubectl-cordon")
    await asyncio.sleep(0.5)  # until the scheduler has seen it


async def all_ready(site: Site) -> bool:
    """Whether every workload has all its pods ready, at its newest revision."""
    for kind, want, ready, updated in (
        ("Deployment", "replicas", "readyReplicas", "updatedReplicas"),
        ("StatefulSet", "replicas", "readyReplicas", "updatedReplicas"),
        ("DaemonSet", "desiredNumberScheduled", "numberReady", "updatedNumberScheduled"),
    ):
        for each in await site.api.list("apps/v1", kind):
            status = each.get("status", {})
            wanted = len(nodes.names()) if kind == "DaemonSet" else each["spec"][want]
            if (status.get(ready, 0), status.get(updated, 0)) != (wanted, wanted):
                return False
            if status.get("replicas", wanted) != wanted:
                return False
    return True


async def endpoints(site: Site) -> None:
    """The network agent's view of each pod; those of pods that are gone go."""
    pods = [each for each in await site.api.list("v1", "Pod") if not each["spec"].get("hostNetwork")]
    names = {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in pods}
    for each in await site.api.list("cilium.io/v2", "CiliumEndpoint"):
        place = (each["metadata"]["namespace"], each["metadata"]["name"])
        if place in names:
            names.remove(place)
        else:
            await site.api.delete(each)
    await site.put(
        [
            {
                "apiVersion": "cilium.io/v2",
                "kind": "CiliumEndpoint",
                "metadata": {"name": name, "namespace": namespace},
                "status": {"id": number, "state": "ready"},
            }
            for number, (namespace, name) in enumerate(sorted(names), 1000)
        ]
    )


def due(end: datetime, hours: int, minute: int, back: int = 0) -> datetime:
    """The last moment before ``end`` at which a schedule of every so many hours was due, or one farther back."""
    start = end.replace(hour=2 if hours == 24 else 0, minute=minute, second=0, microsecond=0)
    while start > end:
        start -= timedelta(days=1)
    return start + (end - start) // timedelta(hours=hours) * timedelta(hours=hours) - back * timedelta(hours=hours)


async def _schedules(site: Site) -> None:
    """When each CronJob last ran. One has missed a run: its patience is shorter than the controller's own pauses."""
    for each in await site.api.list("batch/v1", "CronJob"):
        daily = each["spec"]["schedule"].startswith("30 2")
        last = due(site.end, 24, 30) if daily else due(site.end - timedelta(minutes=10), 4, 0, 1)
        times = {"lastScheduleTime": last, "lastSuccessfulTime": last + timedelta(minutes=4)}
        status = {key: objects.moment(value) for key, value in times.items()}
        await report(site.api, each, status)


async def _owned(site: Site) -> None:
    """A certificate owns its request, and that its order."""
    chain = [
        named("Certificate", "payments-tls", "payments", "cert-manager.io/v1"),
        named("CertificateRequest", "payments-tls-8", "payments", "cert-manager.io/v1"),
        named("Order", "payments-tls-8-1943", "payments", "acme.cert-manager.io/v1"),
    ]
    for owner, owned in pairwise(chain):
        found = await site.api.get(owner)
        reference = {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": found["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
        await change(site.api, owned, {"metadata": {"ownerReferences": [reference]}}, "cert-manager-certificates")


async def _placed(site: Site, pairs: list[tuple[Object, int]]) -> bool:
    """Whether so many replicas of each are ready."""
    found = await asyncio.gather(*(site.api.get(target) for target, _ in pairs))
    return all(
        one.get("status", {}).get("readyReplicas", 0) >= count for one, (_, count) in zip(found, pairs, strict=True)
    )


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
        made.append(claim(namespace, name, "gp3", volume))
    return made


def claim(namespace: str, name: str, storage_class: str, volume: str = "") -> Object:
    """A claim, bound to ``volume`` if that is given."""
    spec: Object = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": storage_class,
        "resources": {"requests": {"storage": "50Gi"}},
    }
    if volume:
        spec["volumeName"] = volume
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }
