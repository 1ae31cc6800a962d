"""Text from the cluster is hostile until it is made plain here: nothing it holds may reach a terminal as control."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, the bidirectional overrides that reorder what is read, what has no width and so hides between
# letters, and lone surrogates, which no output can encode.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def plain(text: object, *, newlines: bool = False) -> str:
    """``text`` with control and direction characters made visible (``\\x1b`` becomes ``␛``, others ``\\xNN``).

    With ``newlines`` line feeds and tabs stay.
    """
    value = text if isinstance(text, str) else str(text)
    if value.isascii() and value.isprintable():
        return value
    return _CONTROL.sub(lambda found: _visible(found[0], newlines=newlines), value)


def _visible(character: str, *, newlines: bool) -> str:
    code = ord(character)
    if newlines and character in "\n\t":
        return character
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


def shorten(text: str, width: int) -> str:
    """At most ``width`` characters, cut in the middle: both ends of a Kubernetes name carry meaning."""
    if len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"
