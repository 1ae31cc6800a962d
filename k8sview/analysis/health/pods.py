"""Verdict on one pod: a ladder from deletion over scheduling and init containers to readiness and stability.

Called for every pod of a cluster: the healthy ones leave by the first door.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from k8sview.analysis.health import containers
from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.creating import creating, unprepared
from k8sview.analysis.health.endings import pod_deletion
from k8sview.analysis.health.failed import failed_pod
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.resizing import resizing
from k8sview.analysis.health.restarts import memory_of
from k8sview.analysis.health.scheduling import unscheduled
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Container, ContainerStatus, Pod
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

HEALTHY = Health(HealthVerdict.HEALTHY, stability="stable")
_COMPLETED = Health(HealthVerdict.HEALTHY, "Completed")

_INIT_TOO_LONG = timedelta(minutes=10)  # the default progress deadline of a Deployment
_UNDER_WAY = ("DisruptionTarget", "PodResizePending", "PodResizeInProgress")
_GATES = timedelta(minutes=5)
_DISRUPTION = timedelta(minutes=2)  # as long as the disruption controller keeps a mark that nothing follows


def pod_health(view: View, pod: Pod) -> Health:
    """Verdict on one pod."""
    status = pod.status
    if pod.metadata.deletion_timestamp is not None:
        return pod_deletion(view, pod)
    if (
        status.phase == "Running"
        and _settled(status.container_statuses, status.init_container_statuses)
        and _untroubled(pod)
    ):
        return HEALTHY
    if status.phase == "Succeeded":
        return _COMPLETED
    if status.phase == "Failed":
        return failed_pod(view, pod)
    if status.phase == "Unknown":
        return Health(HealthVerdict.UNKNOWN, "PodUnknown", f"its node {pod.spec.node_name} no longer reports on it")
    if not pod.spec.node_name and not status.container_statuses:
        return unscheduled(view, pod)
    return _on_node(view, pod)


def _settled(main: tuple[ContainerStatus, ...], init: tuple[ContainerStatus, ...]) -> bool:
    """Everything ready and nothing ever restarted."""
    for status in main:
        if not status.ready or status.restart_count:
            return False
    for status in init:
        if not status.ready or status.restart_count:
            return False
    return bool(main)


def _untroubled(pod: Pod) -> bool:
    """Ready, and no other condition tells of something under way."""
    ready = False
    for condition in pod.status.conditions:
        if condition.type == "Ready":
            ready = condition.status == "True"
        elif condition.type in _UNDER_WAY and condition.status == "True":
            return False
    return ready and not pod.status.resize


def _on_node(view: View, pod: Pod) -> Health:
    return (
        _lost_node(view, pod)
        or unprepared(view, pod)
        or _init(view, pod)
        or _main(view, pod)
        or _sidecars(view, pod)
        or _gates(view, pod)
        or _disruption(view, pod)
        or _stability(view, pod)
        or resizing(view, pod)
        or HEALTHY
    )


def _lost_node(view: View, pod: Pod) -> Health | None:
    """Containers of a lost node keep their last status: only the node tells."""
    ready = find(pod.status.conditions, "Ready")
    if ready is not None and ready.status == "True":
        return None
    node = view.get("nodes", pod.spec.node_name)
    if not isinstance(node, Node):
        return None
    state = find(node.status.conditions, "Ready")
    if state is None or state.status == "True":
        return None
    return Health(
        HealthVerdict.DOWN,
        "NodeNotReady",
        f"its node {pod.spec.node_name} is not ready",
        since=changed(state),
        evidence=(f"nodes/{pod.spec.node_name} status.conditions[type=Ready].status = {state.status}",),
    )


def _init(view: View, pod: Pod) -> Health | None:
    """The first init container or sidecar that the pod waits for, in order; None when all have done their part."""
    statuses = {status.name: status for status in pod.status.init_container_statuses}
    mains = pod.status.container_statuses
    over = bool(mains) and all(one.state.terminated for one in mains)
    for container in pod.spec.init_containers:
        status = statuses.get(container.name)
        if status is None:
            continue
        sidecar = container.restart_policy == "Always"
        words = f"sidecar {container.name}" if sidecar else f"init container {container.name}"
        if containers.failing_wait(status):
            return containers.waits(status, container.image, words)
        ended = status.state.terminated
        if ended is not None and (sidecar or ended.exit_code):
            if sidecar and over:
                continue  # asked to end after the app had
            return containers.exited(status, ended, words)
        if status.state.running is not None and not (sidecar and status.started):
            return _init_runs(view, pod, status, container, words)
    return None


def _init_runs(view: View, pod: Pod, status: ContainerStatus, container: Container, words: str) -> Health:
    running = status.state.running
    started = running.started_at if running is not None else None
    evidence = (f"status.initContainerStatuses[name={status.name}].state.running.startedAt = {started}",)
    last = status.last_state.terminated
    again = status.restart_count > 1 and containers.lately_ended(view, status) is not None
    if last is not None and last.exit_code and again:
        message = f"{words} fails again and again: {containers.ended(last)}, {status.restart_count} restarts"
        return Health(HealthVerdict.DOWN, "Restarting", message, stability="flapping", evidence=evidence)
    since = parse_time(started)
    sidecar = container.restart_policy == "Always"
    grace = max(_INIT_TOO_LONG, containers.patience(container)) if sidecar else _INIT_TOO_LONG
    end = grace_end(view, since, grace)
    if end is None and since is not None and (sidecar or pod.spec.restart_policy == "Always"):
        verb = "started" if sidecar else "finished"
        message = f"{words} has not {verb} for {format_age(view.taken_at - since)}"
        return Health(HealthVerdict.DEGRADED, "InitTooLong", message, since, evidence=evidence)
    # A Job's init container may well load data for hours.
    return Health(
        HealthVerdict.PROGRESSING,
        "PodInitializing",
        f"{words} runs",
        since,
        evidence=evidence,
        recheck_at=end,
        grace=grace if end is not None else None,
    )


def _main(view: View, pod: Pod) -> Health | None:
    """The worst of the main containers; None when all are ready or have rightly ended."""
    specs = {container.name: container for container in pod.spec.containers}
    ready = find(pod.status.conditions, "Ready")
    turned = changed(ready) if ready is not None and ready.status != "True" else None
    worst: Health | None = None
    for status in pod.status.container_statuses:
        found = _container(view, pod, status, specs.get(status.name), turned)
        if found is not None and (worst is None or found.verdict.badness > worst.verdict.badness):
            worst = found
    if worst is None and not pod.status.container_statuses:
        return creating(view, pod, created(pod), "its containers are", "status.containerStatuses = absent")
    return worst


def _container(
    view: View, pod: Pod, status: ContainerStatus, container: Container | None, turned: datetime | None
) -> Health | None:
    words = f"container {status.name}"
    if containers.failing_wait(status):
        return containers.waits(status, container.image if container else "", words)
    ended = status.state.terminated
    if ended is not None:
        return (
            None
            if ended.exit_code == 0 and pod.spec.restart_policy != "Always"
            else containers.exited(status, ended, words)
        )
    if status.ready:
        return None
    if status.state.running is not None:
        return containers.not_ready(view, status, container, turned, words)
    scheduled = changed(find(pod.status.conditions, "PodScheduled"), created(pod))
    reason = status.state.waiting.reason if status.state.waiting else "absent"
    shown = f"status.containerStatuses[name={status.name}].state.waiting.reason = {reason or 'absent'}"
    return creating(view, pod, scheduled, f"{words} is", shown)


def _sidecars(view: View, pod: Pod) -> Health | None:
    """A sidecar that has started counts for the pod's readiness as a main container does."""
    if pod.ready:
        return None
    statuses = {status.name: status for status in pod.status.init_container_statuses}
    turned = changed(find(pod.status.conditions, "Ready"))
    for container in pod.spec.init_containers:
        status = statuses.get(container.name)
        if status is None or container.restart_policy != "Always" or status.ready or status.state.running is None:
            continue
        return containers.not_ready(view, status, container, turned, f"sidecar {container.name}")
    return None


