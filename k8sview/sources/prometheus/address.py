"""Where a Prometheus is: an address checked before anybody is asked. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from k8sview.model.text import plain
from k8sview.sources.contract import ConfigurationError

QUERY_PATH = "/api/v1/query"


def checked(address: str) -> str:
    """The base address without a slash at its end. Raises ConfigurationError; never repeats a password."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError(f"the address of Prometheus cannot be read: {plain(error)}") from error
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "the address of Prometheus must not hold a user or password, as others can read it there: "
            "name an address that needs none, such as a port-forward"
        )
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise ConfigurationError(
            f"{plain(address)!r} is no address of a Prometheus: expected http(s)://HOST[:PORT][/PATH]"
        )
    if parts.query or parts.fragment:
        raise ConfigurationError(f"the address of Prometheus ends with its path, without ? or #: {plain(address)!r}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}".removesuffix(QUERY_PATH)
