"""Services: somebody answers, their ports exist, and what they open to the outside is meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.applications import WORKLOADS, is_system
from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    cannot_tell,
    fails,
    not_applicable,
    passes,
    ref_to,
)
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.rules.containers import found
from k8sview.model.health import HealthVerdict
from k8sview.model.objects.core import Service, ServicePort
from k8sview.model.objects.pods import ContainerPort, Pod
from k8sview.model.status import Severity
from k8sview.model.view import View

_SERVICES = "services"
_SLICES = "endpointslices.discovery.k8s.io"
_NAME = "kubernetes.io/service-name"
_NO_PODS = "NoPods"
_MAKERS = (*WORKLOADS, "replicasets.apps")


class NoParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""


class SlicesParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_SLICES, *_MAKERS)


def _each(context: Context) -> Iterator[tuple[Any, Service]]:
    table = context.table(_SERVICES)
    for key in sorted(table.objects):
        yield ref_to(table, table.objects[key]), table.objects[key]


@rule("services-answer", SlicesParameters)
def services_answer(context: Context, parameters: SlicesParameters) -> Iterator[Judged]:
    """Somebody answers for every Service: by the verdict of the lists where it selects pods, by its EndpointSlices
    where not. One whose workload is scaled to zero waits rightly; one that matches no workload at all was misspelt.
    """
    ready = _ready(context)
    makers = _labels(context.view)
    for subject, service in _each(context):
        if service.spec.type == "ExternalName":
            continue
        if not service.spec.selector:
            yield Judged(subject, _by_slices(context, service, ready))
            continue
        health = context.health(_SERVICES, service)
        details: dict[str, Any] = {
            "observed": health.reason or None,
            "evidence": health.evidence,
            "since": health.since,
            "confidence": health.confidence,
            "recheck_at": health.recheck_at,
        }
        if health.verdict.faulty:
            yield Judged(subject, fails(health.message or "nobody answers for it", **details))
        elif health.verdict is HealthVerdict.UNKNOWN:
            yield Judged(subject, cannot_tell(health.message or "who answers for it cannot be told", **details))
        elif health.reason == _NO_PODS and not _made(service, makers):
            yield Judged(subject, _matches_nothing(context, service))
        else:
            yield Judged(subject, passes(health.recheck_at))


def _ready(context: Context) -> dict[tuple[str, str], int]:
    """Ready endpoints of the Services without a selector, by ``(namespace, name)``."""
    wanted = {
        (one.metadata.namespace or "", one.metadata.name)
        for one in context.table(_SERVICES)
        if not one.spec.selector and one.spec.type != "ExternalName"
    }
    counted: dict[tuple[str, str], int] = {}
    for one in context.table(_SLICES) if wanted else ():
        key = (one.metadata.namespace or "", one.metadata.labels.get(_NAME, ""))
        if key in wanted:
            counted[key] = counted.get(key, 0) + sum(endpoint.ready for endpoint in one.endpoints)
    return counted


def _by_slices(context: Context, service: Service, ready: dict[tuple[str, str], int]) -> Outcome:
    key = (service.metadata.namespace or "", service.metadata.name)
    if ready.get(key):
        return PASS
    if not context.view.readable(_SLICES, service.metadata.namespace):
        return cannot_tell(f"has no selector, and its endpoints could not be read ({context.table(_SLICES).state})")
    words = "has no selector, and nobody has given it a ready endpoint"
    return fails(words, path="spec.selector", observed="0 ready endpoints", severity=Severity.LOW)


def _labels(view: View) -> dict[str, list[dict[str, str]]]:
    """Labels of every template that makes pods, by namespace."""
    known: dict[str, list[dict[str, str]]] = {}
    for resource in _MAKERS:
        for one in view.table(resource):
            known.setdefault(one.metadata.namespace or "", []).append(one.spec.template.metadata.labels)
    return known


def _made(service: Service, makers: dict[str, list[dict[str, str]]]) -> bool:
    wanted = service.spec.selector.items()
    return any(
        all(labels.get(key) == value for key, value in wanted)
        for labels in makers.get(service.metadata.namespace or "", ())
    )


def _matches_nothing(context: Context, service: Service) -> Outcome:
    selector = ",".join(f"{key}={value}" for key, value in sorted(service.spec.selector.items()))
    unread = [one for one in WORKLOADS if not context.view.readable(one, service.metadata.namespace)]
    if unread:
        words = f"no pod matches its selector {selector}; whether a workload does could not be read"
        return cannot_tell(f"{words} ({context.table(unread[0]).state})", path="spec.selector")
    words = f"neither a pod nor a workload's template matches its selector {selector}: nobody can ever answer"
    return fails(words, path="spec.selector", observed=selector)


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
    if not context.view.readable("nodes"):
        return cannot_tell(f"policy Local, and nodes could not be read ({context.table('nodes').state})", path=path)
    if not bare or not placed:
        return PASS
    words = f"{len(bare)} nodes have none of its pods and drop what reaches them ({', '.join(bare[:3])})"
    return fails(f"policy Local: {words}", path=path, observed=policy, expected="Cluster, or a pod on every node")
