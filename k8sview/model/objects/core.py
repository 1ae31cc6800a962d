"""The core group's kinds except pods: nodes, namespaces, services, volumes, events, and metadata-only kinds."""

from __future__ import annotations

from typing import Any

from msgspec import field

from k8sview.model.objects.meta import (
    Condition,
    LabelSelector,
    ManagedFieldsEntry,
    NamedObject,
    ObjectMeta,
    ObjectReference,
    Struct,
)


class Taint(Struct, frozen=True):
    key: str = ""
    value: str = ""
    effect: str = ""
    time_added: str | None = None


class NodeSpec(Struct, frozen=True):
    provider_id: str = field(name="providerID", default="")
    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()


class NodeSystemInfo(Struct, frozen=True):
    """``nodeInfo``: what the kubelet says of its machine. ``kubeProxyVersion`` is left out: it is never right."""

    architecture: str = ""
    operating_system: str = ""
    os_image: str = ""
    kernel_version: str = ""
    container_runtime_version: str = ""
    kubelet_version: str = ""
    boot_id: str = field(name="bootID", default="")
    machine_id: str = field(name="machineID", default="")


class NodeAddress(Struct, frozen=True):
    type: str = ""
    address: str = ""


class NodeRuntimeHandler(Struct, frozen=True):
    name: str = ""


class NodeStatus(Struct, frozen=True):
    capacity: dict[str, str] = {}
    allocatable: dict[str, str] = {}
    conditions: tuple[Condition, ...] = ()
    addresses: tuple[NodeAddress, ...] = ()
    node_info: NodeSystemInfo = NodeSystemInfo()
    runtime_handlers: tuple[NodeRuntimeHandler, ...] = ()


class Node(Struct, frozen=True):
    metadata: ObjectMeta
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


class NamespaceStatus(Struct, frozen=True):
    phase: str = ""
    conditions: tuple[Condition, ...] = ()


class Namespace(Struct, frozen=True):
    metadata: ObjectMeta
    status: NamespaceStatus = NamespaceStatus()


class ServicePort(Struct, frozen=True):
    name: str = ""
    port: int = 0
    target_port: int | str | None = None
    protocol: str = "TCP"
    node_port: int | None = None


class ServiceSpec(Struct, frozen=True):
    type: str = "ClusterIP"
    cluster_ip: str = field(name="clusterIP", default="")
    selector: dict[str, str] = {}
    ports: tuple[ServicePort, ...] = ()
    external_name: str = ""
    load_balancer_class: str | None = None
    external_traffic_policy: str = ""
    publish_not_ready_addresses: bool = False


class LoadBalancerIngress(Struct, frozen=True):
    ip: str = ""
    hostname: str = ""


class LoadBalancerStatus(Struct, frozen=True):
    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(Struct, frozen=True):
    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class Service(Struct, frozen=True):
    metadata: ObjectMeta
    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()


class VolumeResourceRequirements(Struct, frozen=True):
    requests: dict[str, str | int | float] = {}


class PersistentVolumeClaimSpec(Struct, frozen=True):
    storage_class_name: str | None = None
    volume_name: str = ""
    access_modes: tuple[str, ...] = ()
    volume_mode: str = "Filesystem"
    resources: VolumeResourceRequirements = VolumeResourceRequirements()
    selector: LabelSelector | None = None


class PersistentVolumeClaimStatus(Struct, frozen=True):
    phase: str = ""
    capacity: dict[str, str] = {}
    conditions: tuple[Condition, ...] = ()


class PersistentVolumeClaim(Struct, frozen=True):
    metadata: ObjectMeta
    spec: PersistentVolumeClaimSpec = PersistentVolumeClaimSpec()
    status: PersistentVolumeClaimStatus = PersistentVolumeClaimStatus()


class CSIVolumeSource(Struct, frozen=True):
    driver: str = ""
    volume_handle: str = ""


class PersistentVolumeSpec(Struct, frozen=True):
    storage_class_name: str = ""
    claim_ref: ObjectReference | None = None
    csi: CSIVolumeSource | None = None
    capacity: dict[str, str] = {}
    persistent_volume_reclaim_policy: str = ""
    access_modes: tuple[str, ...] = ()
    volume_mode: str = "Filesystem"
    node_affinity: dict[str, Any] | None = None  # {"required": NodeSelector}


class PersistentVolumeStatus(Struct, frozen=True):
    phase: str = ""
    reason: str = ""
    message: str = ""


class PersistentVolume(Struct, frozen=True):
    metadata: ObjectMeta
    spec: PersistentVolumeSpec = PersistentVolumeSpec()
    status: PersistentVolumeStatus = PersistentVolumeStatus()


class EventSource(Struct, frozen=True):
    component: str = ""
    host: str = ""


class EventSeries(Struct, frozen=True):
    count: int = 0
    last_observed_time: str | None = None


class Event(Struct, frozen=True):
    """A core/v1 Event. Times differ by recorder: use ``last_seen``; ``lastTimestamp`` and ``count`` may be null."""

    metadata: ObjectMeta
    involved_object: ObjectReference = ObjectReference()
    reason: str | None = None
    message: str | None = None
    type: str | None = None
    count: int | None = None
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: EventSeries | None = None
    source: EventSource = EventSource()
    reporting_component: str | None = None

    @property
    def last_seen(self) -> str | None:
        """Newest time the event tells: series, then lastTimestamp, eventTime, firstTimestamp, creation."""
        newest = self.series.last_observed_time if self.series else None
        created = self.metadata.creation_timestamp
        return newest or self.last_timestamp or self.event_time or self.first_timestamp or created

    @property
    def times_seen(self) -> int:
        return (self.series.count if self.series else 0) or self.count or 1


class ServiceAccount(Struct, frozen=True):
    """``automount_service_account_token`` None: pods get a token, as if it were true."""

    metadata: ObjectMeta
    secrets: tuple[NamedObject, ...] = ()
    image_pull_secrets: tuple[NamedObject, ...] = ()
    automount_service_account_token: bool | None = None


class Written(Struct, frozen=True):
    """The presence of a field in a set: what is below it is of no use here."""


class WrittenFields(Struct, frozen=True):
    """Which parts of a ConfigMap or Secret a manager last wrote: its content, or only its metadata."""

    data: Written | None = field(name="f:data", default=None)
    binary_data: Written | None = field(name="f:binaryData", default=None)
    string_data: Written | None = field(name="f:stringData", default=None)
    metadata: Written | None = field(name="f:metadata", default=None)

    @property
    def content(self) -> bool:
        return any(part is not None for part in (self.data, self.binary_data, self.string_data))


class OwnedFieldsEntry(ManagedFieldsEntry, frozen=True):
    """``fields`` is None where it was not told: a recording keeps no field sets."""

    fields: WrittenFields | None = field(name="fieldsV1", default=None)


class PartialObjectMeta(ObjectMeta, frozen=True):
    """Metadata of an object whose content never arrives: what tells of its writes is kept."""

    managed_fields: tuple[OwnedFieldsEntry, ...] = ()


class MetadataOnly(Struct, frozen=True):
    """ConfigMaps, Secrets and whatever else is read as ``PartialObjectMetadata``: their payload never arrives."""

    metadata: PartialObjectMeta
