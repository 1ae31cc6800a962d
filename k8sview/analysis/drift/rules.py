"""Writes to what rules over other objects: quotas and policies of a namespace; admission, CRDs and APIs of the cluster.

Only what can concern the objects in question is told: a webhook that is asked about their kinds, the CRD of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.window import Window
from k8sview.analysis.drift.writes import writes_of
from k8sview.model.fields import read_one, reader
from k8sview.model.health import ChangeBefore
from k8sview.model.objects.extension import APIService, CustomResourceDefinition, WebhookConfiguration
from k8sview.model.objects.meta import Custom
from k8sview.model.view import View

IN_NAMESPACE = ("networkpolicies.networking.k8s.io", "resourcequotas", "limitranges")

WEBHOOKS = (
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
)
POLICIES = "validatingadmissionpolicies.admissionregistration.k8s.io"
BINDINGS = "validatingadmissionpolicybindings.admissionregistration.k8s.io"
CRDS = "customresourcedefinitions.apiextensions.k8s.io"
API_SERVICES = "apiservices.apiregistration.k8s.io"
STORAGE_CLASSES = "storageclasses.storage.k8s.io"

ADMISSION = (*WEBHOOKS, POLICIES, BINDINGS)

_POLICY_RULES = "spec.matchConstraints.resourceRules[*]"
_METRICS = ("metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io")
_CLAIMS = "persistentvolumeclaims"
_HPAS = "horizontalpodautoscalers.autoscaling"


def namespace_rules(view: View, namespace: str, window: Window) -> Iterator[ChangeBefore]:
    """Writes to what limits a namespace's pods."""
    for resource in IN_NAMESPACE:
        for obj in view.in_namespace(resource, namespace):
            yield from writes_of(ref_of(view, resource, obj), obj, window)


def cluster_rules(view: View, resources: Collection[str], window: Window) -> Iterator[ChangeBefore]:
    """Writes to what the cluster asks or needs when objects of these resources are written or read."""
    for resource in cluster_tables(resources):
        for obj in view.each(resource):
            if _concerns(view, resource, obj, resources):
                yield from writes_of(ref_of(view, resource, obj), obj, window)


def cluster_tables(resources: Collection[str]) -> tuple[str, ...]:
    """The tables behind ``cluster_rules``."""
    groups = {resource.partition(".")[2] for resource in resources}
    found = [*ADMISSION]
    if any("." in group for group in groups if not group.endswith(".k8s.io")):
        found.append(CRDS)
    if CRDS in found or _HPAS in resources:
        found.append(API_SERVICES)
    if _CLAIMS in resources:
        found.append(STORAGE_CLASSES)
    return tuple(found)


def _concerns(view: View, resource: str, obj: Any, resources: Collection[str]) -> bool:
    match obj:
        case WebhookConfiguration():
            rules = [(rule.api_groups, rule.resources) for hook in obj.webhooks for rule in hook.rules]
            return any(_covers(groups, plurals, one) for groups, plurals in rules for one in resources)
        case CustomResourceDefinition():
            return f"{obj.spec.names.plural}.{obj.spec.group}" in resources
        case APIService():
            return obj.spec.service is not None and _served_by(obj, resources)
        case Custom() if resource == POLICIES:
            return _policy_covers(obj, resources)
        case Custom() if resource == BINDINGS:
            name = read_one(obj, "spec.policyName")
            policy = view.get(POLICIES, name) if isinstance(name, str) else None
            return policy is None or _policy_covers(policy, resources)
    return resource == STORAGE_CLASSES


def _served_by(service: APIService, resources: Collection[str]) -> bool:
    if service.spec.group in _METRICS:
        return _HPAS in resources
    return any(one.partition(".")[2] == service.spec.group for one in resources)


def _policy_covers(policy: Custom, resources: Collection[str]) -> bool:
    rules = [(_words(rule, "apiGroups[*]"), _words(rule, "resources[*]")) for rule in reader(_POLICY_RULES)(policy)]
    return any(_covers(groups, plurals, one) for groups, plurals in rules for one in resources)


def _words(rule: Any, path: str) -> list[str]:
    return [word for word in reader(path)(rule) if isinstance(word, str)]


def _covers(groups: Collection[str], plurals: Collection[str], resource: str) -> bool:
    plural, _, group = resource.partition(".")
    return bool({"*", group} & set(groups)) and bool({"*", "*/*", plural, f"{plural}/*"} & set(plurals))
