"""Makes a control plane's past: moves every time in what etcd holds back. The API server must be down meanwhile.

No clock is touched. An object made a minute ago says afterwards that it was made an hour and a minute ago, and so do
its conditions, its managed fields and its events; controllers that start then draw real conclusions from that.
"""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from datetime import datetime, timedelta
from typing import Any

_TIME = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z"')
_PREFIX = b"/registry/"
_PAGE = 2000


def move_back(etcd: str, by: timedelta, resource: str = "") -> None:
    """Rewrite all of Kubernetes' keys. ``etcd``: its client URL. What is not stored as JSON stays as it is.

    ``resource``: only what lies under this part of a key (``deployments``; ``GROUP/PLURAL`` of custom resources). That
    may be done while the API server runs, if nobody writes these objects.
    """
    key = _PREFIX + (f"{resource}/".encode() if resource else b"")
    end = key[:-1] + bytes([key[-1] + 1])
    while True:
        page = _ask(etcd, "range", key=_encoded(key), range_end=_encoded(end), limit=_PAGE)
        found = page.get("kvs", [])
        for one in found:
            _rewrite(etcd, one, by)
        if not page.get("more"):
            return
        key = base64.b64decode(found[-1]["key"]) + b"\0"


def earlier(text: str, by: timedelta) -> str:
    """Every quoted time in a JSON text, moved."""

    def moved(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[1]) - by
        return f'"{moment.isoformat()}{found[2] or ""}Z"'

    return _TIME.sub(moved, text)


def _rewrite(etcd: str, pair: dict[str, Any], by: timedelta) -> None:
    value = base64.b64decode(pair["value"])
    if not value.startswith(b"{"):
        return
    text = value.decode()
    moved = earlier(text, by)
    if moved != text:
        _ask(etcd, "put", key=pair["key"], value=_encoded(moved.encode()), ignore_lease=True)


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _ask(etcd: str, call: str, **body: Any) -> dict[str, Any]:
    request = urllib.request.Request(f"{etcd}/v3/kv/{call}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
