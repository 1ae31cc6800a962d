"""What each component weighs and whether anything uses it. What could not be read is None, never 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.objects.extension import CustomResourceDefinition, WebhookConfiguration
from k8sview.model.objects.pods import Pod, PodSpec
from k8sview.model.quantities import parse_quantity
from k8sview.model.view import View

_CRDS = "customresourcedefinitions.apiextensions.k8s.io"
_WEBHOOKS = (
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
)

_WORKLOADS = ("deployments.apps", "statefulsets.apps", "daemonsets.apps")

WEIGH_READS = ("pods", *_WORKLOADS, _CRDS, *_WEBHOOKS)
"""What weighing reads; each may be missing and makes its own numbers None."""

_OVER = frozenset({"Succeeded", "Failed"})


class Weighed(Protocol):
    """What weighing needs to know of a catalogued component."""

    @property
    def id(self) -> str: ...
    @property
    def topic(self) -> bool: ...
    @property
    def api_groups(self) -> tuple[str, ...]: ...
    @property
    def webhooks(self) -> tuple[str, ...]: ...
    @property
    def use(self) -> tuple[str, ...]: ...


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """One component on the scales. ``used`` counts the objects of ``use_resources``, which show that it is used."""

    component: str
    state: Presence
    workloads: int | None
    pods: int | None
    cpu_requested: Decimal | None  # cores
    memory_requested: int | None  # bytes
    api_types: int | None
    webhooks: int | None
    used: int | None
    use_resources: tuple[str, ...] = ()

    @property
    def idle(self) -> bool | None:
        """Weight without use; None where that cannot be told or nothing would show it."""
        if self.state is not Presence.INSTALLED or not self.use_resources:
            return None
        return None if self.used is None else self.used == 0


def weigh(components: Iterable[Weighed], statuses: Mapping[str, ComponentStatus], view: View) -> tuple[Weight, ...]:
    """The weight of every component that is not absent; topics weigh nothing."""
    present = ((one, statuses.get(one.id)) for one in components if not one.topic)
    return tuple(
        _weigh(component, status, view)
        for component, status in present
        if status is not None and status.state is not Presence.ABSENT
    )


def _weigh(component: Weighed, status: ComponentStatus, view: View) -> Weight:
    unseen = _unseen(status, view)
    pods = None if unseen else _pods(status, view)
    return Weight(
        component=component.id,
        state=status.state,
        workloads=None if unseen else len(_places(status)),
        pods=None if pods is None else len(pods),
        cpu_requested=None if pods is None else _requested(pods, "cpu"),
        memory_requested=None if pods is None else int(_requested(pods, "memory")),
        api_types=_api_types(component, view),
        webhooks=_webhooks(component, view),
        used=_used(component, view),
        use_resources=component.use,
    )


def _unseen(status: ComponentStatus, view: View) -> bool:
    """Whether workloads may exist that nobody here can see: unread kinds, or a provider that hides them."""
    if status.state in (Presence.UNKNOWN, Presence.MANAGED):
        return True
    tables = [view.table(name) for name in _WORKLOADS]
    return any(not table.state.state.readable or table.partial for table in tables)


def _places(status: ComponentStatus) -> set[tuple[str, str, str]]:
    return {(part.resource, part.namespace, part.workload) for part in status.parts}


def _pods(status: ComponentStatus, view: View) -> tuple[Pod, ...] | None:
    """The living pods of all its workloads, each once; None where pods or a workload could not be read."""
    found: dict[tuple[str, str], Pod] = {}
    for resource, namespace, name in _places(status):
        workload = view.get(resource, name, namespace)
        selector = getattr(getattr(workload, "spec", None), "selector", None)
        if selector is None or not _read(view, "pods", namespace):
            return None
        for pod in view.pods_of(namespace, selector):
            if pod.status.phase not in _OVER:
                found[(namespace, pod.metadata.name)] = pod
    return tuple(found.values())


def _requested(pods: Iterable[Pod], resource: str) -> Decimal:
    return sum((_request(pod.spec, resource) for pod in pods), Decimal())


def _request(spec: PodSpec, resource: str) -> Decimal:
    """What the scheduler counts: containers and sidecars together, or the largest init container if that is more."""
    running = sum((_of(container.resources.requests, resource) for container in spec.containers), Decimal())
    largest = Decimal()
    for container in spec.init_containers:
        wanted = _of(container.resources.requests, resource)
        if container.restart_policy == "Always":
            running += wanted
        else:
            largest = max(largest, wanted)
    return max(running, largest)


def _of(requests: Mapping[str, Any], resource: str) -> Decimal:
    return parse_quantity(requests.get(resource)) or Decimal()


def _api_types(component: Weighed, view: View) -> int | None:
    """Custom resource definitions of its API groups; discovery counts where definitions may not be listed."""
    groups = set(component.api_groups)
    if not groups:
        return 0
    table = view.table(_CRDS)
    if table.state.state.readable:
        return sum(1 for one in table if isinstance(one, CustomResourceDefinition) and one.spec.group in groups)
    if not view.resources or groups & set(view.missing_groups):
        return None
    return sum(1 for resource in view.resources.values() if resource.group in groups)


def _webhooks(component: Weighed, view: View) -> int | None:
    """Admission webhooks in its configurations."""
    if not component.webhooks:
        return 0
    number = 0
    for resource in _WEBHOOKS:
        table = view.table(resource)
        if not table.state.state.readable:
            return None
        for name in component.webhooks:
            configuration = table.get(name)
            number += len(configuration.webhooks) if isinstance(configuration, WebhookConfiguration) else 0
    return number


def _used(component: Weighed, view: View) -> int | None:
    """Objects of the resources that show use; a resource that is surely not served has none."""
    number = 0
    for resource in component.use:
        table = view.table(resource)
        if not table.state.state.readable and view.served(resource) is False:
            continue
        count = None if table.partial else table.count
        if count is None:
            return None
        number += count
    return number if component.use else None


def _read(view: View, resource: str, namespace: str) -> bool:
    table = view.table(resource)
    if not table.scopes:
        return table.state.state.readable
    scopes = [table.scopes.get(None), table.scopes.get(namespace)]
    return any(scope is not None and scope.state.readable for scope in scopes)
