"""A live cluster that also hands out whole objects, managedFields included: what tells who owns which field.

Judges nothing. What comes from here may hold what nobody is to see: it is compared, never shown as it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import msgspec

from k8sview.model.resources import Resource
from k8sview.sources.contract import NotReadableError
from k8sview.sources.live import decoding
from k8sview.sources.live.failures import ApiError, RequestFailed
from k8sview.sources.live.source import LiveSource
from k8sview.sources.live.transport import JSON

_NOT_FOUND = 404
METADATA = f"{JSON};as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


class WholeSource(LiveSource):
    """A ``LiveSource`` whose objects can be asked for as the server has them."""

    async def body(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        """One object as JSON, nothing removed; None where there is none. Raises NotReadableError."""
        return await self._one(resource, namespace, name, JSON)

    async def metadata(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        """The metadata of one object, field sets included, and nothing else of it: enough to tell who changed a Secret.
        None where there is none. Raises NotReadableError."""
        return await self._one(resource, namespace, name, METADATA)

    async def published(self, api_version: str) -> bytes | None:
        """The OpenAPI v3 document of a group and version; None where there is none, or it could not be read: then
        nothing tells which fields the API has."""
        path = f"/openapi/v3/{'apis' if '/' in api_version else 'api'}/{quote(api_version, safe='/')}"
        try:
            body, _ = await self._gate().fetch("GET", path, accept=JSON)
        except RequestFailed:
            return None
        return body

    async def _one(self, resource: Resource, namespace: str | None, name: str, accept: str) -> bytes | None:
        path = resource.path(quote(namespace, safe="") if namespace else None, quote(name, safe=":"))
        where = f"{namespace}/{name}" if namespace else name
        try:
            body, _ = await self._gate().fetch("GET", path, accept=accept)
        except RequestFailed as problem:
            if isinstance(problem, ApiError) and problem.status == _NOT_FOUND:
                return None
            raise NotReadableError(f"cannot read {resource.kind or resource.name} {where}: {problem.reason}") from None
        return body

    async def pages(self, resource: Resource, namespace: str | None) -> AsyncIterator[list[msgspec.Raw]]:
        """All objects of a kind as JSON, a page at a time; those of built-in kinds without kind and version, as the
        server lists them. Raises NotReadableError."""
        gate = self._gate()
        path = resource.path(quote(namespace, safe="") if namespace else None)
        query = {"limit": str(gate.budget.limits.page_size)}
        while True:
            try:
                page = decoding.page(await gate.get(path, query))
                items = _ITEMS.decode(page.items)
            except (RequestFailed, msgspec.MsgspecError) as problem:
                reason = problem.reason if isinstance(problem, RequestFailed) else "the answer is no list"
                raise NotReadableError(f"cannot list {resource.name}: {reason}") from None
            yield items
            if not page.go_on:
                return
            query["continue"] = page.go_on
