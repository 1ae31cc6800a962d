"""The commands around recordings and contexts: what opens the app, and what speaks as text."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from k8sview.cli.front import AppRequest
from k8sview.cli.main import main
from tests.cli.conftest import Call, Harbour


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stdout as a terminal, as far as we ask it."""
    monkeypatch.setattr("k8sview.cli.console._is_terminal", lambda stream: True)


def asked(*words: str) -> list[AppRequest]:
    seen: list[AppRequest] = []

    def open_app(request: AppRequest) -> int:
        seen.append(request)
        return 0

    assert main(words, open_app) == 0
    return seen


def test_demo_without_a_terminal_prints_the_house(call: Call) -> None:
    for words in (["demo"], ["demo", "--once"]):
        result = call(*words)
        assert (result.code, result.err) == (0, "")
        floors = [result.out.index(name) for name in ("FOUNDATION", "BASEMENT", "BUILDING")]
        assert floors == sorted(floors)


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_the_app_opens(tmp_path: Path) -> None:
    assert asked("demo") == [AppRequest(demo=True)]
    assert asked("open", "x.k8sview", "-n", "a") == [AppRequest(recording="x.k8sview", namespaces=("a",))]
    path = tmp_path / "config"
    path.write_text(
        "contexts: [{name: a, context: {cluster: c}}]\ncurrent-context: a\n"
        "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]\n"
    )
    assert asked("--kubeconfig", str(path), "--context", "a", "--request-timeout", "3s") == [
        AppRequest(kubeconfig=str(path), context="a", request_timeout=3.0)
    ]


@pytest.mark.usefixtures("terminal")
def test_a_broken_kubeconfig_is_said_before_the_app_opens(call: Call, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("contexts: [{name: a, context: {cluster: gone}}]\ncurrent-context: a\n")
    result = call("--kubeconfig", str(tmp_path / "config"))
    assert result.code == 2
    assert "'gone', which is missing" in result.err


def test_the_same_recording_gives_the_same_bytes(call: Call) -> None:
    first, second = (call("check", "--from", "demo", "--json") for _ in range(2))
    assert first.out == second.out
    assert first.document["run"]["source"] == "recording"
    assert first.code == 1


async def test_without_a_terminal_it_is_the_same_as_check(harbour: Harbour) -> None:
    result = await harbour.run("-q")
    assert "FOUNDATION" in result.out
    assert result.code in (0, 1, 3)


def test_contexts(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(
        "contexts:\n- {name: a, context: {cluster: c, user: u, namespace: n}}\n- {name: b, context: {cluster: c}}\n"
        "current-context: a\nclusters: [{name: c, cluster: {server: 'https://one'}}]\n"
    )
    result = call("contexts", "--kubeconfig", str(path))
    assert [line.split() for line in result.out.splitlines()[1:]] == [
        ["*", "a", "c", "u", "n", "https://one"],
        ["b", "c", "https://one"],
    ]
    document = call("contexts", "--kubeconfig", str(path), "-o", "json").document
    assert document["current"] == "a"
    assert document["contexts"][1]["namespace"] is None


def test_components_of_the_demo(call: Call) -> None:
    result = call("components", "--from", "demo")
    assert result.out.splitlines()[0].split()[:4] == ["LAYER", "COMPONENT", "VERSION", "STATE"]
    document = call("components", "--from", "demo", "-o", "json").document
    states = {one["id"]: one["state"] for one in document["components"]}
    assert states["coredns"] == "installed"
    assert result.code in (0, 3)


async def test_record_then_check_from_the_file(harbour: Harbour, tmp_path: Path, pack: str) -> None:
    file = tmp_path / "r.k8sview"
    recorded = await harbour.run("record", str(file))
    assert (recorded.code, recorded.out) == (0, "")
    assert "3 states of objects" in recorded.err
    result = await harbour.run("check", "--from", str(file), "--checks", pack, "--component", "lighthouse")
    assert result.code == 0
    assert "recording of" in result.out


async def test_what_was_denied_stands_in_the_recording(harbour: Harbour, tmp_path: Path, pack: str) -> None:
    harbour.server.fail("/api/v1/configmaps", 403)
    file = tmp_path / "r.k8sview"
    recorded = await harbour.run("record", str(file))
    assert "not in the recording: configmaps" in recorded.err
    result = await harbour.run("check", "--from", str(file), "--checks", pack, "--component", "lighthouse")
    assert result.code == 3


async def test_a_recording_that_cannot_be_written_is_4(harbour: Harbour, tmp_path: Path) -> None:
    for path in (tmp_path / "no" / "r", tmp_path):
        result = await harbour.run("record", str(path))
        assert (result.code, len(harbour.server.requests)) == (4, 0)
        assert "cannot write" in result.err


def shown_on_a_terminal(**environment: str) -> bytes:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "k8sview", "demo", "--once"]
    variables = {**os.environ, "TERM": "xterm-256color", **environment}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=variables) as process:
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # how the end of a terminal is told
            while piece := os.read(ours, 65536):
                seen += piece
    os.close(ours)
    assert process.returncode == 0
    return seen


def test_a_terminal_gets_colour_unless_told_not_to() -> None:
    assert b"\x1b[31m" in shown_on_a_terminal()
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        seen = shown_on_a_terminal(**environment)
        assert b"FOUNDATION" in seen
        assert b"\x1b[31m" not in seen
