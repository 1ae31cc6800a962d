"""What can go wrong with a request, each with a reason that is one plain sentence for people."""

from __future__ import annotations

import asyncio
import ssl

import msgspec

from k8sview.model.text import plain


class NotReadOnlyError(Exception):
    """Our own mistake: something asked the transport for a request that could change the cluster."""


class RequestFailed(Exception):  # noqa: N818 - the base of outcomes, not all of them errors of ours
    """``reason`` is one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = plain(reason)


class NetworkFailed(RequestFailed):
    """No answer, or one that broke off. ``connecting``: there was no answer at all."""

    def __init__(self, reason: str, *, connecting: bool) -> None:
        super().__init__(reason)
        self.connecting = connecting


class BrokenAnswer(RequestFailed):
    """An answer that is not what the API promises: truncated JSON, a web page."""


class Silence(RequestFailed):
    """A watch that should have ended long ago: its connection is dead, only nobody told us."""


class LoginRequired(RequestFailed):
    """The credentials are refused or cannot be had; only their owner can change that."""


class ApiError(RequestFailed):
    """The server answered with a status that is not a success."""

    def __init__(self, status: int, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class StatusObject(msgspec.Struct, frozen=True):
    """``v1.Status``, as far as we use it."""

    kind: str = ""
    message: str = ""
    reason: str = ""
    code: int = 0


def api_error(status: int, body: bytes, retry_after: str | None = None) -> ApiError:
    """The error inside an answer; whatever the body is, there is a sentence."""
    try:
        said = msgspec.json.decode(body, type=StatusObject)
    except msgspec.MsgspecError:
        said = StatusObject()
    message = said.message if said.kind == "Status" and said.message else f"the server answered HTTP {status}"
    try:
        wait = max(0.0, float(retry_after)) if retry_after else None
    except ValueError:
        wait = None
    return ApiError(status, message, wait)


def network_failure(problem: BaseException, server: str, *, answered: bool) -> NetworkFailed:
    """A transport exception in words. ``answered``: the answer had begun."""
    if answered:
        what = "stopped sending" if isinstance(problem, TimeoutError) else "the connection broke off"
        return NetworkFailed(f"{server}: {what} in the middle of an answer", connecting=False)
    return NetworkFailed(f"cannot reach {server}: {_cause(problem)}", connecting=True)


def _cause(problem: BaseException) -> str:
    import aiohttp

    if isinstance(problem, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return _tls(problem)
    if isinstance(problem, aiohttp.ClientHttpProxyError):
        return f"the proxy answered {problem.status} {problem.message}. Check proxy-url, HTTPS_PROXY and NO_PROXY"
    if isinstance(problem, aiohttp.ClientProxyConnectionError):
        return "the proxy does not answer. Check proxy-url, HTTPS_PROXY and NO_PROXY"
    if isinstance(problem, aiohttp.ClientConnectorDNSError):
        return "its host name is not known. Check the server address in the kubeconfig, DNS and VPN"
    if isinstance(problem, asyncio.TimeoutError | aiohttp.ServerTimeoutError):
        return "no answer in time. Is the API server up, VPN on, a firewall between? (--request-timeout waits longer)"
    if isinstance(problem, aiohttp.ClientConnectorError):
        refused = isinstance(problem.os_error, ConnectionRefusedError)
        what = "connection refused" if refused else (problem.os_error.strerror or str(problem.os_error)).lower()
        return f"{what}. Is the API server up, VPN on?"
    if isinstance(problem, aiohttp.ServerDisconnectedError | ConnectionResetError):
        return "the server closed the connection without an answer"
    if isinstance(problem, aiohttp.ClientResponseError):
        return "the answer is not HTTP. Does the server speak https, and the kubeconfig say so?"
    return f"{type(problem).__name__}: {problem}".rstrip(": ")


def _tls(problem: BaseException) -> str:
    inner = getattr(problem, "certificate_error", None) or getattr(problem, "os_error", None) or problem
    said = str(getattr(inner, "verify_message", "") or getattr(inner, "reason", "") or inner)
    if "ostname mismatch" in said or "IP address mismatch" in said:
        return f"its certificate is for another name ({said}). Set tls-server-name or fix the server address"
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"its certificate cannot be verified ({said}). Check certificate-authority in the kubeconfig"
    if "WRONG_VERSION_NUMBER" in said or "RECORD_LAYER" in said:
        return "it does not speak TLS on this port. Should the server address begin with http://?"
    return f"TLS failed ({said})"
