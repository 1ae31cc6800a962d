"""The pods behind a workload: the worst of them names the cause that the workload's own counters only show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from k8sview.analysis.health.moments import created
from k8sview.analysis.health.pods import pod_health
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.objects.pods import Pod
from k8sview.model.times import parse_time
from k8sview.model.view import View

_OVER = frozenset({"Succeeded", "Failed"})


class Behind(msgspec.Struct, frozen=True):
    """``readable`` False: nothing here tells anything."""

    readable: bool
    judged: tuple[tuple[Pod, Health], ...] = ()

    @property
    def worst(self) -> tuple[Pod, Health] | None:
        """The pod that is worst off; None when all are healthy."""
        ill = [one for one in self.judged if one[1].verdict is not HealthVerdict.HEALTHY]
        return max(ill, key=lambda one: one[1].verdict.badness, default=None)

    @property
    def faulty(self) -> tuple[tuple[Pod, Health], ...]:
        """Pods with a fault, the worst first; those on their way out do not count."""
        ill = [one for one in self.judged if one[1].verdict.faulty and one[0].metadata.deletion_timestamp is None]
        return tuple(sorted(ill, key=lambda one: -one[1].verdict.badness))

    @property
    def ill(self) -> tuple[tuple[Pod, Health], ...]:
        """Pods that are not healthy, the worst first; those that linger in their deletion too."""
        ill = [one for one in self.judged if one[1].verdict is not HealthVerdict.HEALTHY]
        return tuple(sorted(ill, key=lambda one: (-one[1].verdict.badness, one[0].metadata.name)))

    @property
    def flapping(self) -> tuple[tuple[Pod, Health], ...]:
        """Pods that keep restarting."""
        return tuple(one for one in self.judged if one[1].stability == "flapping")

    @property
    def ill_since(self) -> datetime | None:
        """Since when the first of the pods that are not well is not well."""
        ill = [
            health.since or created(pod)
            for pod, health in self.judged
            if health.verdict is not HealthVerdict.HEALTHY and health.stability is None
        ]
        return min((one for one in ill if one is not None), default=None)

    def labelled(self, label: str, value: str) -> Behind:
        """The pods that carry a label alone."""
        return Behind(self.readable, tuple(one for one in self.judged if one[0].metadata.labels.get(label) == value))


def pods_behind(view: View, namespace: str | None, selector: LabelSelector, makers: Iterable[Any]) -> Behind:
    """The living pods that a workload's selector matches, judged; leftovers of failures do not count.

    Selectors may overlap: a pod that something else than ``makers`` controls is not the workload's.
    """
    if not view.readable("pods", namespace):
        return Behind(False)
    uids = {maker.metadata.uid for maker in makers} - {""}
    return _judged(view, (pod for pod in view.pods_of(namespace or "", selector) if not uids or _is_of(pod, uids)))


def pods_owned(view: View, owner: Any) -> Behind:
    """The living pods that an object owns, judged."""
    if not view.readable("pods", owner.metadata.namespace):
        return Behind(False)
    return _judged(view, (child for _, child in view.children(owner) if isinstance(child, Pod)))


def _is_of(pod: Pod, uids: set[str]) -> bool:
    controller = pod.metadata.controller
    return controller is None or not controller.uid or controller.uid in uids


def _judged(view: View, pods: Iterable[Pod]) -> Behind:
    return Behind(True, tuple((pod, pod_health(view, pod)) for pod in pods if pod.status.phase not in _OVER))


def began(workload: Any, behind: Behind, rollout: str) -> datetime | None:
    """When what a workload waits for began, for kinds without a condition that dates it.

    A rollout moves with its youngest pod, and with the pod that was told to go, which has its grace; what is complete
    lacks a pod since that pod is not well.
    """
    if rollout != "moving" and behind.ill_since is not None:
        return behind.ill_since
    steps = [created(pod) for pod, _ in behind.judged]
    steps += [parse_time(pod.metadata.deletion_timestamp) for pod, _ in behind.judged]
    return max((one for one in steps if one is not None), default=created(workload))
