"""Tells installed, leftover, managed, absent and unknown apart, and reads the running version.

*Installed* needs a workload. API types, webhooks, drivers or APIServices alone are *leftover* (or *managed*, where the
provider is known to hide the controller). What could not be read makes a component *unknown*, never absent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8sview.analysis.components.component import Component, ManagedBy
from k8sview.analysis.components.images import suffixes, version_of
from k8sview.analysis.components.provider import Provider, detect_provider
from k8sview.analysis.components.workload_index import WORKLOADS, Place, WorkloadIndex, index_workloads, pod_spec
from k8sview.model.components import ComponentStatus, Part, Presence
from k8sview.model.fields import read_one
from k8sview.model.view import View

_WEBHOOKS = (
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
)
_APISERVICES = "apiservices.apiregistration.k8s.io"
_CSIDRIVERS = "csidrivers.storage.k8s.io"
_INGRESSCLASSES = "ingressclasses.networking.k8s.io"

DETECTION_READS = ("nodes", *WORKLOADS, *_WEBHOOKS, _APISERVICES, _CSIDRIVERS, _INGRESSCLASSES)
"""What detection reads beyond discovery."""


def detect(components: Iterable[Component], view: View) -> dict[str, ComponentStatus]:
    """Every component's status by id; topics count as installed."""
    index = index_workloads(view)
    provider = detect_provider(view)
    return {one.id: _detect(one, view, index, provider) for one in components}


def _detect(component: Component, view: View, index: WorkloadIndex, provider: Provider) -> ComponentStatus:
    def status(state: Presence, **details: Any) -> ComponentStatus:
        return ComponentStatus(component.id, component.title, component.layer, state, **details)

    if component.topic:
        return status(Presence.INSTALLED)
    parts, missing = _parts(component, index)
    main = index.find(component.workloads) if component.workloads else ()
    registered = tuple(_registrations(component, view))
    if main or any(part.name for part in parts):
        places = tuple(dict.fromkeys([*main, *((part.resource, (part.namespace, part.workload)) for part in parts)]))
        return status(
            Presence.INSTALLED,
            version=_version(component, view, index, places),
            evidence=(*(_where(place) for place in places[:6]), *registered[:4]),
            parts=parts or tuple(_part("", place, index) for place in main),
            missing_parts=missing,
        )
    unreadable = tuple(
        name for name in WORKLOADS if not view.table(name).state.state.readable or view.table(name).partial
    )
    managed = next((one for one in component.managed_by if _is_managed(one, view, provider)), None)
    if managed is not None:
        return status(Presence.MANAGED, evidence=(*provider.evidence[:2], *registered[:4]), provider=managed.provider)
    if _impossible(component, view):
        return status(Presence.ABSENT)
    if view.namespaces is not None:
        return status(Presence.UNKNOWN, evidence=registered[:4], unreadable=unreadable)
    unreadable += tuple(_unread_registrations(component, view))
    unreadable = tuple(dict.fromkeys(unreadable))
    if unreadable and (component.workloads or component.parts):
        return status(Presence.UNKNOWN, evidence=registered[:4], unreadable=unreadable)
    if registered:
        return status(Presence.LEFTOVER, evidence=registered[:6])
    undiscovered = any(view.served_group(group) is None for group in component.api_groups)
    return status(Presence.UNKNOWN, unreadable=unreadable) if unreadable or undiscovered else status(Presence.ABSENT)


def _parts(component: Component, index: WorkloadIndex) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    parts: list[Part] = []
    missing: list[str] = []
    for name, matcher in component.parts.items():
        places = index.find(matcher)
        parts.extend(_part(name, place, index) for place in places)
        if not places and not matcher.optional:
            missing.append(name)
    return tuple(parts), tuple(missing)


def _part(name: str, place: Place, index: WorkloadIndex) -> Part:
    resource, (namespace, workload) = place
    versions = [version_of(container.image) for container in pod_spec(index.workloads[place]).containers]
    return Part(name, resource, namespace, workload, next((one for one in versions if one), None))


def _where(place: Place) -> str:
    resource, (namespace, name) = place
    return f"{resource.partition('.')[0].removesuffix('s')} {namespace}/{name}"


def _registrations(component: Component, view: View) -> Iterable[str]:
    for group in component.api_groups:
        if view.served_group(group):
            yield f"API group {group}"
    for resource in component.resources:
        if view.served(resource):
            yield f"API type {resource}"
    named = (
        (component.csi_drivers, (_CSIDRIVERS,), "CSIDriver"),
        (component.api_services, (_APISERVICES,), "APIService"),
        (component.webhooks, _WEBHOOKS, "webhook configuration"),
    )
    for names, resources, words in named:
        for name in names:
            if any(view.get(resource, name) is not None for resource in resources):
                yield f"{words} {name}"
    for ingress_class in view.table(_INGRESSCLASSES) if component.ingress_controllers else ():
        if read_one(ingress_class, "spec.controller") in component.ingress_controllers:
            yield f"IngressClass {ingress_class.metadata.name}"


def _unread_registrations(component: Component, view: View) -> Iterable[str]:
    needed = [
        *((_CSIDRIVERS,) if component.csi_drivers else ()),
        *((_APISERVICES,) if component.api_services else ()),
        *(_WEBHOOKS if component.webhooks else ()),
    ]
    if component.api_groups or component.resources:
        needed = []  # discovery, which everybody may read, has told already
    yield from (name for name in needed if not view.table(name).state.state.readable)
    # A group that is registered but does not answer (a broken APIService) is missing from discovery.
    yield from (name for name in component.resources if view.served(name) is None)


def _impossible(component: Component, view: View) -> bool:
    """A component whose own API types are surely not served cannot run, whatever else may not be read."""
    served = [view.served_group(group) for group in component.api_groups]
    served += [view.served(resource) for resource in component.resources]
    return bool(served) and all(one is False for one in served) and bool(view.resources)


def _is_managed(managed: ManagedBy, view: View, provider: Provider) -> bool:
    if managed.provider not in (provider.provider, provider.distribution):
        return False
    if managed.api_group and not view.served_group(managed.api_group):
        return False
    return not managed.csi_driver or view.get(_CSIDRIVERS, managed.csi_driver) is not None


def _version(component: Component, view: View, index: WorkloadIndex, places: tuple[Place, ...]) -> str | None:
    if component.version_resource and component.version_path:
        for obj in view.table(component.version_resource):
            stated = read_one(obj, component.version_path)
            if stated:
                return str(stated)
    for place in places:
        for container in pod_spec(index.workloads[place]).containers:
            if set(suffixes(container.image)) & set(component.version_images):
                found = version_of(container.image)
                if found:
                    return found
    if component.version_label:
        for place in places:
            stated = index.workloads[place].metadata.labels.get(component.version_label)
            if stated:
                return str(stated)
    return None
