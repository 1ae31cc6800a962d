"""What containers and nodes use, as the metrics API says, against what they ask for and may have.

The metrics API gives one sample, averaged over its window (15 s to a minute). Memory moves slowly and is judged as it
is; CPU is summed over all pods of a workload, and only wide margins are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from k8sview.analysis.checks.applications import is_system
from k8sview.analysis.checks.custom import text
from k8sview.analysis.checks.demand import about, offered, requested
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, not_applicable, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.kinds import ref_to as known_ref
from k8sview.model.objects.pods import ContainerStatus, Pod
from k8sview.model.quantities import amount
from k8sview.model.resources import Key, Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

POD_FIGURES = "pods.metrics.k8s.io"
NODE_FIGURES = "nodes.metrics.k8s.io"
_OOM = "OOMKilled"
_HALF = 0.5
_ONCE = "checks.usage"
_PLACE = {"cpu": 0, "memory": 1}


def workload_of(view: View, pod: Pod) -> Ref:
    """What people call the pod's workload: what controls it, and of a ReplicaSet what controls that."""
    namespace, owner = pod.metadata.namespace, pod.metadata.controller
    if owner is None or owner.kind == "Node":
        return known_ref("Pod", namespace, pod.metadata.name)
    if owner.kind in ("ReplicaSet", "Job"):
        middle = view.get(
            "replicasets.apps" if owner.kind == "ReplicaSet" else "jobs.batch", owner.name, namespace or ""
        )
        above = middle.metadata.controller if middle is not None else None
        owner = above or owner
    return Ref(owner.api_version, owner.kind, namespace, owner.name)


class _Sums(msgspec.Struct):
    """Of one workload: what its running pods request and use (thousandths of a core, bytes), and how many they are.

    Counts up while it is made; ten thousand pods are added in one go.
    """

    workload: Ref
    asked: list[int]
    used: list[int]
    pods: int = 0


class _Near(NamedTuple):
    """A container that uses much of its memory limit, and how much of it."""

    share: float
    workload: Ref
    pod: Pod
    container: str
    used: int
    limit: int


class _Figures(NamedTuple):
    """Read once for each view, for all rules of this module. ``near``: containers at half of their memory or more."""

    sums: list[_Sums]
    near: list[_Near]


def _figures(view: View) -> _Figures:
    """Running pods that have figures, by their workloads. Few values are made on the way: there may be thousands."""
    pods, figures = view.table("pods").objects, view.table(POD_FIGURES).objects
    owners: dict[tuple[str, str], _Sums] = {}
    near: list[_Near] = []
    for key in sorted(figures):
        pod = pods.get(key)
        if pod is None or pod.status.phase != "Running":
            continue
        place = _owner(pod, key)
        sums = owners.get(place)
        if sums is None:
            sums = owners[place] = _Sums(workload_of(view, pod), [0, 0], [0, 0])
        cpu, memory = requested(pod)
        sums.asked[0] += cpu
        sums.asked[1] += memory
        sums.pods += 1
        containers = figures[key].body.get("containers")
        for one in containers if isinstance(containers, list) else ():
            usage = one.get("usage") if isinstance(one, dict) else None
            if not isinstance(usage, dict):
                continue
            used = _figure("memory", usage.get("memory"))
            sums.used[0] += _figure("cpu", usage.get("cpu"))
            sums.used[1] += used
            limit = _memory_limit(pod, one.get("name"))
            if limit and used >= limit * _HALF:
                near.append(_Near(used / limit, sums.workload, pod, one["name"], used, limit))
    return _Figures(_joined(owners.values()), near)


def _memory_limit(pod: Pod, name: Any) -> int:
    for containers in (pod.spec.containers, pod.spec.init_containers):
        for one in containers:
            if one.name == name:
                stated = one.resources.limits.get("memory")
                return 0 if stated is None else amount("memory", stated)
    return 0


def _owner(pod: Pod, key: Key) -> tuple[str, str]:
    """What tells the pods of one maker from others, without looking the maker up."""
    for owner in pod.metadata.owner_references:
        if owner.controller:
            return (key[0], owner.uid)
    return key


def _joined(sums: Iterable[_Sums]) -> list[_Sums]:
    """Two ReplicaSets of one Deployment are one workload."""
    found: dict[Ref, _Sums] = {}
    for one in sums:
        known = found.setdefault(one.workload, one)
        if known is not one:
            known.asked = [own + other for own, other in zip(known.asked, one.asked, strict=True)]
            known.used = [own + other for own, other in zip(known.used, one.used, strict=True)]
            known.pods += one.pods
    return list(found.values())


