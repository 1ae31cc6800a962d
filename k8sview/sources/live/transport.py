"""The single gate to the API server. It refuses everything but GET and the reviews that ask "who am I, what may I";
counts and caps requests; renews credentials once when they are refused; turns failures into sentences.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from k8sview.sources.live.budget import Budget
from k8sview.sources.live.client import Client
from k8sview.sources.live.credentials import Credential, Credentials
from k8sview.sources.live.failures import (
    LoginRequired,
    NetworkFailed,
    NotReadOnlyError,
    RequestFailed,
    Silence,
    api_error,
    network_failure,
)

if TYPE_CHECKING:
    import aiohttp

JSON = "application/json"

REVIEWS = frozenset(
    {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        # The same question on servers before 1.28.
        "/apis/authentication.k8s.io/v1beta1/selfsubjectreviews",
    }
)
"""The only paths that may be POSTed to. The server answers them and stores nothing."""


def guard(method: str, path: str) -> None:
    """Refuse whatever could change the cluster. Raises NotReadOnlyError."""
    if method == "GET" and _plain(path):
        return
    if method == "POST" and path in REVIEWS:
        return
    raise NotReadOnlyError(f"k8sview only reads: {method} {path} is not sent")


def _plain(path: str) -> bool:
    """Whether a GET is mere reading: exec, attach, port-forward and proxy act through GETs of subresources."""
    first, *inner = path.strip("/").split("/")
    if first == "version":
        return not inner
    if first == "openapi":  # which fields a group and version has: that document, and nothing else there
        return (inner[:2], len(inner)) in ((["v3", "api"], 3), (["v3", "apis"], 4))
    if first not in ("api", "apis"):
        return False
    below = inner[1:] if first == "api" else inner[2:]
    if below[:1] == ["namespaces"] and len(below) > 2:
        below = below[2:]
    return len(below) <= 2


class Transport:
    """Requests by path, answers as bytes or lines. ``server`` is only used in sentences."""

    def __init__(
        self, client: Client, credentials: Credentials, budget: Budget, *, server: str, timeout: float
    ) -> None:
        self._client = client
        self._credentials = credentials
        self._server = server
        self._timeout = timeout
        self._pages = asyncio.Semaphore(budget.limits.concurrent_lists)
        self.budget = budget
        self.answers = 0
        """How many answers of whatever status arrived: tells "this request" from "everything is silent"."""
        self.on_answer: Callable[[], None] = lambda: None

    async def get(self, path: str, query: Mapping[str, str] | None = None, accept: str = JSON) -> bytes:
        """A whole body. Raises RequestFailed."""
        async with self._pages:
            return (await self.fetch("GET", path, query, accept=accept))[0]

    async def review(self, path: str, body: dict[str, Any]) -> bytes:
        """Ask one of the review APIs. Raises RequestFailed."""
        return (await self.fetch("POST", path, body=body))[0]

    async def fetch(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        accept: str = JSON,
        body: dict[str, Any] | None = None,
    ) -> tuple[bytes, str]:
        """Body and content type of a successful answer. Raises RequestFailed."""
        response = await self._send(method, path, query, accept, body)
        try:
            async with response:
                content = await response.read()
        except Exception as problem:
            raise self._in_words(problem, answered=True) from problem
        self.budget.received_bytes += len(content)
        if response.status >= 300:
            raise api_error(response.status, content, response.headers.get("Retry-After"))
        return content, response.headers.get("Content-Type", "")

    @contextlib.asynccontextmanager
    async def watch(
        self, path: str, query: Mapping[str, str], accept: str, *, lasts: float
    ) -> AsyncIterator[AsyncIterator[list[bytes]]]:
        """An open watch: whole lines, as many at a time as have arrived. Never lives longer than ``lasts`` seconds:
        a connection that is still open then is half-open and raises Silence."""
        self.budget.watches += 1
        ends = asyncio.get_running_loop().time() + lasts
        try:
            response = await self._send("GET", path, query, accept, None, quiet=lasts)
            async with response:
                if response.status != 200:
                    content = await response.read()
                    raise api_error(response.status, content, response.headers.get("Retry-After"))
                yield self._lines(response, ends)
        finally:
            self.budget.watches -= 1

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def _lines(self, response: aiohttp.ClientResponse, ends: float) -> AsyncIterator[list[bytes]]:
        rest = b""
        while True:
            try:
                async with asyncio.timeout_at(ends):
                    arrived = await response.content.readany()
            except TimeoutError as problem:
                raise Silence("the watch went silent: its connection is dead") from problem
            except Exception as problem:
                raise self._in_words(problem, answered=True) from problem
            if not arrived:
                if rest.strip():
                    raise NetworkFailed(f"{self._server}: the watch broke off inside an event", connecting=False)
                return
            self.budget.received_bytes += len(arrived)
            *lines, rest = (rest + arrived).split(b"\n") if rest else arrived.split(b"\n")
            if lines:
                yield [line for line in lines if line]

    async def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        accept: str,
        body: dict[str, Any] | None,
        *,
        quiet: float | None = None,
    ) -> aiohttp.ClientResponse:
        """``quiet``: how long the answer may pause, where that is not the request timeout."""
        guard(method, path)
        url = f"{path}?{urlencode(query)}" if query else path
        credential = await self._credentials.current()
        response = await self._once(method, url, credential, accept, body=body, quiet=quiet)
        if response.status != 401:
            return response
        reason = await self._refusal(response)
        credential = await self._credentials.renew(credential, reason)
        response = await self._once(method, url, credential, accept, body=body, quiet=quiet)
        if response.status == 401:
            reason = await self._refusal(response)
            self._credentials.refuse(credential, reason)
            raise LoginRequired(reason)
        return response

    async def _once(
        self,
        method: str,
        url: str,
        credential: Credential,
        accept: str,
        *,
        body: dict[str, Any] | None,
        quiet: float | None,
    ) -> aiohttp.ClientResponse:
        await self.budget.take()
        before = self.answers
        try:
            async with asyncio.timeout(2 * self._timeout):  # connecting and the first byte, whatever is in between
                response = await self._client.send(
                    method,
                    url,
                    credential,
                    {"Accept": accept},
                    body,
                    connect_timeout=self._timeout,
                    read_timeout=quiet or self._timeout,
                )
        except Exception as problem:
            failure = self._in_words(problem, answered=False)
            if isinstance(failure, NetworkFailed) and self.answers != before:
                failure.connecting = False  # others were answered meanwhile: one slow path, not a lost link
            raise failure from problem
        self.answers += 1
        self.on_answer()
        return response

    async def _refusal(self, response: aiohttp.ClientResponse) -> str:
        with contextlib.suppress(Exception):
            async with response:
                await response.read()
        return f"{self._server} refuses the credentials (401 Unauthorized): log in again"

    def _in_words(self, problem: Exception, *, answered: bool) -> Exception:
        """Network trouble as RequestFailed; anything else is a mistake of ours and stays what it is."""
        import aiohttp

        if isinstance(problem, RequestFailed) or not isinstance(problem, aiohttp.ClientError | OSError):
            return problem
        return network_failure(problem, self._server, answered=answered)
