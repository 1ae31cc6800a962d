"""Workloads with their revisions, events and writers, as the API server returns them."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from tests.analysis.clusters import ago

Raw = dict[str, Any]


def entry(manager: str, age: str | None, subresource: str = "", operation: str = "Update") -> Raw:
    """One managedFields entry; ``age`` None: without a time, as writes through /scale are."""
    found = {"manager": manager, "operation": operation, "subresource": subresource}
    return {**found, "time": ago(age)} if age is not None else found


def workload(kind: str, name: str, *entries: Raw, age: str | None = None, **spec: Any) -> Raw:
    metadata = {"name": name, "namespace": "shop", "uid": name, "managedFields": list(entries)}
    if age is not None:
        metadata["creationTimestamp"] = ago(age)
    selector = {"matchLabels": {"app": name}}
    return {"kind": kind, "metadata": metadata, "spec": {"selector": selector, **spec}}


def deployment(*entries: Raw, age: str | None = None, **spec: Any) -> Raw:
    return workload("Deployment", "web", *entries, age=age, **spec)


def containers(images: dict[str, str]) -> list[Raw]:
    return [{"name": name, "image": image} for name, image in images.items()]


def replica_set(
    revision: int,
    age: str,
    *entries: Raw,
    name: str = "",
    history: str = "",
    template: Raw | None = None,
    **images: str,
) -> Raw:
    """A ReplicaSet of the Deployment ``web``; ``template`` in full, or only the images of its containers."""
    called = name or f"web-{revision}"
    annotations = {"deployment.kubernetes.io/revision": str(revision)}
    if history:
        annotations["deployment.kubernetes.io/revision-history"] = history
    found = template or {"spec": {"containers": containers(images)}}
    labels = {**found.get("metadata", {}).get("labels", {}), "pod-template-hash": called}
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": called,
            "namespace": "shop",
            "uid": called,
            "creationTimestamp": ago(age),
            "annotations": annotations,
            "managedFields": list(entries),
            "ownerReferences": [{"kind": "Deployment", "name": "web", "uid": "web", "controller": True}],
        },
        "spec": {"template": {**found, "metadata": {**found.get("metadata", {}), "labels": labels}}},
    }


def controller_revision(owner: str, revision: int, age: str, *entries: Raw, image: str, name: str = "") -> Raw:
    """One of a StatefulSet's or DaemonSet's; with the marks of a patch that the API keeps in it."""
    called = name or f"{owner}-{revision}"
    template = {"$patch": "replace", "spec": {"containers": containers({"app": image})}}
    return {
        "kind": "ControllerRevision",
        "metadata": {
            "name": called,
            "namespace": "shop",
            "uid": called,
            "creationTimestamp": ago(age),
            "managedFields": list(entries),
            "ownerReferences": [{"kind": "StatefulSet", "name": owner, "uid": owner, "controller": True}],
        },
        "revision": revision,
        "data": {"spec": {"template": template}},
    }


def event(about: Raw, reason: str, message: str, age: str, component: str = "", uid: str | None = None) -> Raw:
    metadata = about["metadata"]
    subject = {"kind": about["kind"], "name": metadata["name"], "uid": uid or metadata.get("uid", "")}
    name = f"{metadata['name']}.{crc32((reason + message + age).encode()):x}"
    return {
        "kind": "Event",
        "metadata": {"name": name, "namespace": metadata.get("namespace", "default")},
        "involvedObject": {**subject, "namespace": metadata.get("namespace")},
        "reason": reason,
        "message": message,
        "type": "Normal",
        "firstTimestamp": ago(age),
        "lastTimestamp": ago(age),
        "count": 1,
        "source": {"component": component},
    }


def scaled(about: Raw, replica_set: str, old: int, new: int, age: str) -> Raw:
    """What the deployment controller says of scaling a ReplicaSet."""
    direction = "up" if new > old else "down"
    return event(
        about, "ScalingReplicaSet", f"Scaled {direction} replica set {replica_set} from {old} to {new}", age,
        "deployment-controller",
    )  # fmt: skip
