"""What goes wrong before a verdict: one clear line on stderr, nothing on stdout, the right exit code, no traceback."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from k8sview.cli import main as front
from k8sview.cli.console import UsageError
from k8sview.cli.front import AppRequest
from tests.cli.conftest import Call, Harbour
from tests.cli.pack import TEXT, write_pack

CONTEXT = """\
current-context: fake
clusters: [{name: fake, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: me, user: {}}]
contexts: [{name: fake, context: {cluster: fake, user: me}}]
"""


@pytest.fixture
def kubeconfig(tmp_path: Path) -> str:
    path = tmp_path / "config"
    path.write_text(CONTEXT)
    return str(path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek"], "did you mean 'check'?"),
        (["check", "--nope"], "--nope"),
        (["check", "-o", "jsn"], "did you mean 'json'?"),
        (["check", "-o", "json="], "expected json=FILE"),
        (["check", "--fail-on", "hihg"], "did you mean 'high'?"),
        (["check", "--request-timeout", "soon"], "is no duration"),
        (["check", "--request-timeout", "0s"], "is no duration"),
        (["check", "--min-coverage", "101"], "from 0 to 100"),
        (["check", "-n", ","], "at least one name"),
        (["check", "-o", "json", "-o", "text"], "only one format can go to stdout"),
        (["check", "-o", "json=a", "-o", "text=a"], "into one file"),
        (["checks"], "COMMAND"),
        (["completion", "bsh"], "did you mean 'bash'?"),
        (["check", "--from", "demo", "--layer", "basment"], "did you mean 'basement'?"),
        (["check", "--from", "demo", "--component", "coredn"], "did you mean 'coredns'?"),
        (["check", "--from", "demo", "--check", "foundation.nope.*"], "no check matches"),
        (["check", "--from", "nowhere.k8sview"], "cannot read nowhere.k8sview"),
        (["check", "--checks", "no/such/folder"], "no such file or folder"),
        (
            ["explain", "basement.cert-manager.certificate-ready"],
            "did you mean 'basement.cert-manager.certificates-ready'",
        ),
        (["contexts"], "no kubeconfig context found"),
        ([], "k8sview demo"),
    ],
)
def test_usage_is_2(call: Call, words: list[str], said: str) -> None:
    result = call(*words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["check", "components"])
def test_an_unknown_context_is_2(call: Call, kubeconfig: str, command: str) -> None:
    result = call(command, "--kubeconfig", kubeconfig, "--context", "fakee")
    assert (result.code, result.out) == (2, "")
    assert "did you mean 'fake'?" in result.err


def test_a_kubeconfig_that_cannot_be_read_is_2(call: Call, tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("clusters: [")
    for path in (tmp_path / "broken", tmp_path / "missing"):
        result = call("check", "--kubeconfig", str(path))
        assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)


def test_a_server_that_is_not_there_is_4(call: Call, kubeconfig: str) -> None:
    result = call("check", "--kubeconfig", kubeconfig, "--request-timeout", "2s")
    assert (result.code, result.out) == (4, "")
    assert "127.0.0.1:9" in result.err
    assert len(result.err.splitlines()) == 1


async def test_refused_credentials_are_4(harbour: Harbour) -> None:
    harbour.server.token = "another"
    result = await harbour.check()
    assert (result.code, result.out) == (4, "")
    assert len(result.err.splitlines()) == 1


async def test_something_that_is_no_api_server_is_4(harbour: Harbour) -> None:
    for path in ("/api", "/apis"):
        harbour.server.body(path, b"<html>It works!</html>", content_type="text/html")
    result = await harbour.check()
    assert (result.code, result.out) == (4, "")
    assert "Traceback" not in result.err


async def test_a_list_that_never_ends_is_unknown_after_the_timeout(harbour: Harbour) -> None:
    harbour.server.silent("/api/v1/configmaps")
    result = await harbour.check("--timeout", "1s", "--request-timeout", "30s")
    assert result.code == 3
    assert "unknown" in result.out


def test_a_broken_catalogue_is_2_with_file_line_and_nearest_spelling(call: Call, tmp_path: Path) -> None:
    pack = write_pack(tmp_path, TEXT.replace("severity: low", "severty: low"))
    for words in (["check", "--checks", pack], ["checks", "test", pack], ["checks", "list", "--checks", pack]):
        result = call(*words)
        assert (result.code, result.out) == (2, "")
        assert f"{pack}/lighthouse.yaml:21: " in result.err
        assert "did you mean 'severity'?" in result.err


def test_an_internal_error_is_5_with_one_line_and_debug_shows_more(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(front, "_command", lambda arguments: broken)
    result = call("schema")
    assert (result.code, result.out) == (5, "")
    assert "RuntimeError: two lines" in result.err
    assert "--debug" in result.err
    assert len(result.err.splitlines()) == 1
    assert "Traceback" in call("schema", "--debug").err


def test_an_interrupt_is_130(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(front, "_command", lambda arguments: interrupted)
    assert call("schema") == (130, "", "interrupted\n")


def test_without_an_app_the_hint_is_check() -> None:
    with pytest.raises(UsageError, match="k8sview check"):
        front.no_app(AppRequest())


async def test_a_server_that_dies_while_it_is_read(harbour: Harbour) -> None:
    harbour.server.cut("/api/v1/configmaps")
    result = await asyncio.wait_for(harbour.check("--timeout", "3s"), 30)
    assert result.code == 3
    assert "Traceback" not in result.err
