"""Why nothing answers: Services, Ingresses, Gateways and routes, each verdict with its diagnosis."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.health.diagnoses.table import diagnose
from k8sview.analysis.health.verdict import health_of
from k8sview.model.health import Diagnosis, Health, HealthVerdict
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View
from tests.analysis.clusters import ago, read, view_of

Raw = dict[str, Any]


def meta(name: str, age: str = "2h", **more: Any) -> Raw:
    return {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": ago(age), **more}


def pod(name: str = "web-1", ready: bool = True, **labels: str) -> Raw:
    ports = [{"name": "http", "containerPort": 8080}]
    statuses = [{"name": "app", "ready": ready, "state": {"running": {"startedAt": ago("1h")}}}]
    conditions = [{"type": "Ready", "status": str(ready), "lastTransitionTime": ago("1h")}]
    return {
        "kind": "Pod",
        "metadata": meta(name, labels=labels or {"app": "web"}),
        "spec": {"nodeName": "n", "containers": [{"name": "app", "image": "web", "ports": ports}]},
        "status": {"phase": "Running", "conditions": conditions, "containerStatuses": statuses},
    }


def deployment(replicas: int = 2, **labels: str) -> Raw:
    template = {"metadata": {"labels": labels or {"app": "web"}}, "spec": {"containers": []}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels or {"app": "web"}}, "template": template}
    return {"kind": "Deployment", "metadata": meta("web"), "spec": spec}


def service(age: str = "2h", **spec: Any) -> Raw:
    whole = {"selector": {"app": "web"}, "ports": [{"port": 80, "name": "http", "targetPort": "http"}], **spec}
    return {"kind": "Service", "metadata": meta("web", age), "spec": whole}


def judge(raw: Raw, *others: Raw, denied: tuple[str, ...] = ()) -> tuple[Health, Diagnosis]:
    view = view_of(raw, *others, denied=denied)
    return judged(view, raw)


def judged(view: View, raw: Raw) -> tuple[Health, Diagnosis]:
    resource, obj = read(raw)
    health = health_of(view, resource.name, obj)
    return health, diagnose(view, resource.name, obj, health)


def test_a_selector_with_a_typo_is_held_against_the_labels_that_come_closest() -> None:
    health, why = judge(service(selector={"app": "wbe"}), deployment(), pod())
    assert (health.verdict, why.id) == (HealthVerdict.DOWN, "service.no-pod-matches")
    assert "closest is Deployment web" in why.message
    assert "app=wbe (its pods have app=web)" in why.message
    assert why.because == ()


def test_pods_that_are_not_ready_are_the_cause_of_an_empty_service() -> None:
    health, why = judge(service(), deployment(), pod(ready=False))
    assert (health.verdict, why.id) == (HealthVerdict.DOWN, "service.pods-not-ready")
    assert why.because == (Ref("v1", "Pod", "shop", "web-1"),)


def test_a_port_that_no_container_has() -> None:
    health, why = judge(service(ports=[{"port": 443, "targetPort": "https"}]), pod())
    assert (health.verdict, why.id) == (HealthVerdict.DOWN, "service.port-missing")
    assert "called https (they have: http)" in why.message


def test_a_load_balancer_that_nobody_gives_an_address() -> None:
    health, why = judge(service(type="LoadBalancer"), pod())
    assert (health.verdict, why.id) == (HealthVerdict.DEGRADED, "service.no-address")
    assert why.confidence is Confidence.INFERRED
    assert "no load balancer controller is known" in why.message
    assert judge(service(type="LoadBalancer"), pod(), denied=("events",))[1].missing == ("events",)


@pytest.mark.parametrize(
    ("raw", "others"),
    [
        (service(), (pod(),)),
        (service(), (pod(), pod("web-2", ready=False))),
        (service(ports=[{"port": 80, "targetPort": 9000}]), (pod(),)),
        (service(publishNotReadyAddresses=True, clusterIP="None"), (pod(ready=False),)),
        (service(), (deployment(replicas=0),)),
        (service(age="30s"), ()),
        (service(type="LoadBalancer", age="1m"), (pod(),)),
        (service(type="ExternalName", externalName="db.example.com", selector={}), ()),
        (service(selector={}), ()),
    ],
)
def test_services_that_nobody_may_accuse(raw: Raw, others: tuple[Raw, ...]) -> None:
    assert not judge(raw, *others)[0].verdict.faulty


def test_without_pods_a_service_is_unknown_or_told_by_its_slices() -> None:
    health, _ = judge(service(), denied=("pods",))
    assert (health.verdict, health.missing) == (HealthVerdict.UNKNOWN, ("pods",))
    health, _ = judge(service(), slice_of({"addresses": ["10.0.0.1"]}), denied=("pods",))
    assert (health.verdict, health.confidence) == (HealthVerdict.HEALTHY, Confidence.INFERRED)


def slice_of(*endpoints: Raw) -> Raw:
    labels = {"kubernetes.io/service-name": "web"}
    return {"kind": "EndpointSlice", "metadata": meta("web-x", labels=labels), "endpoints": list(endpoints)}


def test_slices() -> None:
    target = {"kind": "Pod", "name": "web-1", "uid": "another"}
    stale = {"addresses": ["10.0.0.1"], "targetRef": target}
    leaving = {"addresses": ["10.0.0.1"], "conditions": {"ready": False, "serving": True, "terminating": True}}
    unready = {"addresses": ["10.0.0.1"], "conditions": {"ready": False}}
    assert judge(slice_of({"addresses": ["10.0.0.1"]}))[0].verdict is HealthVerdict.HEALTHY
    assert judge(slice_of(stale), pod())[0].reason == "StaleEndpoints"
    assert judge(slice_of(stale), pod(), denied=("pods",))[0].verdict is HealthVerdict.HEALTHY
    assert judge(slice_of(leaving))[0].reason == "Draining"
    assert judge(slice_of(unready))[0].verdict is HealthVerdict.WAITING
    assert judge(slice_of())[0].verdict is HealthVerdict.WAITING


CLASS = {"kind": "IngressClass", "metadata": {"name": "nginx", "uid": "c"}}


def ingress(name: str = "shop", port: Any = 80, age: str = "2h", tls: str = "", address: bool = True) -> Raw:
    backend = {"service": {"name": name, "port": {"number": port} if isinstance(port, int) else {"name": port}}}
    spec: Raw = {"ingressClassName": "nginx", "rules": [{"http": {"paths": [{"path": "/", "backend": backend}]}}]}
    if tls:
        spec["tls"] = [{"hosts": ["shop.example.com"], "secretName": tls}]
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}] if address else []}}
    return {"kind": "Ingress", "metadata": meta("entry", age), "spec": spec, "status": status}


@pytest.mark.parametrize(
    ("raw", "others", "expected", "because"),
    [
        (ingress(), (CLASS,), "ingress.backend-missing", Ref("v1", "Service", "shop", "shop")),
        (ingress("web", 8081), (CLASS, service(), pod()), "ingress.port-missing", None),
        (ingress("web", "admin"), (CLASS, service(), pod()), "ingress.port-missing", None),
        (
            ingress("web", "http"),
            (service(), pod()),
            "ingress.class-missing",
            Ref("networking.k8s.io/v1", "IngressClass", None, "nginx"),
        ),
        (
            ingress("web", tls="shop-tls"),
            (CLASS, service(), pod()),
            "ingress.certificate-missing",
            Ref("v1", "Secret", "shop", "shop-tls"),
        ),
        (ingress("web"), (CLASS, service()), "ingress.backend-down", Ref("v1", "Service", "shop", "web")),
    ],
)
def test_what_an_ingress_refers_to(raw: Raw, others: tuple[Raw, ...], expected: str, because: Ref | None) -> None:
    health, why = judge(raw, *others)
    assert health.verdict.faulty
    assert why.id == expected
    assert why.because == ((because,) if because else ())


def test_ingresses_that_nobody_may_accuse() -> None:
    secret = {"kind": "Secret", "metadata": meta("shop-tls")}
    assert judge(ingress("web", tls="shop-tls"), CLASS, service(), pod(), secret)[0].verdict is HealthVerdict.HEALTHY
    assert judge(ingress(age="30s"), CLASS)[0].verdict is HealthVerdict.PROGRESSING
    health, _ = judge(ingress("web", tls="shop-tls"), CLASS, service(), pod(), denied=("secrets",))
    assert (health.verdict, health.missing) == (HealthVerdict.UNKNOWN, ("secrets",))
    other = ingress("web")
    other["metadata"] = meta("other")
    health, _ = judge(ingress("web", address=False), other, CLASS, service(), pod())
    assert health.verdict is HealthVerdict.WAITING


def condition(kind: str, status: str, reason: str = "", said: str = "", generation: int = 1) -> Raw:
    times = {"lastTransitionTime": ago("1h"), "observedGeneration": generation}
    return {"type": kind, "status": status, "reason": reason or kind, "message": said, **times}


GATEWAY_CLASS = {"kind": "GatewayClass", "metadata": {"name": "edge", "uid": "gc"}}
GOOD = (condition("Accepted", "True"), condition("Programmed", "True"))


def gateway(*conditions: Raw, listeners: tuple[Raw, ...] = (), age: str = "2h") -> Raw:
    status = {"conditions": list(conditions), "listeners": list(listeners)}
    spec = {"gatewayClassName": "edge"}
    return {
        "kind": "Gateway",
        "metadata": meta("edge", age, generation=1),
        "spec": spec,
        "status": status,
    }


def route(*conditions: Raw, backend: str = "web", age: str = "2h", claimed: bool = True) -> Raw:
    parents = [{"parentRef": {"name": "edge"}, "conditions": list(conditions)}] if claimed else []
    spec = {"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": [{"name": backend, "port": 80}]}]}
    return {
        "kind": "HTTPRoute",
        "metadata": meta("web", age, generation=1),
        "spec": spec,
        "status": {"parents": parents},
    }


PENDING = condition("Accepted", "Unknown", "Pending", "Waiting for controller")


@pytest.mark.parametrize(
    ("raw", "expected", "words"),
    [
        (gateway(PENDING), "gateway.unclaimed", "no controller"),
        (gateway(condition("Accepted", "False", "Invalid", "bad port")), "gateway.not-accepted", "bad port"),
        (
            gateway(*GOOD[:1], condition("Programmed", "False", "AddressNotAssigned", "no address left")),
            "gateway.not-programmed",
            "no address left",
        ),
        (
            gateway(*GOOD, listeners=({"name": "web", "conditions": [condition("Conflicted", "True", "Clash")]},)),
            "gateway.listener-refused",
            "listener web is in conflict",
        ),
        (route(claimed=False), "route.unclaimed", "no controller"),
        (route(condition("Accepted", "False", "NotAllowedByListeners")), "route.not-accepted", "NotAllowed"),
        (
            route(condition("Accepted", "True"), condition("ResolvedRefs", "False", "RefNotPermitted")),
            "route.unresolved",
            "RefNotPermitted",
        ),
        (route(*GOOD[:1], backend="nothing"), "route.backend-missing", "Service nothing does not exist"),
    ],
)
def test_what_the_gateway_api_says(raw: Raw, expected: str, words: str) -> None:
    others = [service(), pod(), GATEWAY_CLASS] + ([gateway(*GOOD)] if raw["kind"] == "HTTPRoute" else [])
    health, why = judge(raw, *others)
    assert health.verdict.faulty
    assert why.id == expected
    assert words in why.message


def test_a_class_or_gateway_that_does_not_exist_is_the_cause() -> None:
    other = {"kind": "GatewayClass", "metadata": {"name": "other", "uid": "o"}}
    _, why = judge(gateway(*GOOD), other)
    assert (why.id, why.because[0].kind) == ("gateway.class-missing", "GatewayClass")
    elsewhere = gateway(*GOOD)
    elsewhere["metadata"] = meta("elsewhere")
    _, why = judge(route(*GOOD[:1]), elsewhere, service(), pod())
    assert (why.id, str(why.because[0])) == ("route.gateway-missing", "Gateway shop/edge")


@pytest.mark.parametrize(
    "raw",
    [
        gateway(*GOOD),
        gateway(PENDING, age="30s"),
        gateway(*GOOD, condition("Accepted", "False", "Old", generation=0)),
        route(condition("Accepted", "True"), condition("ResolvedRefs", "True")),
        route(claimed=False, age="30s"),
    ],
)
def test_gateways_and_routes_that_nobody_may_accuse(raw: Raw) -> None:
    others = [service(), pod(), GATEWAY_CLASS] + ([gateway(*GOOD)] if raw["kind"] == "HTTPRoute" else [])
    assert not judge(raw, *others)[0].verdict.faulty


def test_a_route_without_readable_services_says_what_it_lacks() -> None:
    health, _ = judge(route(*GOOD[:1]), gateway(*GOOD), denied=("services",))
    assert (health.verdict, health.missing) == (HealthVerdict.UNKNOWN, ("services",))


def test_a_gateway_whose_class_may_not_be_read_is_vouched_for_by_its_controller() -> None:
    health, _ = judge(gateway(*GOOD), denied=("gatewayclasses.gateway.networking.k8s.io",))
    assert (health.verdict, health.confidence) == (HealthVerdict.HEALTHY, Confidence.INFERRED)


def test_a_name_that_would_be_a_command_is_one_word_of_the_next_step() -> None:
    hostile = "shop; rm -rf ~"
    leading = route(*GOOD[:1])
    leading["spec"]["rules"] = [{"backendRefs": [{"name": "web", "namespace": hostile, "port": 80}]}]
    _, why = judge(leading, gateway(*GOOD), GATEWAY_CLASS)
    assert (why.id, why.next) == ("route.backend-missing", f"kubectl get service -n '{hostile}'")
