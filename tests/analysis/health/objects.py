"""The objects that health is tried on, each a small dictionary that reads like the cluster's own YAML."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.verdict import health_of
from k8sview.model.health import Health
from tests.analysis.clusters import ago, read, view_of

Raw = dict[str, Any]

ALWAYS_READY = {"name": "app", "ready": True, "state": {"running": {"startedAt": ago("2d")}}}


def judge(raw: Raw, *others: Raw, denied: tuple[str, ...] = ()) -> Health:
    """Verdict on an object in the company of others."""
    resource, obj = read(raw)
    return health_of(view_of(raw, *others, denied=denied), resource.name, obj)


def condition(name: str, status: str, since: str = "1h", **more: Any) -> Raw:
    return {"type": name, "status": status, "lastTransitionTime": ago(since), **more}


def waiting(reason: str, message: str = "", **more: Any) -> Raw:
    return {"name": "app", "ready": False, "state": {"waiting": {"reason": reason, "message": message}}, **more}


def crashed(span: str, code: int = 1, reason: str = "Error") -> Raw:
    return {"terminated": {"exitCode": code, "reason": reason, "finishedAt": ago(span)}}


def pod(
    *statuses: Raw,
    name: str = "web-0",
    phase: str = "Running",
    ready: str | None = None,
    age: str = "2d",
    node: str = "n1",
    spec: Raw | None = None,
    **more: Any,
) -> Raw:
    """A pod of one or more containers; ready unless a container is not, or ``ready`` says else."""
    shown = statuses or (ALWAYS_READY,)
    if ready is None:
        ready = "True" if all(one["ready"] for one in shown) else "False"
    status = {
        "phase": phase,
        "containerStatuses": [*shown],
        "conditions": [condition("PodScheduled", "True", age), condition("Ready", ready, more.pop("turned", age))],
        **more.pop("status", {}),
    }
    metadata = {
        "name": name,
        "namespace": "shop",
        "uid": name,
        "labels": {"app": "web"},
        "creationTimestamp": ago(age),
        **more.pop("metadata", {}),
    }
    containers = [{"name": one["name"], "image": "registry.example/x:1"} for one in shown]
    return {
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"nodeName": node, "containers": containers, **(spec or {})},
        "status": status,
        **more,
    }


def deployment(
    replicas: int = 2,
    updated: int | None = None,
    available: int | None = None,
    *conditions: Raw,
    total: int | None = None,
    age: str = "2d",
    spec: Raw | None = None,
    metadata: Raw | None = None,
) -> Raw:
    """A Deployment, complete unless its counters say else."""
    updated = replicas if updated is None else updated
    status = {
        "observedGeneration": 1,
        "replicas": replicas if total is None else total,
        "updatedReplicas": updated,
        "availableReplicas": replicas if available is None else available,
        "conditions": [*conditions],
    }
    return {
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "uid": "web",
            "generation": 1,
            "creationTimestamp": ago(age),
            **(metadata or {}),
        },
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, **(spec or {})},
        "status": status,
    }


def rolling(since: str, reason: str = "ReplicaSetUpdated", status: str = "True") -> Raw:
    """A Deployment's own word on its progress."""
    return condition("Progressing", status, since, lastUpdateTime=ago(since), reason=reason)


ROLLED_OUT = rolling("1d", "NewReplicaSetAvailable")


def workload(kind: str, spec: Raw, status: Raw, age: str = "2d", **metadata: Any) -> Raw:
    """A StatefulSet, DaemonSet or ReplicaSet that selects ``app=web``."""
    return {
        "kind": kind,
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "uid": "web",
            "generation": 1,
            "creationTimestamp": ago(age),
            **metadata,
        },
        "spec": {"selector": {"matchLabels": {"app": "web"}}, **spec},
        "status": {"observedGeneration": 1, **status},
    }


def event(about: str, reason: str, message: str, span: str = "1m", kind: str = "Warning") -> Raw:
    """An event about the object with this uid."""
    return {
        "kind": "Event",
        "metadata": {"name": f"{about}.{reason}.{span}", "namespace": "shop"},
        "involvedObject": {"uid": about},
        "reason": reason,
        "message": message,
        "type": kind,
        "lastTimestamp": ago(span),
    }


def node(name: str = "n1", ready: str = "True", *conditions: Raw, **spec: Any) -> Raw:
    return {
        "kind": "Node",
        "metadata": {"name": name, "uid": name, "creationTimestamp": ago("30d")},
        "spec": spec,
        "status": {"conditions": [condition("Ready", ready, "20m", reason="KubeletReady"), *conditions]},
    }
