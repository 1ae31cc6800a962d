"""What goes into a recording comes out of it, at the right moment, and nothing else."""

from __future__ import annotations

import asyncio
import errno
import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from k8sview.model.events import Event, Removed, ScopeDropped, StateChanged, Synced, Upserted
from k8sview.model.resources import Resource
from k8sview.model.tables import State, TableState
from k8sview.sources.contract import ConfigurationError, NotReadableError
from k8sview.sources.recording.record import Recorded, record
from k8sview.sources.recording.source import RecordingSource
from tests.sources.recording.playing import (
    BACKUPS,
    CLUSTER,
    DENIED,
    NODES,
    PODS,
    SECRETS,
    ScriptedSource,
    node,
    played,
    pod,
)

Lists = dict[tuple[str, str | None], list[dict[str, Any]] | TableState]


async def _recorded(path: Path, lists: Lists, seconds: float = 0.0, **script: Any) -> Recorded:
    return await record(lambda tap: ScriptedSource(tap, lists, **script), path, seconds=seconds, title="a test")


def _names(events: list[Event]) -> list[str]:
    return [each.metadata.name for event in events if isinstance(event, Upserted) for each in event.objects]


def _last_state(events: list[Event]) -> TableState:
    return [event.state for event in events if isinstance(event, StateChanged)][-1]


async def test_it_plays_what_was_listed(tmp_path: Path) -> None:
    done = await _recorded(tmp_path / "r", {("pods", None): [pod("a"), pod("b")], ("nodes", None): [node("n", "os 1")]})
    assert done.objects == 3
    source, connected, events = await played(tmp_path / "r", (PODS, None))
    assert _names(events) == ["a", "b"]
    assert events[-1] == Synced("pods", None, frozenset({("shop", "a"), ("shop", "b")}))
    assert connected.resources == (PODS, NODES, SECRETS, BACKUPS)
    assert connected.missing_groups == ("metrics.k8s.io",)
    cluster = msgspec.structs.replace(CLUSTER, source="recording", recorded_at=source.clock, title="a test")
    assert connected.cluster == cluster
    assert datetime.now(UTC) - source.clock < timedelta(minutes=1)


async def test_another_address_may_stand_in_it(tmp_path: Path) -> None:
    path, server = tmp_path / "r", "https://elsewhere.example.org:6443"
    await record(lambda tap: ScriptedSource(tap, {}), path, select=lambda connected: (), server=server)
    _, connected, _ = await played(path)
    assert connected.cluster.server == server
    assert CLUSTER.server.encode() not in gzip.decompress(path.read_bytes())


async def test_changes_come_after_the_list_with_their_time(tmp_path: Path) -> None:
    changed, extra, gone = node("n", "os 2", "2"), node("later", "os 1", "3"), node("old", "os 1")

    def change(source: ScriptedSource) -> None:
        source.tap("MODIFIED", NODES, msgspec.json.encode(changed))
        source.tap("ADDED", NODES, msgspec.json.encode(extra))
        source.tap("DELETED", NODES, msgspec.json.encode(gone))

    await _recorded(tmp_path / "r", {("nodes", None): [node("n", "os 1"), gone]}, 0.1, later=(change,))
    source, _, events = await played(tmp_path / "r", (NODES, None))
    listed, modified, added, removed, synced = events
    assert synced == Synced("nodes", None, frozenset({("", "n"), ("", "later")}))
    assert isinstance(listed, Upserted)
    assert isinstance(modified, Upserted)
    assert isinstance(added, Upserted)
    assert [each.status.node_info.os_image for each in (*listed.objects, *modified.objects)] == ["os 1", "os 1", "os 2"]
    assert added.objects[0].metadata.name == "later"
    assert removed == Removed("nodes", None, (("", "old"),))
    assert listed.at is not None
    assert modified.at is not None
    assert listed.at < modified.at < source.clock


async def test_a_list_read_again_removes_what_is_gone_and_repeats_nothing(tmp_path: Path) -> None:
    def relist(source: ScriptedSource) -> None:
        source.tap("LISTED", PODS, msgspec.json.encode(pod("a")))
        source.emit(Synced("pods", None, frozenset({("shop", "a")})))

    done = await _recorded(tmp_path / "r", {("pods", None): [pod("a"), pod("b")]}, 0.1, later=(relist,))
    assert done.objects == 2
    _, _, events = await played(tmp_path / "r", (PODS, None))
    assert events[-2:] == [Removed("pods", None, (("shop", "b"),)), Synced("pods", None, frozenset({("shop", "a")}))]


async def test_what_was_denied_stays_denied(tmp_path: Path) -> None:
    done = await _recorded(tmp_path / "r", {("backups.velero.io", None): DENIED})
    assert done.unreadable == (("backups.velero.io", None, DENIED),)
    source, _, events = await played(tmp_path / "r", (BACKUPS, None))
    assert events == [StateChanged("backups.velero.io", None, DENIED)]
    assert (await source.may("list", BACKUPS, None)).allowed is False
    assert (await source.may("list", PODS, None)).allowed is True
    assert (await source.may("delete", PODS, None)).allowed is None


async def test_a_user_of_some_namespaces_is_recorded_with_these(tmp_path: Path) -> None:
    lists: Lists = {("pods", None): DENIED, ("pods", "shop"): [pod("a")], ("nodes", None): DENIED}
    await _recorded(tmp_path / "r", lists, resources=(PODS, NODES), usable=("shop",))
    source, _, events = await played(tmp_path / "r", (PODS, None), (PODS, "shop"), (PODS, "bank"))
    assert await source.usable_namespaces() == ("shop",)
    assert _names(events) == ["a"]
    states = {event.scope: event.state.state for event in events if isinstance(event, StateChanged)}
    assert states == {None: State.DENIED, "bank": State.FAILED}