def _gates(view: View, pod: Pod) -> Health | None:
    """All containers are ready and the pod is not: readiness gates, or a status that is about to follow."""
    ready = find(pod.status.conditions, "Ready")
    if ready is not None and ready.status == "True":
        return None
    if pod.spec.restart_policy != "Always" and any(one.state.terminated for one in pod.status.container_statuses):
        return Health(HealthVerdict.PROGRESSING, "Running", "some of its containers have finished, others run")
    since = changed(ready, created(pod))
    end = grace_end(view, since, _GATES)
    cause = one_line(ready.message) if ready else "it has no Ready condition"
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DOWN,
        (ready.reason if ready else "") or "PodNotReady",
        joined("all its containers are ready but the pod is not", cause),
        since,
        evidence=(f"status.conditions[type=Ready].status = {ready.status if ready else 'absent'}",),
        recheck_at=end,
        grace=_GATES if end is not None else None,
    )


def _disruption(view: View, pod: Pod) -> Health | None:
    """Marked for its end and not deleted yet; the mark of a disruption that never came is withdrawn in two minutes."""
    condition = find(pod.status.conditions, "DisruptionTarget")
    if condition is None or condition.status != "True":
        return None
    since = changed(condition)
    end = grace_end(view, since, _DISRUPTION)
    if end is None:
        return None
    message = joined("is about to be ended", one_line(condition.message))
    evidence = (f"status.conditions[type=DisruptionTarget].reason = {condition.reason}",)
    return Health(
        HealthVerdict.PROGRESSING,
        condition.reason or "DisruptionTarget",
        message,
        since,
        evidence=evidence,
        recheck_at=end,
        grace=_DISRUPTION,
    )


def _stability(view: View, pod: Pod) -> Health | None:
    sidecars = {one.name for one in pod.spec.init_containers if one.restart_policy == "Always"}
    named = [(one, f"container {one.name}") for one in pod.status.container_statuses]
    named += [(one, f"sidecar {one.name}") for one in pod.status.init_container_statuses if one.name in sidecars]
    found = [containers.restarting(view, one, words, memory_of(view, pod, one)) for one, words in named]
    return max((one for one in found if one), key=lambda one: one.verdict.badness, default=None)
