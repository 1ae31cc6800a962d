"""Why a namespace does not go: an API that cannot be discovered, or objects whose finalizers nobody takes away."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import called, explain
from k8sview.analysis.health.diagnoses.wording import clock, describe, word
from k8sview.analysis.health.namespaces import obstacles
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Namespace
from k8sview.model.objects.extension import APIService, WebhookConfiguration
from k8sview.model.objects.meta import LabelSelector, LabelSelectorRequirement
from k8sview.model.resources import Ref
from k8sview.model.view import View

_APISERVICES = "apiservices.apiregistration.k8s.io"
_WEBHOOKS = {
    "ValidatingWebhookConfiguration": "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "MutatingWebhookConfiguration": "mutatingwebhookconfigurations.admissionregistration.k8s.io",
}
_VERSION = re.compile(r"([a-z0-9][a-z0-9.-]*\.[a-z0-9.-]+)/(v[0-9][a-z0-9]*)")
_CALLED = re.compile(r'failed calling webhook "([^"]+)"')
_COUNTED = re.compile(r"([a-z0-9-]+)\.([a-z0-9.-]*) has \d+ resource instance")
_EVERY = LabelSelector(match_expressions=(LabelSelectorRequirement("k8sview/none", "DoesNotExist"),))
_SHOWN = 5


def leaving(view: View, namespace: Namespace, health: Health) -> Diagnosis | None:
    """A namespace on its way out, by its own conditions joined with what they only hint at."""
    told = obstacles(namespace)
    if health.reason not in ("Terminating", "TerminatingStuck"):
        return None
    if not told:
        return _untold(view, namespace, health)
    types = {one.type for one in told}
    held = _held(view, namespace) if types & {"NamespaceFinalizersRemaining", "NamespaceContentRemaining"} else ()
    first = told[0]
    evidence = (
        *(f"status.conditions[type={one.type}].status = True" for one in told),
        *(f"{resource}/{one.metadata.name} metadata.finalizers = {_finalizers(one)}" for resource, one in held[:3]),
    )
    if first.type == "NamespaceDeletionDiscoveryFailure":
        return _undiscovered(view, namespace, health, held, evidence)
    if first.type == "NamespaceDeletionContentFailure":
        return _refused(view, namespace, health, first.message)
    return _content(view, namespace, health, held, evidence)


def _untold(view: View, namespace: Namespace, health: Health) -> Diagnosis | None:
    """Conditions may say that all is gone although something is left, or not say anything: looked for instead."""
    if health.reason != "TerminatingStuck":
        return None
    held = _holding(view, namespace, tuple(sorted(view.resources)))
    if held:
        return _content(view, namespace, health, held, health.evidence)
    name = namespace.metadata.name
    message = (
        f"namespace {name} (deleted at {clock(view, health.since)}) has not gone, and nothing with a finalizer is seen "
        "in it: does kube-controller-manager run?"
    )
    unread = ("pods",) if not view.readable("pods", name) else ()
    look = describe("namespace", None, name)
    return explain(health, "namespace.content-left", message, look, missing=unread, inferred=True)


def _undiscovered(
    view: View, namespace: Namespace, health: Health, held: tuple[tuple[str, Any], ...], evidence: tuple[str, ...]
) -> Diagnosis:
    """An API that does not answer. Content is deleted all the same: what stays by its finalizer is the nearer cause."""
    name, said = namespace.metadata.name, obstacles(namespace)[0].message
    broken = _broken(view, said)
    names = _some([one.name for one in broken])
    unread = () if view.readable(_APISERVICES) else (_APISERVICES,)
    if held:
        also = f", nor while APIService {names} is not available" if names else ""
        found = _content(view, namespace, health, held, evidence)
        return msgspec.structs.replace(found, message=f"{found.message}{also}")
    words = f"APIService {names} is not available" if names else "an API cannot be discovered"
    message = f"{words}, so namespace {name} cannot be deleted: {one_line(said, 160)}"
    look = f"kubectl get apiservice {word(broken[0].name)} -o yaml" if broken else "kubectl get apiservices"
    return explain(health, "namespace.api-broken", message, look, because=broken, evidence=evidence, missing=unread)


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:2])
    return f"{shown} and {len(names) - 2} more" if len(names) > 2 else shown


def _broken(view: View, message: str) -> tuple[Ref, ...]:
    """The APIServices of the versions that a message names; else those that are not available."""
    named = [f"{version}.{group}" for group, version in _VERSION.findall(message)]
    ill = [one.metadata.name for one in view.each(_APISERVICES) if isinstance(one, APIService) and _unavailable(one)]
    chosen = [one for one in dict.fromkeys(named) if one in ill] or list(dict.fromkeys(named)) or ill
    return tuple(ref_to("APIService", None, one) for one in chosen[:_SHOWN])


def _unavailable(service: APIService) -> bool:
    condition = find(service.status.conditions, "Available")
    return service.spec.service is not None and (condition is None or condition.status != "True")


def _refused(view: View, namespace: Namespace, health: Health, message: str) -> Diagnosis:
    """Deleting the content fails, most often by a webhook that is asked about deletions."""
    name = namespace.metadata.name
    webhooks = set(_CALLED.findall(message))
    because = tuple(
        ref_to(kind, None, one.metadata.name)
        for kind, resource in _WEBHOOKS.items()
        for one in (view.each(resource) if webhooks else ())
        if isinstance(one, WebhookConfiguration) and webhooks & {webhook.name for webhook in one.webhooks}
    )
    words = joined(f"the content of namespace {name} cannot be deleted", one_line(message))
    return explain(health, "namespace.content-refused", words, describe("namespace", None, name), because=because)


def _content(
    view: View,
    namespace: Namespace,
    health: Health,
    held: tuple[tuple[str, Any], ...],
    evidence: tuple[str, ...],
) -> Diagnosis:
    name = namespace.metadata.name
    if not held:
        said = one_line(obstacles(namespace)[0].message)
        resources = _named(view, namespace)
        unread = tuple(one for one in resources if not view.readable(one, name))
        message = joined(f"namespace {name} (deleted at {clock(view, health.since)}) cannot go", said)
        look = f"kubectl get {','.join(resources) or 'all'} -n {word(name)}"
        return explain(health, "namespace.content-left", message, look, evidence=evidence, missing=unread)
    shown = ", ".join(
        f"{called(one, view.resources[resource].kind)} ({_finalizers(one)})" for resource, one in held[:3]
    )
    more = f" and {len(held) - 3} more" if len(held) > 3 else ""
    verb = "keeps its finalizer" if len(held) == 1 else "keep their finalizers"
    message = f"{shown}{more} {verb}, so namespace {name} (deleted at {clock(view, health.since)}) cannot go"
    resource, first = held[0]
    look = f"kubectl get {word(resource)} {word(first.metadata.name)} -n {word(name)} -o yaml"
    because = tuple(_ref(view, *one) for one in held[:_SHOWN])
    return explain(health, "namespace.finalizers-left", message, look, because=because, evidence=evidence)


def _held(view: View, namespace: Namespace) -> tuple[tuple[str, Any], ...]:
    """Resource name and object of what is left with a finalizer, of the kinds that the conditions name."""
    return _holding(view, namespace, _named(view, namespace))


def _holding(view: View, namespace: Namespace, resources: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    name = namespace.metadata.name
    found: list[tuple[str, Any]] = []
    for resource in resources:
        objects = view.pods_of(name, _EVERY) if resource == "pods" else view.in_namespace(resource, name)
        found += [(resource, one) for one in objects if one.metadata.finalizers]
    return tuple(found)


def _named(view: View, namespace: Namespace) -> tuple[str, ...]:
    """Resource names that a namespace says have objects left: "widgets.example.org has 1 resource instances"."""
    content = find(namespace.status.conditions, "NamespaceContentRemaining")
    pairs = _COUNTED.findall(content.message) if content is not None else []
    return tuple(dict.fromkeys(f"{plural}.{group}" if group else plural for plural, group in pairs))


def _finalizers(obj: Any) -> str:
    return ", ".join(obj.metadata.finalizers)


def _ref(view: View, resource: str, obj: Any) -> Ref:
    known = view.resources[resource]
    return Ref(known.api_version, known.kind, obj.metadata.namespace, obj.metadata.name)


FAMILY = Family(
    known=(
        Known(
            "namespace.api-broken",
            "A namespace cannot be deleted while an aggregated API does not answer",
            "Bring the API back, or delete its APIService if its product is gone; the namespace goes by itself.",
        ),
        Known(
            "namespace.content-refused",
            "Deleting a namespace's content is refused",
            "Look at the webhook or policy that refuses it.",
        ),
        Known(
            "namespace.finalizers-left",
            "Objects of a deleted namespace keep their finalizers",
            "Find the controller that should take them off. Never strip the namespace's own finalizer.",
        ),
        Known("namespace.content-left", "A deleted namespace still has content", "See what is left in it."),
    ),
    rules={"namespaces": (leaving,)},
)
