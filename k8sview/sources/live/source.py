"""A live cluster as a ``Source``: connects, and keeps one reflector for each resource and scope that is read."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from k8sview.model.events import ApiUsage, Cluster, Connected, Event, ScopeDropped, Usage
from k8sview.model.resources import Resource
from k8sview.sources.contract import (
    AccessAnswer,
    Emit,
    Listable,
    NotReadableError,
    SourceError,
    UnauthenticatedError,
    UnreachableError,
)
from k8sview.sources.live import access, configuration, decoding
from k8sview.sources.live.budget import Budget
from k8sview.sources.live.client import Client
from k8sview.sources.live.credentials import Credentials
from k8sview.sources.live.discovery import Served, discover
from k8sview.sources.live.failures import ApiError, LoginRequired, RequestFailed
from k8sview.sources.live.limits import Limits, Timing
from k8sview.sources.live.link import LinkMonitor
from k8sview.sources.live.reflector import Reflector, Tap
from k8sview.sources.live.transport import Transport
from k8sview.sources.live.waiting import Bell, ended

Scope = tuple[str, str | None]

_ANONYMOUS = "system:anonymous"
_GOODBYE = 2.0


class LiveSource:
    """Implements ``contract.Source`` for the cluster of a kubeconfig context."""

    def __init__(
        self,
        kubeconfig: str | None = None,
        context: str | None = None,
        *,
        request_timeout: float = 10.0,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        timing: Timing = Timing(),  # noqa: B008 - frozen
        smooth: bool = True,
        interactive: bool = False,
        tap: Tap | None = None,
        payloads: frozenset[str] = frozenset(),
    ) -> None:
        """``smooth``: decode in slices of about a millisecond, for somebody who types meanwhile. ``interactive``: an
        exec plugin may use our terminal. ``tap`` is handed the JSON of every object; ``payloads`` are resources that
        are read whole for it, although their metadata is all that is kept. Secrets never are."""
        self._kubeconfig = kubeconfig
        self._context = context
        self._request_timeout = request_timeout
        self._timing = timing
        self._stretch = decoding.STRETCH if smooth else None
        self._interactive = interactive
        self._tap = tap
        self._payloads = payloads - {"secrets"}
        self._budget = Budget(limits)
        self._bell = Bell()
        self._emit: Emit = lambda _event: None
        self._closed = False
        self._transport: Transport | None = None
        self._credentials: Credentials | None = None
        self._link: LinkMonitor | None = None
        self._connected: Connected | None = None
        self._readers: dict[Scope, tuple[Reflector, asyncio.Task[None], bool]] = {}
        self._usage_task: asyncio.Task[None] | None = None
        self._discovering: asyncio.Lock = asyncio.Lock()
        self._discover_again = False
        self._discovered_at = 0.0

    async def connect(self, emit: Emit) -> Connected:
        """Reach the cluster. Raises ConfigurationError, UnreachableError or UnauthenticatedError."""
        self._emit = emit
        target = await asyncio.to_thread(configuration.resolve, self._kubeconfig, self._context)
        self._credentials = Credentials(
            # Later loads stay with this context, whatever "current" means by then.
            lambda: configuration.resolve(self._kubeconfig, target.context),
            timing=self._timing,
            interactive=self._interactive,
        )
        limits = self._budget.limits
        client = Client(target, connections=limits.watches + limits.concurrent_lists + 10)
        self._transport = transport = Transport(
            client, self._credentials, self._budget, server=target.server, timeout=self._request_timeout
        )
        self._link = LinkMonitor(self._tell, self._bell.ring)
        await client.load()
        try:
            cluster, served = await self._patiently(transport, target)
        except BaseException as problem:
            await transport.close()
            if isinstance(problem, RequestFailed):
                raise _as_source_error(problem, target.server) from problem
            raise
        transport.on_answer = self._link.answered
        self._connected = Connected(cluster, served.resources, served.missing_groups)
        self._discovered_at = asyncio.get_running_loop().time()
        self._usage_task = asyncio.create_task(self._report_usage())
        return self._connected

    def subscribe(self, resource: Resource, namespace: str | None, *, watch: bool) -> None:
        """Start to read; does nothing where the same is read already."""
        scope = (resource.name, namespace if resource.namespaced else None)
        running = self._readers.get(scope)
        if running is not None:
            reflector, task, follows = running
            if not task.done() and (follows or not watch):
                return
            if task.done() and reflector.whole_once and not watch:
                return
            task.cancel()
        if self._transport is None or self._link is None or self._closed:
            raise SourceError("the source is not connected")
        reflector = Reflector(
            resource,
            scope[1],
            watch=watch,
            transport=self._transport,
            emit=self._tell,
            timing=self._timing,
            patience=self._request_timeout,
            bell=self._bell,
            link=self._link,
            stretch=self._stretch,
            tap=self._tap,
            payload=resource.name in self._payloads,
        )
        self._readers[scope] = (reflector, asyncio.create_task(reflector.run(), name=f"read {scope}"), watch)

    def unsubscribe(self, resource: Resource, namespace: str | None) -> None:
        """Stop reading; its rows leave the table."""
        scope = (resource.name, namespace if resource.namespaced else None)
        running = self._readers.pop(scope, None)
        if running is not None:
            running[1].cancel()
            self._tell(ScopeDropped(*scope))

    def refresh(self) -> None:
        """Everything that waits tries at once; refused credentials are obtained anew."""
        if self._credentials is not None:
            self._credentials.unlock()
        self._bell.ring()

    async def rediscover(self) -> None:
        """Look again at what is served, at most every few seconds, and emit ``Connected`` if it changed. Readers of
        what was not served try again. Raises nothing: without an answer the former knowledge stays."""
        self._discover_again = True
        if self._transport is None or self._discovering.locked():
            return  # whoever is at it looks once more
        clock = asyncio.get_running_loop().time
        async with self._discovering:
            while self._discover_again and not self._closed:
                await asyncio.sleep(max(0.0, self._discovered_at + self._timing.rediscovery - clock()))
                self._discover_again = False
                try:
                    self._served(await discover(self._transport))
                except RequestFailed:
                    return
                finally:
                    self._discovered_at = clock()

    async def usable_namespaces(self) -> tuple[str, ...] | None:
        """See ``contract.Source``."""
        own = (self._connected.cluster.namespace if self._connected else None) or "default"
        return await access.usable_namespaces(self._gate(), own)

    async def listable(self, namespace: str) -> Listable:
        """See ``contract.Source``."""
        return await access.listable(self._gate(), namespace)

    async def may(self, verb: str, resource: Resource, namespace: str | None) -> AccessAnswer:
        """See ``contract.Source``."""
        return await access.may(self._gate(), verb, resource, namespace)

    async def get(self, resource: Resource, namespace: str | None, name: str) -> bytes:
        """See ``contract.Source``."""
        path = resource.path(quote(namespace, safe="") if namespace else None, quote(name, safe=":"))
        where = f"{namespace}/{name}" if namespace else name
        try:
            body, _ = await self._gate().fetch("GET", path)
            return _presentable(body)
        except (RequestFailed, msgspec.MsgspecError) as problem:
            reason = problem.reason if isinstance(problem, RequestFailed) else "the answer is no object"
            raise NotReadableError(f"cannot read {resource.kind or resource.name} {where}: {reason}") from problem

    def usage(self) -> ApiUsage:
        """What was asked of the server so far."""
        return self._budget.usage()

    @property
    def credentials_expire_at(self) -> datetime | None:
        """When the credentials end, where they say so."""
        return self._credentials.expires_at if self._credentials else None

    async def close(self) -> None:
        """End every request; emits nothing more."""
        self._closed = True
        tasks = [task for _, task, _ in self._readers.values()]
        if self._usage_task is not None:
            tasks.append(self._usage_task)
        await ended(tasks)
        self._readers.clear()
        if self._transport is not None:
            # A server that is slow to say goodbye must not keep anybody who leaves.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE):
                    await self._transport.close()

    def _served(self, served: Served) -> None:
        former = self._connected
        if former is None:
            return
        fresh = Connected(former.cluster, served.resources, served.missing_groups)
        if fresh != former:
            self._connected = fresh
            self._tell(fresh)
            self._bell.ring()

    def _tell(self, event: Event) -> None:
        if not self._closed:
            self._emit(event)

    def _gate(self) -> Transport:
        if self._transport is None:
            raise SourceError("the source is not connected")
        return self._transport

    async def _patiently(self, transport: Transport, target: configuration.Target) -> tuple[Cluster, Served]:
        """A server that starts or is overloaded gets a little time."""
        for wait in (0.2, 0.5, 1.0):
            try:
                return await self._look_around(transport, target)
            except ApiError as problem:
                pause = problem.retry_after or wait
                if problem.status not in (429, 500, 502, 503, 504) or pause > self._request_timeout:
                    raise
                await asyncio.sleep(pause)
        return await self._look_around(transport, target)

    async def _look_around(self, transport: Transport, target: configuration.Target) -> tuple[Cluster, Served]:
        # The first request alone: one clear failure, and one run of an exec plugin's login, before all others.
        served = await discover(transport)
        # No uid here: the store finds it among the namespaces, where those may be read, without a request of its own.
        version, user = await asyncio.gather(
            _field(transport, "/version", "gitVersion"),
            access.user_name(transport),
        )
        if user == _ANONYMOUS or _ANONYMOUS in served.refusal:
            raise UnauthenticatedError(
                f"{target.server} lets this user see nothing, not even what it serves: it counts as anonymous. "
                f"Are credentials missing in context {target.context!r}, or expired? Log in again"
            )
        cluster = Cluster(
            context=target.context,
            server=target.server,
            version=version or "",
            user=user,
            namespace=target.namespace,
        )
        return cluster, served

    async def _report_usage(self) -> None:
        told: ApiUsage | None = None
        while True:
            now = self._budget.usage()
            if now != told:
                told = now
                self._tell(Usage(now))
            await asyncio.sleep(self._timing.usage)


async def _field(transport: Transport, path: str, *names: str) -> str | None:
    """One text of one object; None where it may not be read."""
    try:
        value: Any = msgspec.json.decode((await transport.fetch("GET", path))[0])
        for name in names:
            value = value[name]
    except (ApiError, msgspec.MsgspecError, KeyError, TypeError):
        return None
    return value if isinstance(value, str) else None


def _as_source_error(problem: RequestFailed, server: str) -> SourceError:
    if isinstance(problem, LoginRequired):
        return UnauthenticatedError(problem.reason)
    if isinstance(problem, ApiError):
        return UnreachableError(
            f"{server} answers HTTP {problem.status} where it should say what it serves: {problem.reason}"
        )
    return UnreachableError(problem.reason if server in problem.reason else f"{server}: {problem.reason}")


def _presentable(body: bytes) -> bytes:
    """Without managedFields; of a Secret the keys stay and the values go."""
    whole = msgspec.json.decode(body)
    meta = whole["metadata"] if isinstance(whole, dict) and isinstance(whole.get("metadata"), dict) else {}
    meta.pop("managedFields", None)
    if isinstance(whole, dict) and whole.get("kind") == "Secret":
        for field in ("data", "stringData"):
            if isinstance(whole.get(field), dict):
                whole[field] = dict.fromkeys(whole[field], "")
        if isinstance(meta.get("annotations"), dict):
            meta["annotations"].pop(decoding.LAST_APPLIED, None)
    return msgspec.json.encode(whole)
