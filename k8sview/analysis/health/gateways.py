"""Verdict on Gateways and routes of the Gateway API: what their controllers say of them, and what they refer to.

Every condition counts for its own observedGeneration; a condition of an older generation says nothing (GEP-1364).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.wording import word
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.flaws import Flaw, judged
from k8sview.analysis.health.moments import changed, created, specified
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.services import service_health
from k8sview.analysis.health.signals import conditions_of
from k8sview.model.fields import reader
from k8sview.model.health import Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Service
from k8sview.model.objects.meta import Condition, Custom
from k8sview.model.resources import Ref
from k8sview.model.view import View

GROUP = "gateway.networking.k8s.io"
GATEWAYS = f"gateways.{GROUP}"
CLASSES = f"gatewayclasses.{GROUP}"
ROUTES = tuple(f"{kind}routes.{GROUP}" for kind in ("http", "grpc", "tls", "tcp", "udp"))
_CLAIM = timedelta(minutes=1)
_PROGRAMMED = timedelta(minutes=5)
_REFUSED = timedelta(minutes=1)

_LISTENERS = reader("status.listeners[*]")
_CLASS = reader("spec.gatewayClassName")
_PARENTS = reader("spec.parentRefs[*]")
_PARENT_STATUS = reader("status.parents[*]")
_BACKENDS = reader("spec.rules[*].backendRefs[*]")


def gateway_health(view: View, gateway: Custom) -> Health:
    """Verdict on one Gateway."""
    if gateway.metadata.deletion_timestamp is not None:
        return deletion(view, gateway)
    missing = () if view.readable(CLASSES) else (CLASSES,)
    attached = sum(one.get("attachedRoutes") or 0 for one in _LISTENERS(gateway) if isinstance(one, dict))
    evidence = (f"status.listeners[*].attachedRoutes = {attached}",)
    # Its controller says that it is programmed: then the class is there.
    return judged(view, list(gateway_flaws(view, gateway)), missing, evidence, vouched=True)


def route_health(view: View, route: Custom) -> Health:
    """Verdict on one HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute."""
    if route.metadata.deletion_timestamp is not None:
        return deletion(view, route)
    namespace = route.metadata.namespace or ""
    missing = tuple(name for name in ("services", "pods") if not view.readable(name, namespace))
    parents = tuple(f"spec.parentRefs[*] = {ref.name}" for ref in _gateways(route))
    return judged(view, list(route_flaws(view, route)), missing, parents)


def gateway_flaws(view: View, gateway: Custom) -> Iterator[Flaw]:
    """Everything wrong with a Gateway, the gravest first."""
    show = _describe("gateway", gateway)
    since = specified(gateway) or created(gateway)
    name = next((one for one in _CLASS(gateway) if isinstance(one, str)), "")
    if name and view.readable(CLASSES) and view.get(CLASSES, name) is None:
        message = f"GatewayClass {name} does not exist: no controller serves this Gateway"
        because = (Ref(f"{GROUP}/v1", "GatewayClass", None, name),)
        yield Flaw(
            "gateway.class-missing",
            "ClassMissing",
            message,
            "kubectl get gatewayclass",
            since,
            _CLAIM,
            (f"spec.gatewayClassName = {name}",),
            because,
            down=True,
        )
    conditions = _current(gateway, conditions_of(_status(gateway)))
    spoken = [one for one in conditions if one.reason != "Pending" or one.status != "Unknown"]
    if not spoken:
        message = joined("no controller has taken notice of it", f"class {name}" if name else "")
        yield Flaw("gateway.unclaimed", "Unclaimed", message, show, since, _CLAIM, ("status.conditions = (none)",))
        return
    accepted = find(conditions, "Accepted")
    if accepted is not None and accepted.status == "False":
        yield _said("gateway.not-accepted", "the Gateway is not accepted", accepted, show, _REFUSED, down=True)
    for listener in (one for one in _LISTENERS(gateway) if isinstance(one, dict)):
        yield from _listener(gateway, listener, show)
    programmed = find(conditions, "Programmed")
    if programmed is not None and programmed.status != "True":
        yield _said("gateway.not-programmed", "the Gateway is not programmed", programmed, show, _PROGRAMMED, down=True)


def _listener(gateway: Custom, listener: dict[str, Any], show: str) -> Iterator[Flaw]:
    name = str(listener.get("name") or "")
    for condition in _current(gateway, conditions_of(listener)):
        bad = condition.status == "True" if condition.type == "Conflicted" else condition.status == "False"
        if bad and condition.type in ("Accepted", "ResolvedRefs", "Conflicted"):
            words = f"listener {name} is {'in conflict' if condition.type == 'Conflicted' else f'not {condition.type}'}"
            yield _said("gateway.listener-refused", words, condition, show, _REFUSED)


def route_flaws(view: View, route: Custom) -> Iterator[Flaw]:
    """Everything wrong with a route, the gravest first."""
    show = _describe("httproute" if "HTTP" in route.kind else route.kind.lower() or "httproute", route)
    since = specified(route) or created(route)
    gateways = _gateways(route)
    for ref in gateways:
        if view.readable(GATEWAYS, ref.namespace) and view.get(GATEWAYS, ref.name, ref.namespace) is None:
            message = f"Gateway {ref.name} does not exist in namespace {ref.namespace}, and a route belongs to it"
            yield Flaw(
                "route.gateway-missing",
                "GatewayMissing",
                message,
                f"kubectl get gateway -n {word(ref.namespace)}",
                since,
                _CLAIM,
                (f"spec.parentRefs[*].name = {ref.name}",),
                (ref,),
                down=True,
            )
    parents = [one for one in _PARENT_STATUS(route) if isinstance(one, dict)]
    if not parents and gateways:
        message = f"no controller has taken notice of it (its parent: Gateway {gateways[0].name})"
        yield Flaw(
            "route.unclaimed",
            "Unclaimed",
            message,
            show,
            since,
            _CLAIM,
            ("status.parents = (none)",),
            _unwell(view, gateways),
            down=True,
        )
    missing = list(_missing_backends(view, route, since))
    yield from missing
    for parent in parents:
        for condition in _current(route, conditions_of(parent)):
            if condition.status == "False" and condition.type in ("Accepted", "ResolvedRefs"):
                if condition.reason == "BackendNotFound" and missing:
                    continue  # said above, with the name of what is missing
                accepted = condition.type == "Accepted"
                kind = "route.not-accepted" if accepted else "route.unresolved"
                words = "the route is not accepted" if accepted else "the route refers to what cannot be resolved"
                yield _said(kind, words, condition, show, _REFUSED, down=accepted)
    yield from _backends_down(view, route)


def _missing_backends(view: View, route: Custom, since: datetime | None) -> Iterator[Flaw]:
    for namespace, name in _services(route):
        if view.readable("services", namespace) and view.get("services", name, namespace) is None:
            message = (
                f"Service {name} does not exist in namespace {namespace}, and a route leads there (BackendNotFound)"
            )
            yield Flaw(
                "route.backend-missing",
                "BackendMissing",
                message,
                f"kubectl get service -n {word(namespace)}",
                since,
                _REFUSED,
                (f"spec.rules[*].backendRefs[*].name = {name}",),
                (ref_to("Service", namespace, name),),
            )


def _backends_down(view: View, route: Custom) -> Iterator[Flaw]:
    for namespace, name in _services(route):
        service = view.get("services", name, namespace)
        if not isinstance(service, Service):
            continue
        served = service_health(view, service)
        if served.verdict.faulty and served.reason != "NoAddress":
            message = f"Service {name}, to which the route leads, answers nothing: {served.message}"
            show = f"kubectl describe service {word(name)} -n {word(namespace)}"
            yield Flaw(
                "route.backend-down",
                "BackendDown",
                message,
                show,
                served.since,
                timedelta(),
                (f"services/{name} verdict = {served.verdict}",),
                (ref_to("Service", namespace, name),),
            )


def _services(route: Custom) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for backend in _BACKENDS(route):
        if isinstance(backend, dict) and backend.get("kind", "Service") == "Service" and not backend.get("group"):
            namespace = backend.get("namespace") or route.metadata.namespace or ""
            found[(str(namespace), str(backend.get("name") or ""))] = None
    return [one for one in found if one[1]]


def _gateways(route: Custom) -> list[Ref]:
    found: dict[Ref, None] = {}
    for parent in _PARENTS(route):
        if isinstance(parent, dict) and parent.get("kind", "Gateway") == "Gateway":
            namespace = str(parent.get("namespace") or route.metadata.namespace or "")
            found[Ref(f"{GROUP}/v1", "Gateway", namespace, str(parent.get("name") or ""))] = None
    return list(found)


def _unwell(view: View, gateways: list[Ref]) -> tuple[Ref, ...]:
    """Parents that are themselves not well: then it is no wonder that a route is not taken notice of."""
    found = []
    for ref in gateways:
        gateway = view.get(GATEWAYS, ref.name, ref.namespace)
        if isinstance(gateway, Custom) and gateway_health(view, gateway).verdict.faulty:
            found.append(ref)
    return tuple(found)


def _current(obj: Custom, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    generation = obj.metadata.generation or 0
    return tuple(one for one in conditions if one.observed_generation is None or one.observed_generation >= generation)


def _status(obj: Custom) -> Any:
    return obj.body.get("status")


def _said(kind: str, words: str, condition: Condition, show: str, grace: timedelta, *, down: bool = False) -> Flaw:
    cause = f"{condition.reason}: {one_line(condition.message)}" if condition.message else condition.reason
    return Flaw(
        id=kind,
        reason=condition.reason or condition.type,
        message=joined(words, cause),
        next=show,
        since=changed(condition),
        grace=grace,
        evidence=(f"status.conditions[type={condition.type}].status = {condition.status}",),
        down=down,
    )


def _describe(kind: str, obj: Custom) -> str:
    return f"kubectl describe {kind} {word(obj.metadata.name)} -n {word(obj.metadata.namespace)}"
