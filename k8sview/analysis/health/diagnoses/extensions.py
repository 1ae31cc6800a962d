"""Why what extends the API is not well: definitions, aggregated APIs and admission webhooks, by who should answer."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.answering import who_answers
from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.crds import converter
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import explain
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.analysis.health.webhooks import scrutiny
from k8sview.model.health import Diagnosis, Health, HealthVerdict
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Namespace
from k8sview.model.objects.extension import APIService, CustomResourceDefinition, WebhookConfiguration
from k8sview.model.objects.workloads import HorizontalPodAutoscaler
from k8sview.model.view import View

_DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
_WEBHOOKS = (
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
)
_NOT_THERE = ("ServiceNotFound", "ServiceAccessError", "ServicePortError", "EndpointsNotFound", "MissingEndpoints")
_FIGURES = {
    "metrics.k8s.io": ("Resource", "ContainerResource"),
    "custom.metrics.k8s.io": ("Pods", "Object"),
    "external.metrics.k8s.io": ("External",),
}


def aggregated(view: View, service: APIService, health: Health) -> Diagnosis | None:
    """An API that another server should answer for."""
    backend = service.spec.service
    condition = find(service.status.conditions, "Available")
    if backend is None or condition is None or condition.status == "True":
        return None
    answer = who_answers(view, backend)
    name = service.metadata.name
    victims = _victims(view, service)
    look = f"kubectl get service,endpointslices,pods -n {word(backend.namespace)}"
    if answer.problem:
        message = f"{answer.problem}, so APIService {name} is not available{since(view, health.since)}{victims}"
        slug = "apiservice.no-backend"
        because = answer.because
        evidence = answer.evidence
    else:
        said = one_line(condition.message or condition.reason)
        message = joined(f"APIService {name} is not available{since(view, health.since)}{victims}", said)
        slug = "apiservice.no-endpoints" if condition.reason in _NOT_THERE else "apiservice.no-answer"
        because = (ref_to("Service", backend.namespace, backend.name),) if condition.reason in _NOT_THERE else ()
        evidence = ()
        look = describe("apiservice", None, name) if not because else look
    return explain(health, slug, message, look, because=because, evidence=evidence, missing=answer.missing)


def _victims(view: View, service: APIService) -> str:
    """Who suffers: autoscalers by their kind of metric, and namespaces that cannot end."""
    types = _FIGURES.get(service.spec.group, ())
    scaled = sum(
        any(metric.get("type") in types for metric in one.spec.metrics)
        for one in (view.each("horizontalpodautoscalers.autoscaling") if types else ())
        if isinstance(one, HorizontalPodAutoscaler)
    )
    leaving = sum(
        isinstance(one, Namespace) and one.metadata.deletion_timestamp is not None for one in view.each("namespaces")
    )
    harmed = [
        *([f"{counted(scaled, 'autoscaler')} without figures"] if scaled else ()),
        *([f"{counted(leaving, 'namespace')} that cannot be deleted"] if leaving else ()),
    ]
    return f" (harms {' and '.join(harmed)})" if harmed else ""


def admission(view: View, configuration: WebhookConfiguration, health: Health) -> Diagnosis | None:
    """A webhook that nobody answers for, or that the API server does not trust."""
    if health.reason not in ("NoBackend", "Untrusted", "NoTrust"):
        return None
    faults = scrutiny(view, configuration).faults
    if not faults:
        return None
    worst = faults[0]
    name = configuration.metadata.name
    kind = _kind(view, configuration)
    look = f"kubectl get {kind.lower()} {word(name)} -o yaml"
    if worst.reason != "NoBackend":
        said = worst.message if health.verdict is not HealthVerdict.UNKNOWN else worst.problem
        message = f"{said} ({kind} {name})"
        return explain(health, "webhook.untrusted", message, look, evidence=worst.evidence)
    down = [one for one in faults if one.reason == "NoBackend" and one.blocks == worst.blocks]
    because = tuple(dict.fromkeys(ref for one in down for ref in one.because))
    services = [one.client_config.service for one in worst.webhooks if one.client_config.service is not None]
    if because and services:
        look = f"kubectl get service,endpointslices,pods -n {word(services[0].namespace)}"
    slug = "webhook.blocks" if worst.blocks else "webhook.skipped"
    return explain(health, slug, f"{worst.message} ({kind} {name})", look, because=because, evidence=worst.evidence)


def _kind(view: View, configuration: WebhookConfiguration) -> str:
    validating = view.get(_WEBHOOKS[0], configuration.metadata.name)
    return "ValidatingWebhookConfiguration" if validating == configuration else "MutatingWebhookConfiguration"


def definition(view: View, found: CustomResourceDefinition, health: Health) -> Diagnosis | None:
    """A definition that is refused, not served, or whose stored objects cannot be read."""
    name = found.metadata.name
    look = describe("crd", None, name)
    conditions = found.status.conditions
    names = find(conditions, "NamesAccepted")
    if names is not None and names.status == "False" and found.metadata.deletion_timestamp is None:
        rival = _rival(view, found)
        words = f"CRD {name} claims names that {rival or 'another definition'} has already"
        return explain(health, "crd.names-conflict", joined(words, one_line(names.message)), look)
    match health.reason:
        case "NonStructuralSchema":
            message = f"CRD {name}: {health.message}"
            return explain(health, "crd.schema-not-structural", message, look)
        case "StoredVersionNotServed":
            message = f"CRD {name}: {health.message}: reading or updating such an object fails"
            look = f"kubectl get crd {word(name)} -o jsonpath='{{.status.storedVersions}}'"
            return explain(health, "crd.stored-version-not-served", message, look)
        case "ConversionDown":
            answer = converter(view, found)
            problem = answer.problem if answer is not None else ""
            because = answer.because if answer is not None else ()
            message = f"{problem}, so {found.spec.names.plural or name} stored in another version cannot be read"
            return explain(health, "crd.conversion-down", message, look, because=because)
    if find(conditions, "Established") is None or health.message.startswith("is not established"):
        return explain(health, "crd.not-established", f"CRD {name} {health.message}", look)
    return None


def _rival(view: View, found: CustomResourceDefinition) -> str:
    """The definition of the same group that had one of the names before."""
    mine = _names(found)
    for one in view.each(_DEFINITIONS):
        if not isinstance(one, CustomResourceDefinition) or one.metadata.name == found.metadata.name:
            continue
        if one.spec.group == found.spec.group and mine & _names(one):
            return f"CRD {one.metadata.name}"
    return ""


def _names(found: CustomResourceDefinition) -> set[str]:
    names = found.spec.names
    return {one.lower() for one in (names.plural, names.singular, names.kind, *names.short_names) if one}


_RULES: dict[str, Any] = {
    "apiservices.apiregistration.k8s.io": (aggregated,),
    _DEFINITIONS: (definition,),
    _WEBHOOKS[0]: (admission,),
    _WEBHOOKS[1]: (admission,),
}

FAMILY = Family(
    known=(
        Known(
            "apiservice.no-backend",
            "Nobody answers for an aggregated API: its Service is missing, or has no ready endpoint",
            "Bring the server behind the Service up, or delete the APIService if its product is gone.",
        ),
        Known(
            "apiservice.no-endpoints",
            "The API server finds nobody behind an aggregated API's Service",
            "Look at the Service, its endpoints and its pods.",
        ),
        Known(
            "apiservice.no-answer",
            "The server of an aggregated API is there but does not answer as it should",
            "Check its certificate, its port and whether the control plane's network reaches it.",
        ),
        Known(
            "webhook.blocks",
            "An admission webhook that refuses when it is down is down: what it is asked about cannot be written",
            "Bring the webhook's backend up; its failurePolicy says what happens meanwhile.",
        ),
        Known(
            "webhook.skipped",
            "An admission webhook is down and skipped: what it should check or set passes as it is",
            "Bring the webhook's backend up, and check what was written meanwhile.",
        ),
        Known(
            "webhook.untrusted",
            "The API server does not trust the certificate of an admission webhook",
            "Renew the caBundle: see what should inject it.",
        ),
        Known(
            "crd.names-conflict",
            "Two definitions of one API group claim the same names",
            "Delete the one that is not wanted: see who installed it.",
        ),
        Known("crd.schema-not-structural", "A definition's schema is not structural", "Update the definition."),
        Known(
            "crd.stored-version-not-served",
            "Objects may be stored in a version that their definition does not serve any more",
            "Serve the version again, write every object anew, then drop it from storedVersions.",
        ),
        Known(
            "crd.conversion-down",
            "The webhook that converts between a definition's versions does not answer",
            "Bring the conversion webhook's backend up.",
        ),
        Known("crd.not-established", "A definition is not served", "Read its conditions."),
    ),
    rules=_RULES,
)
