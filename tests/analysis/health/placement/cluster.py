"""A small cluster in which pods find no node, each for a reason of its own; as manifests for a real API server."""

from __future__ import annotations

from typing import Any

from tests.controlplane.commands import BY_HAND

Raw = dict[str, Any]

SPACE = "placement"
IMAGE = "registry.example/x:1"
NO_PROVISIONER = "kubernetes.io/no-provisioner"


def node(name: str, zone: str, cpu: str = "4", pods: str = "20", *taints: Raw, **labels: str) -> Raw:
    sizes = {"cpu": cpu, "memory": "8Gi", "pods": pods, "ephemeral-storage": "50Gi"}
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
    metadata = {
        "name": name,
        "labels": {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone, BY_HAND: "", **labels},
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata,
        "spec": {"taints": [*taints]} if taints else {},
        "status": {"allocatable": sizes, "capacity": sizes, "conditions": [ready]},
    }


def pod(name: str, cpu: str = "100m", on: str = "", labels: Raw | None = None, **spec: Any) -> Raw:
    box: Raw = {"name": "app", "image": IMAGE, "resources": {"requests": {"cpu": cpu, "memory": "64Mi"}}}
    box |= spec.pop("box", {})
    placed = {"nodeName": on} if on else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": SPACE, "labels": labels or {"app": name}},
        "spec": {"containers": [box], **placed, **spec},
    }


def near(kind: str, app: str, key: str = "kubernetes.io/hostname") -> Raw:
    """``affinity`` with one required term: kind is podAffinity or podAntiAffinity."""
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": key}
    return {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def on_nodes(**term: Any) -> Raw:
    """``affinity`` that requires one term of nodes."""
    required = {"nodeSelectorTerms": [term]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def spread(key: str, app: str) -> list[Raw]:
    one = {"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule"}
    return [{**one, "labelSelector": {"matchLabels": {"app": app}}}]


def mounting(claim: str) -> list[Raw]:
    return [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]


def volume(name: str, mode: str = "ReadWriteOnce", zone: str = "", labels: Raw | None = None) -> Raw:
    """A volume that belongs to the claim of its name."""
    spec: Raw = {
        "capacity": {"storage": "1Gi"},
        "accessModes": [mode],
        "csi": {"driver": "disk.csi.example.com", "volumeHandle": name},
        "claimRef": {"namespace": SPACE, "name": name},
        "storageClassName": "",
    }
    if zone:
        where = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [where]}]}}
    metadata: Raw = {"name": name, "labels": labels or {}}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}


def claim(name: str, mode: str = "ReadWriteOnce", storage_class: str = "", bound: bool = True) -> Raw:
    spec: Raw = {
        "accessModes": [mode],
        "storageClassName": storage_class,
        "resources": {"requests": {"storage": "1Gi"}},
        **({"volumeName": name} if bound else {}),
    }
    metadata = {"name": name, "namespace": SPACE}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


def storage_class(name: str, provisioner: str) -> Raw:
    kind = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name}}
    return {**kind, "provisioner": provisioner, "volumeBindingMode": "WaitForFirstConsumer"}


def limits(name: str, number: int) -> Raw:
    """How many volumes of the one driver a node can hold."""
    driver = {"name": "disk.csi.example.com", "nodeID": name, "allocatable": {"count": number}}
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSINode",
        "metadata": {"name": name},
        "spec": {"drivers": [driver]},
    }


DEDICATED = {"key": "dedicated", "value": "db", "effect": "NoSchedule"}
NODES = (
    node("worker-1", "eu-1a", disk="hdd"),
    node("worker-2", "eu-1b", "4", "20", DEDICATED),
    node("worker-3", "eu-1c", "2"),
    node("worker-4", "eu-1a", "4", "3", disk="ssd"),
)
CORDONED = "worker-3"
STORAGE = (
    storage_class("late", NO_PROVISIONER),
    volume("far", zone="eu-1z"),
    claim("far"),
    volume("old-zone", labels={"topology.kubernetes.io/zone": "eu-1y"}),
    claim("old-zone"),
    volume("single", "ReadWriteOncePod"),
    claim("single", "ReadWriteOncePod"),
    volume("full-1"),
    claim("full-1"),
    volume("full-2"),
    claim("full-2"),
    claim("handmade", storage_class="late", bound=False),
    *(limits(name, 1) for name in ("worker-1", "worker-2", "worker-3", "worker-4")),
)
LONE = {"disk": "hdd"}  # worker-1 alone
PLACED = (
    pod("busy", "2500m", "worker-1", box={"ports": [{"containerPort": 80, "hostPort": 8080}]}),
    pod("owner", on="worker-1", volumes=mounting("full-1")),
    pod("user", on="worker-2", volumes=mounting("single")),
    pod("guard", on="worker-1", affinity=near("podAntiAffinity", "shy")),
    pod("filler-1", on="worker-4"),
    pod("filler-2", on="worker-4"),
    pod("filler-3", on="worker-4", labels={"app": "web"}),
)
UNPLACED = (
    pod("cpu", "3"),
    pod("memory", box={"resources": {"requests": {"memory": "100Gi", "cpu": "100m"}}}),
    pod("both", box={"resources": {"requests": {"memory": "100Gi", "cpu": "50"}}}),
    pod("gpu", box={"resources": {"requests": {"example.com/gpu": "1"}, "limits": {"example.com/gpu": "1"}}}),
    pod("init", initContainers=[{"name": "load", "image": IMAGE, "resources": {"requests": {"cpu": "3500m"}}}]),
    pod("sidecar", nodeSelector=LONE, initContainers=[
        {"name": "proxy", "image": IMAGE, "restartPolicy": "Always", "resources": {"requests": {"cpu": "700m"}}},
        {"name": "load", "image": IMAGE, "resources": {"requests": {"cpu": "700m"}}},
    ]),
    pod("taint", "3", nodeSelector={"topology.kubernetes.io/zone": "eu-1b"}),
    pod("cordon", nodeSelector={"topology.kubernetes.io/zone": "eu-1c"}),
    pod("selector", nodeSelector={"disk": "nvme"}),
    pod("typo", nodeSelector={"topology.kubernetes.io/zoone": "eu-1a"}),
    pod("affinity", affinity=on_nodes(matchExpressions=[{"key": "gen", "operator": "Gt", "values": ["4"]}])),
    pod("pinned", affinity=on_nodes(matchFields=[{"key": "metadata.name", "operator": "In", "values": ["worker-3"]}])),
    pod("port", nodeSelector=LONE, box={"ports": [{"containerPort": 80, "hostPort": 8080}]}),
    pod("slots", nodeSelector={"disk": "ssd"}),
    pod("apart", affinity=near("podAntiAffinity", "busy", "topology.kubernetes.io/zone")),
    pod("together", affinity=near("podAffinity", "cache")),
    pod("shy", labels={"app": "shy"}),
    pod("rack", topologySpreadConstraints=spread("rack", "rack")),
    pod("spread", labels={"app": "web"}, topologySpreadConstraints=spread("topology.kubernetes.io/zone", "web")),
    pod("zone", volumes=mounting("far")),
    pod("labelled-zone", volumes=mounting("old-zone")),
    pod("single-use", volumes=mounting("single")),
    pod("limit", nodeSelector=LONE, volumes=mounting("full-2")),
    pod("no-volume", volumes=mounting("handmade")),
)  # fmt: skip
