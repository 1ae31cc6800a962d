"""Which HTTP proxy leads to a server, by the environment variables and with Go's reading of NO_PROXY. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def proxy_for(server: str, environ: Mapping[str, str]) -> str | None:
    """The proxy URL or None. Loopback is never proxied; NO_PROXY may hold domains, addresses, CIDRs, ports, ``*``."""
    parts = urlsplit(server)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    name = f"{parts.scheme}_proxy"
    proxy = environ.get(name.upper()) or environ.get(name)
    if not proxy or host == "localhost" or _bypassed(host, port, environ.get("NO_PROXY") or environ.get("no_proxy")):
        return None
    address = _address(host)
    if address and address.is_loopback:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _bypassed(host: str, port: int, listed: str | None) -> bool:
    return any(_matches(host, port, one.strip().lower()) for one in (listed or "").split(",") if one.strip())


def _matches(host: str, port: int, rule: str) -> bool:
    if rule == "*":
        return True
    address = _address(host)
    if "/" in rule:
        try:
            return address is not None and address in ipaddress.ip_network(rule, strict=False)
        except ValueError:
            return False
    name, colon, only_port = rule.rpartition(":")
    if colon and only_port.isdigit() and not _address(rule):
        if int(only_port) != port:
            return False
        rule = name.strip("[]")
    if address is not None:
        return address == _address(rule)
    rule = rule.removeprefix("*")
    if rule.startswith("."):
        return host.endswith(rule)
    return host == rule or host.endswith(f".{rule}")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
