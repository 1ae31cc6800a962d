"""Pods with their owners, as controllers make them."""

from __future__ import annotations

from typing import Any

from tests.analysis.clusters import ago
from tests.analysis.drift.shapes import Raw, entry

MADE = entry("kube-controller-manager", "2d")
DIGESTS = tuple("registry.example/web@sha256:" + digit * 64 for digit in "123")


def owned_by(owner: Raw) -> list[Raw]:
    metadata = owner["metadata"]
    return [{"kind": owner["kind"], "name": metadata["name"], "uid": metadata["uid"], "controller": True}]


def pod_of(
    owner: Raw | None,
    name: str,
    *entries: Raw,
    image: str = "registry.example/web:1",
    digest: str = DIGESTS[0],
    node: str = "n1",
    age: str = "2d",
    ready: bool = True,
    labels: Raw | None = None,
    container: Raw | None = None,
    spec: Raw | None = None,
    **metadata: Any,
) -> Raw:
    """A running pod of one container, ``app``."""
    running = {"running": {"startedAt": ago(age)}}
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": name,
            "creationTimestamp": ago(age),
            "labels": {"app": "web", **(labels or {})},
            "ownerReferences": owned_by(owner) if owner is not None else [],
            "managedFields": [entry("kube-controller-manager", age), *entries],
            **metadata,
        },
        "spec": {
            "nodeName": node,
            "containers": [{"name": "app", "image": image, **(container or {})}],
            **(spec or {}),
        },
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": str(ready), "lastTransitionTime": ago(age)}],
            "containerStatuses": [{"name": "app", "ready": ready, "image": image, "imageID": digest, "state": running}],
        },
    }


def node(name: str = "n1", architecture: str = "amd64", runtime: str = "containerd://2.1.0", **labels: str) -> Raw:
    info = {"architecture": architecture, "containerRuntimeVersion": runtime}
    return {"kind": "Node", "metadata": {"name": name, "uid": name, "labels": labels}, "status": {"nodeInfo": info}}
