"""The palette: type a few letters of anything, Enter does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from k8sview.tui.actions import Action
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.commands import COMMANDS, Vocabulary
from k8sview.tui.present.lines import Line, line, pad
from k8sview.tui.widgets.line_view import LineView

_MOST = 200


class Entry(NamedTuple):
    """One thing to do. ``call`` is an action's call, or a command line that begins with ``:``."""

    title: str
    keys: str
    call: str


def entries(actions: Iterable[Action], keys: Callable[[Action], str], known: Vocabulary) -> list[Entry]:
    """Everything that can be done from here."""
    found = [Entry(action.title, keys(action), action.call) for action in actions if not action.id[-1].isdigit()]
    for command, text in COMMANDS:
        word = command.split()[0].rstrip(",")
        if word not in (":po", ":why", ":open", ":theme"):
            found.append(Entry(text, word, word))
    found += [
        Entry(one.plural, f":{(*one.short_names, one.name)[0]}", f":{one.name}") for one in known.resources.values()
    ]
    found += [Entry(f"checks of {component}", ":check", f":check {component}") for component in known.components]
    found += [Entry(f"context {name}", ":ctx", f":ctx {name}") for name in known.contexts]
    return found + [Entry(f"theme {name}", ":theme", f":theme {name}") for name in known.themes]


def matching(entries: Iterable[Entry], typed: str) -> list[Entry]:
    """Entries that hold the letters in order; those that hold them together come first."""
    wanted = "".join(typed.lower().split())
    ranked = [(rank, entry) for entry in entries if (rank := _rank(entry.title.lower(), wanted)) is not None]
    return [entry for _, entry in sorted(ranked, key=lambda pair: (pair[0], len(pair[1].title)))][:_MOST]


def _rank(text: str, wanted: str) -> int | None:
    if not wanted:
        return 0
    compact = text.replace(" ", "")
    if wanted in compact:
        return 0 if compact.startswith(wanted) else 1
    letters = iter(compact)
    return 2 if all(letter in letters for letter in wanted) else None


def palette_line(entry: Entry, width: int) -> Line:
    """One entry, its keys to the right."""
    return line(pad(entry.title, max(10, width - 20)), Span(f"  {entry.keys}", Role.ACCENT), key=entry.call)


class PaletteScreen(ModalScreen[str | None], inherit_bindings=False):
    """Answers with the call of the chosen entry, or None."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("ctrl+c", "app.quit", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__()
        self._entries = tuple(entries)
        self._shown: list[Entry] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="palette"):
            yield Input(placeholder="action, command or resource", compact=True)
            yield LineView(id="palette-lines")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._narrow("")

    def _narrow(self, typed: str) -> None:
        self._shown = matching(self._entries, typed)
        page = self.query_one(LineView)
        page.marked = True
        page.set_lines([palette_line(entry, min(66, self.size.width - 12)) for entry in self._shown])
        page.go(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        cursor = self.query_one(LineView).cursor
        self.dismiss(self._shown[cursor].call if cursor < len(self._shown) else None)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_move(self, steps: int) -> None:
        self.query_one(LineView).move(steps)
