"""Room in the cluster: for one node fewer, for autoscalers at their ceilings, for more pods on a node."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

from k8sview.analysis.checks.applications import pod_template
from k8sview.analysis.checks.demand import RESOURCES, about, demand, offered, requested_by
from k8sview.analysis.checks.images import parse_image
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, not_applicable, passes, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.kinds import RESOURCE_NAMES
from k8sview.model.objects.core import Node
from k8sview.model.times import format_age, parse_duration, parse_time

_AUTOSCALERS = "horizontalpodautoscalers.autoscaling"
_POOLS = ("nodepools.karpenter.sh", "machineautoscalers.autoscaling.openshift.io")
_CLUSTER_AUTOSCALER = "cluster-autoscaler"
_SCALED = ("deployments.apps", "statefulsets.apps")
_CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_CPU_OR_MEMORY = Literal["cpu", "memory"]


def _nodes(context: Context) -> list[Node]:
    objects = context.table("nodes").objects
    return [objects[key] for key in sorted(objects)]


def _takes_pods(node: Node) -> bool:
    ready = any(one.type == "Ready" and one.status == "True" for one in node.status.conditions)
    return ready and not node.spec.unschedulable


def grows(context: Context) -> str:
    """What adds nodes when they are needed; "" where nothing is seen to."""
    if any(context.table(name).objects for name in _POOLS):
        return "nodes are added on demand"
    for one in context.table("deployments.apps"):
        images = (parse_image(container.image).repository for container in one.spec.template.spec.containers)
        if any(image.rpartition("/")[2] == _CLUSTER_AUTOSCALER for image in images):
            return "a cluster autoscaler adds nodes"
    return ""


class PodRoomParameters(Parameters, frozen=True, kw_only=True):
    """``share``: of the pods that a node may hold."""

    share: float = 0.95

    def reads(self) -> tuple[str, ...]:
        return ("nodes", "pods")


@rule("pod-room", PodRoomParameters)
def pod_room(context: Context, parameters: PodRoomParameters) -> Iterator[Judged]:
    """No node is near the number of pods that its kubelet takes."""
    table, held = context.table("nodes"), demand(context.view).pods
    for node in _nodes(context):
        room, count = offered(node, "pods"), held.get(node.metadata.name, 0)
        if room <= 1 or count <= room * parameters.share:
            yield Judged(ref_to(table, node), PASS)
            continue
        words = f"holds {count} of {room} pods: the next ones do not fit, whatever CPU and memory are left"
        yield Judged(ref_to(table, node), fails(words, path="status.allocatable.pods", observed=str(count)))


class SpareParameters(Parameters, frozen=True, kw_only=True):
    """``resource``: cpu or memory."""

    resource: _CPU_OR_MEMORY

    def reads(self) -> tuple[str, ...]:
        return ("nodes", "pods", "deployments.apps", *_POOLS)


@rule("a-node-to-spare", SpareParameters)
def a_node_to_spare(context: Context, parameters: SpareParameters) -> Iterator[Judged]:
    """What pods request would still fit without the largest node; with fewer than three control-plane nodes (or none
    to be seen and a single node), at least on all of them. Where nodes are added on demand this does not apply."""
    nodes, resource = _nodes(context), parameters.resource
    more = grows(context)
    if more or not nodes:
        yield Judged(None, not_applicable(more or "there is no node"))
        return
    asked = demand(context.view).total[resource]
    sizes = [offered(node, resource) for node in nodes if not node.spec.unschedulable]
    whole, largest = sum(sizes), max(sizes, default=0)
    redundant = _redundant(nodes)
    room = whole - largest if redundant else whole
    if asked <= room:
        yield Judged(None, PASS)
        return
    if asked > whole:
        words = f"pods request {about(resource, asked)} of {resource}, all nodes together give {about(resource, whole)}"
        yield Judged(None, fails(words, observed=about(resource, asked), expected=f"at most {about(resource, whole)}"))
        return
    told = about(resource, room)
    words = f"pods request {about(resource, asked)} of {resource}; without the largest node {told} are left"
    yield Judged(None, warns(words, observed=about(resource, asked), expected=f"at most {told}"))


def _redundant(nodes: list[Node]) -> bool:
    """Whether the cluster is meant to survive a node: it has three control-plane nodes, or a provider's and several."""
    own = sum(any(label in node.metadata.labels for label in _CONTROL_PLANE) for node in nodes)
    return own >= 3 or (own == 0 and len(nodes) > 1)


class CeilingsParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_AUTOSCALERS, "nodes", "pods", *_SCALED, *_POOLS)


@rule("ceilings-fit", CeilingsParameters)
def ceilings_fit(context: Context, parameters: CeilingsParameters) -> Iterator[Judged]:
    """The pods that autoscalers may add fit into what nodes have left: for each alone, and else for all at once. By
    requests; how they would lie on the nodes is left out, so that this is the mildest reading."""
    more = grows(context)
    table = context.table(_AUTOSCALERS)
    if more or not table.objects:
        yield Judged(None, not_applicable(more or "there is no autoscaler"))
        return
    nodes = [node for node in _nodes(context) if _takes_pods(node)]
    used = demand(context.view).total
    free = [max(0, sum(offered(node, name) for node in nodes) - used[name]) for name in RESOURCES]
    together, each_fits = [0] * len(RESOURCES), True
    for key in sorted(table.objects):
        autoscaler = table.objects[key]
        extra = _at_ceiling(context, autoscaler)
        together = [one + other for one, other in zip(together, extra, strict=True)]
        alone = _fits("at its ceiling it", extra, free)
        each_fits = each_fits and alone is PASS
        yield Judged(ref_to(table, autoscaler), alone)
    if each_fits:
        yield Judged(None, _fits(f"all {len(table.objects)} autoscalers at their ceilings", together, free))


def _at_ceiling(context: Context, autoscaler: Any) -> list[int]:
    target = autoscaler.spec.scale_target_ref
    resource = RESOURCE_NAMES.get(target.kind, "")
    workload = context.table(resource).get(target.name, autoscaler.metadata.namespace) if resource in _SCALED else None
    if workload is None:
        return [0] * len(RESOURCES)
    now = max(autoscaler.status.current_replicas, workload.spec.replicas)
    added = max(0, autoscaler.spec.max_replicas - now)
    return [added * one for one in requested_by(pod_template(workload).spec)]


def _fits(who: str, extra: list[int], free: list[int]) -> Outcome:
    short = [
        f"{about(name, asked)} of {name} more, {about(name, left)} are left"
        for name, asked, left in zip(RESOURCES, extra, free, strict=True)
        if asked > left
    ]
    if not short:
        return PASS
    return fails(f"{who} would request {' and '.join(short)}", path="spec.maxReplicas", evidence=tuple(short))


class FollowParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long the replicas may be on their way."""

    grace: str = "15m"

    def reads(self) -> tuple[str, ...]:
        return (_AUTOSCALERS,)

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) is not None else f"grace: {self.grace!r} is no duration (5m, 24h)"


@rule("replicas-follow", FollowParameters)
def replicas_follow(context: Context, parameters: FollowParameters) -> Iterator[Judged]:
    """What an autoscaler has asked for is there after `grace`."""
    table, grace = context.table(_AUTOSCALERS), parse_duration(parameters.grace) or timedelta()
    for key in sorted(table.objects):
        status = table.objects[key].status
        wanted, there = status.desired_replicas, status.current_replicas
        since = parse_time(status.last_scale_time)
        outcome = PASS
        if wanted != there and since is not None:
            words = f"wants {wanted} replicas since {format_age(context.now - since)} and has {there}"
            outcome = fails(
                words, path="status.currentReplicas", observed=str(there), expected=str(wanted), since=since
            )
            if context.now - since < grace:
                outcome = passes(recheck_at=since + grace)
        yield Judged(ref_to(table, table.objects[key]), outcome)
