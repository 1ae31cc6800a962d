"""What containers and nodes use, as the metrics API says, against what they ask for and may have.

The metrics API gives one sample, averaged over its window (15 s to a minute). Memory moves slowly and is judged as it
is; CPU is summed over all pods of a workload, and only wide margins are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from k8sview.analysis.checks.applications import controller, is_system
from k8sview.analysis.checks.custom import text
from k8sview.analysis.checks.demand import offered, requested
from k8sview.analysis.checks.outcome import PASS, Context, Judged, cannot_tell, fails, not_applicable, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.kinds import ref_to as known_ref
from k8sview.model.objects.pods import ContainerStatus, Pod
from k8sview.model.quantities import amount, written
from k8sview.model.resources import Key, Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

POD_FIGURES = "pods.metrics.k8s.io"
NODE_FIGURES = "nodes.metrics.k8s.io"
_OOM = "OOMKilled"
_ONCE = "checks.usage"
_PLACE = {"cpu": 0, "memory": 1}


def workload_of(view: View, pod: Pod) -> Ref:
    """What people call the pod's workload: what controls it, and of a ReplicaSet what controls that."""
    namespace, owner = pod.metadata.namespace, controller(pod)
    if owner is None or owner.kind == "Node":
        return known_ref("Pod", namespace, pod.metadata.name)
    if owner.kind in ("ReplicaSet", "Job"):
        middle = view.get(
            "replicasets.apps" if owner.kind == "ReplicaSet" else "jobs.batch", owner.name, namespace or ""
        )
        above = controller(middle) if middle is not None else None
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


_Used = tuple[str, int, int]


class _Figures(NamedTuple):
    """Read once for each view, for all rules of this module."""

    pods: list[tuple[Ref, Pod, list[_Used]]]
    sums: list[_Sums]


def _figures(view: View) -> _Figures:
    """Running pods that have figures, with their workloads."""
    pods, figures = view.table("pods").objects, view.table(POD_FIGURES).objects
    owners: dict[tuple[str, str], _Sums] = {}
    known: list[tuple[Ref, Pod, list[_Used]]] = []
    for key in sorted(figures):
        pod = pods.get(key)
        if pod is None or pod.status.phase != "Running":
            continue
        place = _owner(pod, key)
        sums = owners.get(place)
        if sums is None:
            sums = owners[place] = _Sums(workload_of(view, pod), [0, 0], [0, 0])
        usage = _usage(figures[key])
        known.append((sums.workload, pod, usage))
        cpu, memory = requested(pod)
        sums.asked[0] += cpu
        sums.asked[1] += memory
        for _, more_cpu, more_memory in usage:
            sums.used[0] += more_cpu
            sums.used[1] += more_memory
        sums.pods += 1
    return _Figures(known, _joined(owners.values()))


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


def _usage(figures: Any) -> list[_Used]:
    """By container: its name, thousandths of a core, bytes."""
    found = []
    containers = figures.body.get("containers")
    for one in containers if isinstance(containers, list) else ():
        usage = one.get("usage") if isinstance(one, dict) else None
        if isinstance(usage, dict):
            cpu, memory = _figure("cpu", usage.get("cpu")), _figure("memory", usage.get("memory"))
            found.append((str(one.get("name")), cpu, memory))
    return found


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
    """``share``: of its memory limit that a container may use."""

    share: float = 0.9

    def reads(self) -> tuple[str, ...]:
        return ("pods", POD_FIGURES, "replicasets.apps", "jobs.batch")


class _Near(NamedTuple):
    share: float
    words: str
    evidence: tuple[str, ...]


@rule("memory-below-limits", LimitsParameters)
def memory_below_limits(context: Context, parameters: LimitsParameters) -> Iterator[Judged]:
    """No container is near its memory limit; one finding for each workload, about the pod that is nearest to it."""
    if (blind := _blind(context)) is not None:
        yield blind
        return
    worst: dict[Ref, tuple[_Near, int]] = {}
    for workload, pod, usage in context.view.once(_ONCE, _figures).pods:
        near = _nearest(pod, usage, parameters.share)
        if near is not None:
            known = worst.get(workload)
            worst[workload] = (max(near, known[0]), known[1] + 1) if known else (near, 1)
        yield Judged(None, PASS)
    for workload, (near, count) in worst.items():
        more = f" ({count} pods of it are as near)" if count > 1 else ""
        expected = f"below {parameters.share:.0%}"
        outcome = fails(f"{near.words}{more}", path=POD_FIGURES, observed=f"{near.share:.0%}", expected=expected,
                        evidence=near.evidence)  # fmt: skip
        yield Judged(workload, outcome)


def _nearest(pod: Pod, usage: list[_Used], allowed: float) -> _Near | None:
    limits = {
        one.name: one.resources.limits["memory"]
        for one in (*pod.spec.containers, *pod.spec.init_containers)
        if "memory" in one.resources.limits
    }
    if not limits:
        return None
    worst: _Near | None = None
    for name, _, used in usage:
        limit = amount("memory", limits.get(name, 0))
        if not limit or used / limit < allowed:
            continue
        share = used / limit
        where = f"container {name} of pod {pod.metadata.name}"
        words = f"{where} uses {share:.0%} of its memory limit of {written('memory', limit)}"
        evidence: tuple[str, ...] = (
            f"{POD_FIGURES}/{pod.metadata.name} containers[name={name}].usage.memory = {written('memory', used)}",
        )
        status = next((one for one in pod.status.container_statuses if one.name == name), ContainerStatus())
        last = status.last_state.terminated
        if last is not None and last.reason == _OOM:
            words += ", and was killed at it before"
            evidence += (f"status.containerStatuses[name={name}].lastState.terminated.reason = {_OOM}",)
        worst = max((worst, _Near(share, words, evidence)), key=lambda one: one.share if one else 0.0)
    return worst


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
        words = f"{pods} {written(resource, used)} of {resource} at this moment and request {written(resource, asked)}"
        bound = f"at most {parameters.over:g} times" if high else f"at least {parameters.under or 0:.0%} of"
        outcome = fails(words, path=POD_FIGURES, observed=f"{ratio:.0%}", expected=f"{bound} the requests",
                        confidence=Confidence.OBSERVED)  # fmt: skip
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
        words = f"uses {written(resource, used)} of {written(resource, room)} {resource} at this moment"
        outcome = fails(words, path=f"{NODE_FIGURES}/{key[1]} usage.{resource}", observed=f"{used / room:.0%}",
                        expected=f"below {parameters.share:.0%}", confidence=Confidence.OBSERVED)  # fmt: skip
        yield Judged(ref_to(table, node), outcome)
