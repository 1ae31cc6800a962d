"""Routes that lead nowhere. No controller runs for them here: what one would report is written for it."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.families.platform import definition
from tests.scenarios.moments import BEGUN
from tests.scenarios.shapes import deployment, made, service, space

GATEWAY_API = "gateway.networking.k8s.io"
DEFINITIONS = (
    definition(GATEWAY_API, "GatewayClass", "gatewayclasses", scope="Cluster"),
    definition(GATEWAY_API, "Gateway", "gateways"),
    definition(GATEWAY_API, "HTTPRoute", "httproutes"),
)
INGRESS_CLASS = made(
    "networking.k8s.io/v1", "IngressClass", None, "web", spec={"controller": "example.com/ingress-controller"}
)


def ingress(namespace: str, backend: str = "web", ingress_class: str = "web", port: Any = 80, **spec: Any) -> Raw:
    path = {
        "path": "/",
        "pathType": "Prefix",
        "backend": {
            "service": {"name": backend, "port": {"number": port} if isinstance(port, int) else {"name": port}}
        },
    }
    rules = [{"host": f"{namespace}.example.com", "http": {"paths": [path]}}]
    return made(
        "networking.k8s.io/v1",
        "Ingress",
        namespace,
        "web",
        spec={"ingressClassName": ingress_class, "rules": rules, **spec},
        status={"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}},
    )


def served(namespace: str) -> tuple[Raw, ...]:
    """A Deployment that runs, and its Service."""
    return space(namespace), deployment(namespace, "web"), service(namespace, "web", {"app": "web"})


def said(kind: str, status: str, reason: str, message: str = "", generation: int = 1) -> Raw:
    """A condition of the Gateway API."""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "observedGeneration": generation,
        "lastTransitionTime": BEGUN,
    }


def gateway(namespace: str, *conditions: Raw, gateway_class: str = "edge") -> Raw:
    listeners = [{"name": "https", "port": 443, "protocol": "HTTPS"}]
    return made(
        f"{GATEWAY_API}/v1",
        "Gateway",
        namespace,
        "edge",
        spec={"gatewayClassName": gateway_class, "listeners": listeners},
        status={
            "conditions": list(conditions)
            or [said("Accepted", "True", "Accepted"), said("Programmed", "True", "Programmed")]
        },
    )


def route(namespace: str, *conditions: Raw, backend: str = "web") -> Raw:
    parent = {"name": "edge", "namespace": namespace}
    parents = [
        {"parentRef": parent, "controllerName": "example.com/gateway-controller", "conditions": list(conditions)}
    ]
    rules = [{"backendRefs": [{"name": backend, "port": 80}]}]
    status = {"status": {"parents": parents}} if conditions else {}
    return made(
        f"{GATEWAY_API}/v1", "HTTPRoute", namespace, "web", spec={"parentRefs": [parent], "rules": rules}, **status
    )


EDGE = made(
    f"{GATEWAY_API}/v1",
    "GatewayClass",
    None,
    "edge",
    spec={"controllerName": "example.com/gateway-controller"},
    status={"conditions": [said("Accepted", "True", "Accepted")]},
)


def _ingress(namespace: str) -> Ref:
    return Ref("Ingress", namespace, "web")


CASES: tuple[Case, ...] = (
    Failure(
        name="ingress-no-backend",
        row=45,
        broken="the Ingress names a Service that does not exist",
        objects=(*served("ingress-no-backend"), ingress("ingress-no-backend", "shop")),
        expected=Expected(
            blame=(Ref("Service", "ingress-no-backend", "shop"), _ingress("ingress-no-backend")),
            words=r"shop",
            found=(_ingress("ingress-no-backend"),),
        ),
    ),
    Failure(
        name="ingress-no-port",
        row=45,
        broken="the Ingress names a port that its Service does not have",
        objects=(*served("ingress-no-port"), ingress("ingress-no-port", port=8081)),
        expected=Expected(blame=(_ingress("ingress-no-port"),), words=r"8081|port"),
    ),
    Failure(
        name="ingress-no-class",
        row=45,
        broken="the Ingress names a class that does not exist",
        objects=(*served("ingress-no-class"), ingress("ingress-no-class", ingress_class="nginx-internal")),
        expected=Expected(
            blame=(_ingress("ingress-no-class"), Ref("IngressClass", None, "nginx-internal")),
            words=r"nginx-internal",
            found=(_ingress("ingress-no-class"),),
        ),
    ),
    Failure(
        name="ingress-no-certificate",
        row=45,
        broken="the Ingress names a TLS Secret that does not exist",
        objects=(
            *served("ingress-no-certificate"),
            ingress("ingress-no-certificate", tls=[{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]),
        ),
        expected=Expected(
            blame=(Ref("Secret", "ingress-no-certificate", "shop-tls"), _ingress("ingress-no-certificate")),
            words=r"shop-tls",
            found=(_ingress("ingress-no-certificate"),),
        ),
    ),
    Failure(
        name="ingress-no-endpoints",
        row=45,
        broken="the Ingress leads to a Service whose selector matches nothing",
        objects=(
            space("ingress-no-endpoints"),
            deployment("ingress-no-endpoints", "web"),
            service("ingress-no-endpoints", "web", {"app": "web", "track": "stable"}),
            ingress("ingress-no-endpoints"),
        ),
        expected=Expected(
            blame=(Ref("Service", "ingress-no-endpoints", "web"),),
            words=r"selector|track|no pod",
            found=(_ingress("ingress-no-endpoints"), Ref("Service", "ingress-no-endpoints", "web")),
        ),
    ),
    Failure(
        name="route-no-backend",
        row=45,
        broken="the route's backend does not exist: its controller says so",
        objects=(
            *served("route-no-backend"),
            gateway("route-no-backend"),
            route(
                "route-no-backend",
                said("Accepted", "True", "Accepted"),
                said("ResolvedRefs", "False", "BackendNotFound", 'Service "shop" not found'),
                backend="shop",
            ),
        ),
        expected=Expected(
            blame=(Ref("HTTPRoute", "route-no-backend", "web"), Ref("Service", "route-no-backend", "shop")),
            words=r"shop|BackendNotFound",
            found=(Ref("HTTPRoute", "route-no-backend", "web"),),
        ),
    ),
    Failure(
        name="route-unclaimed",
        row=45,
        broken="no controller has taken notice of the route",
        objects=(*served("route-unclaimed"), gateway("route-unclaimed"), route("route-unclaimed")),
        expected=Expected(
            blame=(Ref("HTTPRoute", "route-unclaimed", "web"), Ref("Gateway", "route-unclaimed", "edge")),
            words=r"controller|parent|accept|claim",
        ),
    ),
    Failure(
        name="gateway-no-address",
        row=45,
        broken="the gateway is accepted, and no address could be had for it",
        objects=(
            space("gateway-no-address"),
            gateway(
                "gateway-no-address",
                said("Accepted", "True", "Accepted"),
                said("Programmed", "False", "AddressNotAssigned", "no address is left in the pool"),
            ),
        ),
        expected=Expected(blame=(Ref("Gateway", "gateway-no-address", "edge"),), words=r"address|Programmed"),
    ),
)
