"""What pods ask for and hold, counted as the scheduler counts it (k8s.io/component-helpers, resource.PodRequests)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from k8sview.model.objects.pods import Container, Pod, PodSpec
from k8sview.model.quantities import amount

Amounts = dict[str, int]
"""Resource → amount; CPU in thousandths of a core, memory and storage in bytes."""

Quantities = Mapping[str, str | int | float]


def asked(spec: PodSpec) -> Amounts:
    """The requests of a pod that is to be placed."""
    return _whole(spec, {})


def held(pod: Pod) -> Amounts:
    """The requests of a pod on its node: while a resize is under way, the larger of old and new."""
    allocated = _resized(pod)
    if not allocated:
        return _whole(pod.spec, {})
    infeasible = any(
        one.type == "PodResizePending" and one.reason == "Infeasible" and one.status == "True"
        for one in pod.status.conditions
    )
    now = _whole(pod.spec, allocated)
    return now if infeasible else most((now, _whole(pod.spec, {})))


def amounts(quantities: Quantities) -> Amounts:
    return {name: amount(name, quantity) for name, quantity in quantities.items()}


def most(several: Iterable[Mapping[str, int]]) -> Amounts:
    """The largest of each resource."""
    found: Amounts = {}
    for one in several:
        for name, number in one.items():
            if number > found.get(name, 0):
                found[name] = number
    return found


def _resized(pod: Pod) -> dict[str, Amounts]:
    """What was granted to the containers that now ask for something else."""
    wanted = {one.name: one.resources.requests for one in (*pod.spec.containers, *pod.spec.init_containers)}
    found: dict[str, Amounts] = {}
    for status in (*pod.status.container_statuses, *pod.status.init_container_statuses):
        if status.allocated_resources and status.allocated_resources != wanted.get(status.name):
            found[status.name] = amounts(status.allocated_resources)
    return found


def _whole(spec: PodSpec, granted: Mapping[str, Amounts]) -> Amounts:
    """Sum of the containers and sidecars, or the largest init container with the sidecars before it."""
    total: Amounts = {}
    for container in spec.containers:
        _add(total, _of(container, granted))
    if spec.init_containers:
        sidecars: Amounts = {}
        peak: Amounts = {}
        for container in spec.init_containers:
            own = _of(container, granted)
            if container.restart_policy == "Always":
                _add(total, own)
                _add(sidecars, own)
                peak = most((peak, sidecars))
            else:
                during = dict(sidecars)
                _add(during, own)
                peak = most((peak, during))
        total = most((total, peak))
    if spec.resources is not None:
        for name, quantity in spec.resources.requests.items():
            if name in ("cpu", "memory") or name.startswith("hugepages-"):
                total[name] = amount(name, quantity)
    for name, quantity in spec.overhead.items():
        total[name] = total.get(name, 0) + amount(name, quantity)
    return total


def _of(container: Container, granted: Mapping[str, Amounts]) -> Amounts:
    found = granted.get(container.name) if granted else None
    return found if found is not None else amounts(container.resources.requests)


def _add(total: Amounts, more: Mapping[str, int]) -> None:
    for name, number in more.items():
        total[name] = total.get(name, 0) + number
