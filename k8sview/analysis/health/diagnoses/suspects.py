"""The containers of a pod that may be why it is not well, in the order in which the kubelet starts them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.containers import lately_ended
from k8sview.analysis.health.moments import changed, created
from k8sview.analysis.health.restarts import memory_of
from k8sview.model.objects.pods import Container, ContainerStateTerminated, ContainerStatus, Pod
from k8sview.model.times import parse_time
from k8sview.model.view import View

_HARMLESS_WAITS = frozenset({"", "ContainerCreating", "PodInitializing"})


class Suspect(NamedTuple):
    """One container with its part in the pod: ``container``, ``init container`` or ``sidecar``."""

    status: ContainerStatus
    spec: Container
    role: str = "container"
    step: str = ""
    """Which step of an init sequence it is: "step 2 of 3"."""

    @property
    def name(self) -> str:
        return self.status.name

    @property
    def words(self) -> str:
        """As a sentence begins: ``init container migrate (step 2 of 3)``."""
        return f"{self.role} {self.name}" + (f" ({self.step})" if self.step else "")

    @property
    def path(self) -> str:
        """Where its status is found in the pod."""
        field = "containerStatuses" if self.role == "container" else "initContainerStatuses"
        return f"status.{field}[name={self.name}]"

    @property
    def spec_path(self) -> str:
        """Where it is described in the pod."""
        field = "containers" if self.role == "container" else "initContainers"
        return f"spec.{field}[name={self.name}]"

    @property
    def waits_for(self) -> str:
        """The reason for which it waits if that is a failure, "" otherwise."""
        waiting = self.status.state.waiting
        return waiting.reason if waiting is not None and waiting.reason not in _HARMLESS_WAITS else ""

    @property
    def said(self) -> str:
        """What the kubelet says of its wait."""
        waiting = self.status.state.waiting
        return waiting.message if waiting is not None else ""

    @property
    def image(self) -> str:
        return self.spec.image or self.status.image

    @property
    def consequence(self) -> str:
        """What its failure means for the others, as a clause; "" for a main container."""
        return "" if self.role == "container" else ", so the app is not started"


def suspects(pod: Pod) -> Iterator[Suspect]:
    """Containers that have not rightly ended; of a pod that is being deleted none."""
    if pod.metadata.deletion_timestamp is not None:
        return
    statuses = {status.name: status for status in pod.status.init_container_statuses}
    steps = [one.name for one in pod.spec.init_containers if one.restart_policy != "Always"]
    for container in pod.spec.init_containers:
        status = statuses.get(container.name)
        if status is None:
            continue
        if container.restart_policy == "Always":
            yield Suspect(status, container, "sidecar")
        elif not (status.state.terminated is not None and status.state.terminated.exit_code == 0):
            step = f"step {steps.index(container.name) + 1} of {len(steps)}" if len(steps) > 1 else ""
            yield Suspect(status, container, "init container", step)
    specs = {container.name: container for container in pod.spec.containers}
    for status in pod.status.container_statuses:
        yield Suspect(status, specs.get(status.name) or Container(name=status.name))


def waiting_ones(pod: Pod) -> Iterator[Suspect]:
    """Those whose wait is a failure."""
    return (one for one in suspects(pod) if one.waits_for)


def ended_ones(view: View, pod: Pod) -> Iterator[tuple[Suspect, ContainerStateTerminated]]:
    """Those that ended and should not have, with their last end; an end that is long over is no fault any more."""
    for one in suspects(pod):
        state, last = one.status.state, one.status.last_state.terminated
        if state.terminated is not None:
            if state.terminated.exit_code or (one.role != "init container" and pod.spec.restart_policy == "Always"):
                yield one, state.terminated
        elif last is not None and (one.waits_for or (state.running is not None and _lately(view, pod, one))):
            yield one, last


def _lately(view: View, pod: Pod, one: Suspect) -> bool:
    return lately_ended(view, one.status, memory_of(view, pod, one.status)) is not None


def waits_since(pod: Pod, one: Suspect) -> datetime | None:
    """Since when a container that never came to run this time waits: its last end, or the pod's beginning."""
    last = one.status.last_state.terminated
    ended = parse_time(last.finished_at) if last is not None else None
    return ended or changed(find(pod.status.conditions, "PodScheduled"), created(pod))
