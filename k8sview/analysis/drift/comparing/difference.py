"""The comparer's question and answer: what a caller may ask for, and one leaf that differs. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from k8sview.model.drift import Actor, DriftTime
from k8sview.model.status import Severity

OVERRIDE, REMOVAL, ADDITION = "override", "removal", "addition"

SECRET_DATA = ("data", "stringData")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
ABSENT = msgspec.UNSET
"""A field that a side does not have (null is a value)."""


class Comparing(msgspec.Struct, frozen=True, kw_only=True):
    """How to compare. The default: a manifest (desired) against the object that the server made of it (live)."""

    off: frozenset[str] = frozenset()
    """Ids of rules that are switched off."""
    namespace: str | None = None
    """Where a desired object without a namespace goes (N3)."""
    additions: bool = False
    """Whether what only live has is told as well. Security-relevant additions always are."""
    peers: bool = False
    """Both sides were made by a server (two clusters): what a server allots differs by nature."""
    autoscaled: bool = False
    """An autoscaler writes ``spec.replicas`` (N16)."""
    list_keys: Mapping[str, tuple[str, ...]] = {}
    """From OpenAPI: a list's path with ``[*]`` for items above it → its ``x-kubernetes-list-map-keys``."""
    unsupported: frozenset[str] = frozenset()
    """From OpenAPI: paths (with ``[*]``) that this cluster's API does not have (N20)."""
    sources: frozenset[str] = frozenset()
    """Field managers that write the desired side; empty: told by who owns most of what it states."""
    never: tuple[str, ...] = ()
    """How the names of managers begin that never write the desired side, however much they hold."""
    mask_key: bytes = b""
    """Makes Secret values comparable by a keyed hash; empty: they are shown as ``…``."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One leaf (or one list item, one removed part) that differs. Values of Secrets are masked already.

    ``excuse``: the id of the rule that explains it although it is told, because it is security-relevant (N8: nothing
    proves that anybody added it, N12a: only admission or a default can have, N13: aggregated) or because it is no
    drift at all but should be known (N20: the cluster does not know the field).
    ``own``: whether only the desired side's own field manager holds the leaf, so that nobody but admission can have
    rewritten it; None where ``managedFields`` does not tell.
    ``writer`` and ``time``: who made the difference, and when, as far as ``managedFields`` tells.
    """

    path: str
    change: str
    desired: Any = ABSENT
    live: Any = ABSENT
    security: bool = False
    severity: Severity = Severity.MEDIUM
    excuse: str = ""
    own: bool | None = None
    owners: tuple[str, ...] = ()
    writer: Actor | None = None
    time: DriftTime = DriftTime()
