"""Container image references: their repository without registry, and the version their tag tells. Pure text."""

from __future__ import annotations

import re

# Packaging suffixes that say nothing of the product's version.
_SUFFIX = re.compile(
    r"[-+._](?:eksbuild\.\d+|distroless|debug|alpine|slim|ubi\d*|rke2\S*|k3s\S*|build\S*|amd64|arm64)$"
)
_VERSION = re.compile(r"v?(\d+(?:\.\d+){1,3}(?:[-+](?:alpha|beta|rc|pre)[.\d]*)?)")


def repository(image: str) -> str:
    """``quay.io:443/jetstack/cert-manager-controller:v1.2@sha256:…`` → ``jetstack/cert-manager-controller``."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    name = f"{head}{slash}{last.partition(':')[0]}"
    first, slash, rest = name.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost")
    return rest if is_host else name


def tag(image: str) -> str | None:
    """The tag, or None for references by digest only or without any."""
    last = image.partition("@")[0].rpartition("/")[2]
    return last.partition(":")[2] or None


def version_of(image: str) -> str | None:
    """The version in the tag as ``v1.2.3``, packaging suffixes removed; None where the tag tells none."""
    text = tag(image)
    while text and (stripped := _SUFFIX.sub("", text)) != text:
        text = stripped
    found = _VERSION.search(text or "")
    return f"v{found[1]}" if found else None


def suffixes(image: str) -> tuple[str, ...]:
    """Every tail of the repository on a path boundary (``c``, ``b/c``, ``a/b/c``): mirrors keep tails."""
    parts = repository(image).split("/")
    return tuple("/".join(parts[start:]) for start in range(len(parts) - 1, -1, -1))
