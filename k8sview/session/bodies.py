"""Fetching suspects whole, a few at a time and each once: what could not be read is told, never taken for missing.

Judges nothing. Secrets are never fetched from here; one Helm release at a time is, by its own name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

import msgspec

from k8sview.analysis.drift.comparing.documents import Identity, Stated
from k8sview.model.resources import Resource
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

    async def secretly(self, resource: Resource, namespace: str, name: str) -> Body | None:
        """One object that is not kept, whatever its kind. Raises NotReadableError."""
        self.fetched += 1
        async with self._room:
            return _decoded(await self._source.body(resource, namespace or None, name))

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
