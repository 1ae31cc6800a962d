"""What sources say. A cluster and a recording emit the same values, and nothing else enters the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from k8sview.model.objects.meta import Malformed
from k8sview.model.resources import Key, Resource
from k8sview.model.tables import TableState


class Cluster(msgspec.Struct, frozen=True):
    """Which cluster this is; values are empty or None where they could not be read."""

    context: str = ""
    server: str = ""
    version: str = ""  # gitVersion, "v1.37.2"
    uid: str | None = None  # of namespace kube-system
    user: str = ""
    namespace: str | None = None  # the context's own
    source: str = "live"  # or "recording"
    recorded_at: datetime | None = None
    title: str = ""  # a recording's own words


class Connected(msgspec.Struct, frozen=True):
    """The source reached its cluster and knows what it serves."""

    cluster: Cluster
    resources: tuple[Resource, ...]
    missing_groups: tuple[str, ...] = ()
    """Groups whose discovery failed: whether their resources are served is unknown, never "no"."""


class Upserted(msgspec.Struct, frozen=True):
    """Objects created, changed, or met on one page of a list."""

    resource: str
    scope: str | None
    objects: tuple[Any, ...] = ()
    malformed: tuple[Malformed, ...] = ()
    at: datetime | None = None  # when it was seen; None: now


class Removed(msgspec.Struct, frozen=True):
    resource: str
    scope: str | None
    keys: tuple[Key, ...]


class Synced(msgspec.Struct, frozen=True):
    """A list ended: exactly ``keys`` exist in this scope; everything else of it is gone."""

    resource: str
    scope: str | None
    keys: frozenset[Key]


class StateChanged(msgspec.Struct, frozen=True):
    """A table's scope got another state (denied, stale, failed …). Rows stay."""

    resource: str
    scope: str | None
    state: TableState


class ScopeDropped(msgspec.Struct, frozen=True):
    """Nobody reads this scope any more: its rows leave the table."""

    resource: str
    scope: str | None


class ApiUsage(msgspec.Struct, frozen=True):
    """Counters since start, as the status line and the report show them."""

    requests: int = 0
    received_bytes: int = 0
    watches: int = 0
    requests_per_second: float = 0.0
    requests_cap: float = 0.0
    watches_cap: int = 0


class Usage(msgspec.Struct, frozen=True):
    usage: ApiUsage


class Link(msgspec.Struct, frozen=True):
    """The connection as a whole: ``live``, ``lost`` (reason, time of the next try), ``login`` or ``ended``."""

    state: str
    reason: str = ""
    since: datetime | None = None
    retry_at: datetime | None = None


Event = Connected | Upserted | Removed | Synced | StateChanged | ScopeDropped | Usage | Link
