"""Objects of a busy cluster, of realistic size (about 9 KB for a pod as the API server stores it). Pure."""

from __future__ import annotations

import copy
import hashlib
from datetime import UTC, datetime
from typing import Any

Object = dict[str, Any]
STARTED = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
_CAPACITY = {"cpu": "64", "memory": "256Gi", "pods": "250", "ephemeral-storage": "200Gi"}


def namespace(name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"team": "team-a"}}}


def service_account(namespace: str) -> Object:
    """Admission wants the default account; with no controllers nobody else makes it."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": namespace}}


def node(index: int) -> Object:
    name, zone = f"node-{index:04}", f"eu-1{'abc'[index % 3]}"
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "node.kubernetes.io/instance-type": "m7i.16xlarge",
        "topology.kubernetes.io/region": "eu-1",
        "topology.kubernetes.io/zone": zone,
        "karpenter.sh/nodepool": "ab"[index % 2],
    }
    system = {
        "architecture": "amd64",
        "bootID": f"{index:08x}",
        "containerRuntimeVersion": "containerd://2.1.4",
        "kernelVersion": "6.12.40",
        "kubeProxyVersion": "",
        "kubeletVersion": "v1.37.2",
        "machineID": f"{index:032x}",
        "operatingSystem": "linux",
        "osImage": "Bottlerocket OS 1.42.0 (aws-k8s-1.37)",
        "systemUUID": f"{index:032x}",
    }
    conditions = [_condition("Ready", "True", "KubeletReady")]
    conditions += [_condition(each, "False", f"KubeletHas{each}") for each in ("MemoryPressure", "DiskPressure")]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"providerID": f"aws:///{zone}/i-{index:017x}"},
        "status": {
            "allocatable": _CAPACITY,
            "capacity": _CAPACITY,
            "conditions": conditions,
            "nodeInfo": system,
            "addresses": [{"type": "InternalIP", "address": f"10.1.{index // 250}.{index % 250 + 1}"}],
        },
    }


def deployment(namespace: str, index: int, replicas: int) -> Object:
    name = f"app-{index:04}"
    labels = {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/part-of": namespace,
        "app.kubernetes.io/managed-by": "Helm",
        "team": f"team-{index % 7}",
    }
    counts = dict.fromkeys(("replicas", "readyReplicas", "availableReplicas", "updatedReplicas"), replicas)
    available = _condition("Available", "True", "MinimumReplicasAvailable")
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app.kubernetes.io/name": name}},
            "template": {"metadata": {"labels": labels, "annotations": _annotations(index)}, "spec": _pod_spec(name)},
        },
        "status": {**counts, "observedGeneration": 1, "conditions": [available]},
    }


def replicaset(deployment: Object) -> Object:
    """The one ReplicaSet of a Deployment that was read back (its uid is needed)."""
    metadata = deployment["metadata"]
    revision = f"{int(metadata['name'][4:]) + 0x5C000000:x}"
    template = copy.deepcopy(deployment["spec"]["template"])
    template["metadata"]["labels"]["pod-template-hash"] = revision
    replicas = deployment["spec"]["replicas"]
    counts = dict.fromkeys(("replicas", "readyReplicas", "availableReplicas", "fullyLabeledReplicas"), replicas)
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{metadata['name']}-{revision}",
            "namespace": metadata["namespace"],
            "labels": template["metadata"]["labels"],
            "annotations": {"deployment.kubernetes.io/revision": "1"},
            "ownerReferences": [_owner(deployment)],
        },
        "spec": {
            "replicas": replicas,
            "selector": {
                "matchLabels": {**deployment["spec"]["selector"]["matchLabels"], "pod-template-hash": revision}
            },
            "template": template,
        },
        "status": {**counts, "observedGeneration": 1},
    }


def pod(replicaset: Object, number: int, nodes: int) -> Object:
    """One pod of a ReplicaSet that was read back, bound to a node and Running."""
    metadata, template = replicaset["metadata"], copy.deepcopy(replicaset["spec"]["template"])
    seed = sum(map(ord, metadata["name"])) * 131 + number
    spec = template["spec"]
    spec["nodeName"] = f"node-{seed % nodes:04}"
    address = f"10.{2 + seed % 200}.{number // 250}.{number % 250 + 1}"
    running = {"running": {"startedAt": STARTED}}
    containers = [
        {
            "name": each["name"],
            "image": each["image"],
            "imageID": f"{each['image'].split(':')[0]}@sha256:{hashlib.sha256(each['image'].encode()).hexdigest()}",
            "containerID": f"containerd://{seed:064x}",
            "ready": True,
            "started": True,
            "restartCount": 0,
            "state": running,
        }
        for each in spec["containers"]
    ]
    types = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{metadata['name']}-{number:05x}",
            "namespace": metadata["namespace"],
            "labels": template["metadata"]["labels"],
            "annotations": template["metadata"]["annotations"],
            "ownerReferences": [_owner(replicaset)],
        },
        "spec": spec,
        "status": {
            "phase": "Running",
            "startTime": STARTED,
            "hostIP": "10.1.0.1",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "qosClass": "Burstable",
            "conditions": [_condition(each, "True", "") for each in types],
            "containerStatuses": containers,
        },
    }


def _pod_spec(name: str) -> Object:
    variables: list[Object] = [{"name": f"SETTING_{index}", "value": f"value-{index}"} for index in range(12)]
    variables.append({"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}})
    main = {
        "name": "app",
        "image": f"images.example.com/shop/{name}:1.4.2",
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": variables,
        "envFrom": [{"configMapRef": {"name": f"{name}-config"}}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}},
        "livenessProbe": {"httpGet": {"path": "/live", "port": "http"}, "initialDelaySeconds": 10},
        "securityContext": {"runAsNonRoot": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}, {"name": "scratch", "mountPath": "/tmp"}],
    }
    proxy = {
        "name": "proxy",
        "image": "images.example.com/mesh/proxy:2.1.0",
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
    }
    spread = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app.kubernetes.io/name": name}},
    }
    volumes = [{"name": "config", "configMap": {"name": f"{name}-config"}}, {"name": "scratch", "emptyDir": {}}]
    return {"containers": [main, proxy], "volumes": volumes, "topologySpreadConstraints": [spread]}


def _annotations(index: int) -> dict[str, str]:
    return {"checksum/config": f"{index:064x}", "prometheus.io/scrape": "true", "prometheus.io/port": "8080"}


def _condition(kind: str, status: str, reason: str) -> Object:
    named = {"reason": reason} if reason else {}
    return {"type": kind, "status": status, "lastTransitionTime": STARTED, **named}


def _owner(owner: Object) -> Object:
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
