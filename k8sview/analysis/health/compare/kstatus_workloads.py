"""What kstatus says of whatever makes pods: counters, and the deadline of Deployments alone. After its core.go."""

from __future__ import annotations

from k8sview.analysis.health.compare.said import Said, counting
from k8sview.analysis.health.conditions import is_true
from k8sview.model.objects.workloads import DaemonSet, Deployment, Job, ReplicaSet, StatefulSet
from k8sview.model.view import View

_NO_DEADLINE = 2147483647
_NEVER_FAILED = "it never calls a {} Failed"


def deployment(_view: View, found: Deployment) -> Said:
    """Failed by the progress deadline alone; Current by every counter and two conditions."""
    spec, status = found.spec, found.status
    rolled_out = spec.progress_deadline_seconds == _NO_DEADLINE
    for condition in status.conditions:
        if condition.type != "Progressing":
            continue
        if condition.reason == "ProgressDeadlineExceeded":
            return Said("Failed", "its progress deadline is exceeded")
        rolled_out = rolled_out or (condition.status == "True" and condition.reason == "NewReplicaSetAvailable")
    lacking = _first(
        _below("status.replicas", status.replicas, "spec.replicas", spec.replicas),
        _below("status.updatedReplicas", status.updated_replicas, "spec.replicas", spec.replicas),
        _above("status.replicas", status.replicas, "spec.replicas", spec.replicas),
        _below(
            "status.availableReplicas", status.available_replicas, "status.updatedReplicas", status.updated_replicas
        ),
        _below("status.readyReplicas", status.ready_replicas, "spec.replicas", spec.replicas),
        "" if rolled_out else "Progressing is not True with reason NewReplicaSetAvailable",
        "" if is_true(status.conditions, "Available") else "its condition Available is not True",
    )
    if lacking:
        return Said("InProgress", f"{lacking}, and only an exceeded progress deadline is Failed there")
    return Said("Current", "its counters and its conditions Progressing and Available are all it looks at")


def stateful_set(_view: View, found: StatefulSet) -> Said:
    """Counters, then the partition, then revisions; OnDelete before any of them."""
    spec, status = found.spec, found.status
    if spec.update_strategy.type == "OnDelete":
        return Said("Current", "a StatefulSet with update strategy OnDelete is Current there before any pod is counted")
    lacking = _first(
        _below("status.replicas", status.replicas, "spec.replicas", spec.replicas),
        _below("status.readyReplicas", status.ready_replicas, "spec.replicas", spec.replicas),
        _above("status.replicas", status.replicas, "spec.replicas", spec.replicas),
    )
    rolling = spec.update_strategy.rolling_update
    if not lacking and rolling is not None and rolling.partition is not None:
        wanted = spec.replicas - rolling.partition
        lacking = _below("status.updatedReplicas", status.updated_replicas, "replicas less partition", wanted)
        if not lacking:
            return Said("Current", "with a partition, even of 0, enough updated pods are all it asks for")
    if not lacking:
        lacking = _first(
            _below("status.currentReplicas", status.current_replicas, "spec.replicas", spec.replicas),
            "its two revisions differ" if status.current_revision != status.update_revision else "",
        )
    if lacking:
        return Said("InProgress", f"{lacking}, and {_NEVER_FAILED.format('StatefulSet')}")
    return Said("Current", "its counters and its revisions are all it looks at")


def daemon_set(_view: View, found: DaemonSet) -> Said:
    """Counters against status.desiredNumberScheduled, once the controller has written a status at all."""
    status = found.status
    desired = status.desired_number_scheduled
    wanted = "status.desiredNumberScheduled"
    lacking = _first(
        "metadata.generation is absent" if found.metadata.generation is None else "",
        "" if status.observed_generation else "status.observedGeneration is absent",
        _below("status.currentNumberScheduled", status.current_number_scheduled, wanted, desired),
        _below("status.updatedNumberScheduled", status.updated_number_scheduled, wanted, desired),
        _below("status.numberAvailable", status.number_available, wanted, desired),
        _below("status.numberReady", status.number_ready, wanted, desired),
    )
    if lacking:
        return Said("InProgress", f"{lacking}, and {_NEVER_FAILED.format('DaemonSet')}, whatever its nodes do")
    return Said("Current", "its counters are all it looks at")


def replica_set(_view: View, found: ReplicaSet) -> Said:
    """Counters; a refused pod is InProgress. Every pod counts as labelled: that counter is not kept here."""
    spec, status = found.spec, found.status
    if is_true(status.conditions, "ReplicaFailure"):
        return Said("InProgress", "ReplicaFailure, pods that are refused, is InProgress there without any limit")
    lacking = _first(
        _below("status.replicas", status.replicas, "spec.replicas", spec.replicas),
        _below("status.availableReplicas", status.available_replicas, "spec.replicas", spec.replicas),
        _below("status.readyReplicas", status.ready_replicas, "spec.replicas", spec.replicas),
        _above("status.replicas", status.replicas, "spec.replicas", spec.replicas),
    )
    if lacking:
        return Said("InProgress", f"{lacking}, and {_NEVER_FAILED.format('ReplicaSet')}")
    return Said("Current", "its counters are all it looks at")


def job(_view: View, found: Job) -> Said:
    """The first condition of its list that is True decides; a Job that runs is Current."""
    started = bool(found.status.start_time)
    for condition in found.status.conditions:
        if condition.status != "True":
            continue
        if condition.type == "Complete":
            return Said("Current", "a Job with Complete=True is Current there")
        if condition.type == "Failed":
            return Said("Failed", "a Job with Failed=True is Failed there, even one that a later run made good")
        if condition.type == "Suspended" and found.spec.suspend:
            return Said(
                "Current",
                "a Job that is suspended is Current there",
                fork=""
                if started
                else "kstatus says Current, but its fork in Flux and Helm 4 says InProgress: "
                "it knows no suspension and waits for status.startTime",
            )
    if not started:
        return Said("InProgress", "a Job without status.startTime has not started, without any limit")
    return Said("Current", "a Job that has started is Current there, before it has completed and whatever its pods do")


def _first(*lacks: str) -> str:
    return next((lack for lack in lacks if lack), "")


def _below(path: str, count: int, wanted_path: str, wanted: int) -> str:
    return counting(path, count, wanted_path, wanted) if count < wanted else ""


def _above(path: str, count: int, wanted_path: str, wanted: int) -> str:
    return f"{path} {count} is above {wanted_path} {wanted}" if count > wanted else ""
