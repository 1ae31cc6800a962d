"""A Prometheus on loopback that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple

from aiohttp import web

from k8sview.sources.prometheus.queries import QUERIES

NAMES = {query: name for name, query in QUERIES.items()}


class Asked(NamedTuple):
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


def vector(*series: tuple[dict[str, str], str], **more: Any) -> bytes:
    """A success of the API with these labels and values."""
    result = [{"metric": labels, "value": [1772323200.0, value]} for labels, value in series]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}, **more}).encode()


class FakePrometheus:
    """Answers each query with ``answers[name]``, else with one good sample; ``status`` is for all of them."""

    def __init__(
        self,
        *,
        status: int = 200,
        body: bytes | None = None,
        delay: float = 0,
        location: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        self.status, self.body, self.delay, self.location = status, body, delay, location
        self.answers: dict[str, bytes] = {}
        self.asked: list[Asked] = []
        self.url = ""

    async def __aenter__(self) -> FakePrometheus:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        self.url = f"http{'s' if self._tls else ''}://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(Asked(request.method, request.path, dict(request.query), dict(request.headers)))
        await asyncio.sleep(self.delay)
        name = NAMES.get(request.query.get("query", ""), "")
        good = "1" if name == "configuration-loaded" else "0"
        body = self.body if self.body is not None else self.answers.get(name, vector(({"job": "a"}, good)))
        headers = {"Location": self.location} if self.location else {}
        return web.Response(status=self.status, body=body, content_type="application/json", headers=headers)
