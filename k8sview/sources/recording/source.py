"""A recording as a source: what was listed first, then, in their order, the changes that were recorded.

Nothing plays in real time: a subscription runs at once to the recording's last moment, and ``clock`` is that moment, so
that ages stand still. What was not recorded is said to be so; it is never empty.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from k8sview.model.events import ApiUsage, Cluster, Connected, Removed, ScopeDropped, StateChanged, Synced, Upserted
from k8sview.model.kinds import kind_of
from k8sview.model.objects.meta import Malformed
from k8sview.model.resources import Key, Resource, key_of
from k8sview.model.tables import SYNCED, State, TableState
from k8sview.model.text import plain
from k8sview.sources.contract import ANYTHING, AccessAnswer, ConfigurationError, Emit, Listable, NotReadableError
from k8sview.sources.live.decoding import ObjectDecoder
from k8sview.sources.recording import format as lines
from k8sview.sources.recording.file import Recording, load

_SLICE = 50  # objects decoded before others get their turn
_MISSING = "not part of this recording"

Tap = Callable[[str, Resource, bytes], None]

_Played = Upserted | Removed | Synced | StateChanged


class RecordingSource:
    """Implements ``Source``. ``clock`` is the recording's last moment (before ``connect``: now).

    ``tap`` is handed the JSON of every object as it was recorded, as a live source's is.
    """

    def __init__(self, path: Path, *, tap: Tap | None = None, key: str = "") -> None:
        """``key``: the name of the key that the recording must have been made under; "": any, or none."""
        self._path = path
        self._tap = tap
        self._key = key
        self._changes: dict[str, list[lines.Change]] = {}
        self._states: dict[str, dict[str | None, TableState]] = {}
        self._connected = Connected(Cluster(), ())
        self._namespaces: tuple[str, ...] | None = None
        self._tasks: dict[tuple[str, str | None], asyncio.Task[None]] = {}
        self._recorded_at = datetime.now(UTC)
        self.clock = datetime.now(UTC)

    async def connect(self, emit: Emit) -> Connected:
        """Read the whole file. Raises ConfigurationError for one that is none, cut off, too new, or of another key."""
        self._emit = emit
        self._take(await asyncio.to_thread(load, self._path))
        return self._connected

    def subscribe(self, resource: Resource, namespace: str | None, *, watch: bool) -> None:
        """Play what was recorded of a resource; with or without ``watch`` it ends at the same moment."""
        scope = namespace if resource.namespaced else None
        place = (resource.name, scope)
        if place not in self._tasks:
            self._tasks[place] = asyncio.create_task(self._play(resource, scope), name=f"play {resource.name}")

    def unsubscribe(self, resource: Resource, namespace: str | None) -> None:
        scope = namespace if resource.namespaced else None
        task = self._tasks.pop((resource.name, scope), None)
        if task is not None:
            task.cancel()
            self._emit(ScopeDropped(resource.name, scope))

    def refresh(self) -> None:
        """Nothing to try again: a file does not change."""

    async def rediscover(self) -> None:
        """Nothing to look at again: a file does not change."""

    async def usable_namespaces(self) -> tuple[str, ...] | None:
        return self._namespaces

    async def listable(self, namespace: str) -> Listable:
        """Whatever was recorded there; asking for more says that it was not."""
        return ANYTHING

    async def may(self, verb: str, resource: Resource, namespace: str | None) -> AccessAnswer:
        """From how reading went: denied, read, or unknown. Verbs that a recording never used are unknown."""
        state = self._state(resource, namespace if resource.namespaced else None)
        allowed: bool | None = None
        reason = state.reason
        if state.state is State.DENIED:
            allowed = False if verb == state.verb else None
        elif state.state.readable and verb in ("get", "list", "watch"):
            allowed = True
        return AccessAnswer(verb, resource.group, resource.plural, namespace, allowed, reason)

    async def get(self, resource: Resource, namespace: str | None, name: str) -> bytes:
        """The object as it was last recorded."""
        wanted = (namespace or "", name) if resource.namespaced else ("", name)
        found: msgspec.Raw | None = None
        for change in self._changes.get(resource.name, ()):
            if isinstance(change, lines.RemovedLine) and (change.namespace, change.name) == wanted:
                found = None
            elif isinstance(change, lines.ObjectLine) and _key(change.object) == wanted:
                found = change.object
        if found is None:
            raise NotReadableError(f"{resource.kind} {name} is {_MISSING}")
        whole: dict[str, Any] = msgspec.json.decode(found)
        whole["metadata"].pop("managedFields", None)
        return msgspec.json.encode(whole)

    def usage(self) -> ApiUsage:
        return ApiUsage()

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _take(self, recording: Recording) -> None:
        header = recording.header
        if self._key and header.key != self._key:
            how = "under another key" if header.key else "without a key (k8sview record --baseline-key)"
            raise ConfigurationError(f"{plain(str(self._path))} was recorded {how}: its covered values tell nothing")
        self._recorded_at = header.recorded_at
        self.clock = self._moment(recording.end.at)
        scopes: set[str] = set()
        for line in recording.body:
            match line:
                case lines.Discovery():
                    self._connected = Connected(self._cluster(header), line.resources, line.missing_groups)
                case lines.Namespaces():
                    self._namespaces = line.names
                case _:
                    self._changes.setdefault(line.resource, []).append(line)
                    if isinstance(line, lines.StateLine):
                        self._note(line)
                        scopes |= {line.scope} if line.scope is not None else set()
        if self._namespaces is None and scopes:
            self._namespaces = tuple(sorted(scopes))

    def _note(self, line: lines.StateLine) -> None:
        """The last state of each scope; a list that was being read again still stands as it was."""
        states = self._states.setdefault(line.resource, {})
        if line.state is not State.LOADING or line.scope not in states:
            states[line.scope] = line.table_state()

    def _cluster(self, header: lines.Header) -> Cluster:
        about = header.cluster
        return Cluster(
            context=about.context,
            server=about.server,
            version=about.version,
            uid=about.uid,
            user=about.user,
            namespace=about.namespace,
            source="recording",
            recorded_at=self.clock,
            title=header.title,
        )

    def _moment(self, at: float) -> datetime:
        return self._recorded_at + timedelta(seconds=at)

    async def _play(self, resource: Resource, scope: str | None) -> None:
        await asyncio.sleep(0)  # a subscriber is never answered before subscribe returns
        for number, event in enumerate(self._events(resource, scope), 1):
            if event is not None:
                self._emit(event)
            if event is not None or number % _SLICE == 0:
                await asyncio.sleep(0)

    def _events(self, resource: Resource, scope: str | None) -> Iterator[_Played | None]:
        """Everything there is to say about a scope; None between the objects of the first list, to take a breath."""
        state = self._state(resource, scope)
        source = self._source_of(resource, scope)
        changes = self._changes.get(resource.name, [])
        first = next((index for index, one in enumerate(changes) if _is_synced(one, source)), None)
        if first is None:
            yield StateChanged(resource.name, scope, state)
            return
        decoder = ObjectDecoder(kind_of(resource))
        listed: dict[Key, Any] = {}
        for number, change in enumerate(changes[:first]):
            self._hand_over(resource, change)
            _list(listed, change, decoder, scope, number)
            yield None
        values = list(listed.values())
        for start in range(0, len(values), _SLICE):
            yield self._upserted(resource, scope, values[start : start + _SLICE], self._moment(changes[first].at))
        keys = set(listed)
        for number, change in enumerate(changes[first:], first):
            self._hand_over(resource, change)
            if isinstance(change, lines.ObjectLine):
                one = decoder.single(bytes(change.object), number)
                if _within(key_of(one), scope):
                    keys.add(key_of(one))
                    yield self._upserted(resource, scope, [one], self._moment(change.at))
            elif isinstance(change, lines.RemovedLine) and _within((change.namespace, change.name), scope):
                keys.discard((change.namespace, change.name))
                yield Removed(resource.name, scope, ((change.namespace, change.name),))
        # Last, for nobody may judge what stood here before the recording's end.
        yield Synced(resource.name, scope, frozenset(keys))
        if state != SYNCED:
            yield StateChanged(resource.name, scope, state)

    def _hand_over(self, resource: Resource, change: lines.Change) -> None:
        if self._tap is not None and isinstance(change, lines.ObjectLine):
            self._tap("LISTED", resource, bytes(change.object))

    def _upserted(self, resource: Resource, scope: str | None, values: list[Any], at: datetime) -> Upserted:
        objects = tuple(one for one in values if not isinstance(one, Malformed))
        malformed = tuple(one for one in values if isinstance(one, Malformed))
        return Upserted(resource.name, scope, objects, malformed, at)

    def _source_of(self, resource: Resource, scope: str | None) -> str | None:
        """The recorded scope that answers for ``scope``: itself, or all namespaces where those could be read."""
        recorded = self._states.get(resource.name, {})
        if scope in recorded:
            return scope
        if scope is not None and None in recorded and recorded[None].state.readable:
            return None
        return _NOWHERE

    def _state(self, resource: Resource, scope: str | None) -> TableState:
        """The last state of a scope."""
        recorded = self._states.get(resource.name, {})
        source = self._source_of(resource, scope)
        if source in recorded:
            state = recorded[source]
            if state.state is State.LOADING:
                return TableState(State.FAILED, "was still being read when the recording ended")
            return SYNCED if state.state is State.SYNCED else state
        if recorded:
            names = ", ".join(sorted(each for each in recorded if each)) or "all namespaces at once"
            return TableState(State.FAILED, f"{_MISSING}, which asked for {resource.name} of {names}")
        connected = self._connected
        served = any(each.name == resource.name for each in connected.resources)
        if served or resource.group in connected.missing_groups:
            return TableState(State.FAILED, _MISSING)
        return TableState(State.NOT_SERVED, f"the recorded cluster does not serve {resource.name}")


_NOWHERE = "\0"
"""Stands for "no recorded scope": no namespace has this name."""


class _Named(msgspec.Struct):
    name: str = ""
    namespace: str = ""


class _Headed(msgspec.Struct):
    metadata: _Named = msgspec.field(default_factory=_Named)


_HEAD = msgspec.json.Decoder(_Headed)


def _key(raw: msgspec.Raw) -> Key | None:
    try:
        metadata = _HEAD.decode(raw).metadata
    except msgspec.MsgspecError:
        return None
    return (metadata.namespace, metadata.name)


def _is_synced(change: lines.Change, scope: str | None) -> bool:
    return isinstance(change, lines.StateLine) and change.state is State.SYNCED and change.scope == scope


def _within(key: Key, scope: str | None) -> bool:
    return scope is None or key[0] == scope


def _list(listed: dict[Key, Any], change: lines.Change, decoder: ObjectDecoder, scope: str | None, number: int) -> None:
    """Apply one line of the time before the first whole list."""
    if isinstance(change, lines.RemovedLine):
        listed.pop((change.namespace, change.name), None)
    elif isinstance(change, lines.ObjectLine):
        one = decoder.single(bytes(change.object), number)
        if _within(key_of(one), scope):
            listed[key_of(one)] = one
