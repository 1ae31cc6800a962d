"""Why nothing answers: Services, Ingresses, Gateways and routes, from the address down to the pods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from k8sview.analysis.health.diagnoses.contract import Family, Known, Rule
from k8sview.analysis.health.diagnoses.wording import describe, word
from k8sview.analysis.health.flaws import Flaw, told
from k8sview.analysis.health.gateways import GATEWAYS, ROUTES, gateway_flaws, route_flaws
from k8sview.analysis.health.ingresses import INGRESSES, ingress_flaws
from k8sview.analysis.health.services import NO_ADDRESS, NO_POD_MATCHES, NO_READY_PODS, NO_SUCH_PORT
from k8sview.analysis.health.serving import makers, nearest, pods_behind
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Service
from k8sview.model.status import Confidence
from k8sview.model.view import View

_MOST_PODS = 5
_CLOUD_CONTROLLERS = ("cloud-controller-manager", "aws-load-balancer-controller", "metallb", "kube-vip", "cilium")


def of_service(view: View, service: Any, health: Health) -> Diagnosis | None:
    """Rows 20 and 44 of the table of root causes."""
    if not isinstance(service, Service):
        return None
    match health.reason:
        case reason if reason == NO_POD_MATCHES:
            return _no_pod_matches(view, service, health)
        case reason if reason == NO_READY_PODS:
            return _not_ready(view, service, health)
        case reason if reason == NO_SUCH_PORT:
            return _no_port(view, service, health)
        case reason if reason == NO_ADDRESS:
            return _no_address(view, service, health)
    return None


def _no_pod_matches(view: View, service: Service, health: Health) -> Diagnosis:
    name, namespace = service.metadata.name, service.metadata.namespace
    near = nearest(view, service)
    message = f"Service {name} returns nothing: {health.message}"
    evidence = health.evidence
    if near is not None:
        template, words = near
        message += f"; closest is {template.ref.kind} {template.ref.name}, but the selector wants {words}"
        evidence = (*evidence, f"{template.ref.kind.lower()}s/{template.ref.name} differs = {words}")
    return Diagnosis(
        id="service.no-pod-matches",
        message=message,
        next=f"kubectl get pods -n {word(namespace)} --show-labels",
        since=health.since,
        evidence=evidence,
        missing=_unread(view, service, ("deployments.apps", "statefulsets.apps", "daemonsets.apps")),
    )


def _not_ready(view: View, service: Service, health: Health) -> Diagnosis:
    pods = pods_behind(view, service)
    workloads = makers(view, service)
    # A workload without any pod explains itself; of pods that are there, each has its own reason.
    because = tuple(ref_to("Pod", pod.metadata.namespace, pod.metadata.name) for pod in pods[:_MOST_PODS])
    return Diagnosis(
        id="service.pods-not-ready",
        message=f"Service {service.metadata.name} returns nothing: {health.message}",
        next=f"kubectl get pods -n {word(service.metadata.namespace)} -l {word(_selector(service))}",
        since=health.since,
        evidence=health.evidence,
        because=because or tuple(one.ref for one in workloads if one.replicas != 0),
    )


def _no_port(view: View, service: Service, health: Health) -> Diagnosis:
    pods = pods_behind(view, service)
    known = sorted(
        {port.name for pod in pods for container in pod.spec.containers for port in container.ports if port.name}
    )
    there = f" (they have: {', '.join(known)})" if known else " (none of their ports has a name)"
    return Diagnosis(
        id="service.port-missing",
        message=f"Service {service.metadata.name}: {health.message}{there}",
        next=describe("service", service.metadata.namespace, service.metadata.name),
        since=health.since,
        evidence=health.evidence,
    )


def _no_address(view: View, service: Service, health: Health) -> Diagnosis:
    events = [one for one in view.events_of(service) if one.type == "Warning"]
    message = f"Service {service.metadata.name}: {health.message}"
    confidence = Confidence.CERTAIN
    if not events:
        # A cluster without a load balancer controller says nothing at all.
        found = [name for name in _CLOUD_CONTROLLERS if _runs(view, name)]
        confidence = Confidence.OBSERVED if found else Confidence.INFERRED
        seen = (
            f"{', '.join(found)} runs and has said nothing of it"
            if found
            else "no load balancer controller is known to run"
        )
        message += f"; {seen}"
    return Diagnosis(
        id="service.no-address",
        message=message,
        next=describe("service", service.metadata.namespace, service.metadata.name),
        since=health.since,
        confidence=Confidence.INFERRED if health.missing else confidence,
        evidence=health.evidence,
        missing=health.missing,
    )


def _runs(view: View, name: str) -> bool:
    return any(
        name in workload.metadata.name
        for resource in ("deployments.apps", "daemonsets.apps")
        for workload in view.each(resource)
    )


def _selector(service: Service) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(service.spec.selector.items()))


def _unread(view: View, service: Service, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if not view.readable(name, service.metadata.namespace))


def _flawed(flaws_of: Callable[[View, Any], Iterable[Flaw]]) -> Rule:
    def rule(view: View, obj: Any, health: Health) -> Diagnosis | None:
        flaw = told(list(flaws_of(view, obj)), health) if hasattr(obj, "body") else None
        if flaw is None:
            return None
        return Diagnosis(
            id=flaw.id,
            message=flaw.message,
            next=flaw.next,
            since=flaw.since,
            confidence=flaw.confidence,
            evidence=flaw.evidence,
            because=flaw.because,
            missing=health.missing,
        )

    return rule


FAMILY = Family(
    known=(
        Known(
            "service.no-pod-matches",
            "No pod has the labels that the Service selects",
            "Compare the selector with the labels of the pods that should answer; one of them has a typo.",
        ),
        Known(
            "service.pods-not-ready",
            "Pods match the Service's selector, and none of them is ready",
            "Look at the pods: the Service only shows what they are.",
        ),
        Known(
            "service.port-missing",
            "The Service's target port is a name that no container of its pods has",
            "Name the container's port so, or use its number in the Service.",
        ),
        Known(
            "service.no-address",
            "A Service of type LoadBalancer has no address",
            "See whether a load balancer controller runs, and what its events and the provider's limits say.",
        ),
        Known(
            "ingress.class-missing",
            "The IngressClass does not exist",
            "Name one that exists, or install its controller.",
        ),
        Known(
            "ingress.backend-missing",
            "An Ingress leads to a Service that does not exist",
            "Correct the name, or create it.",
        ),
        Known("ingress.port-missing", "An Ingress leads to a port that its Service does not have", "Correct the port."),
        Known("ingress.backend-down", "An Ingress leads to a Service that nobody answers for", "Look at that Service."),
        Known(
            "ingress.certificate-missing",
            "The TLS Secret of an Ingress does not exist",
            "Create it, or see why the certificate controller did not.",
        ),
        Known(
            "gateway.class-missing",
            "The GatewayClass does not exist",
            "Name one that exists, or install its controller.",
        ),
        Known(
            "gateway.unclaimed",
            "No controller has taken notice of a Gateway",
            "See whether its class's controller runs.",
        ),
        Known("gateway.not-accepted", "The controller does not accept the Gateway", "Mend what its condition names."),
        Known(
            "gateway.listener-refused",
            "A listener of the Gateway is refused",
            "Mend what the listener's condition names.",
        ),
        Known(
            "gateway.not-programmed",
            "The Gateway is accepted and not yet programmed",
            "See what its condition waits for.",
        ),
        Known("route.gateway-missing", "The Gateway of a route does not exist", "Correct the parentRef, or create it."),
        Known(
            "route.unclaimed", "No controller has taken notice of a route", "See whether the Gateway's controller runs."
        ),
        Known(
            "route.backend-missing", "A route leads to a Service that does not exist", "Correct the name, or create it."
        ),
        Known("route.backend-down", "A route leads to a Service that nobody answers for", "Look at that Service."),
        Known("route.not-accepted", "The Gateway does not accept the route", "Mend what its condition names."),
        Known("route.unresolved", "A route refers to what cannot be resolved", "Mend what its condition names."),
    ),
    rules={
        "services": (of_service,),
        INGRESSES: (_flawed(ingress_flaws),),
        GATEWAYS: (_flawed(gateway_flaws),),
        **{route: (_flawed(route_flaws),) for route in ROUTES},
    },
)
