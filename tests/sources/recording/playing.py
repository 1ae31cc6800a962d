"""What the tests of recordings share: a source that plays a script, and a collector of events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from k8sview.model.events import ApiUsage, Cluster, Connected, Event, StateChanged, Synced
from k8sview.model.resources import Resource
from k8sview.model.tables import LOADING, State, TableState
from k8sview.sources.contract import ANYTHING, AccessAnswer, Emit, Listable, NotReadableError
from k8sview.sources.recording.record import Tap
from k8sview.sources.recording.source import RecordingSource

PODS = Resource("", "v1", "pods", "Pod")
NODES = Resource("", "v1", "nodes", "Node", namespaced=False)
SECRETS = Resource("", "v1", "secrets", "Secret")
BACKUPS = Resource("velero.io", "v1", "backups", "Backup")
CLUSTER = Cluster(context="test", server="https://api.example.com", version="v1.37.2", uid="u-1", user="me")
DENIED = TableState(State.DENIED, "list is forbidden")


def pod(name: str, namespace: str = "shop", version: str = "1", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "uid": f"uid-{name}", "resourceVersion": version}
    return {"metadata": metadata, "spec": spec}


def node(name: str, image: str, version: str = "1") -> dict[str, Any]:
    metadata = {"name": name, "uid": f"uid-{name}", "resourceVersion": version}
    return {"metadata": metadata, "status": {"nodeInfo": {"osImage": image}}}


Step = Callable[["ScriptedSource"], None]


class ScriptedSource:
    """A source whose lists are given as objects, or as the state that stands for them; ``later`` happens afterwards."""

    def __init__(
        self,
        tap: Tap,
        lists: dict[tuple[str, str | None], list[dict[str, Any]] | TableState],
        resources: tuple[Resource, ...] = (PODS, NODES, SECRETS, BACKUPS),
        later: tuple[Step, ...] = (),
        usable: tuple[str, ...] | None = None,
    ) -> None:
        self.tap = tap
        self.lists = lists
        self.resources = resources
        self.later = later
        self.usable = usable
        self.closed = False
        self.emit: Emit = lambda event: None
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self, emit: Emit) -> Connected:
        self.emit = emit
        if self.later:
            self._tasks.append(asyncio.create_task(self._happen()))
        return Connected(CLUSTER, self.resources, ("metrics.k8s.io",))

    def subscribe(self, resource: Resource, namespace: str | None, *, watch: bool) -> None:
        self._tasks.append(asyncio.create_task(self._list(resource, namespace)))

    def unsubscribe(self, resource: Resource, namespace: str | None) -> None:
        raise AssertionError("a recording reads everything to its end")

    def refresh(self) -> None:
        """Nothing fails here that could be tried again."""

    async def rediscover(self) -> None:
        """What is served never changes here."""

    def usage(self) -> ApiUsage:
        return ApiUsage()

    async def listable(self, namespace: str) -> Listable:
        return ANYTHING

    async def usable_namespaces(self) -> tuple[str, ...] | None:
        return self.usable

    async def may(self, verb: str, resource: Resource, namespace: str | None) -> AccessAnswer:
        raise AssertionError("a recording asks no reviews")

    async def get(self, resource: Resource, namespace: str | None, name: str) -> bytes:
        raise NotReadableError(name)

    async def close(self) -> None:
        self.closed = True
        await asyncio.gather(*self._tasks)

    async def _happen(self) -> None:
        for step in self.later:
            await asyncio.sleep(0.02)
            step(self)

    async def _list(self, resource: Resource, scope: str | None) -> None:
        self.emit(StateChanged(resource.name, scope, LOADING))
        await asyncio.sleep(0)
        found = self.lists.get((resource.name, scope), [])
        if isinstance(found, TableState):
            self.emit(StateChanged(resource.name, scope, found))
            return
        for each in found:
            self.tap("LISTED", resource, msgspec.json.encode(each))
        keys = frozenset((each["metadata"].get("namespace", ""), each["metadata"]["name"]) for each in found)
        self.emit(Synced(resource.name, scope, keys))


async def played(path: Path, *wanted: tuple[Resource, str | None]) -> tuple[RecordingSource, Connected, list[Event]]:
    """Everything that a recording says of these scopes; the source is closed."""
    events: list[Event] = []
    source = RecordingSource(path)
    connected = await source.connect(events.append)
    for resource, scope in wanted:
        source.subscribe(resource, scope, watch=True)
    for _ in range(2000):
        await asyncio.sleep(0)
    await source.close()
    return source, connected, events
