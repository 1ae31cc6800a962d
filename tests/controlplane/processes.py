"""Child processes that surely end: each leads its own group, is ended by id, and is known to a guard (guard.py)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import IO

_GUARD = Path(__file__).with_name("guard.py")


class Processes:
    """The children of one control plane, by name. Their output goes to ``<folder>/<name>.log``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, Sequence[str]] = {}
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARD)], stdin=subprocess.PIPE, text=True, start_new_session=True
        )
        self._tell(f"rm {folder}")

    def start(self, name: str, command: Sequence[str]) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._children[name] = child
        self._commands[name] = tuple(command)
        self._tell(f"+{child.pid}")

    def kill(self, name: str) -> None:
        """End one at once, as a crash would."""
        _kill(self._children[name])
        self._forget(name)

    def check(self) -> None:
        """Raises RuntimeError with the end of its log for a child that ended by itself."""
        for name, child in self._children.items():
            if child.poll() is not None:
                tail = (self._folder / f"{name}.log").read_text(errors="replace")[-3000:]
                raise RuntimeError(f"{name} ended with status {child.returncode}:\n{tail}")

    def take_ended(self, besides: Collection[str]) -> dict[str, Sequence[str]]:
        """The commands of children that ended by themselves, by name, but for some; they are forgotten."""
        children = {name: child for name, child in self._children.items() if name not in besides}
        ended = {name: self._commands[name] for name, child in children.items() if child.poll() is not None}
        for name in ended:
            self._forget(name)
        return ended

    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self._children.items()}

    def close(self) -> None:
        """End all children and the guard. Nothing they wrote is needed any more, so they are not asked."""
        for child in self._children.values():
            _kill(child)
        for name in list(self._children):
            self._forget(name)
        _pipe(self._guard).close()
        self._guard.wait()

    def _forget(self, name: str) -> None:
        child = self._children.pop(name)
        child.wait()
        self._tell(f"-{child.pid}")

    def _tell(self, line: str) -> None:
        pipe = _pipe(self._guard)
        pipe.write(line + "\n")
        pipe.flush()


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody holds at this moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _pipe(child: subprocess.Popen[str]) -> IO[str]:
    assert child.stdin is not None
    return child.stdin


def _kill(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
