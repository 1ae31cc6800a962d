"""Watching: changes, the end of a watch, dead connections, and rows that stay when the server is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from k8sview.model.events import Link, Removed, ScopeDropped, StateChanged, Synced, Usage
from k8sview.model.resources import Resource
from k8sview.model.tables import State
from k8sview.sources.live import Limits
from tests.fakes.apiserver import FakeApiServer, pod, status_object
from tests.sources.live.harness import SHORT, Reader

PODS = "/api/v1/pods"


def watches(server: FakeApiServer) -> list[str]:
    """The versions that watches of pods began from."""
    return [one.query["resourceVersion"] for one in server.requests if one.path == PODS and one.watch]


def lists(server: FakeApiServer) -> int:
    return len([one for one in server.requests if one.path == PODS and not one.watch])


async def followed(server: FakeApiServer, reader: Reader, *names: str) -> Resource:
    """Serve these pods and follow them."""
    pods = server.serve("pods", [pod(name) for name in names])
    reader.read(pods)
    await reader.until(lambda: server.watchers("pods") and reader.state and reader.state.state is State.SYNCED)
    return pods


async def test_changes_arrive_in_order(server: FakeApiServer, tmp_path: Path) -> None:
    async with Reader(server, tmp_path) as reader:
        await followed(server, reader, "a", "b")
        await server.watch_event("pods", "ADDED", pod("c"))
        await server.watch_event("pods", "MODIFIED", pod("a", labels={"x": "y"}))
        await server.watch_event("pods", "DELETED", pod("b"))
        await server.watch_event("pods", "ADDED", pod("b", labels={"again": "yes"}))
        await reader.until(lambda: reader.of(Removed) and reader.names() == {"a", "b", "c"})
        assert reader.rows["default", "a"].metadata.labels == {"x": "y"}
        assert reader.rows["default", "b"].metadata.labels == {"again": "yes"}


async def test_a_quiet_watch_goes_on_from_the_last_bookmark(server: FakeApiServer, tmp_path: Path) -> None:
    async with Reader(server, tmp_path) as reader:
        await followed(server, reader, "a")
        server.resource_version = 500
        await server.bookmark("pods")
        await asyncio.sleep(0.02)
        server.end_watches()
        await reader.until(lambda: len(watches(server)) == 2)
        assert watches(server) == ["100", "500"]
        assert lists(server) == 1
        assert reader.states() == [State.LOADING]


async def test_after_410_everything_is_listed_and_what_is_gone_leaves(server: FakeApiServer, tmp_path: Path) -> None:
    async with Reader(server, tmp_path) as reader:
        pods = await followed(server, reader, "stays", "goes")
        server.serve(pods, [pod("stays"), pod("new")])
        await server.watch_line("pods", {"type": "ERROR", "object": status_object(410, "too old resource version")})
        await reader.until(lambda: reader.names() == {"stays", "new"})
        assert len(reader.of(Synced)) == 2
        assert State.FAILED not in reader.states()


async def test_410_as_the_status_of_a_watch_means_the_same(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod("a")])
    server.fail(PODS, 410, watch=True, times=1)
    async with Reader(server, tmp_path) as reader:
        reader.read(pods)
        await reader.until(lambda: server.watchers("pods"))
        assert lists(server) == 2


async def test_410_again_and_again_is_no_hot_loop(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod("a")])
    server.fail(PODS, 410, watch=True)
    slow = msgspec.structs.replace(SHORT, backoff_first=0.2, backoff_ceiling=10.0)
    async with Reader(server, tmp_path, timing=slow) as reader:
        reader.read(pods)
        await asyncio.sleep(0.3)
    assert lists(server) <= 4


async def test_a_half_open_watch_is_noticed_and_opened_anew(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod("a")])
    server.silent(PODS, watch=True, times=1)
    short = msgspec.structs.replace(SHORT, watch_shortest=0.1, watch_longest=0.1, watch_grace=0.05)
    async with Reader(server, tmp_path, timing=short) as reader:
        reader.read(pods)
        stale = await reader.until_state(State.STALE)
        assert "silent" in stale.reason
        assert stale.since is not None
        await reader.until_state(State.SYNCED)
        assert reader.names() == {"a"}
        assert lists(server) == 1


def test_silence_is_noticed_within_a_minute() -> None:
    from k8sview.sources.live import Timing

    assert Timing().watch_longest + Timing().watch_grace < 60


async def test_a_dead_server_makes_rows_stale_and_its_return_makes_them_live(
    server: FakeApiServer, tmp_path: Path
) -> None:
    async with Reader(server, tmp_path) as reader:
        pods = await followed(server, reader, "a", "b")
        nodes = server.serve("nodes")
        reader.read(nodes)
        await reader.until(lambda: server.watchers("nodes"))
        await server.stop()
        await reader.until(lambda: "lost" in reader.links())
        lost = reader.of(Link)[0]
        assert "refused" in lost.reason
        assert lost.since is not None
        assert lost.retry_at is not None
        stale = [event.state for event in reader.of(StateChanged) if event.state.state is State.STALE]
        assert stale
        assert stale[0].since is not None
        assert reader.names() == {"a", "b"}
        server.serve(pods, [pod("a"), pod("c", resourceVersion="900")])
        server.resource_version = 900
        await server.start()
        await reader.until(lambda: reader.links()[-1] == "live")
        await reader.until(lambda: "c" in reader.names())
        assert reader.links().count("live") == 1


async def test_a_watch_that_is_forbidden_is_replaced_by_lists(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod("a")])
    server.fail(PODS, 403, watch=True)
    async with Reader(server, tmp_path) as reader:
        reader.read(pods)
        await reader.until(lambda: reader.state and reader.state.state is State.SYNCED)
        server.serve(pods, [pod("b")])
        await reader.until(lambda: reader.names() == {"b"})
        assert reader.states() == [State.LOADING]
        assert len(watches(server)) == 1


async def test_more_than_the_cap_is_read_by_lists(server: FakeApiServer, tmp_path: Path) -> None:
    pods, nodes = server.serve("pods", [pod("a")]), server.serve("nodes")
    async with Reader(server, tmp_path, limits=Limits(watches=1, requests_per_second=1000, burst=1000)) as reader:
        reader.read(nodes)
        await reader.until(lambda: server.watchers("nodes"))
        reader.read(pods)
        await reader.until(lambda: lists(server) >= 2)
        assert not watches(server)
        assert max(event.usage.watches for event in reader.of(Usage)) <= 1


async def test_malformed_changes_are_kept(server: FakeApiServer, tmp_path: Path) -> None:
    async with Reader(server, tmp_path) as reader:
        await followed(server, reader, "a")
        broken = pod("a")
        broken["status"] = "odd"
        await server.watch_event("pods", "MODIFIED", broken)
        await reader.until(reader.malformed)
        assert reader.malformed()[0].metadata.name == "a"


async def test_rubbish_on_a_watch_makes_rows_stale_until_it_stands_again(server: FakeApiServer, tmp_path: Path) -> None:
    async with Reader(server, tmp_path) as reader:
        await followed(server, reader, "a")
        await server.watch_line("pods", b"<html>\n")
        await reader.until_state(State.STALE)
        await reader.until_state(State.SYNCED)
        assert reader.names() == {"a"}


async def test_a_server_error_inside_a_watch(server: FakeApiServer, tmp_path: Path) -> None:
    async with Reader(server, tmp_path) as reader:
        await followed(server, reader, "a")
        await server.watch_line("pods", {"type": "ERROR", "object": status_object(500, "etcd leader changed")})
        assert "etcd leader changed" in (await reader.until_state(State.STALE)).reason
        await reader.until_state(State.SYNCED)


async def test_unsubscribing_ends_the_watch(server: FakeApiServer, tmp_path: Path) -> None:
    async with Reader(server, tmp_path) as reader:
        pods = await followed(server, reader, "a")
        reader.source.unsubscribe(pods, None)
        assert reader.of(ScopeDropped) == [ScopeDropped("pods", None)]
        await reader.until(lambda: not server.watchers("pods"))
        assert reader.source.usage().watches == 0


async def test_nothing_is_said_after_close(server: FakeApiServer, tmp_path: Path) -> None:
    async with Reader(server, tmp_path) as reader:
        await followed(server, reader, "a")
        await reader.source.close()
        before = len(reader.events)
        await server.watch_event("pods", "ADDED", pod("late"))
        await asyncio.sleep(0.02)
        assert len(reader.events) == before


async def test_a_tap_is_handed_every_object(server: FakeApiServer, tmp_path: Path) -> None:
    heard: list[tuple[str, str, bytes]] = []
    async with Reader(server, tmp_path, tap=lambda how, what, raw: heard.append((how, what.name, raw))) as reader:
        await followed(server, reader, "a", "b", "c")
        await server.watch_event("pods", "DELETED", pod("a"))
        await reader.until(lambda: reader.of(Removed))
    assert [how for how, _, _ in heard] == ["LISTED", "LISTED", "LISTED", "DELETED"]
    assert msgspec.json.decode(heard[0][2])["metadata"]["name"] == "a"


async def test_one_slow_resource_is_not_a_lost_link(server: FakeApiServer, tmp_path: Path) -> None:
    server.silent("/api/v1/nodes", headers=False)
    nodes = server.serve("nodes")
    async with Reader(server, tmp_path, timeout=0.1) as reader:
        reader.read(nodes)
        await asyncio.sleep(0.05)
        reader.read(server.serve("pods", [pod("a")]))
        await reader.until(lambda: State.FAILED in reader.states())
        assert reader.links() == []


async def test_a_mistake_of_ours_is_seen(
    server: FakeApiServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_heard: object) -> None:
        raise RuntimeError("tap broke")

    pods = server.serve("pods", [pod("a")])
    async with Reader(server, tmp_path, tap=broken) as reader:
        reader.read(pods)
        assert "internal error while reading pods" in (await reader.until_state(State.FAILED)).reason
    assert "tap broke" in caplog.text
