"""From a reference to the place that shows what it refers to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8sview.model.kinds import KINDS
from k8sview.model.objects.core import Event
from k8sview.model.objects.meta import OwnerReference
from k8sview.model.resources import Ref, Resource
from k8sview.tui.present import places
from k8sview.tui.present.places import Place

_BY_KIND = {row.resource.kind: row.resource for row in KINDS.values()}


def place_of(ref: Ref | None, tab: str = "summary") -> Place | None:
    """Where a reference leads. An unknown kind is written ``kind.group``; the app finds its resource."""
    if ref is None or not ref.name:
        return None
    group = ref.api_version.rpartition("/")[0]
    known = _BY_KIND.get(ref.kind)
    resource = known.name if known and known.group == group else f"{ref.kind.lower()}.{group}".rstrip(".")
    return places.thing(resource, (ref.namespace or "", ref.name), tab)


def explain_place(ref: Ref | None) -> Place | None:
    """Where it is told why a reference's object is as it is."""
    return place_of(ref, "explain")


def owner_place(owner: OwnerReference, namespace: str | None, resources: Mapping[str, Resource]) -> Place:
    """Where an owner reference leads; an owner has its dependant's namespace or none at all."""
    found = place_of(Ref(owner.api_version, owner.kind, namespace, owner.name))
    assert found is not None or not owner.name
    resource = next((one for one in resources.values() if one.kind == owner.kind), None)
    if resource is not None and not resource.namespaced:
        return places.thing(resource.name, ("", owner.name))
    return found or places.HOUSE


def controller_of(obj: Any) -> OwnerReference | None:
    """The owner that controls an object, else its first owner."""
    owners = obj.metadata.owner_references
    return obj.metadata.controller or (owners[0] if owners else None)


def about_of(obj: Any) -> Place | None:
    """Where the object that an event tells of is shown; None for what is no event."""
    if not isinstance(obj, Event):
        return None
    about = obj.involved_object
    return place_of(Ref(about.api_version, about.kind, about.namespace, about.name))
