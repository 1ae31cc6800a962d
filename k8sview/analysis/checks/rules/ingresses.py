"""Ingresses: every backend leads somewhere, certificates exist, and ports were published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.custom import items
from k8sview.analysis.checks.outcome import Context, Judged, cannot_tell, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.rules.containers import found
from k8sview.model.fields import read_one

_INGRESSES = "ingresses.networking.k8s.io"


def _each(context: Context) -> Iterator[tuple[Any, Any]]:
    table = context.table(_INGRESSES)
    for key in sorted(table.objects):
        yield ref_to(table, table.objects[key]), table.objects[key]


def _backends(ingress: Any) -> Iterator[tuple[str, Any]]:
    """Every backend with where it stands."""
    default = read_one(ingress, "spec.defaultBackend")
    if default is not None:
        yield "the default", default
    for one in items(ingress, "spec.rules"):
        for path in items(one, "http.paths"):
            yield f"{one.get('host') or '*'}{path.get('path') or '/'}", path.get("backend")


class IngressParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_INGRESSES,)


@rule("ingress-leads", IngressParameters)
def ingress_leads(context: Context, parameters: IngressParameters) -> Iterator[Judged]:
    """Every path has a backend, and that is a Service with a port, or a resource; never both."""
    for subject, ingress in _each(context):
        problems = [f"{where} {problem}" for where, backend in _backends(ingress) if (problem := _invalid(backend))]
        if read_one(ingress, "spec.defaultBackend") is None and not items(ingress, "spec.rules"):
            problems.append("has neither rules nor a default backend: it leads nowhere")
        yield Judged(subject, found(problems, path="spec"))


def _invalid(backend: Any) -> str:
    service, resource = (backend.get("service"), backend.get("resource")) if isinstance(backend, dict) else (None, None)
    if service is None and resource is None:
        return "has no backend"
    if service is not None and resource is not None:
        return "has a Service and another resource as its backend"
    if isinstance(service, dict) and not (read_one(service, "port.number") or read_one(service, "port.name")):
        return f"leads to Service {service.get('name')} without a port"
    return ""


class SecretsParameters(IngressParameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_INGRESSES, "secrets")


@rule("ingress-certificates", SecretsParameters)
def ingress_certificates(context: Context, parameters: SecretsParameters) -> Iterator[Judged]:
    """Every Secret that an Ingress takes its certificate from exists. Whether it holds one is not looked into."""
    secrets = context.table("secrets")
    for subject, ingress in _each(context):
        names = [str(one["secretName"]) for one in items(ingress, "spec.tls") if one.get("secretName")]
        lost = [f"Secret {name} does not exist" for name in names if secrets.get(name, subject.namespace) is None]
        if lost and not context.view.readable("secrets", subject.namespace):
            words = f"whether Secret {names[0]} exists could not be read ({secrets.state})"
            yield Judged(subject, cannot_tell(words, path="spec.tls"))
            continue
        yield Judged(subject, found(lost, path="spec.tls[*].secretName"))


@rule("ingress-published", IngressParameters)
def ingress_published(context: Context, parameters: IngressParameters) -> Iterator[Judged]:
    """No load balancer reports an error for a port of an Ingress."""
    for subject, ingress in _each(context):
        problems = [
            f"port {port.get('port')} at {place.get('hostname') or place.get('ip')}: {port.get('error')}"
            for place in items(ingress, "status.loadBalancer.ingress")
            for port in items(place, "ports")
            if port.get("error")
        ]
        yield Judged(subject, found(problems, path="status.loadBalancer.ingress[*].ports"))


class NamesParameters(IngressParameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_INGRESSES, "services")


@rule("ingress-ports-named", NamesParameters)
def ingress_ports_named(context: Context, parameters: NamesParameters) -> Iterator[Judged]:
    """Where a Service's port has a name, Ingresses lead to the name."""
    services = context.table("services")
    for subject, ingress in _each(context):
        problems = []
        for where, backend in _backends(ingress):
            number, name = read_one(backend, "service.port.number"), read_one(backend, "service.name")
            service = services.get(str(name), subject.namespace) if number is not None else None
            ports = service.spec.ports if service is not None else ()
            known = next((one.name for one in ports if one.port == number and one.name), "")
            if known:
                problems.append(f"{where} leads to port {number} of Service {name}, which is called {known}")
        yield Judged(subject, found(problems, path="spec.rules[*].http.paths[*].backend.service.port"))
