"""The tables of the core group besides pods: nodes, namespaces, services, volumes, events; and of API extensions."""

from __future__ import annotations

from typing import Any

from k8sview.model.objects.core import (
    Event,
    Namespace,
    Node,
    PersistentVolume,
    PersistentVolumeClaim,
    Service,
)
from k8sview.model.objects.extension import APIService, CustomResourceDefinition
from k8sview.model.times import parse_time
from k8sview.tui.present.cells import Quantity, Role, Unseen, Word
from k8sview.tui.present.columns import NAMESPACE, Column, Surroundings, TableSpec, object_table
from k8sview.tui.present.quantities import size_of

_ROLE_LABEL = "node-role.kubernetes.io/"


def _node(node: Node, around: Surroundings) -> tuple[Any, ...]:
    status = node.status
    ready = next((one.status for one in status.conditions if one.type == "Ready"), "Unknown")
    text = {"True": "Ready", "False": "NotReady"}.get(ready, "Unknown")
    if node.spec.unschedulable:
        text += ",SchedulingDisabled"
    roles = sorted(label.removeprefix(_ROLE_LABEL) for label in node.metadata.labels if label.startswith(_ROLE_LABEL))
    pods = around.view.table("pods")
    count = len(around.view.indices.pods_by_node.get(node.metadata.name, ()))
    address = next((one.address for one in status.addresses if one.type == "InternalIP"), "")
    return (
        text,
        ",".join(roles),
        status.node_info.kubelet_version,
        count if pods.state.state.readable else Unseen(pods.state),
        _quantity(status.allocatable.get("cpu", "")),
        _quantity(status.allocatable.get("memory", "")),
        status.node_info.os_image,
        address,
        status.node_info.kernel_version,
        status.node_info.container_runtime_version,
    )


def _quantity(text: str) -> Quantity | None:
    return Quantity(text, size_of(text)) if text else None


def _namespace(one: Namespace, _around: Surroundings) -> tuple[Any, ...]:
    return (one.status.phase,)


def _service(one: Service, _around: Surroundings) -> tuple[Any, ...]:
    balancer = one.status.load_balancer.ingress
    external = ",".join(entry.ip or entry.hostname for entry in balancer) or one.spec.external_name
    ports = ",".join(
        f"{port.port}{f':{port.node_port}' if port.node_port else ''}/{port.protocol}" for port in one.spec.ports
    )
    selector = ",".join(f"{name}={value}" for name, value in one.spec.selector.items())
    return one.spec.type, one.spec.cluster_ip, external, ports, selector


def _claim(one: PersistentVolumeClaim, _around: Surroundings) -> tuple[Any, ...]:
    size = _quantity(one.status.capacity.get("storage", ""))
    return one.status.phase, one.spec.volume_name, size, one.spec.storage_class_name or ""


def _volume(one: PersistentVolume, _around: Surroundings) -> tuple[Any, ...]:
    claim = one.spec.claim_ref
    name = f"{claim.namespace}/{claim.name}" if claim else ""
    size = _quantity(one.spec.capacity.get("storage", ""))
    return one.status.phase, size, name, one.spec.storage_class_name, one.spec.persistent_volume_reclaim_policy


def _definition(one: CustomResourceDefinition, _around: Surroundings) -> tuple[Any, ...]:
    names = one.spec.names
    served = ",".join(version.name for version in one.spec.versions if version.served)
    return names.kind, one.spec.group, one.spec.scope, served


def _api_service(one: APIService, _around: Surroundings) -> tuple[Any, ...]:
    service = one.spec.service
    available = next((c.status for c in one.status.conditions if c.type == "Available"), "Unknown")
    return f"{service.namespace}/{service.name}" if service else "Local", available


def _event(one: Event, _around: Surroundings) -> tuple[Any, ...]:
    """Warning is the recorder's own word, so its role is no judgement of ours."""
    about = one.involved_object
    kind = Word(one.type or "", Role.WARN if one.type == "Warning" else Role.PLAIN)
    seen = parse_time(one.last_seen)
    source = one.reporting_component or one.source.component
    target = f"{about.kind}/{about.name}"
    return (about.namespace or "", seen, kind, one.reason or "", target, one.times_seen, one.message or "", source)


NODES = object_table(
    (
        Column("status", "STATUS", flexible=True, widest=26),
        Column("roles", "ROLES", flexible=True),
        Column("version", "VERSION"),
        Column("pods", "PODS", right=True),
        Column("cpu", "CPU", right=True),
        Column("memory", "MEMORY", right=True),
        Column("os", "OS IMAGE", flexible=True, widest=32),
        Column("ip", "INTERNAL-IP", wide=True),
        Column("kernel", "KERNEL", wide=True),
        Column("runtime", "RUNTIME", wide=True),
    ),
    _node,
    namespaced=False,
)
NAMESPACES = object_table((Column("status", "STATUS"),), _namespace, namespaced=False)
SERVICES = object_table(
    (
        Column("type", "TYPE"),
        Column("ip", "CLUSTER-IP"),
        Column("external", "EXTERNAL", flexible=True, widest=40),
        Column("ports", "PORTS", flexible=True, widest=40),
        Column("selector", "SELECTOR", wide=True, widest=60),
    ),
    _service,
    namespaced=True,
)
CLAIMS = object_table(
    (
        Column("status", "STATUS"),
        Column("volume", "VOLUME", flexible=True),
        Column("capacity", "CAPACITY", right=True),
        Column("class", "STORAGECLASS", flexible=True),
    ),
    _claim,
    namespaced=True,
)
VOLUMES = object_table(
    (
        Column("status", "STATUS"),
        Column("capacity", "CAPACITY", right=True),
        Column("claim", "CLAIM", flexible=True),
        Column("class", "STORAGECLASS", flexible=True),
        Column("policy", "RECLAIM", wide=True),
    ),
    _volume,
    namespaced=False,
)
DEFINITIONS = object_table(
    (
        Column("kind", "KIND", flexible=True),
        Column("group", "GROUP", flexible=True),
        Column("scope", "SCOPE"),
        Column("served", "SERVED"),
    ),
    _definition,
    namespaced=False,
)
API_SERVICES = object_table(
    (Column("service", "SERVICE", flexible=True), Column("available", "AVAILABLE")),
    _api_service,
    namespaced=False,
)
EVENTS = TableSpec(
    (
        NAMESPACE,
        Column("seen", "LAST SEEN", right=True),
        Column("type", "TYPE"),
        Column("reason", "REASON", flexible=True, widest=26),
        Column("object", "OBJECT", flexible=True, widest=44),
        Column("count", "COUNT", right=True),
        Column("message", "MESSAGE", flexible=True, widest=200, least=24, sentence=True),
        Column("source", "SOURCE", wide=True),
    ),
    _event,
    default_sort="seen",
)
