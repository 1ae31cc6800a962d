"""The store: applies events to tables and indices, remembers in-place changes, and hands out views. Decides nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from k8sview.model import events
from k8sview.model.objects.core import Node
from k8sview.model.objects.meta import Malformed
from k8sview.model.resources import Key, Resource, key_of
from k8sview.model.tables import IDLE, LOADING, SYNCED, Table, TableState, combined
from k8sview.model.view import Change, View
from k8sview.store.indexing import Indexer

KEPT_CHANGES = 2000

# What must not change on a living node: a change here means that somebody patched it instead of replacing it.
_NODE_FACTS = {
    "status.nodeInfo.osImage": "os_image",
    "status.nodeInfo.kernelVersion": "kernel_version",
    "status.nodeInfo.kubeletVersion": "kubelet_version",
    "status.nodeInfo.containerRuntimeVersion": "container_runtime_version",
}


class _Rows:
    """One resource's rows while they are being written."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.objects: dict[Key, Any] = {}
        self.malformed: dict[Key, Malformed] = {}
        self.scopes: dict[str | None, TableState] = {}
        self.version = 0
        self._picture: Table | None = None

    def change(self) -> None:
        """Before each write: what an earlier picture shares is left alone."""
        if self._picture is not None:
            self.objects, self.malformed = dict(self.objects), dict(self.malformed)
            self.scopes = dict(self.scopes)
            self._picture = None
        self.version += 1

    def picture(self) -> Table:
        if self._picture is None:
            state, partial = combined(self.scopes)
            self._picture = Table(
                resource=self.resource,
                state=state,
                objects=self.objects,
                malformed=self.malformed,
                scopes=self.scopes,
                partial=partial,
                version=self.version,
            )
        return self._picture


class Store:
    """One writer. ``clock`` dates what sources leave undated and each view."""

    def __init__(self, clock: Callable[[], datetime], namespaces: tuple[str, ...] | None = None) -> None:
        self._clock = clock
        self.namespaces = namespaces
        self._rows: dict[str, _Rows] = {}
        self._indexer = Indexer()
        self._resources: dict[str, Resource] = {}
        self._missing_groups: tuple[str, ...] = ()
        self._cluster = events.Cluster()
        self._link = events.Link("live")
        self._usage = events.ApiUsage()
        self._changes: deque[Change] = deque(maxlen=KEPT_CHANGES)
        self._changed: dict[str, set[Key]] = {}
        self.version = 0

    def apply(self, event: events.Event) -> None:
        """Take one event. Unknown resources get a table of their own: nothing is dropped."""
        self.version += 1
        match event:
            case events.Upserted():
                self._upsert(event)
            case events.Removed():
                rows = self._open(event.resource)
                self._remove(event.resource, rows, event.keys)
            case events.Synced():
                self._sync(event)
            case events.StateChanged():
                self._open(event.resource).scopes[event.scope] = event.state
            case events.ScopeDropped():
                self._drop(event)
            case events.Connected():
                self._cluster, self._missing_groups = event.cluster, event.missing_groups
                self._resources = {resource.name: resource for resource in event.resources}
            case events.Usage():
                self._usage = event.usage
            case events.Link():
                self._link = event

    def view(self) -> View:
        """The state as it is now, at the clock's time."""
        return View(
            taken_at=self._clock(),
            version=self.version,
            cluster=self._identified(),
            link=self._link,
            resources=self._resources,
            missing_groups=self._missing_groups,
            tables={name: rows.picture() for name, rows in self._rows.items()},
            indices=self._indexer.snapshot(),
            usage=self._usage,
            changes=tuple(self._changes),
            namespaces=self.namespaces,
        )

    def state(self, resource: str) -> TableState:
        """A table's state without making a view."""
        rows = self._rows.get(resource)
        return combined(rows.scopes)[0] if rows is not None else IDLE

    def object(self, resource: str, key: Key) -> Any:
        """One object as it is now, or None, without making a view."""
        rows = self._rows.get(resource)
        return rows.objects.get(key) if rows is not None else None

    def keys(self, resource: str) -> frozenset[Key]:
        """The keys of a table's objects now, without making a view."""
        rows = self._rows.get(resource)
        return frozenset(rows.objects) if rows is not None else frozenset()

    def resource(self, name: str) -> Resource | None:
        """A resource that is served."""
        return self._resources.get(name)

    def take_changed(self) -> dict[str, set[Key]]:
        """Keys that changed since the last call, by resource; a state change alone gives an empty set."""
        changed, self._changed = self._changed, {}
        return changed

    def _identified(self) -> events.Cluster:
        """The cluster with its uid, which is that of namespace kube-system where namespaces may be read."""
        rows = self._rows.get("namespaces")
        system = rows.objects.get(("", "kube-system")) if rows is not None else None
        if system is not None and self._cluster.uid is None:
            self._cluster = msgspec.structs.replace(self._cluster, uid=system.metadata.uid)
        return self._cluster

    def _open(self, name: str) -> _Rows:
        rows = self._rows.get(name)
        if rows is None:
            known = self._resources.get(name)
            plural, _, group = name.partition(".")
            rows = self._rows[name] = _Rows(known or Resource(group=group, version="", plural=plural, kind=plural))
        elif not rows.resource.version and name in self._resources:
            rows.resource = self._resources[name]
        rows.change()
        self._changed.setdefault(name, set())
        return rows

    def _upsert(self, event: events.Upserted) -> None:
        rows = self._open(event.resource)
        rows.scopes.setdefault(event.scope, LOADING)
        changed = self._changed[event.resource]
        for obj in event.objects:
            key = key_of(obj)
            before = rows.objects.get(key)
            rows.objects[key] = obj
            rows.malformed.pop(key, None)
            self._indexer.replace(event.resource, key, before, obj)
            changed.add(key)
            if before is not None and isinstance(obj, Node):
                self._note_node(event.at or self._clock(), key, before, obj)
        for broken in event.malformed:
            key = key_of(broken)
            before = rows.objects.pop(key, None)
            if before is not None:
                self._indexer.replace(event.resource, key, before, None)
            rows.malformed[key] = broken
            changed.add(key)

    def _sync(self, event: events.Synced) -> None:
        rows = self._open(event.resource)
        known = [*rows.objects, *rows.malformed]
        gone = [key for key in known if key not in event.keys and event.scope in (None, key[0])]
        self._remove(event.resource, rows, gone)
        rows.scopes[event.scope] = SYNCED

    def _drop(self, event: events.ScopeDropped) -> None:
        rows = self._open(event.resource)
        rows.scopes.pop(event.scope, None)
        everything = rows.scopes.get(None)
        if everything is not None and (everything == LOADING or everything.state.readable):
            return  # still read, namespace by namespace no more
        gone = [key for key in (*rows.objects, *rows.malformed) if key[0] not in rows.scopes]
        self._remove(event.resource, rows, gone)

    def _remove(self, resource: str, rows: _Rows, keys: Iterable[Key]) -> None:
        changed = self._changed[resource]
        for key in keys:
            before = rows.objects.pop(key, None)
            rows.malformed.pop(key, None)
            if before is not None:
                self._indexer.replace(resource, key, before, None)
            changed.add(key)

    def _note_node(self, at: datetime, key: Key, before: Node, after: Node) -> None:
        if before.metadata.uid != after.metadata.uid:
            return  # replaced, as it should be
        for path, attribute in _NODE_FACTS.items():
            old, new = getattr(before.status.node_info, attribute), getattr(after.status.node_info, attribute)
            if old and new and old != new:
                self._changes.append(Change(at, "nodes", key, path, old, new))
