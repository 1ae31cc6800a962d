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
        usable = parts.scheme in ("http", "https") and bool(host) and port != 0
    except ValueError:  # its words would repeat parts of the address
        usable = False
    if "@" in address:
        raise ConfigurationError(
            "the address of Prometheus must not hold a user or password, as others can read it there: "
            "name an address that needs none, such as a port-forward"
        )
    if "?" in address or "#" in address:
        raise ConfigurationError("the address of Prometheus must end with its path, without ? or #")
    if not usable:
        raise ConfigurationError(
            f"{plain(address)!r} is no address of a Prometheus: expected http(s)://HOST[:PORT][/PATH]"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}".removesuffix(QUERY_PATH)
