"""Where the command line writes: stdout takes data, stderr takes narration. Knows colour, width and closed pipes."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from k8sview.model.text import plain
from k8sview.reports.formats import Look


class OutputError(Exception):
    """Something that was asked for could not be written: exit code 4."""


class UsageError(Exception):
    """The command line asks for what there is not: exit code 2."""


class _Closed(io.StringIO):
    """Stands in for a stream that is closed: data cannot go there, and narration is not missed."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, "it is closed")


class Console:
    """One run's two streams."""

    def __init__(
        self,
        *,
        color: str = "auto",
        quiet: bool = False,
        out: TextIO | None = None,
        err: TextIO | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        # A process may be started with either of them closed; Python then has None in its place.
        self._out = out or sys.stdout or _Closed()
        self._err = err or sys.stderr or _Closed()
        self._quiet = quiet
        self.interactive = _is_terminal(self._out)
        plain_wanted = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
        self.colour = color == "always" or (color == "auto" and self.interactive and not plain_wanted)
        self._progress_shown = False

    def look(self, *, verbose: bool = False, of_file: bool = False) -> Look:
        """How text is laid out here; a file gets neither colour nor the terminal's width."""
        if of_file or not self.interactive:
            return Look(colour=self.colour and not of_file, verbose=verbose)
        return Look(width=max(40, shutil.get_terminal_size((100, 24)).columns), colour=self.colour, verbose=verbose)

    def write(self, text: str) -> None:
        """Data. A reader that went away (``| head``) is no error of ours; a full disk is."""
        self.end_progress()
        try:
            binary = getattr(self._out, "buffer", None)
            if binary is not None:
                binary.write(text.encode("utf-8", "replace"))
            else:
                self._out.write(text)
            self._out.flush()
        except BrokenPipeError:
            self._silence()
        except OSError as error:
            self._silence()
            raise OutputError(f"cannot write to stdout: {error.strerror or error}") from error

    def say(self, text: str) -> None:
        """One line of narration, unless quiet."""
        if not self._quiet:
            self.complain(text)

    def complain(self, text: str) -> None:
        """One line that is always said: why this run failed."""
        self.end_progress()
        with contextlib.suppress(OSError):
            self._err.write(f"{plain(text, newlines=True)}\n")
            self._err.flush()

    def progress(self, text: str) -> None:
        """A line that the next one replaces; only for eyes."""
        if not self._quiet and self._err.isatty():
            self._err.write(f"\r\x1b[K{plain(text)}")
            self._err.flush()
            self._progress_shown = True

    def end_progress(self) -> None:
        """Take the progress line away again."""
        if self._progress_shown:
            self._progress_shown = False
            self._err.write("\r\x1b[K")
            self._err.flush()

    def _silence(self) -> None:
        """The interpreter flushes stdout at its end: let that go nowhere."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._out.fileno())
            os.close(nowhere)


def _is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def write_file(path: str, text: str) -> None:
    """Whole or not at all: a reader never meets half a report. Devices and pipes are written as they are."""
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        _replace(target, lambda stream: stream.write(text))
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def _replace(target: Path, fill: Callable[[TextIO], object]) -> None:
    mask = os.umask(0)
    os.umask(mask)
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    part = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            fill(stream)
        part.chmod(mode)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
