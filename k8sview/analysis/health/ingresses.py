"""Verdict on Ingresses by what they refer to: class, backend Services and ports, TLS Secrets, and who answers there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from k8sview.analysis.health.diagnoses.wording import word
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.flaws import Flaw, judged
from k8sview.analysis.health.moments import created, specified
from k8sview.analysis.health.services import service_health
from k8sview.model.fields import reader
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Service
from k8sview.model.objects.meta import Custom
from k8sview.model.view import View

INGRESSES = "ingresses.networking.k8s.io"
CLASSES = "ingressclasses.networking.k8s.io"
_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_DEFAULT = "ingressclass.kubernetes.io/is-default-class"
_REFERENCES = timedelta(minutes=2)  # what an Ingress names may be made just after it

_RULES = reader("spec.rules[*].http.paths[*].backend")
_DEFAULT_BACKEND = reader("spec.defaultBackend")
_TLS = reader("spec.tls[*].secretName")
_ADDRESSES = reader("status.loadBalancer.ingress[*]")


def ingress_health(view: View, ingress: Custom) -> Health:
    """Verdict on one Ingress."""
    if ingress.metadata.deletion_timestamp is not None:
        return deletion(view, ingress)
    evidence = tuple(f"backend = {name}:{port}" for name, port in _backends(ingress))
    health = judged(view, list(ingress_flaws(view, ingress)), _missing(view, ingress), evidence)
    if health.verdict is HealthVerdict.HEALTHY:
        return _without_address(view, ingress) or health
    return health


def ingress_flaws(view: View, ingress: Custom) -> Iterator[Flaw]:
    """Everything wrong with what an Ingress refers to, the gravest first."""
    since = specified(ingress) or created(ingress)
    yield from _class(view, ingress, since)
    for name, port in _backends(ingress):
        yield from _backend(view, ingress, name, port, since)
    yield from _certificates(view, ingress, since)


def _backends(ingress: Custom) -> list[tuple[str, str]]:
    """``(Service, port)`` of every backend; resource backends are left out: only their controller knows them."""
    found: dict[tuple[str, str], None] = {}
    for backend in (*_DEFAULT_BACKEND(ingress), *_RULES(ingress)):
        service = backend.get("service") if isinstance(backend, dict) else None
        if isinstance(service, dict) and isinstance(service.get("name"), str):
            port = service.get("port")
            stated = (port.get("number") or port.get("name") or "") if isinstance(port, dict) else ""
            found[(service["name"], str(stated))] = None
    return list(found)


def _class(view: View, ingress: Custom, since: datetime | None) -> Iterator[Flaw]:
    name = _class_of(ingress)
    if not view.readable(CLASSES):
        return
    ingress_words = f"{word(ingress.metadata.name)} -n {word(ingress.metadata.namespace)}"
    show = f"kubectl get ingressclass; kubectl describe ingress {ingress_words}"
    if name and _CLASS_ANNOTATION not in ingress.metadata.annotations and view.get(CLASSES, name) is None:
        there = ", ".join(one.metadata.name for one in view.each(CLASSES)) or "none"
        yield Flaw(
            id="ingress.class-missing",
            reason="ClassMissing",
            message=f"IngressClass {name} does not exist (there is: {there}): no controller serves this Ingress",
            next=show,
            since=since,
            grace=_REFERENCES,
            evidence=(f"spec.ingressClassName = {name}",),
            because=(ref_to("IngressClass", None, name),),
            down=True,
        )


def _class_of(ingress: Custom) -> str:
    spec = ingress.body.get("spec")
    stated = spec.get("ingressClassName") if isinstance(spec, dict) else None
    return stated if isinstance(stated, str) else ingress.metadata.annotations.get(_CLASS_ANNOTATION, "")


def _backend(view: View, ingress: Custom, name: str, port: str, since: datetime | None) -> Iterator[Flaw]:
    namespace = ingress.metadata.namespace or ""
    if not view.readable("services", namespace):
        return
    service = view.get("services", name, namespace)
    ref = ref_to("Service", namespace, name)
    if not isinstance(service, Service):
        yield Flaw(
            id="ingress.backend-missing",
            reason="BackendMissing",
            message=f"Service {name} does not exist in namespace {namespace}, and an Ingress leads there",
            next=f"kubectl get service -n {word(namespace)}",
            since=since,
            grace=_REFERENCES,
            evidence=(f"spec.rules[*].http.paths[*].backend.service.name = {name}",),
            because=(ref,),
        )
        return
    known = {str(one.port) for one in service.spec.ports} | {one.name for one in service.spec.ports if one.name}
    if port and known and port not in known:
        yield Flaw(
            id="ingress.port-missing",
            reason="PortMissing",
            message=f"Service {name} has no port {port}, where the Ingress leads (it has: {', '.join(sorted(known))})",
            next=f"kubectl get service {word(name)} -n {word(namespace)} -o jsonpath='{{.spec.ports}}'",
            since=since,
            grace=_REFERENCES,
            evidence=(f"spec.rules[*].http.paths[*].backend.service.port = {port}",),
        )
    served = service_health(view, service)
    if served.verdict.faulty and served.reason != "NoAddress":
        yield Flaw(
            id="ingress.backend-down",
            reason="BackendDown",
            message=f"Service {name}, to which the Ingress leads, answers nothing: {served.message}",
            next=f"kubectl describe service {word(name)} -n {word(namespace)}",
            since=served.since,
            grace=timedelta(),
            evidence=(f"services/{name} verdict = {served.verdict}",),
            because=(ref,),
        )


def _certificates(view: View, ingress: Custom, since: datetime | None) -> Iterator[Flaw]:
    namespace = ingress.metadata.namespace or ""
    if not view.readable("secrets", namespace):
        return
    place = f"-n {word(namespace)}"
    for name in dict.fromkeys(one for one in _TLS(ingress) if isinstance(one, str) and one):
        if view.get("secrets", name, namespace) is None:
            yield Flaw(
                id="ingress.certificate-missing",
                reason="CertificateMissing",
                message=f"Secret {name} does not exist in namespace {namespace}: an Ingress has no certificate",
                next=f"kubectl get secret {word(name)} {place}; kubectl get certificate {place}",
                since=since,
                grace=_REFERENCES,
                evidence=(f"spec.tls[*].secretName = {name}",),
                because=(ref_to("Secret", namespace, name),),
            )


def _without_address(view: View, ingress: Custom) -> Health | None:
    """Many controllers never publish an address: its lack tells something only where the same class publishes one for
    others, and even then it is no fault that anybody could be blamed for.
    """
    if _ADDRESSES(ingress):
        return None
    name = _class_of(ingress)
    others = [one for one in view.each(INGRESSES) if one is not ingress and isinstance(one, Custom)]
    published = [one.metadata.name for one in others if _class_of(one) == name and _ADDRESSES(one)]
    if not published:
        return None
    words = f"its controller has given it no address, though it gave one to {published[0]} of the same class"
    return Health(
        HealthVerdict.WAITING, "NoAddress", words, created(ingress), evidence=("status.loadBalancer.ingress = (empty)",)
    )


def _missing(view: View, ingress: Custom) -> tuple[str, ...]:
    """What was not there to be held against."""
    namespace = ingress.metadata.namespace or ""
    wanted = ["services", "pods"] if _backends(ingress) else []
    wanted += ["secrets"] if _TLS(ingress) else []
    missing = [name for name in wanted if not view.readable(name, namespace)]
    return (*missing, *(() if view.readable(CLASSES) else (CLASSES,)))
