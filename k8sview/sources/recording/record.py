"""Record a source into a file: subscribe to what is asked for, wait for the lists, then for what happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from k8sview.model.events import Connected, Event, StateChanged, Synced
from k8sview.model.resources import Resource
from k8sview.model.tables import State, TableState
from k8sview.sources.contract import Source
from k8sview.sources.recording.writer import Progress, RecordingWriter

Tap = Callable[[str, Resource, bytes], None]

# Served, but said better elsewhere (events.events.k8s.io is events), or measured anew at each look.
_NOISE_GROUPS = ("events.k8s.io", "metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io")
_NOISE = ("componentstatuses", "bindings", "flowschemas.flowcontrol.apiserver.k8s.io")


class Recorded(msgspec.Struct, frozen=True):
    """What a recording holds: states of objects, and the scopes that could not be read."""

    path: Path
    objects: int
    unreadable: tuple[tuple[str, str | None, TableState], ...] = ()


def everything(connected: Connected) -> tuple[Resource, ...]:
    """Every listable resource that tells something of its own."""
    return tuple(
        each
        for each in connected.resources
        if "list" in each.verbs and each.group not in _NOISE_GROUPS and each.name not in _NOISE
    )


async def record(
    open_source: Callable[[Tap], Source],
    path: Path,
    *,
    select: Callable[[Connected], Iterable[Resource]] = everything,
    namespaces: Sequence[str] | None = None,
    seconds: float = 0.0,
    title: str = "",
    server: str = "",
    redact: bool = True,
    key: bytes = b"",
    progress: Progress | None = None,
    listed: Callable[[], None] | None = None,
    stop: asyncio.Event | None = None,
) -> Recorded:
    """Record into ``path``: the lists, and then ``seconds`` of changes (``stop`` ends these early).

    ``listed`` is called between the two. ``namespaces`` None: all, and where that is denied those that the user may
    read. ``server`` stands in the file in place of the address that was asked. ``key``: what is covered leaves a hash
    under it. Raises a SourceError and leaves no file
    where the source cannot be used or the file cannot be written.
    """
    writer = RecordingWriter(path, redact=redact, key=key, title=title, server=server, progress=progress)
    taking = _Taking(writer, watch=seconds > 0)
    source = open_source(taking.tap)
    try:
        await taking.lists(source, select, namespaces)
        if listed:
            listed()
        if seconds > 0:
            await _wait(stop or asyncio.Event(), seconds)
        await source.close()
        taking.check()
        writer.close()
    except BaseException:
        await source.close()
        writer.abandon()
        raise
    return Recorded(path, writer.objects, taking.unreadable())


class _Taking:
    """One recording being made: which scopes were asked for, and how each stands."""

    def __init__(self, writer: RecordingWriter, *, watch: bool) -> None:
        self._writer = writer
        self._watch = watch
        self._states: dict[tuple[str, str | None], TableState] = {}
        self._pending: set[tuple[str, str | None]] = set()
        self._settled = asyncio.Event()
        self._failure: BaseException | None = None

    async def lists(
        self, source: Source, select: Callable[[Connected], Iterable[Resource]], namespaces: Sequence[str] | None
    ) -> None:
        """Connect and read every list once, falling back to single namespaces where all at once is denied."""
        connected = await source.connect(self._event)
        self._writer.event(connected)
        resources = tuple(select(connected))
        if namespaces is not None:
            self._writer.namespaces(namespaces)
        await self._read(source, resources, namespaces)
        denied = [each for each in resources if each.namespaced and self._is(State.DENIED, each)]
        # Who may read something everywhere is denied the rest on purpose: no namespace will answer otherwise.
        confined = not any(each.namespaced and self._is(State.SYNCED, each) for each in resources)
        if namespaces is None and confined and denied and (usable := await source.usable_namespaces()):
            self._writer.namespaces(usable)
            await self._read(source, denied, usable)

    def tap(self, event_type: str, resource: Resource, raw: bytes) -> None:
        """What the source hands over of each object."""
        self._guarded(lambda: self._writer.tap(event_type, resource, raw))

    def check(self) -> None:
        """Raises what went wrong while the file was written."""
        if self._failure:
            raise self._failure

    def unreadable(self) -> tuple[tuple[str, str | None, TableState], ...]:
        return tuple(
            (name, scope, state)
            for (name, scope), state in sorted(self._states.items(), key=str)
            if not state.state.readable
        )

    async def _read(self, source: Source, resources: Iterable[Resource], namespaces: Sequence[str] | None) -> None:
        wanted = [
            (resource, scope)
            for resource in resources
            for scope in (namespaces if resource.namespaced and namespaces is not None else (None,))
        ]
        self._pending = {(resource.name, scope) for resource, scope in wanted}
        self._settled.clear()
        for resource, scope in wanted:
            source.subscribe(resource, scope, watch=self._watch and "watch" in resource.verbs)
        if self._pending:
            await self._settled.wait()
        self.check()

    def _event(self, event: Event) -> None:
        self._guarded(lambda: self._writer.event(event))
        if isinstance(event, Synced):
            self._settle((event.resource, event.scope), TableState(State.SYNCED))
        elif isinstance(event, StateChanged) and event.state.state is not State.LOADING:
            self._settle((event.resource, event.scope), event.state)

    def _guarded(self, write: Callable[[], None]) -> None:
        """A file that cannot be written ends the recording, not the source's own task."""
        if self._failure is None:
            try:
                write()
            except Exception as failure:
                self._failure = failure
                self._settled.set()

    def _settle(self, place: tuple[str, str | None], state: TableState) -> None:
        self._states[place] = state
        self._pending.discard(place)
        if not self._pending:
            self._settled.set()

    def _is(self, wanted: State, resource: Resource) -> bool:
        state = self._states.get((resource.name, None))
        return state is not None and state.state is wanted


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
