"""A stored Helm release, decoded with the standard library alone. Values and templates are skipped unread.

The payload is JSON, mostly gzipped, in Helm's base64; in a Secret the API wraps it in base64 once more
(Helm's storage driver). Nothing here raises for a payload: what is wrong with it is the release's ``problem``.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.documents import Documents
from k8sview.analysis.drift.comparing.yaml_text import parsed

_GZIP = b"\x1f\x8b\x08"
_LONGEST_PAYLOAD = 8 << 20  # twice base64 of what etcd takes at most
_LONGEST_RELEASE = 64 << 20
_MARKS = {"app.kubernetes.io/managed-by": "Helm"}
RELEASE_NAME, RELEASE_NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
HOOK = "helm.sh/hook"


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One revision. ``apply_method``: ``csa`` (client-side: Helm 3, and Helm 4 on request) or ``ssa``.

    ``problem``: why it could not be decoded, then all else is empty.
    """

    name: str = ""
    namespace: str = ""
    version: int = 0
    status: str = ""
    chart: str = ""
    chart_version: str = ""
    app_version: str = ""
    last_deployed: str = ""
    apply_method: str = "csa"
    manifest: str = ""
    problem: str = ""

    def __repr__(self) -> str:
        # The manifest may state Secrets.
        return f"Release({self.namespace}/{self.name} v{self.version} {self.status} {self.problem})"


class _Info(msgspec.Struct):
    status: str = ""
    last_deployed: str | None = None


class _ChartMetadata(msgspec.Struct):
    name: str = ""
    version: str = ""
    app_version: str = msgspec.field(name="appVersion", default="")


class _Chart(msgspec.Struct):
    metadata: _ChartMetadata | None = None


class _Stored(msgspec.Struct):
    """What is read of the JSON; all other members (config, values, templates, hooks) are skipped by the decoder."""

    name: str = ""
    namespace: str = ""
    version: int = 0
    manifest: str = ""
    apply_method: str | None = None
    info: _Info | None = None
    chart: _Chart | None = None


def decode(payload: str | bytes) -> Release:
    """A release from ``data.release`` of its Secret or ConfigMap, as the API gives it."""
    text = payload.encode() if isinstance(payload, str) else payload
    if len(text) > _LONGEST_PAYLOAD:
        return Release(problem=f"the stored release is larger than {_LONGEST_PAYLOAD >> 20} MiB")
    packed = _unwrapped(text)
    if packed is None:
        return Release(problem="the stored release is not base64 of a Helm release")
    plain = _unzipped(packed) if packed.startswith(_GZIP) else packed
    if isinstance(plain, str):
        return Release(problem=plain)
    try:
        stored = msgspec.json.decode(plain, type=_Stored)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Release(problem="the stored release is no JSON of a Helm release")
    if not stored.name or not stored.version:
        return Release(problem="the stored release has no name or no version")
    chart = (stored.chart.metadata if stored.chart is not None else None) or _ChartMetadata()
    info = stored.info or _Info()
    return Release(
        name=stored.name,
        namespace=stored.namespace,
        version=stored.version,
        status=info.status,
        chart=chart.name,
        chart_version=chart.version,
        app_version=chart.app_version,
        last_deployed=info.last_deployed or "",
        apply_method=stored.apply_method or "csa",
        manifest=stored.manifest,
    )


def _unwrapped(text: bytes) -> bytes | None:
    """Out of one layer of base64 (ConfigMap) or two (Secret)."""
    for _ in range(2):
        try:
            text = base64.b64decode(b"".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return None
        if text.startswith((_GZIP, b"{")):
            return text
    return None


def _unzipped(packed: bytes) -> bytes | str:
    """The content, or what is wrong with it."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(packed, _LONGEST_RELEASE)
    except zlib.error:
        return "the stored release is damaged: it cannot be unzipped"
    if unpacker.unconsumed_tail:
        return f"the stored release unpacks to more than {_LONGEST_RELEASE >> 20} MiB"
    return plain if unpacker.eof else "the stored release is damaged: it ends too early"


def objects(release: Release) -> Documents:
    """What the release states: its manifest taken apart, hooks left out, marked as Helm marks what it installs."""
    found = parsed(release.manifest)
    kept = tuple(_marked(body, release) for body in found.bodies if not _is_hook(body))
    return Documents(kept, found.problems)


def _is_hook(body: dict[str, Any]) -> bool:
    annotations = body["metadata"].get("annotations")
    return isinstance(annotations, dict) and HOOK in annotations


def _marked(body: dict[str, Any], release: Release) -> dict[str, Any]:
    metadata = body["metadata"]
    names = {RELEASE_NAME: release.name, RELEASE_NAMESPACE: release.namespace}
    marked = {
        **metadata,
        "labels": {**_map(metadata.get("labels")), **_MARKS},
        "annotations": {**_map(metadata.get("annotations")), **names},
    }
    return {**body, "metadata": marked}


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