def _figure(resource: str, text: Any) -> int:
    """``amount``, with a short way for the two forms in which metrics-server writes nearly every figure."""
    if isinstance(text, str):
        if resource == "memory" and text[-2:] == "Ki" and text[:-2].isdecimal():
            return int(text[:-2]) * 1024
        if resource == "cpu" and text[-1:] == "n" and text[:-1].isdecimal():
            return -(-int(text[:-1]) // 1_000_000)
    return amount(resource, text) if isinstance(text, str | int | float) else 0


def _blind(context: Context) -> Judged | None:
    """The metrics API answers and knows no pod at all: nothing is known then, which is not good news."""
    if context.table(POD_FIGURES).objects:
        return None
    if not context.table("pods").objects:
        return Judged(None, not_applicable("there is no pod"))
    return Judged(None, cannot_tell("the metrics API answers, but has figures for no pod", path=POD_FIGURES))


class LimitsParameters(Parameters, frozen=True, kw_only=True):
    """``share``: of its memory limit that a container may use; a half at least."""

    share: float = 0.9

    def reads(self) -> tuple[str, ...]:
        return ("pods", POD_FIGURES, "replicasets.apps", "jobs.batch")

    def problem(self) -> str | None:
        return None if _HALF <= self.share <= 1 else f"share: {self.share} is not between {_HALF} and 1"


@rule("memory-below-limits", LimitsParameters)
def memory_below_limits(context: Context, parameters: LimitsParameters) -> Iterator[Judged]:
    """No container is near its memory limit; one finding for each workload, about the one that is nearest to it."""
    if (blind := _blind(context)) is not None:
        yield blind
        return
    figures = context.view.once(_ONCE, _figures)
    worst: dict[Ref, tuple[_Near, int]] = {}
    for near in figures.near:
        if near.share >= parameters.share:
            known = worst.get(near.workload)
            nearest = near if known is None or near.share > known[0].share else known[0]
            worst[near.workload] = (nearest, known[1] + 1 if known else 1)
    for sums in figures.sums:
        found = worst.get(sums.workload)
        yield Judged(sums.workload, _too_near(*found, parameters.share) if found else PASS)


def _too_near(near: _Near, count: int, allowed: float) -> Outcome:
    pod, name = near.pod, near.container
    words = f"container {name} of pod {pod.metadata.name} uses {near.share:.0%} of its memory limit"
    words += f" of {about('memory', near.limit)}"
    usage = f"{POD_FIGURES}/{pod.metadata.name} containers[name={name}].usage.memory"
    evidence = [f"{usage} = {about('memory', near.used)}"]
    status = next((one for one in pod.status.container_statuses if one.name == name), ContainerStatus())
    last = status.last_state.terminated
    if last is not None and last.reason == _OOM:
        words += ", and was killed at it before"
        evidence.append(f"status.containerStatuses[name={name}].lastState.terminated.reason = {_OOM}")
    if count > 1:
        words += f" ({count} containers of it are as near)"
    observed, expected = f"{near.share:.0%}", f"below {allowed:.0%}"
    return fails(words, path=POD_FIGURES, observed=observed, expected=expected, evidence=tuple(evidence))


class RequestsParameters(Parameters, frozen=True, kw_only=True):
    """``over``: how many times its requests a workload may use; ``under``: what part of them it has to use. ``least``:
    the difference (in cores, or bytes) below which nothing is told."""

    resource: Literal["cpu", "memory"]
    over: float | None = None
    under: float | None = None
    least: str = "0"

    def reads(self) -> tuple[str, ...]:
        return ("pods", POD_FIGURES, "replicasets.apps", "jobs.batch")

    def problem(self) -> str | None:
        return None if (self.over is None) != (self.under is None) else "states either over or under"


@rule("usage-near-requests", RequestsParameters)
def usage_near_requests(context: Context, parameters: RequestsParameters) -> Iterator[Judged]:
    """What all pods of a workload use at this moment fits what they request. Those without requests are left out."""
    if (blind := _blind(context)) is not None:
        yield blind
        return
    resource, place = parameters.resource, _PLACE[parameters.resource]
    least = amount(resource, parameters.least)
    for sums in context.view.once(_ONCE, _figures).sums:
        workload, asked, used, count = sums.workload, sums.asked[place], sums.used[place], sums.pods
        if not asked:
            continue
        ratio = used / asked
        high = parameters.over is not None and ratio > parameters.over
        low = parameters.under is not None and ratio < parameters.under
        if not (high or low) or abs(used - asked) < least or (low and is_system(workload.namespace)):
            yield Judged(workload, PASS)
            continue
        pods = f"its {count} pods use" if count > 1 else "its pod uses"
        words = f"{pods} {about(resource, used)} of {resource} at this moment and request {about(resource, asked)}"
        bound = f"at most {parameters.over:g} times" if high else f"at least {parameters.under or 0:.0%} of"
        outcome = fails(
            words,
            path=POD_FIGURES,
            observed=f"{ratio:.0%}",
            expected=f"{bound} the requests",
            confidence=Confidence.OBSERVED,
        )
        yield Judged(workload, outcome)


class NodeUsageParameters(Parameters, frozen=True, kw_only=True):
    """``share``: of what a node can give that may be in use."""

    resource: Literal["cpu", "memory"]
    share: float = 0.9

    def reads(self) -> tuple[str, ...]:
        return ("nodes", NODE_FIGURES)


@rule("nodes-not-full", NodeUsageParameters)
def nodes_not_full(context: Context, parameters: NodeUsageParameters) -> Iterator[Judged]:
    """No node uses nearly all that it has of a resource. Nodes without figures are told elsewhere."""
    table, figures = context.table("nodes"), context.table(NODE_FIGURES)
    if table.objects and not figures.objects:
        yield Judged(None, cannot_tell("the metrics API answers, but has figures for no node", path=NODE_FIGURES))
    for key in sorted(table.objects):
        node, resource = table.objects[key], parameters.resource
        found, room = figures.get(key[1]), offered(node, resource)
        used = amount(resource, text(found, f"usage.{resource}")) if found is not None else 0
        if not room or used <= room * parameters.share:
            yield Judged(ref_to(table, node), PASS)
            continue
        words = f"uses {about(resource, used)} of {about(resource, room)} of {resource} at this moment"
        outcome = fails(
            words,
            path=f"{NODE_FIGURES}/{key[1]} usage.{resource}",
            observed=f"{used / room:.0%}",
            expected=f"below {parameters.share:.0%}",
            confidence=Confidence.OBSERVED,
        )
        yield Judged(ref_to(table, node), outcome)
