"""Colours by role: the only place where a colour is named. Styles elsewhere say ``$text-error`` and the like."""

from __future__ import annotations

from textual.theme import Theme

THEMES: tuple[Theme, ...] = (
    Theme(
        name="dark",
        primary="#5fafd7",
        secondary="#8787af",
        accent="#5fd7d7",
        success="#87d787",
        warning="#ffd75f",
        error="#ff6b6b",
        foreground="#d8dce2",
        background="#11151c",
        surface="#171c25",
        panel="#202733",
        dark=True,
        variables={"block-cursor-background": "#2b4562", "block-cursor-foreground": "#ffffff"},
    ),
    Theme(
        name="light",
        primary="#005f87",
        secondary="#5f5f87",
        accent="#00738a",
        success="#00701a",
        warning="#8a5a00",
        error="#b00020",
        foreground="#1c2026",
        background="#f7f8fa",
        surface="#eef0f4",
        panel="#e2e6ec",
        dark=False,
        variables={"block-cursor-background": "#c4d9ec", "block-cursor-foreground": "#000000"},
    ),
    Theme(
        name="mono",
        primary="#c8c8c8",
        secondary="#a8a8a8",
        accent="#e0e0e0",
        success="#d0d0d0",
        warning="#e8e8e8",
        error="#ffffff",
        foreground="#d0d0d0",
        background="#000000",
        surface="#0c0c0c",
        panel="#1a1a1a",
        dark=True,
        variables={"block-cursor-background": "#d0d0d0", "block-cursor-foreground": "#000000"},
    ),
)

DEFAULT_THEME = "dark"
