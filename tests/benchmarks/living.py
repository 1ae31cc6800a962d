"""What the app costs in a real terminal: first frame, first row, keys while events arrive, idle CPU."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.benchmarks.figures import Figure, percentile
from tests.controlplane import ApiWriter, ControlPlane
from tests.terminal import Terminal

MIB = 1024 * 1024
EVENTS_PER_SECOND = 500
KEYS = 120


def app_cost(plane: ControlPlane, kubeconfig: Path, pods: int) -> Iterator[Figure]:
    """One life of the app at this size."""
    name = f"app, {pods:,} pods"
    command = [sys.executable, "-m", "k8sview"]
    with Terminal(command, columns=160, rows=50, environment={"KUBECONFIG": str(kubeconfig)}) as terminal:
        framed = terminal.until("FOUNDATION")
        yield Figure(f"{name}: first frame", framed - terminal.started, "s", 0.6)
        terminal.send(":pods\r")
        row = terminal.until("app-0", 60)
        yield Figure(f"{name}: first pod row after the frame", row - framed, "s", 1.5)
        whole = terminal.until(f"[{pods}]", 60)
        yield Figure(f"{name}: full list after the start", whole - terminal.started, "s", 4.0)
        process = psutil.Process(terminal.process.pid)
        _settle(terminal, 8)
        yield Figure(f"{name}: CPU, idle, for 20 s", _cpu_share(terminal, process, 20), "%", 3.0)
        yield Figure(f"{name}: memory", process.memory_info().rss / MIB, "MiB", 300)
        with _Events(plane, pods) as events:
            _settle(terminal, 3)
            share = _cpu_share(terminal, process, 10)
            delays = [_key_to_paint(terminal, "j" if number % 20 < 10 else "k") for number in range(KEYS)]
            rate = events.rate()
        beside = f"at {rate:.0f} events/s"
        yield Figure(f"{name}: key to paint, p95", 1000 * percentile(delays, 0.95), "ms", 50, beside)
        yield Figure(f"{name}: key to paint, median", 1000 * percentile(delays, 0.5), "ms", None, beside)
        yield Figure(f"{name}: CPU while events arrive", share, "%", 30, beside)
        terminal.send("\x03")
        terminal.ended()


def _settle(terminal: Terminal, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        terminal.read(0.1)


def _cpu_share(terminal: Terminal, process: psutil.Process, seconds: float) -> float:
    """Percent of one core."""
    before, began = process.cpu_times(), time.monotonic()
    _settle(terminal, seconds)
    after = process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return float(100 * spent / (time.monotonic() - began))


def _key_to_paint(terminal: Terminal, key: str) -> float:
    """Seconds until the cursor's row moved on the screen."""

    def cursor() -> int:
        return next((number for number, line in enumerate(terminal.screen.display) if line.startswith("▸")), -1)

    before, began = cursor(), time.monotonic()
    terminal.send(key)
    while cursor() == before and time.monotonic() - began < 5:
        terminal.read(0.05)
    took = time.monotonic() - began
    time.sleep(0.03)
    return took


class _Events:
    """Changes pods' status at a steady rate from a thread and a client of its own."""

    def __init__(self, plane: ControlPlane, pods: int) -> None:
        self._plane = plane
        self._pods = pods
        self._stop = threading.Event()
        self._done = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._write()), daemon=True)

    def __enter__(self) -> _Events:
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *unused: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def rate(self) -> float:
        return self._done / (time.monotonic() - self._began)

    async def _write(self) -> None:
        async with self._plane.writer() as api:
            listed = (await api.request("GET", "/api/v1/pods?limit=1000"))["items"]
            paths = [
                f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}" for pod in listed
            ]
            number = 0
            while not self._stop.is_set():
                began = time.monotonic()
                batch = [paths[(number + offset) % len(paths)] for offset in range(EVENTS_PER_SECOND // 10)]
                number += len(batch)
                await asyncio.gather(*(self._touch(api, path, number) for path in batch))
                await asyncio.sleep(max(0.0, 0.1 - (time.monotonic() - began)))

    async def _touch(self, api: ApiWriter, path: str, number: int) -> None:
        body = {"status": {"message": f"touched {number}"}}
        await api.request("PATCH", f"{path}/status", body, {"Content-Type": "application/merge-patch+json"})
        self._done += 1
