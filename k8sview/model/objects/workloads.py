"""What makes pods (apps, batch), scales them (autoscaling) and shields them from eviction (policy)."""

from __future__ import annotations

from typing import Any

from k8sview.model.objects.meta import Condition, LabelSelector, ObjectMeta, ObjectReference, Struct
from k8sview.model.objects.pods import PodTemplateSpec


class RollingUpdate(Struct, frozen=True):
    max_unavailable: int | str | None = None
    max_surge: int | str | None = None
    partition: int | None = None


class UpdateStrategy(Struct, frozen=True):
    type: str = ""
    rolling_update: RollingUpdate | None = None


class DeploymentSpec(Struct, frozen=True):
    replicas: int = 1
    paused: bool = False
    selector: LabelSelector = LabelSelector()
    template: PodTemplateSpec = PodTemplateSpec()
    strategy: UpdateStrategy = UpdateStrategy()
    min_ready_seconds: int = 0
    progress_deadline_seconds: int = 600


class DeploymentStatus(Struct, frozen=True):
    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    conditions: tuple[Condition, ...] = ()


class Deployment(Struct, frozen=True):
    metadata: ObjectMeta
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()


class ReplicaSetSpec(Struct, frozen=True):
    replicas: int = 1
    selector: LabelSelector = LabelSelector()
    template: PodTemplateSpec = PodTemplateSpec()


class ReplicaSetStatus(Struct, frozen=True):
    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    conditions: tuple[Condition, ...] = ()


class ReplicaSet(Struct, frozen=True):
    metadata: ObjectMeta
    spec: ReplicaSetSpec = ReplicaSetSpec()
    status: ReplicaSetStatus = ReplicaSetStatus()


class StatefulSetSpec(Struct, frozen=True):
    replicas: int = 1
    service_name: str = ""
    selector: LabelSelector = LabelSelector()
    template: PodTemplateSpec = PodTemplateSpec()
    update_strategy: UpdateStrategy = UpdateStrategy()
    pod_management_policy: str = "OrderedReady"
    min_ready_seconds: int = 0


class StatefulSetStatus(Struct, frozen=True):
    """Zero counters are absent from the API's answer."""

    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    current_replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    conditions: tuple[Condition, ...] = ()


class StatefulSet(Struct, frozen=True):
    metadata: ObjectMeta
    spec: StatefulSetSpec = StatefulSetSpec()
    status: StatefulSetStatus = StatefulSetStatus()


class RevisedSpec(Struct, frozen=True):
    template: PodTemplateSpec = PodTemplateSpec()


class RevisedTemplate(Struct, frozen=True):
    spec: RevisedSpec = RevisedSpec()


class ControllerRevision(Struct, frozen=True):
    """A pod template that a StatefulSet or DaemonSet once had; read as templates are: without values of variables."""

    metadata: ObjectMeta
    revision: int = 0
    data: RevisedTemplate = RevisedTemplate()


class DaemonSetSpec(Struct, frozen=True):
    selector: LabelSelector = LabelSelector()
    template: PodTemplateSpec = PodTemplateSpec()
    update_strategy: UpdateStrategy = UpdateStrategy()
    min_ready_seconds: int = 0


class DaemonSetStatus(Struct, frozen=True):
    observed_generation: int = 0
    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    updated_number_scheduled: int = 0
    number_ready: int = 0
    number_available: int = 0
    number_unavailable: int = 0
    number_misscheduled: int = 0
    conditions: tuple[Condition, ...] = ()


class DaemonSet(Struct, frozen=True):
    metadata: ObjectMeta
    spec: DaemonSetSpec = DaemonSetSpec()
    status: DaemonSetStatus = DaemonSetStatus()


class JobSpec(Struct, frozen=True):
    parallelism: int = 1
    completions: int | None = None
    backoff_limit: int | None = None
    backoff_limit_per_index: int | None = None
    max_failed_indexes: int | None = None
    suspend: bool = False
    active_deadline_seconds: int | None = None
    template: PodTemplateSpec = PodTemplateSpec()


class JobStatus(Struct, frozen=True):
    active: int = 0
    ready: int | None = None
    succeeded: int = 0
    failed: int = 0
    start_time: str | None = None
    completion_time: str | None = None
    failed_indexes: str = ""  # "1,3-5"
    conditions: tuple[Condition, ...] = ()


class Job(Struct, frozen=True):
    metadata: ObjectMeta
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


class JobTemplateSpec(Struct, frozen=True):
    spec: JobSpec = JobSpec()


class CronJobSpec(Struct, frozen=True):
    schedule: str = ""
    time_zone: str | None = None
    suspend: bool = False
    starting_deadline_seconds: int | None = None
    concurrency_policy: str = "Allow"
    job_template: JobTemplateSpec = JobTemplateSpec()


class CronJobStatus(Struct, frozen=True):
    active: tuple[ObjectReference, ...] = ()
    last_schedule_time: str | None = None
    last_successful_time: str | None = None


class CronJob(Struct, frozen=True):
    metadata: ObjectMeta
    spec: CronJobSpec = CronJobSpec()
    status: CronJobStatus = CronJobStatus()


class PodDisruptionBudgetSpec(Struct, frozen=True):
    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    selector: LabelSelector | None = None


class PodDisruptionBudgetStatus(Struct, frozen=True):
    observed_generation: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    disruptions_allowed: int = 0
    expected_pods: int = 0
    conditions: tuple[Condition, ...] = ()


class PodDisruptionBudget(Struct, frozen=True):
    metadata: ObjectMeta
    spec: PodDisruptionBudgetSpec = PodDisruptionBudgetSpec()
    status: PodDisruptionBudgetStatus = PodDisruptionBudgetStatus()


class HorizontalPodAutoscalerSpec(Struct, frozen=True):
    """``metrics`` stay as the API has them: five shapes, told apart by their ``type``."""

    scale_target_ref: ObjectReference = ObjectReference()
    min_replicas: int = 1
    max_replicas: int = 0
    metrics: tuple[dict[str, Any], ...] = ()


class HorizontalPodAutoscalerStatus(Struct, frozen=True):
    current_replicas: int = 0
    desired_replicas: int = 0
    last_scale_time: str | None = None
    current_metrics: tuple[dict[str, Any], ...] | None = None
    conditions: tuple[Condition, ...] = ()


class HorizontalPodAutoscaler(Struct, frozen=True):
    metadata: ObjectMeta
    spec: HorizontalPodAutoscalerSpec = HorizontalPodAutoscalerSpec()
    status: HorizontalPodAutoscalerStatus = HorizontalPodAutoscalerStatus()
