"""Any order of events: rows as a plain model has them, indices as a rebuild makes them, old views untouched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from k8sview.model import events
from k8sview.model.objects.core import Event
from k8sview.model.objects.meta import Malformed, ObjectMeta
from k8sview.model.objects.pods import Pod
from k8sview.model.references import references
from k8sview.model.resources import Key, key_of
from k8sview.model.tables import State, TableState
from k8sview.model.view import Indices, View
from k8sview.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMESPACES = ("blog", "shop")

few = st.sampled_from(["a", "b", "c"])
scopes = st.sampled_from([None, *NAMESPACES])


@st.composite
def pods(draw: st.DrawFn) -> Pod:
    """Pods that share few names, labels, nodes, owners and ConfigMaps, so that they meet often.

    As in a cluster, what a pod refers to belongs to its uid.
    """
    uid = draw(few)
    metadata = {
        "name": draw(few),
        "namespace": draw(st.sampled_from(NAMESPACES)),
        "uid": uid,
        "labels": draw(st.dictionaries(few, few, max_size=2)),
        "ownerReferences": [{"kind": "ReplicaSet", "uid": owner} for owner in draw(st.lists(few, max_size=2))],
    }
    volumes = [{"name": "v", "configMap": {"name": uid}}, {"name": "w", "secret": {"secretName": uid}}]
    spec = {"nodeName": draw(st.sampled_from(["", "n1", "n2"])), "volumes": volumes if uid != "a" else []}
    return msgspec.convert({"metadata": metadata, "spec": spec}, Pod)


@st.composite
def noted(draw: st.DrawFn) -> Event:
    metadata = {"name": draw(few), "namespace": draw(st.sampled_from(NAMESPACES))}
    return msgspec.convert({"metadata": metadata, "involvedObject": {"uid": draw(few)}}, Event)


@st.composite
def malformed(draw: st.DrawFn) -> Malformed:
    return Malformed(ObjectMeta(name=draw(few), namespace=draw(st.sampled_from(NAMESPACES))), "odd")


keys = st.tuples(st.sampled_from(NAMESPACES), few)
states = st.sampled_from([State.STALE, State.DENIED, State.FAILED, State.LOADING]).map(TableState)
happenings = st.one_of(
    st.builds(
        events.Upserted,
        st.just("pods"),
        st.none(),
        st.lists(pods(), max_size=3).map(tuple),
        st.lists(malformed(), max_size=1).map(tuple),
    ),
    st.builds(events.Upserted, st.just("events"), st.none(), st.lists(noted(), max_size=2).map(tuple)),
    st.builds(events.Removed, st.sampled_from(["pods", "events"]), st.none(), st.lists(keys, max_size=2).map(tuple)),
    st.builds(events.Synced, st.sampled_from(["pods", "events"]), scopes, st.frozensets(keys, max_size=4)),
    st.builds(events.StateChanged, st.sampled_from(["pods", "events"]), scopes, states),
)


def rebuilt(view: View) -> Indices:
    """The indices as one pass over all objects makes them."""
    children: dict[str, set[tuple[str, Key]]] = {}
    labels: dict[tuple[str, str, str], set[Key]] = {}
    nodes: dict[str, set[Key]] = {}
    referrers: dict[tuple[str, str, str], set[Key]] = {}
    about: dict[str, set[Key]] = {}
    for name, table in view.tables.items():
        for key, obj in table.objects.items():
            for owner in obj.metadata.owner_references:
                children.setdefault(owner.uid, set()).add((name, key))
            if isinstance(obj, Event):
                about.setdefault(obj.involved_object.uid, set()).add(key)
                continue
            for label, value in obj.metadata.labels.items():
                labels.setdefault((key[0], label, value), set()).add(key)
            if obj.spec.node_name:
                nodes.setdefault(obj.spec.node_name, set()).add(key)
            for resource, referred in references(obj.spec):
                if referred:
                    referrers.setdefault((resource, key[0], referred), set()).add(key)
    return Indices(children=children, labels=labels, pods_by_node=nodes, referrers=referrers, events=about)


class Model:
    """What the store should hold, kept in the plainest way."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Key, Any]] = {}

    def apply(self, event: events.Event) -> None:
        match event:
            case events.Upserted():
                for obj in (*event.objects, *event.malformed):
                    self.rows.setdefault(event.resource, {})[key_of(obj)] = obj
            case events.Removed():
                for key in event.keys:
                    self.rows.get(event.resource, {}).pop(key, None)
            case events.Synced():
                for key in list(self.rows.get(event.resource, {})):
                    if event.scope in (None, key[0]) and key not in event.keys:
                        del self.rows[event.resource][key]

    def of(self, resource: str) -> Mapping[Key, Any]:
        return self.rows.get(resource, {})


def held(view: View, resource: str) -> dict[Key, Any]:
    table = view.table(resource)
    assert not set(table.objects) & set(table.malformed)
    return {**table.objects, **table.malformed}


@given(st.lists(st.tuples(happenings, st.booleans()), max_size=25))
def test_rows_and_indices_after_any_sequence(sequence: list[tuple[events.Event, bool]]) -> None:
    store, model = Store(lambda: NOON), Model()
    kept: list[tuple[View, bytes]] = []
    for event, look in sequence:
        store.apply(event)
        model.apply(event)
        if look:
            view = store.view()
            assert view.indices == rebuilt(view)
            kept.append((view, frozen(view)))
    view = store.view()
    assert view.indices == rebuilt(view)
    for resource in ("pods", "events"):
        assert held(view, resource) == model.of(resource)
    for earlier, bytes_then in kept:
        assert frozen(earlier) == bytes_then


def frozen(view: View) -> bytes:
    """Every row, state and index entry of a view, as bytes."""
    tables = {name: (table.objects, table.malformed, table.scopes, table.state) for name, table in view.tables.items()}
    shown = [sorted((repr(key), repr(value)) for key, value in part.items()) for part in parts(tables)]
    indices = [
        sorted((repr(key), sorted(map(repr, bucket))) for key, bucket in getattr(view.indices, name).items())
        for name in view.indices.__struct_fields__
    ]
    return msgspec.json.encode([shown, indices])


def parts(tables: Mapping[str, tuple[Any, Any, Any, Any]]) -> list[dict[Any, Any]]:
    return [part if isinstance(part, dict) else {"state": part} for name in sorted(tables) for part in tables[name]]


@given(st.lists(happenings, max_size=12), st.lists(scopes, max_size=3))
def test_no_row_outlives_the_scopes_that_read_it(sequence: list[events.Event], dropped: list[str | None]) -> None:
    store = Store(lambda: NOON)
    for event in sequence:
        store.apply(event)
    for scope in (*dropped, None, *NAMESPACES):
        for resource in ("pods", "events"):
            store.apply(events.ScopeDropped(resource, scope))
        view = store.view()
        assert view.indices == rebuilt(view)
    assert held(view, "pods") == held(view, "events") == {}
    assert view.table("pods").count is None
