"""A real terminal for tests: the program on a pty, its screen read as a person would read it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte


class Terminal:
    """``with Terminal(command) as terminal``: type with ``send``, wait with ``until``, read ``text``."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._master, slave = pty.openpty()
        self._size(slave, columns, rows)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            list(command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})},
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        os.close(self._master)

    @property
    def text(self) -> str:
        """The screen, line by line, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def send(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        self._size(self._master, columns, rows)
        self.screen.resize(rows, columns)
        os.killpg(self.process.pid, signal.SIGWINCH)

    def read(self, seconds: float, *, draw: bool = True) -> bool:
        """Take what arrives within ``seconds``, at most one chunk; whether anything did. Without ``draw`` only
        ``raw`` grows, which costs nothing; the screen is then behind for good."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            return False
        self.raw += chunk
        if draw:
            self._stream.feed(chunk)
        return bool(chunk)

    def until(self, shows: str | Callable[[str], bool], seconds: float = 20.0) -> float:
        """Wait until the screen shows it; returns when it did (``time.monotonic``)."""
        asked = shows
        holds: Callable[[str], bool] = (lambda text: asked in text) if isinstance(asked, str) else asked
        until = time.monotonic() + seconds
        while not holds(self.text):
            left = until - time.monotonic()
            if left <= 0 or (not self.read(min(left, 0.5)) and self.process.poll() is not None):
                raise AssertionError(f"the screen never showed {shows!r}; it shows:\n{self.text}")
        return time.monotonic()

    def ended(self, seconds: float = 10.0) -> int:
        """Wait for the end; returns the exit code."""
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            self.read(0.05)
        while self.read(0.05):
            pass
        return self.process.wait(1)

    @staticmethod
    def _size(descriptor: int, columns: int, rows: int) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
