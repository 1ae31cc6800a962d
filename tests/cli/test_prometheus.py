"""``k8sview check --prometheus``: the flag, its environment variable, and what is refused."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Call, Harbour
from tests.sources.prometheus.fake import FakePrometheus, vector

ONE = ("--component", "prometheus", "--check", "basement.prometheus.targets-up", "--json")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("K8SVIEW_PROMETHEUS", raising=False)


async def outcome(harbour: Harbour, *words: str) -> tuple[int, str]:
    result = await harbour.run("check", *ONE, *words)
    (check,) = result.document["checks"]
    return result.code, check["status"]


async def test_skipped_without_one(harbour: Harbour) -> None:
    assert await outcome(harbour) == (3, "skip")  # nothing was judged


async def test_named_by_flag(harbour: Harbour) -> None:
    async with FakePrometheus() as server:
        assert await outcome(harbour, "--prometheus", server.url) == (0, "pass")
        server.answers["targets-down"] = vector(({"job": "a"}, "1"))
        assert await outcome(harbour, "--prometheus", server.url, "--fail-on", "medium") == (1, "fail")


async def test_one_that_fails_makes_the_run_incomplete(harbour: Harbour) -> None:
    async with FakePrometheus(status=503) as server:
        assert await outcome(harbour, "--prometheus", server.url) == (3, "unknown")


async def test_named_by_environment_and_the_flag_wins(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakePrometheus() as good, FakePrometheus(status=503) as bad:
        monkeypatch.setenv("K8SVIEW_PROMETHEUS", bad.url)
        assert await outcome(harbour) == (3, "unknown")
        assert await outcome(harbour, "--prometheus", good.url) == (0, "pass")


async def test_other_commands_ask_nobody(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakePrometheus() as server:
        monkeypatch.setenv("K8SVIEW_PROMETHEUS", server.url)
        assert (await harbour.run("components", "--component", "prometheus-operator")).code == 0
        assert server.asked == []


def test_a_recording_and_a_prometheus_do_not_mix(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = call("check", "--from", "demo", "--prometheus", "http://127.0.0.1:9")
    assert (refused.code, refused.out) == (2, "")
    assert "leave out --prometheus or --from" in refused.err
    monkeypatch.setenv("K8SVIEW_PROMETHEUS", "http://127.0.0.1:9")
    (check,) = call("check", "--from", "demo", *ONE).document["checks"]
    assert check["status"] == "skip"


@pytest.mark.parametrize("address", ["localhost:9090", "http://me:secret@host"])
def test_a_bad_address_is_a_mistake_of_configuration(call: Call, address: str) -> None:
    refused = call("check", "--prometheus", address)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "secret" not in refused.err
