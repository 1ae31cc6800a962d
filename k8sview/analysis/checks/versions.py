"""Versions as Kubernetes and its images write them, cut down to what skew and end-of-life rules compare. Pure text."""

from __future__ import annotations

import re

Minor = tuple[int, int]
"""``(1, 35)``."""

_MINOR = re.compile(r"v?(\d+)\.(\d+)")


def minor_of(text: str | None) -> Minor | None:
    """``v1.35.3-eks-abc``, ``1.35`` and ``containerd://1.7.2`` by their first two numbers; None if there are none."""
    found = _MINOR.search(text or "")
    return (int(found[1]), int(found[2])) if found else None


def shown(minor: Minor) -> str:
    return f"{minor[0]}.{minor[1]}"
