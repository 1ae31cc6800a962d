"""The table of pods: columns as ``kubectl get pods -o wide`` has them."""

from __future__ import annotations

from typing import Any

from k8sview.model.objects.pods import ContainerStatus, Pod
from k8sview.tui.present.cells import Ratio
from k8sview.tui.present.columns import Column, Surroundings, object_table

_COLUMNS = (
    Column("ready", "READY", right=True),
    Column("status", "STATUS", flexible=True, widest=28),
    Column("restarts", "RESTARTS", right=True),
    Column("node", "NODE", flexible=True, widest=40),
    Column("ip", "IP", wide=True),
    Column("qos", "QOS", wide=True),
)


def status_text(pod: Pod) -> str:
    """The one word kubectl prints as STATUS: the most telling reason among pod, init containers and containers."""
    if pod.metadata.deletion_timestamp:
        return "Unknown" if pod.status.reason == "NodeLost" else "Terminating"
    return _init_reason(pod) or _container_reason(pod) or pod.status.reason or pod.status.phase or "Unknown"


def _init_reason(pod: Pod) -> str:
    sidecars = {one.name for one in pod.spec.init_containers if one.restart_policy == "Always"}
    total = len(pod.spec.init_containers)
    for number, status in enumerate(pod.status.init_container_statuses):
        state = status.state
        if state.terminated and state.terminated.exit_code == 0:
            continue
        if status.name in sidecars and status.started:
            continue
        if state.terminated:
            return f"Init:{_ended(status)}"
        if state.waiting and state.waiting.reason not in ("", "PodInitializing"):
            return f"Init:{state.waiting.reason}"
        return f"Init:{number}/{total}"
    return ""


def _container_reason(pod: Pod) -> str:
    running = False
    reason = ""
    for status in reversed(pod.status.container_statuses):
        state = status.state
        if state.waiting and state.waiting.reason:
            reason = state.waiting.reason
        elif state.terminated:
            reason = _ended(status)
        elif status.ready and state.running:
            running = True
    if reason == "Completed" and running:
        ready = any(one.type == "Ready" and one.status == "True" for one in pod.status.conditions)
        return "Running" if ready else "NotReady"
    return reason


def _ended(status: ContainerStatus) -> str:
    ended = status.state.terminated
    if ended is None:
        return ""
    return ended.reason or (f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}")


def _values(pod: Pod, _around: Surroundings) -> tuple[Any, ...]:
    statuses = pod.status.container_statuses
    sidecars = {one.name for one in pod.spec.init_containers if one.restart_policy == "Always"}
    helpers = tuple(one for one in pod.status.init_container_statuses if one.name in sidecars)
    ready = sum(one.ready for one in (*statuses, *helpers))
    restarts = sum(one.restart_count for one in (*statuses, *pod.status.init_container_statuses))
    return (
        Ratio(ready, len(pod.spec.containers) + len(sidecars)),
        status_text(pod),
        restarts,
        pod.spec.node_name,
        pod.status.pod_ip,
        pod.status.qos_class,
    )


PODS = object_table(_COLUMNS, _values, namespaced=True)
