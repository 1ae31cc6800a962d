"""How many terminal columns a text takes, counted as the drawing library counts them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def width_of(text: str) -> int:
    """Columns that ``text`` takes: two for East Asian wide characters and emoji, none for combining marks."""
    if text.isascii():
        return len(text)
    total = last = 0
    joined = False
    for character in text:
        if joined:  # the rest of an emoji sequence is drawn in the place of its first
            joined = False
            continue
        if character == _JOINER:
            joined = True
        elif character == _EMOJI_STYLE:
            total, last = total + (last == 1), 2
        elif not (last == 2 and ord(character) in _SKIN_TONES):
            last = _width(character)
            total += last
    return total


@lru_cache(4096)
def _width(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.category(character) in ("Mn", "Me", "Cf") else 1
