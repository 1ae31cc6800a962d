"""Listing: whole lists, broken lists, and what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8sview.model.events import StateChanged, Synced, Upserted
from k8sview.model.objects.core import MetadataOnly
from k8sview.model.objects.meta import Custom
from k8sview.model.resources import Resource
from k8sview.model.tables import State
from tests.fakes.apiserver import FakeApiServer, pod
from tests.sources.live.harness import Reader

PODS = "/api/v1/pods"
WIDGETS = Resource(group="example.com", version="v1alpha1", plural="widgets", kind="Widget")


async def test_pages_arrive_one_by_one_and_end_in_synced(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod(f"p{number}") for number in range(5)])
    async with Reader(server, tmp_path) as reader:
        reader.read(pods, watch=False)
        await reader.until_state(State.SYNCED)
        assert [len(event.objects) for event in reader.of(Upserted)] == [2, 2, 1]
        assert reader.of(Synced)[0].keys == {("default", f"p{number}") for number in range(5)}
        assert reader.states() == [State.LOADING]


async def test_an_empty_list_is_a_whole_list(server: FakeApiServer, tmp_path: Path) -> None:
    nodes = server.serve("nodes")
    async with Reader(server, tmp_path) as reader:
        reader.read(nodes, watch=False)
        await reader.until_state(State.SYNCED)
        assert reader.of(Synced)[0].keys == frozenset()


async def test_one_namespace_is_read_by_its_own_path(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod("a", "one"), pod("b", "two")])
    async with Reader(server, tmp_path) as reader:
        reader.read(pods, "one", watch=False)
        await reader.until_state(State.SYNCED)
        assert reader.names() == {"a"}
        assert reader.of(Synced)[0].scope == "one"


async def test_secrets_are_asked_for_without_their_payload(server: FakeApiServer, tmp_path: Path) -> None:
    secrets = server.serve("secrets", [{"metadata": {"name": "s", "namespace": "n"}, "data": {"k": "c2VjcmV0"}}])
    async with Reader(server, tmp_path) as reader:
        reader.read(secrets)
        await reader.until(lambda: server.watchers("secrets"))
        assert isinstance(reader.rows["n", "s"], MetadataOnly)
    accepts = [one.headers["Accept"] for one in server.requests if one.path == "/api/v1/secrets"]
    assert accepts == [
        "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    ]


async def test_custom_resources_keep_everything(server: FakeApiServer, tmp_path: Path) -> None:
    server.serve(
        WIDGETS, [{"apiVersion": "example.com/v1alpha1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"x": 1}}]
    )
    async with Reader(server, tmp_path) as reader:
        reader.read(WIDGETS, watch=False)
        await reader.until_state(State.SYNCED)
        widget = reader.rows["", "w"]
        assert isinstance(widget, Custom)
        assert widget.body == {"spec": {"x": 1}}


async def test_a_failing_third_page_keeps_what_was_seen_and_is_never_a_whole_list(
    server: FakeApiServer, tmp_path: Path
) -> None:
    pods = server.serve("pods", [pod(f"p{number}") for number in range(6)])
    server.fail(PODS, 500, page=4, message="etcd is on fire")
    async with Reader(server, tmp_path) as reader:
        reader.read(pods)
        state = await reader.until_state(State.FAILED)
        assert "etcd is on fire" in state.reason
        assert reader.names() == {"p0", "p1", "p2", "p3"}
        assert not reader.of(Synced)
        server.heal()
        await reader.until_state(State.SYNCED)
        assert len(reader.rows) == 6


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"kind":"PodList","items":[{"metadata":{"na', "no Kubernetes list"),
        (b"<html>Sign in to continue</html>", "a web page"),
        (b'{"kind":"Status"}', "no Kubernetes list"),
        (b"[]", "no Kubernetes list"),
    ],
)
async def test_rubbish_instead_of_a_list_is_a_failure(
    server: FakeApiServer, tmp_path: Path, content: bytes, said: str
) -> None:
    pods = server.serve("pods", [pod("a")])
    server.body(PODS, content)
    async with Reader(server, tmp_path) as reader:
        reader.read(pods, watch=False)
        assert said in (await reader.until_state(State.FAILED)).reason
        assert not reader.of(Synced)


async def test_a_cut_connection_is_a_failure_and_tried_again(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod("a")])
    server.cut(PODS, times=1)
    async with Reader(server, tmp_path) as reader:
        reader.read(pods)
        assert "broke off" in (await reader.until_state(State.FAILED)).reason
        await reader.until_state(State.SYNCED)


async def test_a_body_that_stalls_is_noticed(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods")
    server.silent(PODS)
    async with Reader(server, tmp_path, timeout=0.1) as reader:
        reader.read(pods)
        assert "stopped sending" in (await reader.until_state(State.FAILED)).reason


async def test_an_expired_page_token_starts_the_list_anew(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod(f"p{number}") for number in range(5)])
    server.fail(PODS, 410, page=2, times=1)
    async with Reader(server, tmp_path) as reader:
        reader.read(pods)
        await reader.until_state(State.SYNCED)
        assert len(reader.rows) == 5
        assert reader.states() == [State.LOADING]


async def test_forbidden_is_denied_with_who_and_where(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods")
    server.fail(
        "/api/v1/namespaces/shop/pods",
        403,
        message='pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "shop"',
    )
    async with Reader(server, tmp_path) as reader:
        reader.read(pods, "shop")
        state = await reader.until_state(State.DENIED)
        assert state.reason == "list pods is forbidden for user jane in namespace shop"
        assert state.verb == "list"
        server.heal()
        reader.source.refresh()
        await reader.until_state(State.SYNCED)


async def test_not_served_until_it_is_discovered(server: FakeApiServer, tmp_path: Path) -> None:
    async with Reader(server, tmp_path) as reader:
        reader.read(WIDGETS)
        await reader.until_state(State.NOT_SERVED)
        server.serve(WIDGETS, [{"metadata": {"name": "w"}}])
        await reader.source.rediscover()
        await reader.until_state(State.SYNCED)
        assert reader.names() == {"w"}


async def test_a_busy_server_is_waited_for_and_never_called_unreadable(server: FakeApiServer, tmp_path: Path) -> None:
    widgets = server.serve(WIDGETS, [{"metadata": {"name": "w"}}])
    server.fail(widgets.path(), 429, times=2, retry_after=0, message="storage is (re)initializing")
    async with Reader(server, tmp_path) as reader:
        reader.read(widgets)
        await reader.until_state(State.SYNCED)
        assert set(reader.states()) == {State.LOADING}
        assert any("(re)initializing" in event.state.reason for event in reader.of(StateChanged))


async def test_retry_after_is_honoured(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods")
    server.fail(PODS, 429, retry_after=30)
    async with Reader(server, tmp_path) as reader:
        reader.read(pods)
        await reader.until(lambda: any("30 s" in event.state.reason for event in reader.of(StateChanged)))
        assert len([one for one in server.requests if one.path == PODS]) == 1


async def test_reading_once_gives_up_after_a_few_tries(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods")
    server.fail(PODS, 503)
    async with Reader(server, tmp_path) as reader:
        reader.read(pods, watch=False)
        await reader.until_state(State.FAILED)
        await reader.until(lambda: len([one for one in server.requests if one.path == PODS]) == 4)


async def test_reading_once_does_not_wait_longer_than_asked(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods")
    server.fail(PODS, 429, retry_after=60)
    async with Reader(server, tmp_path) as reader:
        reader.read(pods, watch=False)
        assert "60 s" in (await reader.until_state(State.FAILED)).reason
        assert reader.states() == [State.LOADING, State.FAILED]


async def test_malformed_objects_are_kept_and_counted(server: FakeApiServer, tmp_path: Path) -> None:
    broken = pod("broken")
    broken["spec"]["containers"] = "none"
    without_lists = pod("nulls")
    without_lists["spec"]["containers"] = None
    without_lists["metadata"]["labels"] = None
    pods = server.serve("pods", [pod("fine"), broken, without_lists, {"metadata": "what"}, b'{"metadata":{}}', b"7"])
    async with Reader(server, tmp_path) as reader:
        reader.read(pods, watch=False)
        await reader.until_state(State.SYNCED)
        assert {one.metadata.name for one in reader.malformed()} == {"broken", "(item 3)", "(item 4)", "(item 5)"}
        assert "containers" in next(one.problem for one in reader.malformed() if one.metadata.name == "broken")
        assert reader.names() >= {"fine", "nulls"}


async def test_calling_again_changes_nothing(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod("a")])
    async with Reader(server, tmp_path) as reader:
        reader.read(pods)
        reader.read(pods)
        await reader.until(lambda: server.watchers("pods"))
        reader.read(pods, watch=False)
        assert len([one for one in server.requests if one.path == PODS]) == 2
