"""Pods and the pod templates inside workloads."""

from __future__ import annotations

from typing import Any

from msgspec import field

from k8sview.model.objects.meta import Condition, LabelSelector, NamedObject, ObjectMeta, Struct


class KeyReference(Struct, frozen=True):
    name: str = ""
    key: str = ""
    optional: bool = False


class EnvVarSource(Struct, frozen=True):
    config_map_key_ref: KeyReference | None = None
    secret_key_ref: KeyReference | None = None


class EnvVar(Struct, frozen=True):
    """An environment variable without its literal value: values never enter the store."""

    name: str = ""
    value_from: EnvVarSource | None = None


class EnvFromSource(Struct, frozen=True):
    config_map_ref: KeyReference | None = None
    secret_ref: KeyReference | None = None


class ContainerPort(Struct, frozen=True):
    name: str = ""
    container_port: int = 0
    host_port: int | None = None
    protocol: str = "TCP"
    host_ip: str = field(name="hostIP", default="")


class ResourceRequirements(Struct, frozen=True):
    requests: dict[str, str | int | float] = {}
    limits: dict[str, str | int | float] = {}


class SecurityContext(Struct, frozen=True):
    privileged: bool | None = None
    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    allow_privilege_escalation: bool | None = None


class HTTPGetAction(Struct, frozen=True):
    path: str = "/"
    port: int | str = 0
    scheme: str = "HTTP"


class TCPSocketAction(Struct, frozen=True):
    port: int | str = 0


class GRPCAction(Struct, frozen=True):
    port: int = 0


class ExecAction(Struct, frozen=True):
    command: tuple[str, ...] = ()


class Probe(Struct, frozen=True):
    """One handler, and its timing in seconds."""

    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    grpc: GRPCAction | None = None
    exec: ExecAction | None = None
    initial_delay_seconds: int = 0
    period_seconds: int = 10
    failure_threshold: int = 3
    timeout_seconds: int = 1


class Lifecycle(Struct, frozen=True):
    pre_stop: dict[str, Any] | None = None


class VolumeMount(Struct, frozen=True):
    name: str = ""
    mount_path: str = ""
    sub_path: str = ""
    sub_path_expr: str = ""
    read_only: bool = False


class Container(Struct, frozen=True):
    name: str = ""
    image: str = ""
    args: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFromSource, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    resources: ResourceRequirements = ResourceRequirements()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    security_context: SecurityContext | None = None
    volume_mounts: tuple[VolumeMount, ...] = ()
    restart_policy: str | None = None  # "Always" on an init container makes it a sidecar


class ConfigMapVolumeSource(Struct, frozen=True):
    name: str = ""
    optional: bool = False


class SecretVolumeSource(Struct, frozen=True):
    secret_name: str = ""
    optional: bool = False


class ClaimVolumeSource(Struct, frozen=True):
    claim_name: str = ""


class HostPathVolumeSource(Struct, frozen=True):
    path: str = ""


class CSIEphemeralSource(Struct, frozen=True):
    driver: str = ""


class VolumeProjection(Struct, frozen=True):
    config_map: ConfigMapVolumeSource | None = None
    secret: KeyReference | None = None


class ProjectedVolumeSource(Struct, frozen=True):
    sources: tuple[VolumeProjection, ...] = ()


class EphemeralVolumeSource(Struct, frozen=True):
    """A claim of the pod's own, named ``<pod>-<volume>``."""

    volume_claim_template: dict[str, Any] = {}


class Volume(Struct, frozen=True):
    name: str = ""
    ephemeral: EphemeralVolumeSource | None = None
    config_map: ConfigMapVolumeSource | None = None
    secret: SecretVolumeSource | None = None
    persistent_volume_claim: ClaimVolumeSource | None = None
    host_path: HostPathVolumeSource | None = None
    empty_dir: dict[str, Any] | None = None
    csi: CSIEphemeralSource | None = None
    projected: ProjectedVolumeSource | None = None


class Toleration(Struct, frozen=True):
    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class TopologySpreadConstraint(Struct, frozen=True):
    max_skew: int = 1
    topology_key: str = ""
    when_unsatisfiable: str = ""
    label_selector: LabelSelector | None = None
    min_domains: int | None = None
    match_label_keys: tuple[str, ...] = ()
    node_affinity_policy: str = "Honor"
    node_taints_policy: str = "Ignore"


class PodSecurityContext(Struct, frozen=True):
    run_as_non_root: bool | None = None
    run_as_user: int | None = None


class PodResourceClaim(Struct, frozen=True):
    """A device that the pod asks for by name: through a claim, or a template that one is made from."""

    name: str = ""
    resource_claim_name: str = ""
    resource_claim_template_name: str = ""


class PodSpec(Struct, frozen=True):
    node_name: str = ""
    node_selector: dict[str, str] = {}
    service_account_name: str = ""
    automount_service_account_token: bool | None = None
    scheduler_name: str = ""
    priority_class_name: str = ""
    priority: int | None = None
    preemption_policy: str | None = None
    scheduling_gates: tuple[NamedObject, ...] = ()
    resource_claims: tuple[PodResourceClaim, ...] = ()
    overhead: dict[str, str | int | float] = {}
    resources: ResourceRequirements | None = None  # of the pod as a whole
    runtime_class_name: str | None = None
    restart_policy: str = "Always"
    host_network: bool = False
    host_pid: bool = field(name="hostPID", default=False)
    termination_grace_period_seconds: int | None = None
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    ephemeral_containers: tuple[NamedObject, ...] = ()
    volumes: tuple[Volume, ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    topology_spread_constraints: tuple[TopologySpreadConstraint, ...] = ()
    affinity: dict[str, Any] | None = None
    image_pull_secrets: tuple[NamedObject, ...] = ()
    security_context: PodSecurityContext | None = None


class ContainerStateWaiting(Struct, frozen=True):
    reason: str = ""
    message: str = ""


class ContainerStateRunning(Struct, frozen=True):
    started_at: str | None = None


class ContainerStateTerminated(Struct, frozen=True):
    exit_code: int = 0
    signal: int | None = None
    reason: str = ""
    message: str = ""
    started_at: str | None = None
    finished_at: str | None = None


class ContainerState(Struct, frozen=True):
    waiting: ContainerStateWaiting | None = None
    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None


class ContainerStatus(Struct, frozen=True):
    name: str = ""
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    image: str = ""
    image_id: str = field(name="imageID", default="")
    allocated_resources: dict[str, str | int | float] = {}
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


class PodStatus(Struct, frozen=True):
    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = field(name="podIP", default="")
    qos_class: str = ""
    nominated_node_name: str = ""
    resize: str = ""
    start_time: str | None = None
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()


class Pod(Struct, frozen=True):
    metadata: ObjectMeta
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def ready(self) -> bool:
        """What its condition Ready says."""
        return any(one.type == "Ready" and one.status == "True" for one in self.status.conditions)


class PodTemplateSpec(Struct, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
