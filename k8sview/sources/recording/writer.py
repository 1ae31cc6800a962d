"""Writes a recording while it happens: line by line to disk, so memory stays low, and into place only when whole."""

from __future__ import annotations

import contextlib
import gzip
import os
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from k8sview import __version__
from k8sview.model.events import Connected, Event, Removed, StateChanged, Synced
from k8sview.model.resources import Key, Resource
from k8sview.model.tables import State
from k8sview.sources.contract import ConfigurationError
from k8sview.sources.recording import format as lines
from k8sview.sources.recording import keys
from k8sview.sources.recording.redaction import Redactor, without_payload

Progress = Callable[[int], None]


class RecordingWriter:
    """Give it everything that a source says: ``event`` as the source's emit, ``tap`` for the objects' own JSON.

    ``progress`` is called with the number of object lines, now and then. The file appears with ``close``; ``abandon``
    leaves nothing behind. A file that cannot be written raises ConfigurationError. ``server`` stands in the file in
    place of the address that was asked. ``key``: what is covered leaves a hash under it.
    """

    def __init__(
        self,
        path: Path,
        *,
        redact: bool = True,
        key: bytes = b"",
        title: str = "",
        server: str = "",
        progress: Progress | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._redact = redact
        self._key = key
        self._redactor = Redactor(key)
        self._title = title
        self._server = server
        self._progress = progress
        self._clock = clock
        self._begin = clock()
        self._recorded_at = datetime.now(UTC)
        self._lines = 0
        self._objects = 0
        self._versions: dict[str, dict[Key, str]] = {}
        self._states: dict[tuple[str, str | None], lines.StateLine] = {}
        try:
            self._file = gzip.GzipFile(self._part, "wb", compresslevel=6)
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}") from error

    @property
    def objects(self) -> int:
        """How many states of objects were written."""
        return self._objects

    def event(self, event: Event) -> None:
        """Keep what an event says beyond its objects: discovery, states, and what is gone."""
        match event:
            case Connected():
                self._connected(event)
            case Synced():
                self._gone(event.resource, self._missing(event))
                self._state(lines.StateLine(self._now(), event.resource, State.SYNCED, event.scope))
            case StateChanged(state=state):
                line = lines.StateLine(
                    self._now(), event.resource, state.state, event.scope, state.reason, state.since, state.verb
                )
                self._state(line)
            case Removed():
                self._gone(event.resource, event.keys)

    def tap(self, event_type: str, resource: Resource, raw: bytes) -> None:
        """One object as the server sent it; ``event_type`` is LISTED, ADDED, MODIFIED or DELETED."""
        obj = _decoded(raw)
        metadata = obj["metadata"] if isinstance(obj.get("metadata"), dict) else {}
        key = (str(metadata.get("namespace") or ""), str(metadata.get("name") or ""))
        if event_type == "DELETED":
            self._gone(resource.name, [key])
            return
        known = self._versions.setdefault(resource.name, {})
        version = str(metadata.get("resourceVersion") or "")
        if version and known.get(key) == version:
            return  # read in two scopes, or listed again
        known[key] = version
        # Items of a list do not say what they are, and metadata-only ones say something else.
        whole = {**obj, "apiVersion": resource.api_version, "kind": resource.kind}
        kept = self._redactor.redact(whole) if self._redact else without_payload(whole)
        self._put(lines.ObjectLine(self._now(), resource.name, msgspec.Raw(msgspec.json.encode(kept))))
        self._objects += 1
        if self._progress and self._objects % 100 == 0:
            self._progress(self._objects)

    def namespaces(self, names: Iterable[str]) -> None:
        """The namespaces that this user may read, where not all."""
        self._put(lines.Namespaces(tuple(names)))

    def close(self) -> None:
        """End the file and put it into place."""
        self._put(lines.End(self._now(), self._lines))
        try:
            self._file.close()
            os.replace(self._part, self._path)
        except OSError as error:
            raise ConfigurationError(f"cannot write {self._path}: {error.strerror}") from error

    def abandon(self) -> None:
        """Give up: no file."""
        with contextlib.suppress(OSError):  # a full disk refuses the last bytes too
            self._file.close()
        self._part.unlink(missing_ok=True)

    def _connected(self, event: Connected) -> None:
        if not self._lines:
            cluster = event.cluster
            about = lines.ClusterLine(
                cluster.context,
                self._server or cluster.server,
                cluster.version,
                cluster.uid,
                cluster.user,
                cluster.namespace,
            )
            tool = f"k8sview {__version__}"
            header = lines.Header(
                lines.FORMAT,
                lines.VERSION,
                self._recorded_at,
                tool,
                self._title,
                self._redact,
                about,
                keys.name_of(self._key),
            )
            self._put(header)
        self._put(lines.Discovery(event.resources, event.missing_groups))

    def _state(self, line: lines.StateLine) -> None:
        place = (line.resource, line.scope)
        before = self._states.get(place)
        if before is None or before.table_state() != line.table_state():
            self._states[place] = line
            self._put(line)

    def _missing(self, event: Synced) -> list[Key]:
        known = self._versions.get(event.resource, {})
        within = (key for key in known if event.scope is None or key[0] == event.scope)
        return [key for key in within if key not in event.keys]

    def _gone(self, resource: str, keys: Iterable[Key]) -> None:
        known = self._versions.get(resource, {})
        for key in keys:
            if known.pop(key, None) is not None:
                self._put(lines.RemovedLine(self._now(), resource, key[1], key[0]))

    def _now(self) -> float:
        return round(self._clock() - self._begin, 3)

    def _put(self, line: lines.Header | lines.Line) -> None:
        if not self._lines and not isinstance(line, lines.Header):
            raise RuntimeError("the first event of a recording is Connected")
        try:
            self._file.write(lines.encode(line))
        except OSError as error:
            raise ConfigurationError(f"cannot write {self._path}: {error.strerror}") from error
        self._lines += 1


def _decoded(raw: bytes) -> dict[str, Any]:
    """The object; an empty one for what is none: it becomes a malformed object again where it is read."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
