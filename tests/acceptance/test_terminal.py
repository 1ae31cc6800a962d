"""The app in a real terminal on a real cluster: typed at, resized, left alone by its server, and closed cleanly."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.controlplane.plane import ControlPlane
from tests.terminal import Terminal

NAMESPACE = "terminal"


def app(kubeconfig: Path, *arguments: str, columns: int = 120, rows: int = 40) -> Terminal:
    command = [sys.executable, "-m", "k8sview", *arguments]
    return Terminal(command, columns=columns, rows=rows, environment={"KUBECONFIG": str(kubeconfig)})


def configmap(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": NAMESPACE}}


def namespace(**labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}


@pytest.mark.controlplane
async def test_a_session_at_night(fresh_controlplane: ControlPlane) -> None:
    plane = fresh_controlplane
    async with plane.writer() as api:
        await api.apply([namespace(team="night"), configmap("first"), configmap("second")])
    with app(plane.kubeconfig) as terminal:
        terminal.until("live")
        terminal.until(lambda text: "FOUNDATION" in text and "NOT JUDGED" not in text)
        terminal.send(":cm\r")  # all at once, as a slow line delivers it
        terminal.until("second")
        terminal.send("/fir\r")
        terminal.until(lambda text: "first" in text and "second" not in text)
        terminal.resize(80, 24)
        terminal.until(lambda text: "first" in text and "second" not in text)
        terminal.send("\x1b")
        terminal.until("second")
        plane.stop_apiserver()
        terminal.until("stale", 70)
        terminal.until("first")  # the last rows stay, marked as old
        terminal.resize(120, 40)
        plane.start_apiserver()
        terminal.send("\x12")  # ctrl-r
        terminal.until(lambda text: "live" in text and "stale" not in text, 60)
        async with plane.writer() as api:
            await api.apply([configmap("third")])
        terminal.until("third")
        terminal.send("\x03")
        assert terminal.ended() == 0
    assert b"\x1b[?1049l" in terminal.raw  # the screen of before is back
    assert b"\x1b[?25h" in terminal.raw  # and the cursor


@pytest.mark.controlplane
async def test_a_denied_kind_is_no_empty_list(controlplane: ControlPlane) -> None:
    with app(controlplane.user("nobody")) as terminal:
        terminal.until("FOUNDATION")
        terminal.until(lambda text: "NOT JUDGED" not in text)
        assert "✓ OK" not in terminal.text
        terminal.send(":pods\r")
        terminal.until("list pods is forbidden")
        terminal.send("\x03")
        assert terminal.ended() == 0


def test_the_demo_opens_and_closes(tmp_path: Path) -> None:
    with app(tmp_path / "none", "demo", columns=80, rows=24) as terminal:
        terminal.until(lambda text: "FOUNDATION" in text and "FAIL" in text)
        terminal.send("?")
        terminal.until("ctrl-r")
        terminal.send("\x03")
        assert terminal.ended() == 0
    assert b"\x1b[?1049l" in terminal.raw
