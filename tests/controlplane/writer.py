"""The independent client that writes: any kind, found by discovery, with the status through its own subresource."""

from __future__ import annotations

import asyncio
import copy
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple

import aiohttp

Object = dict[str, Any]
_FIRST = ("Namespace", "CustomResourceDefinition")
_MERGE = {"Content-Type": "application/merge-patch+json"}
_FIELD_MANAGER = "controlplane-tests"


class ApiError(Exception):
    """The API server said no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Served(NamedTuple):
    """Where objects of one kind live."""

    plural: str
    namespaced: bool
    has_status: bool


class ApiWriter:
    """Use as an async context manager; one per event loop."""

    def __init__(self, server: str, tls: ssl.SSLContext, parallel: int = 32) -> None:
        self._server = server
        self._tls = tls
        self._parallel = asyncio.Semaphore(parallel)
        self._served: dict[str, dict[str, Served]] = {}
        self._field_manager = _FIELD_MANAGER

    async def __aenter__(self) -> ApiWriter:
        connector = aiohttp.TCPConnector(ssl=self._tls, limit=0)
        self._session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": _FIELD_MANAGER})
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._session.close()

    def writing_as(self, field_manager: str) -> ApiWriter:
        """The same client under another name: managed fields will tell that this one wrote."""
        other = copy.copy(self)
        other._field_manager = field_manager
        return other

    async def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, **params: str
    ) -> Any:
        """One request, its JSON answer; retried while the server says 429 (a CRD's storage is being set up)."""
        for attempt in range(60):
            async with (
                self._parallel,
                self._session.request(
                    method, self._server + path, json=body, headers=headers, params=params
                ) as response,
            ):
                if response.status == 429 and attempt < 59:
                    await response.read()
                elif response.status >= 400:
                    raise ApiError(response.status, await response.text())
                else:
                    return await response.json()
            await asyncio.sleep(0.1)
        raise AssertionError("the last attempt returns or raises")

    async def apply(self, objects: Iterable[Object]) -> None:
        """Create each object or merge it into the one that exists; then write its status where it has one.

        Namespaces and CustomResourceDefinitions go first; CRDs are waited for.
        """
        todo = list(objects)
        first = [each for each in todo if each["kind"] in _FIRST]
        await asyncio.gather(*(self._apply(each) for each in first))
        await asyncio.gather(*(self.established(each) for each in first if each["kind"] == "CustomResourceDefinition"))
        await asyncio.gather(*(self._apply(each) for each in todo if each["kind"] not in _FIRST))

    async def patch(self, target: Object, body: Object, *, subresource: str = "") -> Object:
        """Merge ``body`` into the object that ``target`` names (apiVersion, kind, metadata)."""
        path = await self.path(target) + (f"/{subresource}" if subresource else "")
        return _whole(await self.request("PATCH", path, body, _MERGE, fieldManager=self._field_manager))

    async def write_status(self, target: Object, status: Object) -> Object:
        """Merge into the status through ``/status``, as a controller does."""
        return await self.patch(target, {"status": status}, subresource="status")

    async def get(self, target: Object) -> Object:
        return _whole(await self.request("GET", await self.path(target)))

    async def delete(self, target: Object, **params: str) -> None:
        await self.request("DELETE", await self.path(target), None, None, **params)

    async def list(self, api_version: str, kind: str, namespace: str | None = None, **params: str) -> list[Object]:
        """All objects of a kind, of one namespace or of all."""
        served = await self._find(api_version, kind)
        where = f"/namespaces/{namespace}" if namespace else ""
        answer = await self.request("GET", f"{_root(api_version)}{where}/{served.plural}", None, None, **params)
        return [{"apiVersion": api_version, "kind": kind, **item} for item in answer["items"]]

    async def until(self, question: Callable[[], Awaitable[Any]], patience: float = 30.0, pause: float = 0.05) -> Any:
        """Ask again and again until the answer is true; that answer. Raises TimeoutError."""
        async with asyncio.timeout(patience):
            async for _ in _ticks(pause):
                if answer := await question():
                    return answer
        raise AssertionError("ticks never end")

    async def _apply(self, whole: Object) -> None:
        status = whole.get("status") if whole["kind"] != "CustomResourceDefinition" else None
        body = {key: value for key, value in whole.items() if key != "status"}
        collection, name = (await self.path(whole)).rsplit("/", 1)
        try:
            await self._create(collection, body)
        except ApiError as error:
            if error.status != 409:
                raise
            await self.request("PATCH", f"{collection}/{name}", body, _MERGE, fieldManager=self._field_manager)
        if status and (await self._find(whole["apiVersion"], whole["kind"])).has_status:
            await self.write_status(whole, status)

    async def _create(self, collection: str, body: Object) -> None:
        """POST; waits for the service account that the controllers make in a young namespace."""
        for _ in range(100):
            try:
                await self.request("POST", collection, body, fieldManager=self._field_manager)
            except ApiError as error:
                if error.status != 403 or "serviceaccount" not in str(error):
                    raise
                await asyncio.sleep(0.1)
            else:
                return
        raise TimeoutError(f"no service account for {body['kind']} {body['metadata']['name']}")

    async def path(self, target: Object) -> str:
        """Where the object that ``target`` names lives."""
        served = await self._find(target["apiVersion"], target["kind"])
        metadata = target["metadata"]
        where = f"/namespaces/{metadata.get('namespace', 'default')}" if served.namespaced else ""
        return f"{_root(target['apiVersion'])}{where}/{served.plural}/{metadata['name']}"

    async def _find(self, api_version: str, kind: str) -> Served:
        for _ in range(100):
            known = self._served.get(api_version, {})
            if kind in known:
                return known[kind]
            try:
                answer = await self.request("GET", _root(api_version))
            except ApiError as error:
                if error.status != 404:
                    raise
                answer = {"resources": []}
            self._served[api_version] = _kinds(answer["resources"])
            if kind not in self._served[api_version]:
                await asyncio.sleep(0.1)
        raise LookupError(f"the server does not serve {kind} in {api_version}")

    async def established(self, definition: Object) -> None:
        """Waits until a CustomResourceDefinition is served."""

        async def good() -> bool:
            conditions = (await self.get(definition)).get("status", {}).get("conditions") or []
            return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)

        await self.until(good)


async def _ticks(pause: float) -> AsyncIterator[None]:
    while True:
        yield
        await asyncio.sleep(pause)


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _kinds(resources: list[Object]) -> dict[str, Served]:
    with_status = {each["name"].removesuffix("/status") for each in resources if each["name"].endswith("/status")}
    return {
        each["kind"]: Served(each["name"], each["namespaced"], each["name"] in with_status)
        for each in resources
        if "/" not in each["name"]
    }


def _whole(answer: Any) -> Object:
    assert isinstance(answer, dict)
    return answer
