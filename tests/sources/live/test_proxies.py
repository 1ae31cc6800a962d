"""Which proxy leads where."""

from __future__ import annotations

import pytest

from k8sview.sources.live.proxies import proxy_for

PROXY = {"HTTPS_PROXY": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("server", "environ", "proxy"),
    [
        ("https://api.example.com", {}, None),
        ("https://api.example.com", PROXY, "http://proxy:3128"),
        ("https://api.example.com", {"https_proxy": "proxy:3128"}, "http://proxy:3128"),
        ("http://api.example.com", PROXY, None),
        ("https://127.0.0.1:6443", PROXY, None),
        ("https://[::1]:6443", PROXY, None),
        ("https://localhost:6443", PROXY, None),
        ("https://api.example.com", PROXY | {"NO_PROXY": "*"}, None),
        ("https://api.example.com", PROXY | {"NO_PROXY": "other.com, example.com"}, None),
        ("https://api.example.com", PROXY | {"NO_PROXY": ".example.com"}, None),
        ("https://api.example.com", PROXY | {"NO_PROXY": "*.example.com"}, None),
        ("https://api.example.com", PROXY | {"NO_PROXY": "ample.com"}, "http://proxy:3128"),
        ("https://api.example.com:6443", PROXY | {"NO_PROXY": "api.example.com:443"}, "http://proxy:3128"),
        ("https://api.example.com:6443", PROXY | {"NO_PROXY": "api.example.com:6443"}, None),
        ("https://10.1.2.3:6443", PROXY | {"NO_PROXY": "10.0.0.0/8"}, None),
        ("https://10.1.2.3:6443", PROXY | {"NO_PROXY": "10.1.2.3"}, None),
        ("https://10.1.2.3:6443", PROXY | {"NO_PROXY": "192.168.0.0/16,nonsense/x"}, "http://proxy:3128"),
    ],
)
def test_proxy_for(server: str, environ: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(server, environ) == proxy
