"""What pods ask for and what nodes offer: requests summed once for each view, by node and by workload. Reading only."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from k8sview.model.objects.meta import ObjectMeta
from k8sview.model.objects.pods import Container, Pod, PodSpec
from k8sview.model.quantities import amount
from k8sview.model.view import View

RESOURCES = ("cpu", "memory")
_OVER = ("Succeeded", "Failed")
_ONCE = "checks.demand"


class Demand(msgspec.Struct, frozen=True):
    """``total``: what all living pods request, by resource (thousandths of a core, bytes). ``pods``: living pods by
    node name; those that no node has been found for are under ""."""

    total: dict[str, int]
    pods: dict[str, int]


def demand(view: View) -> Demand:
    return view.once(_ONCE, _sum)


def _sum(view: View) -> Demand:
    total = dict.fromkeys(RESOURCES, 0)
    pods: dict[str, int] = {}
    shapes: dict[tuple[Any, ...], int] = {}
    for pod in view.table("pods"):
        if pod.status.phase in _OVER:
            continue
        node = pod.spec.node_name
        pods[node] = pods.get(node, 0) + 1
        shape = _shape(pod)
        shapes[shape] = shapes.get(shape, 0) + 1
    for shape, count in shapes.items():
        for resource, value in zip(RESOURCES, _requested(shape), strict=True):
            total[resource] += count * value
    return Demand(total, pods)


_Shape = tuple[Any, ...]


def _shape(pod: Pod) -> _Shape:
    """What a pod requests, as written: thousands of pods share few shapes."""
    spec = pod.spec
    whole = spec.resources.requests if spec.resources is not None else None
    return (
        tuple(_own(one) for one in spec.containers),
        tuple((one.restart_policy == "Always", *_own(one)) for one in spec.init_containers),
        tuple(whole.get(name) for name in RESOURCES) if whole else (),
        tuple(spec.overhead.get(name) for name in RESOURCES) if spec.overhead else (),
    )


def _own(container: Container) -> tuple[Any, Any]:
    requests = container.resources.requests
    return (requests.get("cpu"), requests.get("memory"))


def requested(pod: Pod) -> tuple[int, int]:
    """Thousandths of a core, and bytes, that the scheduler counts for a pod."""
    return _requested(_shape(pod))


@lru_cache(maxsize=4096)
def _requested(shape: _Shape) -> tuple[int, int]:
    """The rule of the scheduler: main containers and sidecars together, or the greatest step before them."""
    containers, inits, whole, overhead = shape
    cpu, memory = (_resource(name, containers, inits, place) for place, name in enumerate(RESOURCES))
    if whole:
        cpu, memory = _stated("cpu", whole[0]) or cpu, _stated("memory", whole[1]) or memory
    if overhead:
        cpu, memory = cpu + _stated("cpu", overhead[0]), memory + _stated("memory", overhead[1])
    return cpu, memory


def _resource(name: str, containers: _Shape, inits: _Shape, place: int) -> int:
    main = sum(_stated(name, one[place]) for one in containers)
    sidecars = highest = 0
    for always, *own in inits:
        asked = _stated(name, own[place])
        highest = max(highest, sidecars + asked)
        if always:
            sidecars += asked
    return max(main + sidecars, highest)


def _stated(name: str, quantity: Any) -> int:
    return 0 if quantity is None else amount(name, quantity)


def offered(node: Any, resource: str) -> int:
    """What a node can give to pods: thousandths of a core, bytes, or a number of pods."""
    return _stated(resource, node.status.allocatable.get(resource))


def requested_by(spec: PodSpec) -> tuple[int, int]:
    """``requested`` for a pod that a template would make."""
    return requested(Pod(ObjectMeta(), spec))


def about(resource: str, counted: int) -> str:
    """A figure for people, in three digits: ``1.25 cores``, ``7.71Gi``, ``96.4Mi``."""
    if resource == "cpu":
        return f"{counted / 1000:.3g} cores"
    for power, suffix in ((4, "Ti"), (3, "Gi"), (2, "Mi"), (1, "Ki")):
        if counted >= 1024**power:
            return (
                f"{counted / 1024**power:.3g}{suffix}"
                if counted < 1000 * 1024**power
                else f"{counted // 1024**power}{suffix}"
            )
    return str(counted)
