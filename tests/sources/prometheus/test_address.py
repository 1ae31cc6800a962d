"""Addresses of a Prometheus: what is taken, what is refused before anybody is asked."""

from __future__ import annotations

import pytest

from k8sview.sources.contract import ConfigurationError
from k8sview.sources.prometheus.address import checked


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("http://localhost:9090", "http://localhost:9090"),
        ("https://prometheus.example.com/", "https://prometheus.example.com"),
        (" https://example.com/prometheus/ ", "https://example.com/prometheus"),
        ("http://[::1]:9090", "http://[::1]:9090"),
        ("http://localhost:9090/api/v1/query", "http://localhost:9090"),
    ],
)
def test_good_addresses(address: str, base: str) -> None:
    assert checked(address) == base


@pytest.mark.parametrize(
    "address",
    [
        "localhost:9090", "file:///etc/passwd", "ftp://example.com", "http://", "http://host:port", "http://host:99999",
        "http://host/?query=up", "http://host/#graph", "http://[", "", "//host", "http://host:0",
    ],
)  # fmt: skip
def test_bad_addresses(address: str) -> None:
    with pytest.raises(ConfigurationError, match="Prometheus"):
        checked(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://me:secret@host", "http://me@host", "http://:secret@host", "me:secret@host", "http://me:secret/x@host",
        "http://me:secret@[", "http://host?token=secret",
    ],
)  # fmt: skip
def test_a_password_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        checked(address)
    assert "secret" not in str(refused.value)


def test_escape_codes_are_shown() -> None:
    with pytest.raises(ConfigurationError, match="␛"):
        checked("x\x1b[31m")
