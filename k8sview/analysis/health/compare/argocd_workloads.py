"""What Argo CD says of pods and of whatever makes them: its built-in rules, which follow ``kubectl rollout status``."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.compare.said import Said, counting
from k8sview.analysis.health.conditions import find, is_true
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import DaemonSet, Deployment, Job, ReplicaSet, StatefulSet

_IGNORE_RESTART_POLICY = "argocd.argoproj.io/ignore-restart-policy"
_HOOKS = ("argocd.argoproj.io/hook", "helm.sh/hook")


def pod(found: Pod) -> Said:
    """Waiting reasons of main containers first, then the phase; what ends by itself is Progressing until then."""
    lasting = found.spec.restart_policy == "Always" or _ignores_restart_policy(found)
    if lasting:
        for status in found.status.container_statuses:
            waiting = status.state.waiting
            if waiting is not None and _is_failure(waiting.reason):
                return Said(
                    "Degraded", f"container {status.name} waits with reason {waiting.reason}, which is Degraded at once"
                )
    match found.status.phase:
        case "Pending":
            return Said(
                "Progressing",
                "a Pending pod is Progressing there, without any limit, unless a main container of a pod that restarts "
                "waits with a reason like Err…, …Error or …BackOff: no init container counts",
            )
        case "Succeeded":
            return Said("Healthy", "phase Succeeded is Healthy there")
        case "Failed":
            return Said("Degraded", "phase Failed is Degraded there, whatever became of the work")
        case "Running":
            return _running(found, lasting)
    return Said("Unknown", "a pod without a known phase is Unknown there")


def _running(found: Pod, lasting: bool) -> Said:
    if not lasting:
        return Said("Progressing", "a Running pod that ends by itself is Progressing there until it has ended")
    if is_true(found.status.conditions, "Ready"):
        return Said("Healthy", "a Running pod that is Ready at this moment is Healthy there, however often it restarts")
    if any(status.last_state.terminated is not None for status in found.status.container_statuses):
        return Said("Degraded", "a pod that is not Ready and has restarted before is Degraded there at once")
    return Said("Progressing", "a Running pod that is not Ready and never restarted is Progressing there without limit")


def _is_failure(reason: str) -> bool:
    return reason.startswith("Err") or reason.endswith(("Error", "BackOff"))


def _ignores_restart_policy(found: Pod) -> bool:
    annotations = found.metadata.annotations
    return annotations.get(_IGNORE_RESTART_POLICY) == "true" and not any(name in annotations for name in _HOOKS)


def deployment(found: Deployment) -> Said:
    """Pause first, then the deadline, then counters; the conditions Available and ReplicaFailure are not looked at."""
    spec, status = found.spec, found.status
    if spec.paused:
        return Said("Suspended", "spec.paused is Suspended there, whatever its pods do")
    lagging = _unobserved(found)
    if lagging is not None:
        return lagging
    progressing = find(status.conditions, "Progressing")
    if progressing is not None and progressing.reason == "ProgressDeadlineExceeded":
        return Said("Degraded", "its progress deadline is exceeded, which is Degraded there whatever is available")
    if status.updated_replicas < spec.replicas:
        lacking = counting("status.updatedReplicas", status.updated_replicas, "spec.replicas", spec.replicas)
    elif status.replicas > status.updated_replicas:
        lacking = f"status.replicas {status.replicas} is above status.updatedReplicas {status.updated_replicas}"
    elif status.available_replicas < status.updated_replicas:
        lacking = counting(
            "status.availableReplicas", status.available_replicas, "status.updatedReplicas", status.updated_replicas
        )
    else:
        return Said("Healthy", "its counters are all it looks at, and only spec.paused is Suspended there")
    return Said("Progressing", f"{lacking}, and only an exceeded progress deadline is Degraded there")


def stateful_set(found: StatefulSet) -> Said:
    """Ready pods, then the partition; a rolling update with parameters never compares revisions."""
    spec, status = found.spec, found.status
    strategy = spec.update_strategy
    never = "it never calls a StatefulSet Degraded"
    if not status.observed_generation:
        return Said("Progressing", f"its controller has not observed it, and {never}")
    lagging = _unobserved(found)
    if lagging is not None:
        return lagging
    if status.ready_replicas < spec.replicas:
        lacking = counting("status.readyReplicas", status.ready_replicas, "spec.replicas", spec.replicas)
        return Said("Progressing", f"{lacking}, and {never}")
    if strategy.type == "RollingUpdate" and strategy.rolling_update is not None:
        wanted = spec.replicas - (strategy.rolling_update.partition or 0)
        if strategy.rolling_update.partition is not None and status.updated_replicas < wanted:
            lacking = counting("status.updatedReplicas", status.updated_replicas, "replicas less partition", wanted)
            return Said("Progressing", f"{lacking}, and {never}")
    elif strategy.type != "OnDelete" and status.update_revision != status.current_revision:
        return Said("Progressing", f"its two revisions differ, and {never}")
    return Said("Healthy", "enough pods that are ready at this moment are all it asks for")


def daemon_set(found: DaemonSet) -> Said:
    """Counters; with OnDelete none."""
    status = found.status
    lagging = _unobserved(found)
    if lagging is not None:
        return lagging
    if found.spec.update_strategy.type == "OnDelete":
        return Said("Healthy", "a DaemonSet with update strategy OnDelete is Healthy there whatever is available")
    wanted, desired = "status.desiredNumberScheduled", status.desired_number_scheduled
    if status.updated_number_scheduled < desired:
        lacking = counting("status.updatedNumberScheduled", status.updated_number_scheduled, wanted, desired)
    elif status.number_available < desired:
        lacking = counting("status.numberAvailable", status.number_available, wanted, desired)
    else:
        return Said("Healthy", "its counters are all it looks at")
    return Said("Progressing", f"{lacking}, and it never calls a DaemonSet Degraded, whatever its nodes do")


def replica_set(found: ReplicaSet) -> Said:
    """ReplicaFailure, then available pods."""
    lagging = _unobserved(found)
    if lagging is not None:
        return lagging
    spec, status = found.spec, found.status
    if is_true(status.conditions, "ReplicaFailure"):
        return Said("Degraded", "its condition ReplicaFailure is True, which may be stale")
    if status.available_replicas < spec.replicas:
        lacking = counting("status.availableReplicas", status.available_replicas, "spec.replicas", spec.replicas)
        return Said("Progressing", f"{lacking}, and only ReplicaFailure is Degraded there")
    return Said("Healthy", "enough available pods are all it asks for, and 0 of 0 is enough")


def job(found: Job) -> Said:
    """A condition counts by being there at all: of Failed and Complete, the status is not read."""
    types = {condition.type for condition in found.status.conditions}
    if "Failed" in types:
        return Said("Degraded", "a Job that has a condition Failed is Degraded there, whatever that condition's status")
    if is_true(found.status.conditions, "Suspended"):
        return Said("Suspended", "a Job with Suspended=True is Suspended there")
    if "Complete" in types:
        return Said("Healthy", "a Job that has a condition Complete is Healthy there")
    if "Suspended" in types:
        return Said("Healthy", "a Job that was resumed keeps Suspended=False, which counts as finished there")
    return Said("Progressing", "a Job without Complete, Failed or Suspended is Progressing there, whatever its pods do")


def _unobserved(found: Any) -> Said | None:
    if (found.metadata.generation or 0) <= found.status.observed_generation:
        return None
    return Said(
        "Progressing", "status.observedGeneration is behind metadata.generation, which is Progressing without any limit"
    )
