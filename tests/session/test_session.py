"""A session through the life of a cluster: it loads, changes, dies, comes back, and grows a new kind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from k8sview.catalog.loader import Catalog, load_catalog
from k8sview.model.resources import Resource
from k8sview.model.tables import State
from k8sview.session.picture import Picture
from k8sview.session.session import Session
from k8sview.sources.live import LiveSource, Timing
from tests.fakes.apiserver import FakeApiServer, pod

QUICK = Timing(backoff_first=0.02, backoff_ceiling=0.1, denied=0.2, rediscovery=0.05, usage=0.05)
WIDGETS = Resource(group="example.com", version="v1", plural="widgets", kind="Widget")


class Watcher:
    """Waits until a published picture shows something."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._changed = asyncio.Event()
        session.on_publish = lambda picture: self._changed.set()

    async def until(self, shows: Callable[[Picture], bool], seconds: float = 8.0) -> Picture:
        async with asyncio.timeout(seconds):
            while not shows(self.session.picture):
                self._changed.clear()
                await self._changed.wait()
        return self.session.picture


def catalog() -> Catalog:
    whole = load_catalog()
    checks = tuple(check for check in whole.checks if check.id.startswith(("foundation.nodes.", "building.workloads.")))
    return Catalog(whole.components, checks)


@asynccontextmanager
async def opened(
    server: FakeApiServer, folder: Path, namespaces: tuple[str, ...] | None = None
) -> AsyncIterator[Watcher]:
    source = LiveSource(str(server.kubeconfig(folder)), timing=QUICK, request_timeout=2.0)
    session = Session(source, catalog(), namespaces=namespaces)
    watcher = Watcher(session)
    await session.start()
    try:
        yield watcher
    finally:
        await session.close()


def has_pods(*names: str) -> Callable[[Picture], bool]:
    return lambda picture: {name for _, name in picture.view.table("pods").objects} == set(names)


async def test_it_loads_and_judges(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        server.serve("pods", [pod("a")])
        async with opened(server, tmp_path) as watcher:
            picture = await watcher.until(lambda picture: picture.report is not None)
            assert picture.view.table("pods").count == 1
            assert picture.view.link.state == "live"


async def test_a_change_arrives_and_is_judged_again(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        server.serve("pods", [pod("a")])
        async with opened(server, tmp_path) as watcher:
            first = await watcher.until(lambda picture: picture.report is not None)
            await server.watch_event("pods", "ADDED", pod("b"))
            await watcher.until(has_pods("a", "b"))
            await watcher.until(lambda picture: picture.report is not first.report)


async def test_a_server_that_dies_leaves_stale_rows_and_comes_back(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        server.serve("pods", [pod("a")])
        async with opened(server, tmp_path) as watcher:
            await watcher.until(lambda picture: picture.report is not None)
            await server.stop()
            dead = await watcher.until(lambda picture: picture.view.table("pods").state.state is State.STALE)
            assert dead.view.table("pods").count == 1
            lost = await watcher.until(lambda picture: picture.view.link.state == "lost")
            assert lost.view.link.reason
            blind = await watcher.until(lambda picture: picture.report is not None and _passes(picture) == 0)
            assert blind.report is not None
            assert blind.report.summary.verdict != "ready"
            await server.start()
            await watcher.until(lambda picture: picture.view.table("pods").state.state is State.SYNCED)
            await watcher.until(lambda picture: picture.view.link.state == "live")


def _passes(picture: Picture) -> int:
    return picture.report.summary.checks["pass"] if picture.report is not None else -1


async def test_a_server_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        server.serve("pods", [pod("a")])
        await server.stop()
        async with opened(server, tmp_path) as watcher:
            await watcher.until(lambda picture: picture.view.link.state == "lost")
            await server.start()
            watcher.session.refresh()
            await watcher.until(has_pods("a"))


async def test_what_is_denied_says_so(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        server.serve("pods", [pod("a")])
        server.serve("nodes", [])
        server.fail("/api/v1/nodes", 403)
        async with opened(server, tmp_path) as watcher:
            picture = await watcher.until(lambda picture: picture.report is not None)
            nodes = picture.view.table("nodes")
            assert nodes.state.state is State.DENIED
            assert nodes.count is None
            assert picture.report is not None
            (check,) = [one for one in picture.report.checks if one.id == "foundation.nodes.ready"]
            assert check.status == "unknown"


async def test_a_kind_that_appears_later_is_read(tmp_path: Path) -> None:
    crd: dict[str, Any] = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com", "uid": "1", "resourceVersion": "200"},
    }
    async with FakeApiServer() as server:
        server.serve("pods", [])
        server.serve("customresourcedefinitions.apiextensions.k8s.io", [])
        async with opened(server, tmp_path) as watcher:
            watcher.session.want("table", ["widgets.example.com", "customresourcedefinitions.apiextensions.k8s.io"])
            await watcher.until(
                lambda picture: picture.view.table("widgets.example.com").state.state is State.NOT_SERVED
            )
            widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "x"}}
            server.serve(WIDGETS, [widget])
            await server.watch_event("customresourcedefinitions.apiextensions.k8s.io", "ADDED", crd)
            await watcher.until(lambda picture: picture.view.table("widgets.example.com").count == 1)


async def test_only_the_chosen_namespaces_are_read(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        server.serve("pods", [pod("a", namespace="one"), pod("b", namespace="two")])
        async with opened(server, tmp_path, namespaces=("one",)) as watcher:
            await watcher.until(has_pods("a"))
            await watcher.session.set_namespaces(("two",))
            await watcher.until(has_pods("b"))
            await watcher.session.set_namespaces(None)
            await watcher.until(has_pods("a", "b"))
