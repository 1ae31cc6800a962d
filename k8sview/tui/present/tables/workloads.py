"""The tables of what makes pods (deployments and their kin, jobs, cron jobs), scales them or shields them."""

from __future__ import annotations

from typing import Any

from k8sview.model.objects.pods import PodTemplateSpec
from k8sview.model.objects.workloads import (
    CronJob,
    DaemonSet,
    Deployment,
    HorizontalPodAutoscaler,
    Job,
    PodDisruptionBudget,
    ReplicaSet,
    StatefulSet,
)
from k8sview.model.times import parse_time
from k8sview.tui.present.cells import Ratio
from k8sview.tui.present.columns import Column, Surroundings, object_table

_READY = Column("ready", "READY", right=True)
_UPDATED = Column("updated", "UP-TO-DATE", right=True)
_AVAILABLE = Column("available", "AVAILABLE", right=True)
_IMAGES = Column("images", "IMAGES", wide=True, widest=70)


def _images(template: PodTemplateSpec) -> str:
    return ",".join(container.image for container in template.spec.containers)


def _deployment(one: Deployment, _around: Surroundings) -> tuple[Any, ...]:
    status = one.status
    ready = Ratio(status.ready_replicas, one.spec.replicas)
    return ready, status.updated_replicas, status.available_replicas, _images(one.spec.template)


def _replica_set(one: ReplicaSet, _around: Surroundings) -> tuple[Any, ...]:
    owner = one.metadata.controller
    name = owner.name if owner is not None else ""
    return Ratio(one.status.ready_replicas, one.spec.replicas), name, _images(one.spec.template)


def _stateful_set(one: StatefulSet, _around: Surroundings) -> tuple[Any, ...]:
    status = one.status
    ready = Ratio(status.ready_replicas, one.spec.replicas)
    return ready, status.updated_replicas, status.available_replicas, _images(one.spec.template)


def _daemon_set(one: DaemonSet, _around: Surroundings) -> tuple[Any, ...]:
    status = one.status
    ready = Ratio(status.number_ready, status.desired_number_scheduled)
    return ready, status.updated_number_scheduled, status.number_available, _images(one.spec.template)


def _job(one: Job, _around: Surroundings) -> tuple[Any, ...]:
    wanted = one.spec.completions if one.spec.completions is not None else one.spec.parallelism
    started, ended = parse_time(one.status.start_time), parse_time(one.status.completion_time)
    took = (ended - started).total_seconds() if started and ended else None
    return Ratio(one.status.succeeded, wanted), one.status.active, one.status.failed, took, _images(one.spec.template)


def _cron_job(one: CronJob, _around: Surroundings) -> tuple[Any, ...]:
    status = one.status
    last, success = parse_time(status.last_schedule_time), parse_time(status.last_successful_time)
    return one.spec.schedule, one.spec.time_zone or "", one.spec.suspend, len(status.active), last, success


def _autoscaler(one: HorizontalPodAutoscaler, _around: Surroundings) -> tuple[Any, ...]:
    target = one.spec.scale_target_ref
    status = one.status
    bounds = one.spec.min_replicas, one.spec.max_replicas
    return f"{target.kind}/{target.name}", *bounds, status.current_replicas, status.desired_replicas


def _budget(one: PodDisruptionBudget, _around: Surroundings) -> tuple[Any, ...]:
    spec, status = one.spec, one.status
    least = "" if spec.min_available is None else str(spec.min_available)
    most = "" if spec.max_unavailable is None else str(spec.max_unavailable)
    return least, most, Ratio(status.current_healthy, status.desired_healthy), status.disruptions_allowed


DEPLOYMENTS = object_table((_READY, _UPDATED, _AVAILABLE, _IMAGES), _deployment, namespaced=True)
REPLICA_SETS = object_table((_READY, Column("owner", "OWNER", flexible=True), _IMAGES), _replica_set, namespaced=True)
STATEFUL_SETS = object_table((_READY, _UPDATED, _AVAILABLE, _IMAGES), _stateful_set, namespaced=True)
DAEMON_SETS = object_table((_READY, _UPDATED, _AVAILABLE, _IMAGES), _daemon_set, namespaced=True)
JOBS = object_table(
    (
        Column("ready", "COMPLETIONS", right=True),
        Column("active", "ACTIVE", right=True),
        Column("failed", "FAILED", right=True),
        Column("took", "SECONDS", right=True),
        _IMAGES,
    ),
    _job,
    namespaced=True,
)
CRON_JOBS = object_table(
    (
        Column("schedule", "SCHEDULE"),
        Column("zone", "TIMEZONE", wide=True),
        Column("suspend", "SUSPEND"),
        Column("active", "ACTIVE", right=True),
        Column("last", "LAST SCHEDULE", right=True),
        Column("success", "LAST SUCCESS", right=True),
    ),
    _cron_job,
    namespaced=True,
)
AUTOSCALERS = object_table(
    (
        Column("target", "REFERENCE", flexible=True),
        Column("min", "MIN", right=True),
        Column("max", "MAX", right=True),
        Column("current", "CURRENT", right=True),
        Column("desired", "DESIRED", right=True),
    ),
    _autoscaler,
    namespaced=True,
)
BUDGETS = object_table(
    (
        Column("min", "MIN AVAILABLE", right=True),
        Column("max", "MAX UNAVAILABLE", right=True),
        Column("ready", "HEALTHY", right=True),
        Column("allowed", "ALLOWED", right=True),
    ),
    _budget,
    namespaced=True,
)
