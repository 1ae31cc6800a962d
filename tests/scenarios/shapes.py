"""Plain objects, short to write: each builder gives a complete manifest, and its arguments say what matters."""

from __future__ import annotations

from typing import Any

from tests.controlplane import load
from tests.controlplane.commands import BY_HAND
from tests.scenarios.case import Ref
from tests.scenarios.moments import BEGUN

Raw = dict[str, Any]
RESOURCES = {"requests": {"cpu": "10m", "memory": "16Mi"}}
IMAGE = "registry.example/shop/app:1.4.2"


def made(api_version: str, kind: str, namespace: str | None, name: str, **rest: Any) -> Raw:
    """Any object. ``metadata`` in ``rest`` is merged."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **rest.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def named(api_version: str, kind: str, namespace: str | None, name: str) -> Raw:
    """As much of an object as names it."""
    return made(api_version, kind, namespace, name)


def space(name: str, **labels: str) -> Raw:
    return made("v1", "Namespace", None, name, metadata={"labels": labels} if labels else {})


def box(name: str = "app", image: str = IMAGE, **rest: Any) -> Raw:
    """A container."""
    return {"name": name, "image": image, "resources": RESOURCES, **rest}


def template(app: str, *boxes: Raw, scripted: bool = False, labels: dict[str, str] | None = None, **spec: Any) -> Raw:
    """A pod template. ``scripted``: the case's play reports its status, not kwok."""
    hand = {BY_HAND: "yes"} if scripted else {}
    return {
        "metadata": {"labels": {"app": app, **(labels or {}), **hand}},
        "spec": {"containers": list(boxes) or [box()], **spec},
    }


def deployment(
    namespace: str,
    name: str,
    *boxes: Raw,
    replicas: int = 2,
    scripted: bool = False,
    deploy: Raw | None = None,
    labels: dict[str, str] | None = None,
    **spec: Any,
) -> Raw:
    """``deploy``: more of the Deployment's spec; the rest goes to the pods' spec."""
    pods = template(name, *boxes, scripted=scripted, labels=labels, **spec)
    whole = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": pods, **(deploy or {})}
    return made("apps/v1", "Deployment", namespace, name, spec=whole)


def scripted(namespace: str, name: str, *boxes: Raw, **rest: Any) -> Raw:
    """A Deployment whose pods' status the case plays."""
    return deployment(namespace, name, *boxes, scripted=True, **rest)


def stateful_set(
    namespace: str,
    name: str,
    *boxes: Raw,
    replicas: int = 3,
    scripted: bool = False,
    sets: Raw | None = None,
    **spec: Any,
) -> Raw:
    pods = template(name, *boxes, scripted=scripted, **spec)
    selector = {"matchLabels": {"app": name}}
    whole = {"replicas": replicas, "selector": selector, "serviceName": name, "template": pods, **(sets or {})}
    return made("apps/v1", "StatefulSet", namespace, name, spec=whole)


def daemon_set(
    namespace: str, name: str, *boxes: Raw, scripted: bool = False, sets: Raw | None = None, **spec: Any
) -> Raw:
    pods = template(name, *boxes, scripted=scripted, **spec)
    whole = {"selector": {"matchLabels": {"app": name}}, "template": pods, **(sets or {})}
    return made("apps/v1", "DaemonSet", namespace, name, spec=whole)


def pod(namespace: str, name: str, *boxes: Raw, scripted: bool = True, metadata: Raw | None = None, **spec: Any) -> Raw:
    """A pod of nobody's."""
    whole = template(name, *boxes, scripted=scripted, **spec)
    return made("v1", "Pod", namespace, name, metadata={**whole["metadata"], **(metadata or {})}, spec=whole["spec"])


def job(namespace: str, name: str, *boxes: Raw, scripted: bool = True, jobs: Raw | None = None, **spec: Any) -> Raw:
    """A Job; kwok completes its pods unless ``scripted``."""
    pods = template(name, *boxes, scripted=scripted, restartPolicy=spec.pop("restartPolicy", "Never"), **spec)
    return made("batch/v1", "Job", namespace, name, spec={"template": pods, **(jobs or {})})


def cron_job(
    namespace: str,
    name: str,
    schedule: str,
    *boxes: Raw,
    crons: Raw | None = None,
    jobs: Raw | None = None,
    **spec: Any,
) -> Raw:
    pods = template(name, *boxes, scripted=True, restartPolicy="Never", **spec)
    run = {"spec": {"template": pods, **(jobs or {})}}
    return made(
        "batch/v1", "CronJob", namespace, name, spec={"schedule": schedule, "jobTemplate": run, **(crons or {})}
    )


def service(
    namespace: str, name: str, selector: dict[str, str] | None, port: Any = 8080, *, secure: bool = False, **spec: Any
) -> Raw:
    """``port``: the target. It is reached at 80, or at 443."""
    ports = [{"name": "https" if secure else "http", "port": 443 if secure else 80, "targetPort": port}]
    chosen = {"selector": selector} if selector else {}
    return made("v1", "Service", namespace, name, spec={"ports": ports, **chosen, **spec})


def claim(namespace: str, name: str, storage_class: str | None = None, size: str = "1Gi", **spec: Any) -> Raw:
    wanted: Raw = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **spec}
    if storage_class is not None:
        wanted["storageClassName"] = storage_class
    return made("v1", "PersistentVolumeClaim", namespace, name, spec=wanted)


def config(namespace: str, name: str, **values: str) -> Raw:
    return made("v1", "ConfigMap", namespace, name, data=values)


_REPORTED = {
    "MemoryPressure": {"status": "False", "reason": "KubeletHasSufficientMemory"},
    "DiskPressure": {"status": "False", "reason": "KubeletHasNoDiskPressure"},
    "PIDPressure": {"status": "False", "reason": "KubeletHasSufficientPID"},
    "Ready": {"status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"},
}


def node(
    index: int,
    *,
    taint: Raw | None = None,
    labels: dict[str, str] | None = None,
    reports: dict[str, Raw] | None = None,
    size: dict[str, str] | None = None,
) -> Raw:
    """A node that stays as it is written. ``reports``: conditions by type that differ from a sound node's; ``size``:
    what it has."""
    whole = load.node(index)
    has = {"cpu": "16", "memory": "64Gi", "pods": "110", "ephemeral-storage": "200Gi", **(size or {})}
    conditions = [
        {"type": name, "lastTransitionTime": BEGUN, **said} for name, said in {**_REPORTED, **(reports or {})}.items()
    ]
    whole["status"] |= {"allocatable": has, "capacity": has, "conditions": conditions}
    whole["metadata"]["labels"] |= {BY_HAND: "yes", **(labels or {})}
    whole["metadata"]["annotations"] = {"volumes.kubernetes.io/controller-managed-attach-detach": "true"}
    if taint:
        whole["spec"]["taints"] = [taint]
    return whole


def reserved(case: str) -> Raw:
    """The taint that keeps a case's node to its case."""
    return {"key": "reserved", "value": case, "effect": "NoSchedule"}


def on_reserved(case: str) -> Raw:
    """What lets a pod onto its case's node, and nowhere else."""
    return {
        "nodeSelector": {"reserved": case},
        "tolerations": [{"key": "reserved", "operator": "Equal", "value": case, "effect": "NoSchedule"}],
    }


def deploys(namespace: str, name: str) -> Ref:
    """A Deployment, as a reference."""
    return Ref("Deployment", namespace, name)
