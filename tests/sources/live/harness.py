"""A live source connected to the scripted server, and a way to wait for what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from k8sview.model.events import Connected, Event, Link, Removed, StateChanged, Synced, Upserted
from k8sview.model.objects.meta import Malformed
from k8sview.model.resources import Key, Resource, key_of
from k8sview.model.tables import State, TableState
from k8sview.sources.live import Limits, LiveSource, Timing
from tests.fakes.apiserver import FakeApiServer

_E = TypeVar("_E")

SHORT = Timing(
    backoff_first=0.02,
    backoff_ceiling=0.05,
    denied=30.0,
    poll=0.05,
    watch_shortest=5.0,
    watch_longest=5.0,
    watch_grace=0.1,
    watch_too_short=0.0,
    rediscovery=0.0,
    usage=0.02,
    exec_plugin=2.0,
)


class Reader:
    """Connects on entry: to a scripted server, or by ``kubeconfig``. Keeps every event, and rows as a store would."""

    def __init__(
        self,
        server: FakeApiServer | None,
        folder: Path,
        *,
        kubeconfig: Path | None = None,
        patience: float = 2.0,
        timing: Timing = SHORT,
        limits: Limits | None = None,
        timeout: float = 2.0,
        namespace: str | None = None,
        user: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        path = server.kubeconfig(folder, namespace=namespace, user=user) if server else str(kubeconfig)
        self._patience = patience
        self.source = LiveSource(
            path,
            request_timeout=timeout,
            limits=limits or Limits(requests_per_second=1000, burst=1000, page_size=2),
            timing=timing,
            **options,
        )
        self.events: list[Event] = []
        self.connected: Connected | None = None
        self.tables: dict[str, dict[Key, Any]] = {}
        self.table_states: dict[str, TableState] = {}
        self._news = asyncio.Event()

    async def __aenter__(self) -> Reader:
        self.connected = await self.source.connect(self.hear)
        return self

    async def __aexit__(self, *_exit: object) -> None:
        await self.source.close()

    @property
    def rows(self) -> dict[Key, Any]:
        """The rows of all resources."""
        return {key: one for table in self.tables.values() for key, one in table.items()}

    @property
    def state(self) -> TableState | None:
        """Of the first resource that was read."""
        return next(iter(self.table_states.values()), None)

    def hear(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case Upserted(resource=name, objects=objects, malformed=malformed):
                self.tables.setdefault(name, {}).update({key_of(one): one for one in (*objects, *malformed)})
            case Removed(resource=name, keys=gone):
                self.tables[name] = {key: one for key, one in self.tables[name].items() if key not in gone}
            case Synced(resource=name, keys=keys):
                self.tables[name] = {key: one for key, one in self.tables.get(name, {}).items() if key in keys}
                self.table_states[name] = TableState(State.SYNCED)
            case StateChanged(resource=name, state=state):
                self.table_states[name] = state
        self._news.set()

    def read(self, resource: Resource, namespace: str | None = None, *, watch: bool = True) -> None:
        self.source.subscribe(resource, namespace, watch=watch)

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Wait, but not for long, until something is true."""
        try:
            async with asyncio.timeout(self._patience):
                while not holds():
                    self._news.clear()
                    await _nap(self._news)
        except TimeoutError:
            heard = "\n".join(str(event)[:160] for event in self.events)
            raise AssertionError(f"never came: {what or holds}\n{heard}") from None

    async def until_state(self, state: State) -> TableState:
        await self.until(lambda: self.state is not None and self.state.state is state, str(state))
        assert self.state is not None
        return self.state

    def of(self, kind: type[_E]) -> list[_E]:
        return [event for event in self.events if isinstance(event, kind)]

    def states(self) -> list[State]:
        return [event.state.state for event in self.of(StateChanged)]

    def links(self) -> list[str]:
        return [event.state for event in self.of(Link)]

    def served(self) -> tuple[Resource, ...]:
        """By the latest word."""
        latest = [self.connected, *self.of(Connected)][-1]
        return latest.resources if latest else ()

    def names(self) -> set[str]:
        return {name for _, name in self.rows}

    def malformed(self) -> list[Malformed]:
        return [one for one in self.rows.values() if isinstance(one, Malformed)]


async def _nap(news: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(0.01):
            await news.wait()
    except TimeoutError:
        pass
