"""Help over the screen it was asked from: its keys, and the commands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.commands import COMMANDS
from k8sview.tui.present.lines import BLANK, Line, cut, heading, line, pad
from k8sview.tui.widgets.line_view import Bar, LineView


def help_lines(keys: Iterable[tuple[str, str]], width: int) -> list[Line]:
    """Keys with what they do, then the commands."""
    room = max(10, width - 24)
    lines = [heading("KEYS VALID HERE")]
    lines += [line(Span(pad(key, 20), Role.ACCENT), f"  {cut(text, room)}") for key, text in keys]
    lines += [BLANK, heading("COMMANDS")]
    for command, text in COMMANDS:
        lines += [line(Span(command, Role.ACCENT)), line(Span(f"    {text}", Role.PLAIN))]
    lines += [BLANK, line(Span("No key and no command changes the cluster.", Role.MUTED))]
    return lines


class HelpScreen(ModalScreen[None], inherit_bindings=False):
    """Any of esc, q, ? closes it."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "close", show=False, priority=True),
        Binding("ctrl+c", "app.quit", show=False, priority=True),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("ctrl+f,pagedown,space", "page(1)", show=False),
        Binding("ctrl+b,pageup", "page(-1)", show=False),
    ]

    def __init__(self, keys: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self._keys = tuple(keys)

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield LineView(id="help-lines")
            yield Bar(id="help-foot", classes="bar")

    def on_mount(self) -> None:
        page = self.query_one(LineView)
        page.set_lines(help_lines(self._keys, min(76, self.size.width - 8)))
        page.focus()
        self.query_one(Bar).set_lines(line(Span(" esc closes · j k move", Role.MUTED)))

    def action_close(self) -> None:
        self.dismiss()

    def action_move(self, steps: int) -> None:
        self.query_one(LineView).move(steps)

    def action_page(self, pages: int) -> None:
        self.query_one(LineView).page(pages)
