"""Asks a Prometheus the named queries: GET only, to one address, with limits on time and size.

Every trouble becomes the state of the metric that was asked for, in one sentence; nothing is raised or retried.
Redirects are not followed: they could lead the question, and trust in its answer, to somebody else.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from k8sview.model.metrics import Metric
from k8sview.model.tables import SYNCED, State, TableState
from k8sview.model.text import plain
from k8sview.sources.live.proxies import proxy_for
from k8sview.sources.prometheus.address import QUERY_PATH, checked
from k8sview.sources.prometheus.answers import AnswerError, decode, refusal, said
from k8sview.sources.prometheus.queries import QUERIES

if TYPE_CHECKING:
    import aiohttp

LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes, unpacked. The queries of the table give a sample for each job or pod: far less."""


class PrometheusMetrics:
    """One Prometheus. Implements ``sources.contract.Metrics``; keeps no connection between questions."""

    def __init__(self, address: str, *, timeout: float = 10.0, largest_answer: int = LARGEST_ANSWER) -> None:
        """``timeout``: seconds for all questions together, as they are asked at once. Raises ConfigurationError."""
        self._base = checked(address)
        self._name = plain(urlsplit(self._base).netloc)
        self._timeout = timeout
        self._largest_answer = largest_answer

    async def ask(self, names: Iterable[str]) -> Mapping[str, Metric]:
        """An answer or a failed state for each name. Raises KeyError for names that are not in the table."""
        queries = {name: QUERIES[name] for name in names}
        if not queries:
            return {}
        import aiohttp

        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,  # it would also send passwords from ~/.netrc; proxies are found below
        ) as session:
            answers = await asyncio.gather(*(self._one(session, name, query) for name, query in queries.items()))
        return {metric.name: metric for metric in answers}

    async def _one(self, session: aiohttp.ClientSession, name: str, query: str) -> Metric:
        import aiohttp

        try:
            samples, warning = decode(await self._get(session, query))
        except AnswerError as problem:
            reason = str(problem)
        except TimeoutError:
            reason = f"no answer within {self._timeout:g}s"
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as problem:
            reason = f"its certificate cannot be verified ({said(problem)})"
        except (aiohttp.ClientError, OSError) as problem:
            reason = f"it cannot be reached ({said(problem) or type(problem).__name__})"
        else:
            return Metric(name, SYNCED, samples, partial=warning, query=query)
        return Metric(name, TableState(State.FAILED, f"Prometheus at {self._name}: {reason}"), query=query)

    async def _get(self, session: aiohttp.ClientSession, query: str) -> bytes:
        url = self._base + QUERY_PATH
        async with session.get(
            url,
            params={"query": query, "timeout": f"{self._timeout:g}s"},
            headers={"Accept": "application/json"},
            proxy=proxy_for(url, os.environ),
            allow_redirects=False,
        ) as response:
            if 300 <= response.status < 400:
                raise AnswerError("it redirects elsewhere, and redirects are not followed: name the address behind it")
            body = await self._body(response)
            if response.status == 200:
                return body
            if response.status in (401, 403):
                raise AnswerError(f"it wants credentials (HTTP {response.status}), and none are sent")
            reason = refusal(body)
            raise AnswerError(f"it answers HTTP {response.status}" + (f": {reason}" if reason else ""))

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._largest_answer:
                raise AnswerError(f"its answer is larger than {self._largest_answer} bytes")
        return bytes(body)
