"""Agents and replicas where they must be: one on every eligible node, several on more than one node."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, not_applicable, passes, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import DaemonSet
from k8sview.model.placement import admits
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration, parse_time


class AgentCoverageParameters(Parameters, frozen=True, kw_only=True):
    """Every node that a DaemonSet of ``parts`` admits (node selector, affinity, taints) has a Ready pod of it.

    ``grace``: how long a new node or a restarting agent may take.
    """

    parts: tuple[str, ...]
    grace: str = "5m"

    def reads(self) -> tuple[str, ...]:
        return ("daemonsets.apps", "nodes", "pods")

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) is not None else f"grace: {self.grace!r} is no duration (5m)"


@rule("agent-coverage", AgentCoverageParameters)
def agent_coverage(context: Context, parameters: AgentCoverageParameters) -> Iterator[Judged]:
    grace = parse_duration(parameters.grace) or timedelta()
    nodes = context.table("nodes")
    agents = _agents(context, parameters.parts)
    if not agents:
        yield Judged(
            None, not_applicable(f"{context.component.title} has no DaemonSet {' or '.join(parameters.parts)}")
        )
    pods = [(agent, _by_node(context, agent)) for agent in agents]
    for key in sorted(nodes.objects):
        node = nodes.objects[key]
        fitting = [(agent, found) for agent, found in pods if admits(agent.spec.template.spec, node)]
        mine = [(agent, found.get(node.metadata.name, [])) for agent, found in fitting]
        if mine:
            yield Judged(ref_to(nodes, node), _covered(node, mine, context.now, grace))


def _agents(context: Context, parts: tuple[str, ...]) -> list[DaemonSet]:
    table = context.table("daemonsets.apps")
    known = [one for one in context.component.parts if one.name in parts and one.resource == "daemonsets.apps"]
    found = [table.get(one.workload, one.namespace) for one in known]
    return [one for one in found if one is not None]


def _by_node(context: Context, agent: DaemonSet) -> dict[str, list[Pod]]:
    found: dict[str, list[Pod]] = {}
    for pod in context.view.pods_of(agent.metadata.namespace or "", agent.spec.selector):
        found.setdefault(pod.spec.node_name, []).append(pod)
    return found


def _covered(node: Node, mine: list[tuple[DaemonSet, list[Pod]]], now: datetime, grace: timedelta) -> Outcome:
    worst: Outcome | None = None
    for agent, pods in mine:
        outcome = _agent_on(node, agent, pods, now, grace)
        if outcome.status is PASS.status:
            return outcome
        worst = worst or outcome
    return worst or PASS


def _agent_on(node: Node, agent: DaemonSet, pods: list[Pod], now: datetime, grace: timedelta) -> Outcome:
    name = f"{agent.metadata.namespace}/{agent.metadata.name}"
    ready = [pod for pod in pods if pod.ready]
    if ready:
        return PASS
    if not pods:
        joined = parse_time(node.metadata.creation_timestamp)
        if joined is not None and now - joined < grace:
            return passes(recheck_at=joined + grace)
        return fails(f"no pod of DaemonSet {name} runs here", expected=f"a Ready pod of {name}", since=joined)
    pod = pods[0]
    condition = _ready(pod)
    since = parse_time(condition.last_transition_time) if condition else parse_time(pod.metadata.creation_timestamp)
    if since is not None and now - since < grace:
        return passes(recheck_at=since + grace)
    lasted = f" for {format_age(now - since)}" if since else ""
    detail = f": {condition.message}" if condition and condition.message else ""
    return fails(
        f"its agent pod {pod.metadata.namespace}/{pod.metadata.name} is not Ready{lasted}{detail}",
        observed=f"pod {pod.metadata.name} {pod.status.phase or 'without phase'}, not Ready",
        expected=f"a Ready pod of {name}",
        since=since,
        next=f"kubectl describe pod -n {pod.metadata.namespace} {pod.metadata.name}",
    )


def _ready(pod: Pod) -> Any:
    return next((one for one in pod.status.conditions if one.type == "Ready"), None)


class ReplicasSpreadParameters(Parameters, frozen=True, kw_only=True):
    """Deployments of ``parts`` have at least ``minimum`` Ready pods, and those are not all on one node.

    Where only one node takes pods, the second half does not apply and is not judged.
    """

    parts: tuple[str, ...]
    minimum: int = 2
    one_node: Severity = Severity.MEDIUM

    def reads(self) -> tuple[str, ...]:
        return ("deployments.apps", "nodes", "pods")


@rule("replicas-spread", ReplicasSpreadParameters)
def replicas_spread(context: Context, parameters: ReplicasSpreadParameters) -> Iterator[Judged]:
    table = context.table("deployments.apps")
    parts = [
        one for one in context.component.parts if one.name in parameters.parts and one.resource == table.resource.name
    ]
    if not parts:
        yield Judged(None, not_applicable(f"{context.component.title} has no Deployment {', '.join(parameters.parts)}"))
    for part in parts:
        workload = table.get(part.workload, part.namespace)
        if workload is not None:
            yield Judged(ref_to(table, workload), _spread(context, workload, parameters))


def _spread(context: Context, workload: Any, parameters: ReplicasSpreadParameters) -> Outcome:
    nodes = [node for node in context.table("nodes") if admits(workload.spec.template.spec, node)]
    pods = context.view.pods_of(workload.metadata.namespace or "", workload.spec.selector)
    ready = [pod for pod in pods if pod.ready]
    if len(nodes) < 2:
        return not_applicable("only one node takes its pods")
    if len(ready) < parameters.minimum:
        words = f"{len(ready)} of at least {parameters.minimum} pods Ready: one lost node and nobody answers"
        return fails(words, path="spec.replicas", observed=str(len(ready)), expected=f"at least {parameters.minimum}")
    places = {pod.spec.node_name for pod in ready}
    if len(places) > 1:
        return PASS
    words = f"all {len(ready)} Ready pods are on node {next(iter(places))}"
    return warns(words, observed="1 node", expected="at least 2 nodes", severity=parameters.one_node)


class PodsManagedParameters(Parameters, frozen=True, kw_only=True):
    """Every running pod outside the host's network, on a node that ``node_resource`` names, has an object of
    ``resource`` with its own name: the network's agent knows it. Pods younger than ``grace`` may wait."""

    resource: str
    node_resource: str
    grace: str = "5m"

    def reads(self) -> tuple[str, ...]:
        return ("pods", self.resource, self.node_resource)

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) is not None else f"grace: {self.grace!r} is no duration (5m)"


@rule("pods-managed", PodsManagedParameters)
def pods_managed(context: Context, parameters: PodsManagedParameters) -> Iterator[Judged]:
    pods, known = context.table("pods"), context.table(parameters.resource)
    nodes, grace = context.table(parameters.node_resource), parse_duration(parameters.grace) or timedelta()
    if not known.objects:
        yield Judged(None, not_applicable(f"no {parameters.resource} exists: the agents keep none"))
        return
    for key, pod in pods.objects.items():
        if pod.spec.host_network or pod.status.phase != "Running" or nodes.get(pod.spec.node_name) is None:
            continue
        if key in known.objects or key in known.malformed:
            yield Judged(ref_to(pods, pod), PASS)
            continue
        started = parse_time(pod.status.start_time) or parse_time(pod.metadata.creation_timestamp)
        outcome = fails(f"runs without a {known.resource.kind}: it started before the agent and no policy reaches it")
        if started is not None and context.now - started < grace:
            outcome = passes(recheck_at=started + grace)
        yield Judged(ref_to(pods, pod), outcome)
