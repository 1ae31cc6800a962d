"""A scripted API server on loopback, for faults that no real one produces on demand.

    async with FakeApiServer() as server:
        server.serve("pods", [pod("a"), pod("b")])       # lists and watches of it work, in pages
        server.fail("/api/v1/secrets", 403)              # for ever; times=2: twice, then normal again
        source = LiveSource(server.kubeconfig(tmp_path))
        ...
        await server.watch_event("pods", "ADDED", pod("c"))
        server.requests                                  # every (method, path, query) that arrived

``serve`` knows the resources of ``model.kinds``; give a ``Resource`` for anything else. What is served appears in
discovery. Objects are plain dicts; a ``bytes`` among them is sent as it is (for malformed JSON).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import yaml
from aiohttp import web

from k8sview.model.kinds import KINDS
from k8sview.model.resources import Resource

Object = dict[str, Any] | bytes
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Request(NamedTuple):
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def watch(self) -> bool:
        return self.query.get("watch") == "true"


class _Fault(NamedTuple):
    path: str
    answer: Answer
    watch: bool | None  # None: both lists and watches
    page: int | None  # only the page that begins at this item


class _Table:
    """One served resource, and the queues of its open watches."""

    def __init__(self, resource: Resource, objects: list[Object]) -> None:
        self.resource = resource
        self.objects = objects
        self.watchers: dict[asyncio.Queue[bytes | None], str | None] = {}


class FakeApiServer:
    """See the module. ``user`` is who everybody is; ``allowed`` answers access reviews (default: everything)."""

    def __init__(self, *, token: str | None = None, aggregated: bool = True) -> None:
        self.token = token
        """Where set, requests without this bearer token get 401."""
        self.aggregated = aggregated
        self.user = "tester"
        self.allowed: Callable[[dict[str, Any]], bool] = lambda _attributes: True
        self.rules: list[dict[str, Any]] = []
        self.stale_groups: set[str] = set()
        self.requests: list[Request] = []
        self.resource_version = 100
        self.url = ""
        self._tables: dict[str, _Table] = {}
        self._faults: list[list[Any]] = []  # [_Fault, times left]
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> FakeApiServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after ``stop`` on the same port again."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Die: open watches break off, new connections are refused."""
        self.end_watches()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def kubeconfig(self, folder: Path, *, namespace: str | None = None, user: dict[str, Any] | None = None) -> str:
        """Write a kubeconfig with the one context ``fake``; its path."""
        token = {"token": self.token} if self.token else {}
        context = {"cluster": "fake", "user": "tester"} | ({"namespace": namespace} if namespace else {})
        path = folder / "kubeconfig"
        path.write_text(
            yaml.safe_dump(
                {
                    "current-context": "fake",
                    "clusters": [{"name": "fake", "cluster": {"server": self.url}}],
                    "users": [{"name": "tester", "user": token if user is None else user}],
                    "contexts": [{"name": "fake", "context": context}],
                }
            )
        )
        return str(path)

    # What it serves

    def serve(self, resource: str | Resource, objects: list[Object] | None = None) -> Resource:
        """Serve these objects, instead of former ones. Nobody who watches is told: see ``watch_event``."""
        known = KINDS[resource].resource if isinstance(resource, str) else resource
        table = self._tables.setdefault(known.name, _Table(known, []))
        table.objects = list(objects or [])
        return known

    def forget(self, resource: str) -> None:
        """Serve it no longer."""
        self._tables.pop(resource, None)

    async def watch_event(self, resource: str, kind: str, obj: dict[str, Any]) -> None:
        """Send ADDED, MODIFIED or DELETED to everybody who watches, and change what is listed."""
        table = self._tables[resource]
        self.resource_version += 1
        meta = obj["metadata"]
        meta["resourceVersion"] = str(self.resource_version)
        table.objects = [one for one in table.objects if _identity(one) != _identity(obj)]
        if kind != "DELETED":
            table.objects.append(obj)
        await self.watch_line(resource, {"type": kind, "object": obj}, namespace=meta.get("namespace"))

    async def watch_line(self, resource: str, line: dict[str, Any] | bytes, namespace: str | None = None) -> None:
        """Send any line to everybody who watches: bookmarks, errors, rubbish."""
        content = line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
        for queue, scope in self._tables[resource].watchers.items():
            if scope is None or namespace is None or scope == namespace:
                queue.put_nowait(content)
        await asyncio.sleep(0)

    async def bookmark(self, resource: str) -> None:
        """Send a bookmark with the present version."""
        meta = {"resourceVersion": str(self.resource_version)}
        await self.watch_line(resource, {"type": "BOOKMARK", "object": {"metadata": meta}})

    def end_watches(self, resource: str | None = None) -> None:
        """End open watches as the server does when their time is over."""
        for name, table in self._tables.items():
            if resource in (None, name):
                for queue in table.watchers:
                    queue.put_nowait(None)

    def watchers(self, resource: str) -> int:
        """How many watch it now."""
        return len(self._tables[resource].watchers)

    # What goes wrong

    def fail(
        self,
        path: str,
        status: int,
        *,
        times: int | None = None,
        message: str = "",
        retry_after: int | None = None,
        watch: bool | None = None,
        page: int | None = None,
    ) -> None:
        """Answer a Status. ``watch``: only watches (True) or only lists (False); ``page``: only the page from there."""
        headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}

        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.json_response(status_object(status, message), status=status, headers=headers)

        self.script(path, answer, times=times, watch=watch, page=page)

    def body(
        self,
        path: str,
        content: bytes,
        *,
        content_type: str = "application/json",
        times: int | None = None,
        page: int | None = None,
    ) -> None:
        """Answer 200 with just these bytes: truncated JSON, a web page."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(body=content, content_type=content_type)

        self.script(path, answer, times=times, watch=False, page=page)

    def cut(
        self, path: str, content: bytes = b'{"items":[', *, times: int | None = None, page: int | None = None
    ) -> None:
        """Promise more than is sent, then cut the connection."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "application/json"})
            response.content_length = len(content) + 1000
            await response.prepare(request)
            await response.write(content)
            if request.transport is not None:
                request.transport.abort()
            return response

        self.script(path, answer, times=times, page=page)

    def silent(self, path: str, *, times: int | None = None, headers: bool = True, watch: bool | None = None) -> None:
        """Say nothing for ever: after the headers (a half-open watch), or before them."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "application/json"})
            if headers:
                await response.prepare(request)
            await asyncio.sleep(3600)
            return response

        self.script(path, answer, times=times, watch=watch)

    def script(
        self,
        path: str,
        answer: Answer,
        *,
        times: int | None = None,
        watch: bool | None = None,
        page: int | None = None,
    ) -> None:
        """Any answer of your own; the latest script for a path is asked first."""
        self._faults.insert(0, [_Fault(path, answer, watch, page), times])

    def heal(self, path: str | None = None) -> None:
        """Forget scripted faults (of one path)."""
        self._faults = [one for one in self._faults if path is not None and one[0].path != path]

    # The server itself

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        seen = Request(request.method, request.path, dict(request.query), dict(request.headers))
        self.requests.append(seen)
        if self.token is not None and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response(status_object(401, "Unauthorized"), status=401)
        scripted = self._scripted(seen)
        if scripted is not None:
            return await scripted(request)
        if request.method == "POST":
            return self._review(request.path, await request.json())
        builtin = self._builtin(request)
        return builtin if builtin is not None else await self._collection(request, seen)

    def _scripted(self, seen: Request) -> Answer | None:
        for entry in self._faults:
            fault, left = entry
            begins = int(seen.query.get("continue") or 0)
            if (
                fault.path == seen.path
                and fault.watch in (None, seen.watch)
                and fault.page in (None, begins)
                and left != 0
            ):
                if left is not None:
                    entry[1] -= 1
                answer: Answer = fault.answer
                return answer
        return None

    def _builtin(self, request: web.Request) -> web.Response | None:
        path = request.path
        if path == "/version":
            return web.json_response({"major": "1", "minor": "37", "gitVersion": "v1.37.2"})
        if path in ("/api", "/apis"):
            return self._discovery(core=path == "/api", accept=request.headers.get("Accept", ""))
        if not self.aggregated and path in {_group_path(table.resource) for table in self._tables.values()}:
            return self._plain_group(path)
        return None

    def _discovery(self, *, core: bool, accept: str) -> web.Response:
        groups: dict[str, dict[str, list[Resource]]] = {}
        for table in self._tables.values():
            resource = table.resource
            if (resource.group == "") == core:
                groups.setdefault(resource.group, {}).setdefault(resource.version, []).append(resource)
        if self.aggregated and "apidiscovery.k8s.io" in accept:
            items = [self._aggregated(group, versions) for group, versions in groups.items()]
            if not core:
                items += [self._aggregated(group, {"v1": []}) for group in self.stale_groups]
            return web.json_response({"kind": "APIGroupDiscoveryList", "items": items})
        if core:
            return web.json_response({"kind": "APIVersions", "versions": list(groups.get("", {}))})
        plain = [
            {
                "name": group,
                "versions": [{"groupVersion": f"{group}/{one}", "version": one} for one in versions],
                "preferredVersion": {
                    "groupVersion": f"{group}/{next(iter(versions))}",
                    "version": next(iter(versions)),
                },
            }
            for group, versions in groups.items()
        ]
        return web.json_response({"kind": "APIGroupList", "groups": plain})

    def _aggregated(self, group: str, versions: dict[str, list[Resource]]) -> dict[str, Any]:
        freshness = "Stale" if group in self.stale_groups else "Current"
        listed = [
            {
                "version": version,
                "freshness": freshness,
                "resources": [
                    {
                        "resource": one.plural,
                        "responseKind": {"group": "", "version": "", "kind": one.kind},
                        "scope": "Namespaced" if one.namespaced else "Cluster",
                        "singularResource": one.singular,
                        "verbs": list(one.verbs),
                        "shortNames": list(one.short_names),
                    }
                    for one in resources
                ],
            }
            for version, resources in versions.items()
        ]
        return {"metadata": {"name": group}, "versions": listed}

    def _plain_group(self, path: str) -> web.Response:
        resources = [
            {
                "name": one.plural,
                "kind": one.kind,
                "namespaced": one.namespaced,
                "singularName": one.singular,
                "verbs": list(one.verbs),
                "shortNames": list(one.short_names),
            }
            for one in (table.resource for table in self._tables.values())
            if _group_path(one) == path
        ]
        subresource = {"name": f"{resources[0]['name']}/status", "kind": "X", "namespaced": True, "verbs": ["get"]}
        return web.json_response({"kind": "APIResourceList", "resources": [*resources, subresource]})

    def _review(self, path: str, body: dict[str, Any]) -> web.Response:
        spec = body.get("spec", {})
        status: dict[str, Any]
        if path.endswith("/selfsubjectreviews"):
            status = {"userInfo": {"username": self.user}}
        elif path.endswith("/selfsubjectaccessreviews"):
            status = {"allowed": self.allowed(spec["resourceAttributes"]), "reason": "scripted"}
        elif path.endswith("/selfsubjectrulesreviews"):
            status = {"resourceRules": self.rules, "nonResourceRules": [], "incomplete": False}
        else:
            return web.json_response(status_object(405, "read only"), status=405)
        return web.json_response({**body, "status": status}, status=201)

    async def _collection(self, request: web.Request, seen: Request) -> web.StreamResponse:
        table, namespace, name = self._find(seen.path)
        if table is None:
            return web.json_response(status_object(404, "the server could not find the requested resource"), status=404)
        if seen.watch:
            return await self._watch(request, table, namespace)
        objects = [one for one in table.objects if namespace is None or _identity(one)[0] == namespace]
        if name is not None:
            found = [one for one in objects if _identity(one)[1] == name]
            if not found:
                return web.json_response(status_object(404, f"{name} not found"), status=404)
            return web.Response(body=_encoded(found[0]), content_type="application/json")
        begin = int(seen.query.get("continue") or 0)
        end = begin + int(seen.query.get("limit") or len(objects) or 1)
        meta: dict[str, Any] = {"resourceVersion": str(self.resource_version)}
        if end < len(objects):
            meta |= {"continue": str(end), "remainingItemCount": len(objects) - end}
        head = json.dumps({"kind": f"{table.resource.kind}List", "metadata": meta}, separators=(",", ":"))
        items = b",".join(_encoded(one) for one in objects[begin:end])
        return web.Response(body=head[:-1].encode() + b',"items":[' + items + b"]}", content_type="application/json")

    def _find(self, path: str) -> tuple[_Table | None, str | None, str | None]:
        for table in self._tables.values():
            whole = table.resource.path()
            if path == whole:
                return table, None, None
            prefix = whole.rpartition("/")[0]
            rest = path.removeprefix(f"{prefix}/").split("/") if path.startswith(f"{prefix}/") else []
            if len(rest) in (3, 4) and rest[0] == "namespaces" and rest[2] == table.resource.plural:
                return table, rest[1], rest[3] if len(rest) == 4 else None
            if len(rest) == 2 and rest[0] == table.resource.plural:
                return table, None, rest[1]
        return None, None, None

    async def _watch(self, request: web.Request, table: _Table, namespace: str | None) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        since = int(request.query.get("resourceVersion") or 0)
        table.watchers[queue] = namespace
        for one in table.objects:  # what changed between the list and this watch
            if isinstance(one, dict) and int(one["metadata"].get("resourceVersion") or 0) > since:
                queue.put_nowait(json.dumps({"type": "ADDED", "object": one}).encode() + b"\n")
        try:
            await response.prepare(request)
            async with asyncio.timeout(float(request.query.get("timeoutSeconds") or 300)):
                while (line := await queue.get()) is not None:
                    await response.write(line)
        except TimeoutError:
            pass
        finally:
            table.watchers.pop(queue, None)
        return response


def status_object(code: int, message: str = "") -> dict[str, Any]:
    """A ``v1.Status``, as the API server answers when something is wrong."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message or f"scripted {code}",
        "code": code,
    }


def pod(name: str, namespace: str = "default", **metadata: Any) -> dict[str, Any]:
    """A small running pod."""
    return {
        "metadata": {"name": name, "namespace": namespace, "uid": f"uid-{namespace}-{name}", **metadata},
        "spec": {"containers": [{"name": "main", "image": "example.com/app:1"}], "nodeName": "node-1"},
        "status": {"phase": "Running"},
    }


def _identity(one: Object) -> tuple[str, str]:
    meta = one.get("metadata") if isinstance(one, dict) else None
    return (meta.get("namespace") or "", meta.get("name") or "") if isinstance(meta, dict) else ("", "")


def _encoded(one: Object) -> bytes:
    return one if isinstance(one, bytes) else json.dumps(one, separators=(",", ":")).encode()


def _group_path(resource: Resource) -> str:
    return f"/apis/{resource.api_version}" if resource.group else f"/api/{resource.version}"