async def test_one_namespace_of_all_can_be_asked_for(tmp_path: Path) -> None:
    await _recorded(tmp_path / "r", {("pods", None): [pod("a"), pod("b", "bank")]})
    _, _, events = await played(tmp_path / "r", (PODS, "bank"))
    assert _names(events) == ["b"]
    assert events[-1] == Synced("pods", "bank", frozenset({("bank", "b")}))


@pytest.mark.parametrize(
    ("resource", "state"),
    [
        (BACKUPS, State.FAILED),
        (Resource("example.com", "v1", "houses", "House"), State.NOT_SERVED),
        (Resource("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", namespaced=False), State.FAILED),
    ],
    ids=["served, not recorded", "not served", "its group could not be asked"],
)
async def test_what_was_not_recorded_is_never_empty(tmp_path: Path, resource: Resource, state: State) -> None:
    path = tmp_path / "r"
    await record(lambda tap: ScriptedSource(tap, {}), path, select=lambda connected: (PODS,))
    _, _, events = await played(path, (resource, None))
    assert len(events) == 1
    assert _last_state(events).state is state
    assert _last_state(events).reason


async def test_a_table_that_went_stale_ends_stale_with_its_rows(tmp_path: Path) -> None:
    stale = TableState(State.STALE, "the connection was lost", datetime(2026, 1, 1, tzinfo=UTC))
    step = (lambda source: source.emit(StateChanged("pods", None, stale)),)
    await _recorded(tmp_path / "r", {("pods", None): [pod("a")]}, 0.1, later=step)
    _, _, events = await played(tmp_path / "r", (PODS, None))
    assert _names(events) == ["a"]
    assert _last_state(events) == stale


async def test_a_malformed_object_is_still_malformed(tmp_path: Path) -> None:
    wrong = pod("wrong", nodeName=5)
    await _recorded(tmp_path / "r", {("pods", None): [pod("a"), wrong]})
    _, _, events = await played(tmp_path / "r", (PODS, None))
    assert [each.metadata.name for event in events if isinstance(event, Upserted) for each in event.malformed] == [
        "wrong"
    ]


async def test_one_object_as_it_was_last(tmp_path: Path) -> None:
    lists: Lists = {("pods", None): [pod("a", hostNetwork=True)]}
    step = (lambda source: source.tap("DELETED", PODS, msgspec.json.encode(pod("b"))),)
    await _recorded(tmp_path / "r", {("pods", None): [*lists["pods", None], pod("b")]}, 0.1, later=step)  # type: ignore[misc]
    source, _, _ = await played(tmp_path / "r")
    found = msgspec.json.decode(await source.get(PODS, "shop", "a"))
    assert (found["apiVersion"], found["kind"], found["spec"]) == ("v1", "Pod", {"hostNetwork": True})
    for name in ("b", "never"):
        with pytest.raises(NotReadableError, match="not part of this recording"):
            await source.get(PODS, "shop", name)


async def test_unsubscribing_drops_the_scope_and_stops_the_play(tmp_path: Path) -> None:
    await _recorded(tmp_path / "r", {("pods", None): [pod("a")]})
    events: list[Event] = []
    source = RecordingSource(tmp_path / "r")
    await source.connect(events.append)
    source.subscribe(PODS, None, watch=True)
    source.unsubscribe(PODS, None)
    await asyncio.sleep(0.01)
    await source.close()
    assert events == [ScopeDropped("pods", None)]


async def test_a_source_that_cannot_be_used_leaves_no_file(tmp_path: Path) -> None:
    class Broken(ScriptedSource):
        async def connect(self, emit: Any) -> Any:
            raise ConfigurationError("no such context")

    with pytest.raises(ConfigurationError, match="no such context"):
        await record(lambda tap: Broken(tap, {}), tmp_path / "r")
    assert os.listdir(tmp_path) == []


async def test_a_file_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot write .*No such file"):
        await record(lambda tap: ScriptedSource(tap, {}), tmp_path / "no" / "r")


async def test_a_full_disk_ends_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(gzip.GzipFile):
        def write(self, data: Any) -> int:
            if b'"p-3"' in data:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)

    monkeypatch.setattr(gzip, "GzipFile", FullDisk)
    with pytest.raises(ConfigurationError, match=r"cannot write .*No space left"):
        await _recorded(tmp_path / "r", {("pods", None): [pod(f"p-{index}") for index in range(9)]})
    assert os.listdir(tmp_path) == []


async def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[int] = []
    many: Lists = {("pods", None): [pod(f"p-{index}") for index in range(250)]}
    await record(lambda tap: ScriptedSource(tap, many), tmp_path / "r", progress=seen.append)
    assert seen == [100, 200]


async def test_who_may_read_the_rest_everywhere_is_denied_on_purpose(tmp_path: Path) -> None:
    lists: Lists = {("pods", None): [pod("a")], ("secrets", None): DENIED}
    done = await _recorded(tmp_path / "r", lists, resources=(PODS, SECRETS), usable=("shop", "bank"))
    assert done.unreadable == (("secrets", None, DENIED),)
    source, _, events = await played(tmp_path / "r", (SECRETS, "shop"))
    assert await source.usable_namespaces() is None
    assert _last_state(events).state is State.FAILED
