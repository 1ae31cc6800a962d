"""The command line called as users call it, without their kubeconfig, on the pack of two checks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from k8sview.cli.main import main
from tests.cli.pack import write_pack
from tests.fakes.apiserver import FakeApiServer


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Result]


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No kubeconfig of whoever runs the tests, and no pod around us."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (
        "KUBECONFIG",
        "KUBERNETES_SERVICE_HOST",
        "NO_COLOR",
        "XDG_CONFIG_HOME",
        "K8SVIEW_CONFIG",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "http_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def call(capfdbinary: pytest.CaptureFixture[bytes]) -> Call:
    """Run a command line and return what came out."""

    def run(*words: str) -> Result:
        capfdbinary.readouterr()
        code = main(words)
        out, err = capfdbinary.readouterr()
        return Result(code, out.decode(), err.decode())

    return run


@pytest.fixture
def pack(tmp_path: Path) -> str:
    return write_pack(tmp_path)


class Harbour:
    """A scripted server with a kubeconfig, and the command line aimed at it with the pack of two checks."""

    def __init__(self, server: FakeApiServer, folder: Path, call: Call, pack: str) -> None:
        self.server = server
        self.kubeconfig = server.kubeconfig(folder)
        self._call = call
        self._pack = pack

    async def run(self, command: str, *words: str) -> Result:
        """The command runs in a thread: it brings its own event loop, and the server needs ours."""
        return await asyncio.to_thread(self._call, command, "--kubeconfig", self.kubeconfig, *words)

    async def check(self, *words: str) -> Result:
        return await self.run("check", "--checks", self._pack, "--component", "lighthouse", *words)


@pytest.fixture
async def harbour(tmp_path: Path, call: Call, pack: str) -> Any:
    async with FakeApiServer() as server:
        server.serve("namespaces", [])
        server.serve("services", [])
        server.serve("pods", [kept("a"), kept("b")])
        server.serve("configmaps", [lamp("top")])
        yield Harbour(server, tmp_path, call, pack)


def kept(name: str, **labels: str) -> dict[str, Any]:
    """A pod that passes; ``keeper=""`` for one that does not."""
    return {"metadata": {"name": name, "namespace": "sea", "labels": {"keeper": "ida"} | labels}}


def lamp(name: str, **labels: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "sea", "labels": {"bulb": "led"} | labels}}
