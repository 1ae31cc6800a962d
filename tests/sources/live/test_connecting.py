"""Connecting: cluster facts, refused credentials, unreachable servers, discovery, access, the read-only gate."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from k8sview.model.events import Connected, Link
from k8sview.model.resources import Resource
from k8sview.model.tables import State
from k8sview.sources.contract import (
    ConfigurationError,
    NotReadableError,
    SourceError,
    UnauthenticatedError,
    UnreachableError,
)
from k8sview.sources.live import Limits, LiveSource
from k8sview.sources.live.failures import NotReadOnlyError
from k8sview.sources.live.transport import REVIEWS, guard
from tests.fakes.apiserver import FakeApiServer, pod
from tests.sources.live.harness import Reader

WIDGETS = Resource(group="example.com", version="v1alpha1", plural="widgets", kind="Widget")


async def connect(path: str, **options: float) -> Connected:
    source = LiveSource(path, request_timeout=options.get("timeout", 1.0))
    try:
        return await source.connect(lambda _event: None)
    finally:
        await source.close()


async def test_facts_about_the_cluster(server: FakeApiServer, tmp_path: Path) -> None:
    server.serve("pods")
    connected = await connect(server.kubeconfig(tmp_path, namespace="shop"))
    cluster = connected.cluster
    assert (cluster.context, cluster.server, cluster.namespace) == ("fake", server.url, "shop")
    assert (cluster.version, cluster.user) == ("v1.37.2", "tester")
    assert not any("namespaces" in one.path for one in server.requests), "a user with few rights would be denied"


async def test_facts_that_are_denied_stay_unknown(server: FakeApiServer, tmp_path: Path) -> None:
    for path in ("/version", *REVIEWS):
        server.fail(path, 403)
    cluster = (await connect(server.kubeconfig(tmp_path))).cluster
    assert (cluster.version, cluster.uid, cluster.user) == ("", None, "")


async def test_refused_credentials(server: FakeApiServer, tmp_path: Path) -> None:
    server.token = "right"
    path = server.kubeconfig(tmp_path, user={"token": "wrong"})
    with pytest.raises(UnauthenticatedError, match="log in again"):
        await connect(path)


async def test_nobody_listens(server: FakeApiServer, tmp_path: Path) -> None:
    path = server.kubeconfig(tmp_path)
    await server.stop()
    with pytest.raises(
        UnreachableError, match=rf"cannot reach {server.url}: connection refused\. Is the API server up"
    ):
        await connect(path)


async def test_nobody_answers(server: FakeApiServer, tmp_path: Path) -> None:
    server.silent("/api", headers=False)
    with pytest.raises(UnreachableError, match="no answer in time"):
        await connect(server.kubeconfig(tmp_path), timeout=0.1)


async def test_an_unknown_host(tmp_path: Path, server: FakeApiServer) -> None:
    server.url = "http://no-such-host.invalid"
    with pytest.raises(UnreachableError, match="host name is not known"):
        await connect(server.kubeconfig(tmp_path))


async def test_https_to_a_plain_port(tmp_path: Path, server: FakeApiServer) -> None:
    server.url = server.url.replace("http:", "https:")
    with pytest.raises(UnreachableError, match="does not speak TLS"):
        await connect(server.kubeconfig(tmp_path))


@pytest.mark.parametrize("content", [b"<html>Sign in</html>", b'{"hello":"world"}', b"[]"])
async def test_something_else_answers(tmp_path: Path, server: FakeApiServer, content: bytes) -> None:
    for path in ("/api", "/apis"):
        server.body(path, content, content_type="text/html")
    with pytest.raises(UnreachableError, match=r"not Kubernetes|no API discovery"):
        await connect(server.kubeconfig(tmp_path))


async def test_a_server_that_is_busy_gets_a_little_time(tmp_path: Path, server: FakeApiServer) -> None:
    server.serve("pods")
    server.fail("/apis", 503, times=1)
    assert (await connect(server.kubeconfig(tmp_path))).resources
    server.fail("/apis", 429, retry_after=60, message="too many requests")
    with pytest.raises(UnreachableError, match=r"HTTP 429.*too many requests"):
        await connect(server.kubeconfig(tmp_path))


async def test_an_unknown_context_is_a_configuration_error(tmp_path: Path, server: FakeApiServer) -> None:
    with pytest.raises(ConfigurationError, match="unknown context"):
        await LiveSource(server.kubeconfig(tmp_path), "elsewhere").connect(lambda _event: None)


async def test_before_connect_nothing_works() -> None:
    with pytest.raises(SourceError):
        LiveSource().subscribe(WIDGETS, None, watch=True)


# Discovery


@pytest.mark.parametrize("aggregated", [True, False])
async def test_discovery(tmp_path: Path, aggregated: bool) -> None:
    async with FakeApiServer(aggregated=aggregated) as server:
        server.serve("pods")
        server.serve("deployments.apps")
        server.serve(WIDGETS)
        connected = await connect(server.kubeconfig(tmp_path))
    found = {one.name: one for one in connected.resources}
    assert set(found) == {"pods", "deployments.apps", "widgets.example.com"}
    assert found["pods"].short_names == ("po",)
    assert found["widgets.example.com"].api_version == "example.com/v1alpha1"


async def test_a_group_whose_server_is_away_is_unknown_not_absent(server: FakeApiServer, tmp_path: Path) -> None:
    server.serve("pods")
    server.stale_groups = {"metrics.k8s.io"}
    connected = await connect(server.kubeconfig(tmp_path))
    assert connected.missing_groups == ("metrics.k8s.io",)


async def test_without_the_right_to_discover_everything_is_unknown(server: FakeApiServer, tmp_path: Path) -> None:
    server.fail("/api", 403)
    server.fail("/apis", 403)
    connected = await connect(server.kubeconfig(tmp_path))
    assert connected.resources == ()
    assert {"", "apps", "batch"} <= set(connected.missing_groups)


async def test_the_version_that_has_a_struct_is_preferred(server: FakeApiServer, tmp_path: Path) -> None:
    newer = Resource(group="apps", version="v2", plural="deployments", kind="Deployment")
    server.serve("deployments.apps")
    server._tables = {"newer": type(server._tables["deployments.apps"])(newer, []), **server._tables}
    connected = await connect(server.kubeconfig(tmp_path))
    assert [one.api_version for one in connected.resources] == ["apps/v1"]


async def test_new_resources_are_announced(server: FakeApiServer, tmp_path: Path) -> None:
    server.serve("pods")
    async with Reader(server, tmp_path) as reader:
        await reader.source.rediscover()
        assert not reader.of(Connected)
        server.serve(WIDGETS)
        await reader.source.rediscover()
        assert {one.name for one in reader.of(Connected)[0].resources} == {"pods", "widgets.example.com"}


# Credentials on the way


async def test_one_refused_request_renews_the_credentials_once(tmp_path: Path) -> None:
    async with FakeApiServer(token="right") as server:
        pods = server.serve("pods", [pod("a")])
        async with Reader(server, tmp_path) as reader:
            server.token = "rotated"
            server.kubeconfig(tmp_path)
            reader.read(pods, watch=False)
            await reader.until_state(State.SYNCED)
            assert reader.links() == []


async def test_refused_for_good_asks_for_a_login_and_a_refresh_mends_it(tmp_path: Path) -> None:
    async with FakeApiServer(token="right") as server:
        pods = server.serve("pods", [pod("a")])
        nodes = server.serve("nodes")
        async with Reader(server, tmp_path) as reader:
            reader.read(pods)
            await reader.until(lambda: server.watchers("pods"))
            server.token = "revoked"
            server.end_watches()
            stale = await reader.until_state(State.STALE)
            assert "log in again" in stale.reason
            assert reader.names() == {"a"}
            reader.read(nodes)
            await reader.until(lambda: State.FAILED in reader.states())
            assert reader.links() == ["login"]
            before = len(server.requests)
            await reader.until(lambda: len(reader.of(Link)) == 1)
            assert len(server.requests) - before <= 1
            server.kubeconfig(tmp_path)
            reader.source.refresh()
            await reader.until_state(State.SYNCED)
            assert reader.links() == ["login", "live"]


# Access


async def test_may(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods")
    server.allowed = lambda asked: asked["verb"] == "list" and asked.get("namespace") == "shop"
    async with Reader(server, tmp_path) as reader:
        assert (await reader.source.may("list", pods, "shop")).allowed is True
        assert (await reader.source.may("list", pods, None)).allowed is False
        server.fail("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", 500)
        assert (await reader.source.may("list", pods, None)).allowed is None


READS_PODS = {"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}
ASKS = {"verbs": ["create"], "apiGroups": ["authorization.k8s.io"], "resources": ["selfsubjectaccessreviews"]}


@pytest.mark.parametrize(
    ("namespace", "rules", "usable"),
    [
        ("shop", [ASKS, READS_PODS], ("shop",)),
        (None, [READS_PODS], ("default",)),
        ("shop", [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}], ("shop",)),
        ("shop", [ASKS], ()),
        ("shop", [], ()),
    ],
)
async def test_usable_namespaces_without_the_right_to_list_them(
    server: FakeApiServer,
    tmp_path: Path,
    namespace: str | None,
    rules: list[dict[str, object]],
    usable: tuple[str, ...],
) -> None:
    server.rules = rules
    server.fail("/api/v1/namespaces", 403)
    async with Reader(server, tmp_path, namespace=namespace) as reader:
        assert await reader.source.usable_namespaces() == usable


async def test_usable_namespaces_are_all_where_they_may_be_listed(server: FakeApiServer, tmp_path: Path) -> None:
    server.serve("namespaces", [{"metadata": {"name": name}} for name in ("a", "b", "c")])
    async with Reader(server, tmp_path) as reader:
        assert await reader.source.usable_namespaces() == ("a", "b", "c")
        server.fail("/api/v1/namespaces", 500)
        assert await reader.source.usable_namespaces() is None


# One object


async def test_one_object_without_secrets_and_managed_fields(server: FakeApiServer, tmp_path: Path) -> None:
    secret = {
        "kind": "Secret",
        "metadata": {
            "name": "s",
            "namespace": "n",
            "managedFields": [{"manager": "x"}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{c2VjcmV0}", "kept": "yes"},
        },
        "data": {"password": "c2VjcmV0"},
        "stringData": {"user": "c2VjcmV0"},
    }
    secrets = server.serve("secrets", [secret])
    async with Reader(server, tmp_path) as reader:
        text = (await reader.source.get(secrets, "n", "s")).decode()
        assert "c2VjcmV0" not in text
        assert "managedFields" not in text
        assert '"password"' in text
        assert '"kept"' in text
        with pytest.raises(NotReadableError, match="cannot read Secret n/gone"):
            await reader.source.get(secrets, "n", "gone")


# The gate


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/namespaces/a/pods"),
        ("PUT", "/api/v1/namespaces/a/pods/b"),
        ("PATCH", "/api/v1/namespaces/a/pods/b"),
        ("DELETE", "/api/v1/namespaces/a/pods/b"),
        ("HEAD", "/api/v1/pods"),
        ("get", "/api/v1/pods"),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/"),
        ("POST", "/apis/authentication.k8s.io/v1/tokenreviews"),
        ("POST", "/api/v1/namespaces/a/serviceaccounts/b/token"),
        ("GET", "/api/v1/namespaces/a/pods/b/exec"),
        ("GET", "/api/v1/namespaces/a/pods/b/portforward"),
        ("GET", "/api/v1/nodes/n/proxy"),
        ("GET", "/api/v1/namespaces/a/services/b/proxy/path"),
        ("GET", "/logs"),
        ("GET", "/debug/pprof/heap"),
        ("GET", "/openapi/v2"),
        ("GET", "/openapi/v3/apis/apps/v1/more"),
    ],
)
def test_what_could_change_something_is_refused(method: str, path: str) -> None:
    with pytest.raises(NotReadOnlyError):
        guard(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/version"),
        ("GET", "/api"),
        ("GET", "/apis"),
        ("GET", "/api/v1"),
        ("GET", "/apis/apps/v1"),
        ("GET", "/openapi/v3/api/v1"),
        ("GET", "/openapi/v3/apis/apps/v1"),
        ("GET", "/api/v1/pods"),
        ("GET", "/api/v1/namespaces"),
        ("GET", "/api/v1/namespaces/proxy"),
        ("GET", "/api/v1/namespaces/exec/pods"),
        ("GET", "/api/v1/namespaces/proxy/pods/exec"),
        ("GET", "/apis/tailscale.com/v1alpha1/proxyclasses/exec"),
        *(("POST", path) for path in REVIEWS),
    ],
)
def test_reading_and_reviews_pass(method: str, path: str) -> None:
    guard(method, path)


async def test_everything_that_was_sent_was_reading(server: FakeApiServer, tmp_path: Path) -> None:
    pods = server.serve("pods", [pod("a")])
    async with Reader(server, tmp_path, limits=Limits(burst=1, requests_per_second=200)) as reader:
        reader.read(pods)
        await reader.until(lambda: server.watchers("pods"))
        await reader.source.usable_namespaces()
        await reader.source.may("list", pods, None)
        usage = reader.source.usage()
    assert {one.method for one in server.requests if one.path not in REVIEWS} == {"GET"}
    assert usage.requests == len(server.requests)
    assert usage.received_bytes > 0


def test_importing_and_listing_contexts_loads_no_client(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from k8sview.sources.live import LiveSource, load_contexts\n"
        "load_contexts(None); LiveSource('x')\n"
        "print([name for name in ('kubernetes', 'aiohttp') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
