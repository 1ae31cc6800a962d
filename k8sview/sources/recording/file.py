"""Reads a recording's lines and refuses, with a sentence, what is none, is cut off, or comes from a newer program."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import msgspec

from k8sview.model.text import plain
from k8sview.sources.contract import ConfigurationError
from k8sview.sources.recording import format as lines

_LONGEST_LINE = 64 * 1024 * 1024


class Recording(msgspec.Struct, frozen=True):
    """A whole file."""

    path: Path
    header: lines.Header
    body: tuple[lines.Discovery | lines.Namespaces | lines.Change, ...]
    """Every line between the header and the end."""
    end: lines.End


def load(path: Path) -> Recording:
    """Read a file. Raises ConfigurationError with one line that says what is wrong with it."""
    name = plain(str(path))
    try:
        with gzip.open(path, "rb") as stream:
            return _read(path, name, stream)
    except (gzip.BadGzipFile, zlib.error):
        raise ConfigurationError(f"{name} is not a k8sview recording") from None
    except OSError as error:
        raise ConfigurationError(f"cannot read {name}: {error.strerror or error}") from error


def _read(path: Path, name: str, stream: gzip.GzipFile) -> Recording:
    header: lines.Header | None = None
    found: list[lines.Discovery | lines.Namespaces | lines.Change] = []
    try:
        while (line := stream.readline(_LONGEST_LINE)).endswith(b"\n"):
            if header is None:
                header = lines.decode_header(line)
                continue
            value = lines.decode_line(line)
            if isinstance(value, lines.End):
                stream.read(1)  # reaches the checksum
                return _whole(path, name, header, found, value)
            found.append(value)
    except EOFError:
        # Cut off in the middle of a block: said below, unless not even the first line is whole.
        if header is None:
            raise ConfigurationError(
                f"{name} is truncated before its first line ends, or no k8sview recording"
            ) from None
    except (zlib.error, gzip.BadGzipFile):
        if header is None:
            raise
        raise ConfigurationError(f"{name} is damaged after line {len(found) + 1}") from None
    except lines.NewerError as error:
        raise ConfigurationError(f"{name} was written by a newer k8sview: {error}") from None
    except lines.ForeignError as error:
        if header is None:
            raise ConfigurationError(f"{name} is not a k8sview recording") from None
        number = len(found) + 2
        raise ConfigurationError(f"{name} is damaged: line {number} cannot be read ({plain(str(error))})") from None
    if header is None:
        raise ConfigurationError(f"{name} is not a k8sview recording")
    raise ConfigurationError(
        f"{name} is truncated: it ends after {len(found) + 1} lines, without its end mark; record it again"
    )


def _whole(
    path: Path,
    name: str,
    header: lines.Header,
    found: list[lines.Discovery | lines.Namespaces | lines.Change],
    end: lines.End,
) -> Recording:
    if end.lines != len(found) + 1:
        raise ConfigurationError(f"{name} is damaged: {end.lines} lines were written, {len(found) + 1} are there")
    return Recording(path, header, tuple(found), end)
