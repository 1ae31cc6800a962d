"""Small clusters in a line or two: objects as their YAML has them, at one fixed noon. Built by the real store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from k8sview.model import events
from k8sview.model.kinds import KINDS, Kind
from k8sview.model.objects.meta import Custom, ObjectMeta
from k8sview.model.resources import Resource, key_of
from k8sview.model.tables import State, TableState
from k8sview.model.times import format_time, parse_duration, parse_time
from k8sview.model.view import View
from k8sview.store.store import Store

_noon = parse_time("2026-03-01T12:00:00Z")
assert _noon is not None
NOON = _noon

_BY_KIND = {row.resource.kind: row for row in KINDS.values()}


def ago(span: str) -> str:
    """The time ``span`` before noon, as the API writes it."""
    length = parse_duration(span)
    assert length is not None
    return format_time(NOON - length)


def read(raw: dict[str, Any]) -> tuple[Resource, Any]:
    """One object as its kind's struct, with its resource."""
    kind = raw["kind"]
    group, _, version = raw.get("apiVersion", "example.org/v1").rpartition("/")
    known = _BY_KIND.get(kind) if "apiVersion" not in raw else None
    row = known or Kind(Resource(group=group, version=version, plural=f"{kind.lower()}s", kind=kind))
    if row.struct is Custom:
        body = {name: value for name, value in raw.items() if name not in ("apiVersion", "kind", "metadata")}
        metadata = msgspec.convert(raw["metadata"], ObjectMeta)
        return row.resource, Custom(metadata, row.resource.api_version, kind, body)
    return row.resource, msgspec.convert(raw, row.struct)


def view_of(*raws: dict[str, Any], denied: Iterable[str] = ()) -> View:
    """A view in which every known kind was read except the denied ones."""
    store = Store(lambda: NOON)
    objects: dict[str, list[Any]] = {name: [] for name in KINDS}
    resources = {name: row.resource for name, row in KINDS.items()}
    for raw in raws:
        resource, obj = read(raw)
        resources[resource.name] = resource
        objects.setdefault(resource.name, []).append(obj)
    store.apply(events.Connected(events.Cluster(), tuple(resources.values())))
    for name, found in objects.items():
        if name in denied:
            state = TableState(State.DENIED, f"list {name} is forbidden")
            store.apply(events.StateChanged(name, None, state))
            continue
        store.apply(events.Upserted(name, None, tuple(found)))
        store.apply(events.Synced(name, None, frozenset(key_of(obj) for obj in found)))
    return store.view()
