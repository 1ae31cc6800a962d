"""Services: their ports exist, and what they open to the outside is meant. Who answers for them health tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.applicability import out_of_reach
from k8sview.analysis.checks.applications import is_system
from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    cannot_tell,
    fails,
    not_applicable,
    ref_to,
)
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.rules.containers import found
from k8sview.model.objects.core import Service, ServicePort
from k8sview.model.objects.pods import ContainerPort, Pod
from k8sview.model.view import View

_SERVICES = "services"
_SLICES = "endpointslices.discovery.k8s.io"
_SERVICE_NAME = "kubernetes.io/service-name"
_API_SERVER = "kubernetes"  # whoever could read this knows that it answers


class NoParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""


def _each(context: Context) -> Iterator[tuple[Any, Service]]:
    table = context.table(_SERVICES)
    for key in sorted(table.objects):
        yield ref_to(table, table.objects[key]), table.objects[key]


class SlicesParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_SERVICES, _SLICES)


@rule("endpoints-given", SlicesParameters)
def endpoints_given(context: Context, parameters: SlicesParameters) -> Iterator[Judged]:
    """Services without a selector have a ready endpoint: somebody writes their EndpointSlices, or should."""
    own = {
        (subject.namespace or "", subject.name): subject
        for subject, service in _each(context)
        if not service.spec.selector and service.spec.type != "ExternalName" and subject.name != _API_SERVER
    }
    ready = dict.fromkeys(own, 0)
    for one in context.table(_SLICES) if own else ():
        key = (one.metadata.namespace or "", one.metadata.labels.get(_SERVICE_NAME, ""))
        if key in ready:
            ready[key] += sum(endpoint.ready for endpoint in one.endpoints)
    for key, subject in own.items():
        words = "has no selector, and nobody has given it a ready endpoint"
        outcome = PASS if ready[key] else fails(words, path="spec.selector", observed="0 ready endpoints")
        yield Judged(subject, outcome)


@rule("service-ports-resolve", NoParameters)
def service_ports_resolve(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """Every target port that a Service names is a port of its pods. A number needs no declaration."""
    for subject, service in _each(context):
        if all(not isinstance(port.target_port, str) for port in service.spec.ports):
            yield Judged(subject, PASS)
            continue
        pod = _one_pod(context.view, service)
        if pod is None:
            yield Judged(subject, PASS)  # who answers at all is another check's matter
            continue
        problems = [
            f"target port {port.target_port} is no port of its pods ({_offered(pod)})"
            for port in service.spec.ports
            if isinstance(port.target_port, str) and _port(pod, port) is None
        ]
        yield Judged(subject, found(problems, path="spec.ports[*].targetPort"))


def _one_pod(view: View, service: Service) -> Pod | None:
    """A pod that is not over; a rolling workload's pods may differ, so the newest counts."""
    pods = view.pods_of(service.metadata.namespace or "", service.spec.selector)
    living = [pod for pod in pods if pod.status.phase not in ("Succeeded", "Failed")]
    return max(living, key=lambda pod: (pod.metadata.creation_timestamp or "", pod.metadata.name), default=None)


def _ports(pod: Pod) -> Iterator[ContainerPort]:
    for container in (*pod.spec.containers, *pod.spec.init_containers):
        yield from container.ports


def _port(pod: Pod, wanted: ServicePort) -> ContainerPort | None:
    return next(
        (one for one in _ports(pod) if one.name == wanted.target_port and one.protocol == wanted.protocol), None
    )


def _offered(pod: Pod) -> str:
    named = ", ".join(f"{one.name or 'unnamed'} {one.container_port}/{one.protocol}" for one in _ports(pod))
    return f"these declare {named}" if named else "these declare none"


@rule("service-ports-named", NoParameters)
def service_ports_named(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """Where a pod's port has a name, Services lead to the name: then a version may move to another number."""
    for subject, service in _each(context):
        if is_system(subject.namespace) or all(isinstance(port.target_port, str) for port in service.spec.ports):
            yield Judged(subject, PASS)
            continue
        pod = _one_pod(context.view, service)
        names = {one.container_port: one.name for one in _ports(pod)} if pod is not None else {}
        problems = [
            f"leads to port {number} of its pods, which call it {names[number]}"
            for port in service.spec.ports
            if isinstance(number := port.target_port if port.target_port is not None else port.port, int)
            and names.get(number)
        ]
        yield Judged(subject, found(problems, path="spec.ports[*].targetPort"))


@rule("node-ports-meant", NoParameters)
def node_ports_meant(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """Services of type NodePort, outside system namespaces. Node ports of load balancers are not told."""
    for subject, service in _each(context):
        opened = ", ".join(str(port.node_port) for port in service.spec.ports if port.node_port)
        if service.spec.type != "NodePort" or is_system(subject.namespace) or not opened:
            yield Judged(subject, PASS)
            continue
        words = f"opens port {opened} on every node"
        yield Judged(
            subject, fails(words, path="spec.type", observed="NodePort", expected="a load balancer or an Ingress")
        )


class PolicyParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)


@rule("traffic-policy", PolicyParameters)
def traffic_policy(context: Context, parameters: PolicyParameters) -> Iterator[Judged]:
    """How traffic from outside is spread. A load balancer with policy Cluster hides the client's address behind one
    more hop; a NodePort with policy Local drops what reaches a node without an endpoint."""
    outside = [(subject, one) for subject, one in _each(context) if one.spec.type in ("LoadBalancer", "NodePort")]
    if not outside:
        yield Judged(None, not_applicable("no Service takes traffic from outside"))
    for subject, service in outside:
        yield Judged(subject, _policy(context, service))


def _policy(context: Context, service: Service) -> Outcome:
    path, policy = "spec.externalTrafficPolicy", service.spec.external_traffic_policy or "Cluster"
    if service.spec.type == "LoadBalancer" and policy == "Cluster":
        words = "its pods see a node's address instead of the client's, after one hop more"
        return fails(f"policy Cluster: {words}", path=path, observed=policy, expected="Local, if that matters")
    if service.spec.type != "NodePort" or policy != "Local":
        return PASS
    pods = context.view.pods_of(service.metadata.namespace or "", service.spec.selector)
    placed = {pod.spec.node_name for pod in pods if pod.ready}
    bare = sorted(node.metadata.name for node in context.table("nodes") if node.metadata.name not in placed)
    if out_of_reach(context.view, "nodes"):
        return not_applicable("nodes belong to the whole cluster, which this run leaves out")
    if not context.view.readable("nodes"):
        return cannot_tell(f"policy Local, and nodes could not be read ({context.table('nodes').state})", path=path)
    if not bare or not placed:
        return PASS
    words = f"{len(bare)} nodes have none of its pods and drop what reaches them ({', '.join(bare[:3])})"
    return fails(f"policy Local: {words}", path=path, observed=policy, expected="Cluster, or a pod on every node")
