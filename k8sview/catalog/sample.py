"""Builds a small view from the objects of a catalogue test: what is stated is there, what is not stated is empty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from k8sview.analysis.components.detect import DETECTION_READS
from k8sview.catalog.spec import TestSpec
from k8sview.model import events
from k8sview.model.kinds import KINDS, kind_of
from k8sview.model.metrics import Metric, Sample
from k8sview.model.objects.meta import Custom, Malformed, ObjectMeta
from k8sview.model.resources import Resource, key_of
from k8sview.model.tables import SYNCED, State, TableState
from k8sview.model.times import parse_time
from k8sview.model.view import Change, View
from k8sview.store.store import Store

DEFAULT_NOW = datetime(2026, 3, 1, tzinfo=UTC)

# The metrics API calls its kinds otherwise than their plurals.
_IRREGULAR = {"NodeMetrics": "nodes", "PodMetrics": "pods"}


class SampleError(ValueError):
    """A test states objects or names that cannot be used; the message is for its author."""


def sample_view(test: TestSpec, named: Iterable[str], asked: Iterable[str] = ()) -> View:
    """The view of a test. ``named``: every resource its check and component name; they are served and empty.
    ``asked``: the named queries of its check."""
    now = parse_time(test.now) if test.now else DEFAULT_NOW
    if now is None:
        raise SampleError(f"now: {test.now!r} is no time (2026-03-01T00:00:00Z)")
    resources = {name: _resource(name) for name in (*KINDS, *DETECTION_READS, *named)}
    objects: dict[str, list[Any]] = {}
    for raw in test.objects:
        resource = _resource_of(raw, resources)
        resources[resource.name] = resource
        objects.setdefault(resource.name, []).append(raw)
    served = [resource for name, resource in resources.items() if name not in test.not_served]
    store = Store(lambda: now)
    cluster = events.Cluster(context="test", server="https://test", version=test.version or "v1.37.2", uid="test")
    store.apply(events.Connected(cluster, tuple(served)))
    for name, resource in resources.items():
        _fill(store, name, resource, objects.get(name, []), test)
    view = store.view()
    changes = tuple(_change(change, now) for change in test.changes)
    return msgspec.structs.replace(view, changes=changes, metrics=_metrics(test, asked))


def _metrics(test: TestSpec, asked: Iterable[str]) -> dict[str, Metric] | None:
    """What a Prometheus would have answered to the check's questions; None where there is none."""
    if test.prometheus == "absent":
        return None
    if test.prometheus == "failing":
        failed = TableState(State.FAILED, "Prometheus does not answer")
        return {name: Metric(name, failed) for name in asked}
    partial = "part of it did not answer" if test.prometheus == "partial" else ""
    return {
        name: Metric(
            name, SYNCED, tuple(Sample(one.labels, one.value) for one in test.metrics.get(name, ())), partial=partial
        )
        for name in asked
    }


def _fill(store: Store, name: str, resource: Resource, raws: list[Any], test: TestSpec) -> None:
    unreadable = {
        State.DENIED: (test.denied, f"list {name} is forbidden"),
        State.FAILED: (test.failed, f"list {name} failed"),
        State.NOT_SERVED: (test.not_served, f"{name} is not served"),
    }
    for state, (names, reason) in unreadable.items():
        if name in names:
            store.apply(events.StateChanged(name, None, TableState(state, reason)))
            return
    read = [decode(resource, raw) for raw in raws]
    good = tuple(obj for obj in read if not isinstance(obj, Malformed))
    bad = tuple(obj for obj in read if isinstance(obj, Malformed))
    store.apply(events.Upserted(name, None, good, bad))
    store.apply(events.Synced(name, None, frozenset(key_of(obj) for obj in read)))
    if name in test.stale:
        store.apply(events.StateChanged(name, None, TableState(State.STALE, "connection lost")))


def decode(resource: Resource, raw: dict[str, Any]) -> Any:
    """One plain object as its kind's struct; Malformed where it does not fit."""
    metadata = raw.get("metadata")
    try:
        struct = kind_of(resource).struct
        if struct is Custom:
            body = {key: value for key, value in raw.items() if key not in ("apiVersion", "kind", "metadata")}
            return Custom(
                msgspec.convert(_without_nulls(metadata), ObjectMeta), resource.api_version, resource.kind, body
            )
        return msgspec.convert(_without_nulls(raw), struct)
    except msgspec.ValidationError as error:
        known = metadata if isinstance(metadata, dict) else {}
        named = ObjectMeta(name=str(known.get("name", "")), namespace=known.get("namespace"))
        return Malformed(named, str(error))


def _without_nulls(value: Any) -> Any:
    """The API writes absent lists as null, and so may a test."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value if inner is not None] if isinstance(value, list) else value


def _resource(name: str) -> Resource:
    known = KINDS.get(name)
    if known is not None:
        return known.resource
    plural, _, group = name.partition(".")
    return Resource(group=group, version="v1", plural=plural, kind=plural)


def _resource_of(raw: dict[str, Any], known: dict[str, Resource]) -> Resource:
    """The resource of an object by apiVersion and kind, its plural found among the names in play or formed."""
    kind, api_version = raw.get("kind"), raw.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(api_version, str) or not isinstance(raw.get("metadata"), dict):
        raise SampleError("an object of a test needs apiVersion, kind and metadata")
    group, _, version = api_version.rpartition("/")
    for name, row in KINDS.items():
        if row.resource.kind == kind and row.resource.group == group:
            return known[name]
    plurals = (_IRREGULAR[kind],) if kind in _IRREGULAR else _plurals(kind.lower())
    plural = next((one for one in plurals if (f"{one}.{group}" if group else one) in known), plurals[0])
    namespaced = "namespace" in raw["metadata"]
    return Resource(group=group, version=version, plural=plural, kind=kind, namespaced=namespaced)


def _plurals(word: str) -> tuple[str, ...]:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (f"{word[:-1]}ies", f"{word}s", word)
    if word.endswith(("s", "x", "ch", "sh")):
        return (f"{word}es", word, f"{word}s")
    return (f"{word}s", word)


def _change(raw: dict[str, str], now: datetime) -> Change:
    try:
        return Change(
            at=parse_time(raw.get("at")) or now,
            resource=raw["resource"],
            key=(raw.get("namespace", ""), raw["name"]),
            path=raw["path"],
            before=raw["before"],
            after=raw["after"],
        )
    except KeyError as error:
        raise SampleError(f"a change needs {error}") from error
