"""Fetching suspects whole, a few at a time and each once: what could not be read is told, never taken for missing.

Judges nothing. Secrets are never fetched from here; one Helm release at a time is, by its own name.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol, runtime_checkable

import msgspec

from k8sview.analysis.drift.comparing.documents import Identity, Stated
from k8sview.analysis.drift.ownership.outline import outline
from k8sview.model.resources import Key, Resource
from k8sview.sources.contract import NotReadableError

Body = dict[str, Any]
Address = tuple[str, str, str]
"""``(resource, namespace, name)``; namespace "" for cluster-scoped objects."""

IN_FLIGHT = 8
SECRETS = "secrets"


@runtime_checkable
class Whole(Protocol):
    """A source that can hand out objects as the server has them."""

    async def body(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        """One object as JSON, nothing removed; None where there is none. Raises NotReadableError."""

    async def metadata(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        """One object's metadata as JSON and nothing else of it; None where there is none. Raises NotReadableError."""

    def pages(self, resource: Resource, namespace: str | None) -> AsyncIterator[list[msgspec.Raw]]:
        """All objects of a kind as JSON by pages, perhaps without kind and version. Raises NotReadableError."""


@runtime_checkable
class Publishing(Protocol):
    """A source that can tell which fields its API has."""

    async def published(self, api_version: str) -> bytes | None:
        """The OpenAPI v3 document of a group and version; None where there is none, or it could not be read."""


Wanted = Callable[[Collection[Key]], Iterator[tuple[Key, Body]]]
"""Decodes, of one page, the objects with these keys."""


class _Named(msgspec.Struct):
    name: str = ""
    namespace: str = ""


class _Head(msgspec.Struct):
    metadata: _Named = msgspec.field(default_factory=_Named)


class Bodies:
    """Whole objects by address. ``fetched`` counts the requests."""

    def __init__(self, source: Whole) -> None:
        self._source = source
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self.found: dict[Address, Body | None] = {}
        self.unread: dict[Address, str] = {}
        self.fetched = 0

    async def fetch(self, wanted: Iterable[tuple[Resource, str, str]]) -> None:
        """Read what was not read before, Secrets left out."""
        new = {
            (resource.name, namespace, name): resource
            for resource, namespace, name in wanted
            if resource.name != SECRETS
        }
        async with asyncio.TaskGroup() as group:
            for address, resource in new.items():
                if address not in self.found and address not in self.unread:
                    group.create_task(self._fetch(address, resource))

    async def once(self, resource: Resource, namespace: str, name: str) -> Body | None:
        """One object that is not kept, whatever its kind; None where there is none. Raises NotReadableError."""
        address = (resource.name, namespace, name)
        if address in self.unread:
            raise NotReadableError(self.unread[address])
        if address in self.found:
            return self.found[address]
        async with self._room:
            self.fetched += 1
            return _decoded(await self._source.body(resource, namespace or None, name))

    async def outline(self, resource: Resource, namespace: str, name: str) -> Body | None:
        """Which fields one object has as its field sets tell, its values never read; None where there is none. Raises
        NotReadableError."""
        async with self._room:
            self.fetched += 1
            found = _decoded(await self._source.metadata(resource, namespace or None, name))
        return None if found is None else outline(resource.kind, _version(resource), found["metadata"])

    async def pages(self, resource: Resource, namespace: str | None) -> AsyncIterator[Wanted]:
        """The objects of a kind, a page at a time; nothing is kept. Raises NotReadableError."""
        async for page in self._source.pages(resource, namespace):
            self.fetched += 1
            yield partial(_of_page, {"kind": resource.kind, "apiVersion": _version(resource)}, page)

    async def published(self, api_version: str) -> bytes | None:
        """Which fields the API of a group and version has; None where nothing tells."""
        if not isinstance(self._source, Publishing):
            return None
        async with self._room:
            self.fetched += 1
            return await self._source.published(api_version)

    async def _fetch(self, address: Address, resource: Resource) -> None:
        _, namespace, name = address
        async with self._room:
            self.fetched += 1
            try:
                self.found[address] = _decoded(await self._source.body(resource, namespace or None, name))
            except NotReadableError as problem:
                self.unread[address] = str(problem)


async def living(bodies: Bodies, wanted: Iterable[Stated]) -> dict[Identity, Body | None]:
    """What lives of what is stated, as comparisons take it: what could not be read is not in it."""
    places = {
        one.identity: (one.resource, one.ref.namespace or "", one.ref.name)
        for one in wanted
        if one.resource is not None
    }
    await bodies.fetch(places.values())
    addresses = {identity: (resource.name, space, name) for identity, (resource, space, name) in places.items()}
    return {identity: bodies.found[place] for identity, place in addresses.items() if place in bodies.found}


def _version(resource: Resource) -> str:
    return f"{resource.group}/{resource.version}" if resource.group else resource.version


def _of_page(
    envelope: Mapping[str, str], page: Iterable[msgspec.Raw], wanted: Collection[Key]
) -> Iterator[tuple[Key, Body]]:
    for raw in page:
        try:
            head = msgspec.json.decode(raw, type=_Head).metadata
            if (head.namespace, head.name) in wanted:
                whole = msgspec.json.decode(raw, type=dict[str, Any])
                yield (head.namespace, head.name), {**envelope, **whole}
        except msgspec.MsgspecError:
            continue  # as malformed as it was when it was listed, and told then


def _decoded(body: bytes | None) -> Body | None:
    """An object with metadata. Raises NotReadableError for anything else."""
    if body is None:
        return None
    try:
        whole = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise NotReadableError("the answer is no object") from None
    if not isinstance(whole.get("metadata"), dict):
        raise NotReadableError("the answer has no metadata")
    return whole
