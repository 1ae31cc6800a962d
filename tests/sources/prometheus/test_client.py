"""Asking a Prometheus: what is sent, and that every trouble is a state with one sentence, never an empty answer."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from pathlib import Path

import pytest

from k8sview.model.metrics import Metric, Sample
from k8sview.model.tables import State
from k8sview.sources.prometheus.client import PrometheusMetrics
from k8sview.sources.prometheus.queries import QUERIES
from tests.controlplane.pki import Authority
from tests.sources.prometheus.fake import FakePrometheus, vector

NAME = "targets-down"


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, and no passwords of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "NETRC"):
        monkeypatch.delenv(name, raising=False)


async def ask(server: FakePrometheus, path: str = "", *, patience: float = 5.0, largest: int = 10_000) -> Metric:
    answers = await PrometheusMetrics(server.url + path, timeout=patience, largest_answer=largest).ask([NAME])
    assert set(answers) == {NAME}
    return answers[NAME]


def failed(metric: Metric, *words: str) -> None:
    assert metric.state.state is State.FAILED
    assert not metric.answered
    assert metric.samples == ()
    for word in ("Prometheus at 127.0.0.1:", *words):
        assert word in metric.state.reason


async def test_samples_in_a_stable_order_with_the_query_that_gave_them() -> None:
    async with FakePrometheus() as server:
        server.answers[NAME] = vector(({"job": "b"}, "0"), ({"namespace": "shop", "job": "a"}, "2"))
        metric = await ask(server)
    assert metric.answered
    assert metric.samples == (Sample({"namespace": "shop", "job": "a"}, 2.0), Sample({"job": "b"}, 0.0))
    assert str(metric.samples[0]) == '{job="a", namespace="shop"}'
    assert metric.query == QUERIES[NAME]


async def test_an_empty_answer_is_an_answer_without_samples() -> None:
    async with FakePrometheus(body=vector()) as server:
        metric = await ask(server)
    assert (metric.answered, metric.samples) == (True, ())


async def test_only_gets_of_known_queries_are_sent_and_nothing_of_us() -> None:
    async with FakePrometheus() as server:
        answers = await PrometheusMetrics(server.url + "/prefix/").ask(QUERIES)
    assert set(answers) == set(QUERIES)
    assert {(one.method, one.path) for one in server.asked} == {("GET", "/prefix/api/v1/query")}
    assert {one.query["query"] for one in server.asked} == set(QUERIES.values())
    assert not any({"Authorization", "Cookie"} & set(one.headers) for one in server.asked)


async def test_passwords_of_a_netrc_stay_at_home(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    async with FakePrometheus() as server:
        await ask(server)
    assert "Authorization" not in server.asked[0].headers


async def test_nothing_to_ask_asks_nobody() -> None:
    assert await PrometheusMetrics("http://127.0.0.1:9").ask([]) == {}


async def test_a_name_that_is_not_in_the_table_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        await PrometheusMetrics("http://127.0.0.1:9").ask(["rm -rf"])


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, b"Service Unavailable", "HTTP 503"),
        (503, b'{"status":"error","errorType":"timeout","error":"query timed out"}', "HTTP 503: query timed out"),
        (400, b'{"status":"error","errorType":"bad_data","error":"parse \\u001b[31merror"}', "parse ␛[31merror"),
        (401, b"", "wants credentials (HTTP 401)"),
        (403, b"", "wants credentials (HTTP 403)"),
        (404, b"<html>", "HTTP 404"),
        (200, b"", "not what the API of Prometheus promises"),
        (200, b"<html>sign in</html>", "not what the API of Prometheus promises"),
        (200, b'{"status":"success","data":{"resultType":"vec', "not what the API of Prometheus promises"),
        (200, b"[]", "not what the API of Prometheus promises"),
        (200, b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{}}]}}', "not what the API"),
        (200, vector(({}, "many")), "not what the API of Prometheus promises"),
        (200, b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"1"]}]}}', ""),
        (200, b'{"status":"success"}', "without saying success"),
        (200, b'{"status":"error","error":"no"}', ": no"),
        (200, b'{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}', "scalar in place of a vector"),
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_a_failure_in_words(status: int, body: bytes, words: str) -> None:
    async with FakePrometheus(status=status, body=body) as server:
        failed(await ask(server), words)


async def test_silence_ends_in_time() -> None:
    async with FakePrometheus(delay=5) as server:
        began = time.monotonic()
        failed(await ask(server, patience=0.2), "no answer within 0.2s")
        assert time.monotonic() - began < 3


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = FakePrometheus()
        server.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        failed(await ask(server), "cannot be reached")


async def test_a_server_that_breaks_off() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    server = FakePrometheus()
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    failed(await ask(server), "cannot be reached")
    listening.close()
    await listening.wait_closed()


async def test_plain_http_where_https_was_named() -> None:
    async with FakePrometheus() as server:
        server.url = server.url.replace("http:", "https:")
        failed(await ask(server), "certificate cannot be verified")


async def test_a_certificate_of_nobody_we_know(tmp_path: Path) -> None:
    pair = Authority(tmp_path).issue("prometheus", common_name="prometheus", hosts=["127.0.0.1"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    async with FakePrometheus(tls=context) as server:
        failed(await ask(server), "certificate cannot be verified", "CERTIFICATE_VERIFY_FAILED")
        assert server.asked == []


async def test_redirects_are_not_followed() -> None:
    async with FakePrometheus() as other, FakePrometheus(status=302) as server:
        server.location = other.url + "/api/v1/query"
        failed(await ask(server), "redirects are not followed")
        assert other.asked == []


async def test_an_answer_that_is_too_large_is_not_read_to_its_end() -> None:
    many = vector(*(({"job": f"job-{number}"}, "0") for number in range(1000)))
    async with FakePrometheus(body=many) as server:
        failed(await ask(server), "larger than 10000 bytes")


async def test_text_arrives_plain() -> None:
    async with FakePrometheus(body=vector(({"job": "a\x1b[31m\u202eb"}, "1"), warnings=["some\x07thing"])) as server:
        metric = await ask(server)
    assert metric.samples[0].labels == {"job": "a␛[31m\\u202eb"}
    assert metric.partial == "some␇thing"


async def test_one_failing_query_leaves_the_others_alone() -> None:
    async with FakePrometheus() as server:
        server.answers[NAME] = b"{"
        answers = await PrometheusMetrics(server.url).ask(QUERIES)
    assert {name for name, one in answers.items() if not one.answered} == {NAME}
