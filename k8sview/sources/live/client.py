"""The thin wrapper around ``kubernetes.aio``: TLS, proxy and connections. The only module that imports it.

Retries and rules about what may be asked live above, in ``transport`` and ``reflector``.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import ssl
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from k8sview.sources.contract import ConfigurationError
from k8sview.sources.live.configuration import Target
from k8sview.sources.live.credentials import Credential

if TYPE_CHECKING:
    import aiohttp


class Client:
    """One pool of connections to one server; a new one is opened when the client certificate changes."""

    def __init__(self, target: Target, connections: int) -> None:
        self._target = target
        self._connections = connections
        self._rest: Any = None
        self._shown: tuple[bytes | None, bytes | None] | None = None

    async def load(self) -> None:
        """Import the client library (0.5 to 1 s) without holding the event loop."""
        await asyncio.to_thread(importlib.import_module, "kubernetes.aio.client.rest")

    async def send(
        self,
        method: str,
        url: str,
        credential: Credential,
        headers: dict[str, str],
        body: dict[str, Any] | None,
        *,
        connect_timeout: float,
        read_timeout: float | None,
    ) -> aiohttp.ClientResponse:
        """The raw answer, headers read. ``read_timeout`` is the longest silence, not the whole."""
        import aiohttp

        rest = await self._pool(credential)
        # Packed answers cost CPU on both sides: worth it over a network, not on this machine.
        packing = "identity" if self._target.loopback else "gzip"
        timeout = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=connect_timeout, sock_read=read_timeout)
        answer = await rest.request(
            method,
            f"{self._target.server}{url}",
            headers={"Accept-Encoding": packing, "User-Agent": "k8sview", **headers, **credential.headers},
            body=body,
            _request_timeout=timeout,
        )
        response: aiohttp.ClientResponse = answer.response
        return response

    async def close(self) -> None:
        """Close every connection."""
        if self._rest is not None:
            rest, self._rest = self._rest, None
            await rest.close()

    async def _pool(self, credential: Credential) -> Any:
        shown = (credential.certificate, credential.key)
        if self._rest is None or self._shown != shown:
            former, self._rest, self._shown = self._rest, self._open(credential), shown
            if former is not None:
                await former.close()
        return self._rest

    def _open(self, credential: Credential) -> Any:
        from kubernetes.aio.client.configuration import Configuration
        from kubernetes.aio.client.rest import RESTClientObject

        target = self._target
        configuration = Configuration(host=target.server, connection_pool_maxsize=self._connections)
        configuration.verify_ssl = target.verify
        configuration.ca_cert_data = target.ca_pem
        configuration.tls_server_name = target.server_name or None
        configuration.proxy = target.proxy
        # Cluster CAs are often older than OpenSSL's strict rules; kubectl does not apply them either.
        configuration.disable_strict_ssl_verification = True
        # The proxy was chosen with Go's rules; .netrc is none of our business.
        configuration.client_session_kwargs = {"trust_env": False, "auto_decompress": True}
        with _as_files(credential) as (certificate, key):
            configuration.cert_file, configuration.key_file = certificate, key
            try:
                return RESTClientObject(configuration)
            except (ssl.SSLError, ValueError) as problem:
                raise ConfigurationError(
                    f"the certificates of context {target.context!r} cannot be used: {problem}"
                ) from problem


@contextlib.contextmanager
def _as_files(credential: Credential) -> Iterator[tuple[str | None, str | None]]:
    """OpenSSL reads key pairs from files only: private ones that are gone as soon as they are read."""
    if credential.certificate is None or credential.key is None:
        yield None, None
        return
    with tempfile.TemporaryDirectory(prefix="k8sview-") as folder:
        names = (os.path.join(folder, "client.crt"), os.path.join(folder, "client.key"))
        for name, content in zip(names, (credential.certificate, credential.key), strict=True):
            descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        yield names
