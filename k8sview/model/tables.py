"""What is known of one resource's objects, and above all whether it is known: a table and its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from k8sview.model.objects.meta import Malformed
from k8sview.model.resources import Key, Resource


class State(StrEnum):
    """Where a table stands. Only ``synced`` may be judged green."""

    IDLE = "idle"  # nobody asked for it yet
    LOADING = "loading"
    SYNCED = "synced"
    STALE = "stale"  # was synced; the connection is gone since
    DENIED = "denied"
    NOT_SERVED = "not_served"
    FAILED = "failed"

    @property
    def readable(self) -> bool:
        """Whether the rows are a whole list (perhaps an old one)."""
        return self in (State.SYNCED, State.STALE)


class TableState(msgspec.Struct, frozen=True):
    """State with its reason; ``reason`` is one plain sentence for people ("list pods is forbidden")."""

    state: State
    reason: str = ""
    since: datetime | None = None
    verb: str = "list"  # what was denied

    def __str__(self) -> str:
        return f"{self.state}: {self.reason}" if self.reason else str(self.state)


IDLE = TableState(State.IDLE)
LOADING = TableState(State.LOADING)
SYNCED = TableState(State.SYNCED)


class Table(msgspec.Struct, frozen=True):
    """An immutable picture of one resource: its objects by key, and what they are worth.

    ``scopes`` has one state for each scope that is read: ``None`` for all namespaces at once, else namespaces.
    ``state`` is the worst of them. ``partial`` says that namespaces which the run was asked to cover are missing.
    """

    resource: Resource
    state: TableState = IDLE
    objects: Mapping[Key, Any] = {}
    malformed: Mapping[Key, Malformed] = {}
    scopes: Mapping[str | None, TableState] = {}
    partial: str = ""
    version: int = 0  # grows with each change of this table

    def __iter__(self) -> Iterator[Any]:
        return iter(self.objects.values())

    def get(self, name: str, namespace: str | None = None) -> Any:
        """The object or None. None means "absent" only where ``state`` is readable."""
        return self.objects.get((namespace or "", name))

    @property
    def count(self) -> int | None:
        """Number of objects, malformed ones included; None where nobody can know."""
        return len(self.objects) + len(self.malformed) if self.state.state.readable else None


_BADNESS = {
    State.SYNCED: 0,
    State.STALE: 1,
    State.IDLE: 2,
    State.LOADING: 3,
    State.NOT_SERVED: 4,
    State.FAILED: 5,
    State.DENIED: 6,
}


def combined(scopes: Mapping[str | None, TableState]) -> tuple[TableState, str]:
    """One state for a table that is read in several scopes, and what it does not cover ("" when whole).

    While anything loads the table loads. Where at least one scope was read, the table is readable but partial.
    """
    if not scopes:
        return IDLE, ""
    loading = [one for one in scopes.values() if one.state in (State.IDLE, State.LOADING)]
    if loading:
        return loading[0], ""
    read = [one for one in scopes.values() if one.state.readable]
    if not read:
        return max(scopes.values(), key=lambda one: _BADNESS[one.state]), ""
    missing = sorted(
        f"{'all namespaces' if scope is None else f'namespace {scope}'}: {one.reason or one.state}"
        for scope, one in scopes.items()
        if not one.state.readable
    )
    return max(read, key=lambda one: _BADNESS[one.state]), "; ".join(missing)
