"""What the app costs in a real terminal: first frame, first row, keys while events arrive, idle CPU."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.benchmarks.figures import Figure, percentile
from tests.controlplane import ControlPlane
from tests.terminal import Terminal

MIB = 1024 * 1024
EVENTS_PER_SECOND = 500
KEYS = 120
CURSOR = "▸".encode()


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
        with _Events(plane) as events:
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
        terminal.read(0.1, draw=False)


def _cpu_share(terminal: Terminal, process: psutil.Process, seconds: float) -> float:
    """Percent of one core."""
    before, began = process.cpu_times(), time.monotonic()
    _settle(terminal, seconds)
    after = process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return float(100 * spent / (time.monotonic() - began))


def _key_to_paint(terminal: Terminal, key: str) -> float:
    """Seconds until the row with the cursor was drawn anew, read from the bytes: drawing them here would cost more
    than the app's own part."""
    while terminal.read(0.0, draw=False):
        pass
    seen, began = len(terminal.raw), time.monotonic()
    terminal.send(key)
    while CURSOR not in terminal.raw[seen:] and time.monotonic() - began < 5:
        terminal.read(0.05, draw=False)
    took = time.monotonic() - began
    _rest(terminal, 0.05)
    return took


def _rest(terminal: Terminal, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        terminal.read(0.01, draw=False)


class _Events:
    """Changes pods' status at a steady rate from a process of its own: it slows keys by its load alone."""

    def __init__(self, plane: ControlPlane) -> None:
        certificate, key, authority = plane.credentials()
        words = [plane.server, certificate, key, authority, str(EVENTS_PER_SECOND)]
        self._command = [sys.executable, "-m", "tests.benchmarks.events", *words]

    def __enter__(self) -> _Events:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *unused: object) -> None:
        self._process.kill()
        self._process.wait(10)

    def rate(self) -> float:
        """Changes a second, as the writer last counted them."""
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        counted = (self._process.stdout.read() or "").split()
        return float(counted[-1]) if counted else 0.0
