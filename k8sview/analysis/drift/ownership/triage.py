"""Which objects are worth fetching whole: read from tables' metadata alone, at thousands of objects a second.

Only what may hold a write that nobody planned: an object that something manages, nothing controls, and somebody of a
suspicious class wrote. What it was that they wrote, the body tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from k8sview.analysis.drift.ownership.managers import NAMELESS, NOBODY, Known, class_of, own_controllers, person
from k8sview.analysis.drift.ownership.regime import Regime, Write, regime, sanctioned
from k8sview.analysis.drift.ownership.tracking import Subject, Tracking, tracking
from k8sview.model.drift import Actor, ActorClass
from k8sview.model.objects.meta import ManagedFieldsEntry, ObjectMeta
from k8sview.model.resources import Key, Resource
from k8sview.model.times import parse_time
from k8sview.model.view import View

_BY_THEMSELVES = frozenset({ActorClass.CONTROLLER, ActorClass.AUTOSCALER})
_LIVING = frozenset({"ephemeralcontainers", "resize"})
"""Subresources that change a living pod, whatever manages it."""


def suspects(view: View, resource: str, known: Known = NOBODY) -> Iterator[Key]:
    """Keys of a table's objects that a write out of band may have touched, sorted.

    As complete as the table: look at its state. Objects that another one controls are left out, for their controller
    undoes what is done to them; a pod's debugging containers and resizes are told all the same.
    """
    table = view.table(resource)
    for key in sorted({**table.objects, **table.malformed}):
        obj = table.objects.get(key) or table.malformed[key]
        if _suspect(table.resource, obj, known):
            yield key


def stripped(view: View, resource: str) -> Iterator[Key]:
    """Keys of objects that something manages and that have no entries at all: nobody can tell who wrote them."""
    table = view.table(resource)
    for key in sorted(table.objects):
        metadata = table.objects[key].metadata
        if not metadata.managed_fields and marks_of(table.resource, metadata) is not None:
            yield key


def marks_of(resource: Resource, metadata: ObjectMeta) -> Tracking | None:
    """What an object's marks tell, from its metadata."""
    subject = Subject(resource.group, resource.kind, metadata.namespace or "", metadata.name)
    return tracking(subject, metadata.labels, metadata.annotations)


def ruler(resource: Resource, metadata: ObjectMeta, known: Known = NOBODY) -> Regime | None:
    """Who is meant to write an object, as far as its metadata alone tells."""
    return _ruled(resource, metadata, _writes(metadata, known))


def _ruled(resource: Resource, metadata: ObjectMeta, writes: list[Write]) -> Regime | None:
    return regime(marks_of(resource, metadata), writes, parse_time(metadata.creation_timestamp))


def _suspect(resource: Resource, obj: Any, known: Known) -> bool:
    metadata = obj.metadata
    classes = {class_of(entry.manager, entry.subresource, known) for entry in metadata.managed_fields}
    if classes <= _BY_THEMSELVES:
        return False
    writes = _writes(metadata, known)
    writers = [one.actor for one in writes]
    suspicious = [one for one in writers if one.actor_class.suspicious]
    if any(one.subresource in _LIVING or (one.subresource == "status" and person(one)) for one in suspicious):
        return True
    if metadata.controller is not None:
        return False
    ruled = _ruled(resource, metadata, writes)
    if ruled is None:
        return False
    return any(one.subresource in ("", "scale") and not sanctioned(one, ruled) for one in writers)


def _writes(metadata: ObjectMeta, known: Known) -> list[Write]:
    writes = [Write(_actor(entry, known), parse_time(entry.time)) for entry in metadata.managed_fields]
    controllers = own_controllers([one.actor for one in writes])
    return [_promoted(one, controllers, known) for one in writes]


def _actor(entry: ManagedFieldsEntry, known: Known) -> Actor:
    return Actor(class_of(entry.manager, entry.subresource, known), entry.manager, entry.operation, entry.subresource)


def _promoted(write: Write, controllers: frozenset[str], known: Known) -> Write:
    who = write.actor
    if who.actor_class not in NAMELESS or who.manager not in controllers or who.manager in known:
        return write
    return msgspec.structs.replace(write, actor=msgspec.structs.replace(who, actor_class=ActorClass.CONTROLLER))
