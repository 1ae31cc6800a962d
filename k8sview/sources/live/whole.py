"""A live cluster that also hands out whole objects, managedFields included: what tells who owns which field.

Judges nothing. What comes from here may hold what nobody is to see: it is compared, never shown as it is.
"""

from __future__ import annotations

from urllib.parse import quote

from k8sview.model.resources import Resource
from k8sview.sources.contract import NotReadableError
from k8sview.sources.live.failures import ApiError, RequestFailed
from k8sview.sources.live.source import LiveSource

_NOT_FOUND = 404


class WholeSource(LiveSource):
    """A ``LiveSource`` whose objects can be asked for as the server has them."""

    async def body(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        """One object as JSON, nothing removed; None where there is none. Raises NotReadableError."""
        path = resource.path(quote(namespace, safe="") if namespace else None, quote(name, safe=":"))
        where = f"{namespace}/{name}" if namespace else name
        try:
            body, _ = await self._gate().fetch("GET", path)
        except RequestFailed as problem:
            if isinstance(problem, ApiError) and problem.status == _NOT_FOUND:
                return None
            raise NotReadableError(f"cannot read {resource.kind or resource.name} {where}: {problem.reason}") from None
        return body
