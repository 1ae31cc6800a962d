"""Hostile text: no sequence from a cluster may act on a terminal or hide what is written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.model.text import plain, shorten


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("web", "web"),
        ("Grüße, 世界 🚀", "Grüße, 世界 🚀"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]8;;http://example.org\x07link", "␛]8;;http://example.org␇link"),
        ("\x9b2J", "\\x9b2J"),
        ("bell\x07 back\x08 null\x00", "bell␇ back␈ null␀"),
        ("line\nbreak\r\ttab", "line␊break␍␉tab"),
        ("delete\x7f", "delete␡"),
        ("abc\u202egnp.exe", "abc\\u202egnp.exe"),
        ("\u2066iso\u2069", "\\u2066iso\\u2069"),
        ("ze\u200bro", "ze\\u200bro"),
        ("\ufeffbom", "\\ufeffbom"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_instead(hostile: str, shown: str) -> None:
    assert plain(hostile) == shown


def test_lines_stay_lines_where_they_are_wanted() -> None:
    assert plain("a\n\tb\x1b\r", newlines=True) == "a\n\tb␛␍"


def test_what_is_no_text_is_written_as_text() -> None:
    assert plain(7) == "7"
    assert plain(None) == "None"


@given(st.text(st.characters()) | st.text(st.characters(categories=["Cc", "Cf", "Cs"])))
def test_no_text_keeps_a_control_and_every_text_can_be_written(text: str) -> None:
    shown = plain(text)
    shown.encode()
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in shown)
    assert plain(shown) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("web", 3, "web"),
        ("web", 10, "web"),
        ("web-6d4b75cb6d-hx2zq", 10, "web-6…x2zq"),
        ("abcdef", 2, "a…"),
        ("abcdef", 1, "…"),
        ("abcdef", 0, ""),
    ],
)
def test_shortening_keeps_both_ends(text: str, width: int, shown: str) -> None:
    assert shorten(text, width) == shown


@given(st.text(max_size=40), st.integers(0, 50))
def test_nothing_is_longer_than_its_place(text: str, width: int) -> None:
    assert len(shorten(text, width)) <= max(width, 0)
