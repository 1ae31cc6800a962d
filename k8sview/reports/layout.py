"""Lines for a terminal: columns that count wide characters, wrapping, and colour by role. Knows nothing of reports."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import Enum


class Role(Enum):
    """What a text means, with its ANSI code: the sixteen colours that every theme defines. Never the only carrier."""

    PLAIN = ""
    OK = "32"
    WARN = "33"
    FAIL = "31"
    UNKNOWN = "35"
    MUTED = "2"
    TITLE = "1"
    ACCENT = "36"


def paint(text: str, role: Role, *, colour: bool) -> str:
    return f"\x1b[{role.value}m{text}\x1b[0m" if colour and text and role.value else text


def cells(text: str) -> int:
    """Columns that a text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_cell, text))


def _cell(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def pad(text: str, width: int) -> str:
    return text + " " * max(0, width - cells(text))


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most ``width`` columns, broken at spaces; a longer word stands alone, whole, to be copied."""
    line, used = "", 0
    for word in text.split():
        size = cells(word)
        if line and used + 1 + size > width:
            yield line
            line, used = word, size
        else:
            used += size + (1 if line else 0)
            line = f"{line} {word}" if line else word
    if line:
        yield line


def paragraph(text: str, *, width: int, indent: int, hanging: int = 0) -> Iterator[str]:
    """``text`` wrapped to the whole width, its lines indented, those after the first by ``hanging`` more."""
    room = max(20, width - indent - hanging)
    for number, line in enumerate(wrap(text, room)):
        yield " " * (indent + (hanging if number else 0)) + line
