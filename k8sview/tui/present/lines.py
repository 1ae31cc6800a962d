"""Text as lines of spans, some of which lead somewhere; and wrapping. The pages of the app are made of these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from k8sview.model.text import plain, shorten
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.measure import width_of
from k8sview.tui.present.places import Place


class Line(NamedTuple):
    """One line of a page. ``target`` is where Enter leads; ``key`` keeps the cursor on it when the page changes;
    ``copy`` is what ``c`` copies where that is not the line itself (a command that is wrapped)."""

    spans: tuple[Span, ...] = ()
    target: Place | None = None
    key: str = ""
    copy: str = ""

    @property
    def text(self) -> str:
        """The line without its roles."""
        return "".join(span.text for span in self.spans)


BLANK = Line()


def line(*parts: str | Span, target: Place | None = None, key: str = "") -> Line:
    """A line of texts and spans."""
    return Line(tuple(Span(part) if isinstance(part, str) else part for part in parts), target, key)


def heading(text: str) -> Line:
    """A title line."""
    return Line((Span(text, Role.TITLE),))


def pad(text: str, width: int) -> str:
    """``text`` in exactly ``width`` columns: cut in the middle or filled with spaces."""
    text = fit(text, width)
    return text + " " * (width - width_of(text))


def fit(text: str, width: int) -> str:
    """``text`` made plain, in at most ``width`` columns, cut in the middle."""
    text = plain(text)
    if text.isascii():
        return shorten(text, width)
    keep = len(text)
    while width_of(text) > width and keep > 0:
        keep -= 1
        text = shorten(text, keep)
    return text


def cut(text: str, width: int) -> str:
    """A sentence made plain, in at most ``width`` columns, cut at its end."""
    text = plain(text)
    if width_of(text) <= width:
        return text
    keep = min(len(text), max(0, width - 1))
    while keep > 0 and width_of(text[:keep]) > width - 1:
        keep -= 1
    return f"{text[:keep].rstrip()}…" if width > 0 else ""


def wrap(text: str, width: int) -> list[str]:
    """Break at spaces (inside words where one is longer than a line), keeping the text's own line breaks."""
    lines: list[str] = []
    for paragraph in plain(text, newlines=True).expandtabs(2).split("\n"):
        lines.extend(_wrap_one(paragraph, max(width, 1)))
    return lines


def _wrap_one(text: str, width: int) -> list[str]:
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        candidate = f"{current} {word}" if current else word
        if width_of(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        current = word
        while width_of(current) > width:
            end = len(current)
            while end > 1 and width_of(current[:end]) > width:
                end -= 1
            lines.append(current[:end])
            current = current[end:]
    return [*lines, current]


def wrapped(
    text: str, width: int, role: Role = Role.PLAIN, *, indent: str = "", target: Place | None = None
) -> list[Line]:
    """A text as indented lines; only the first one is a stop for the cursor."""
    parts = wrap(text, width - len(indent))
    return [Line((Span(indent + part, role),), target if number == 0 else None) for number, part in enumerate(parts)]


def joined(lines: Iterable[Line]) -> str:
    """The whole page as text, for saving and copying."""
    return "\n".join(one.text.rstrip() for one in lines) + "\n"
