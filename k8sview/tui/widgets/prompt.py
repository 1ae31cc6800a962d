"""The line for commands and filters: Tab completes, up and down go through what was typed before, esc leaves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from k8sview.model.text import plain

Complete = Callable[[str], tuple[str, ...]]


class Prompt(Input):
    """Hidden until asked for. ``sign`` is ``:`` or ``/``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,right", "complete", show=False, priority=True),
        Binding("up", "past(-1)", show=False, priority=True),
        Binding("down", "past(1)", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
        Binding("enter", "enter", show=False, priority=True),
        Binding("ctrl+u", "wipe", show=False, priority=True),
    ]

    class Line(Message):
        """What was typed so far, or (``entered``) at the end; None where it was given up."""

        def __init__(self, sign: str, text: str | None, *, entered: bool, options: tuple[str, ...] = ()) -> None:
            super().__init__()
            self.sign = sign
            self.text = text
            self.entered = entered
            self.options = options

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's word
        super().__init__(id=id, compact=True, select_on_focus=False)
        self.sign = ":"
        self._past: list[str] = []
        self._at = 0
        self._complete: Complete = lambda text: ()
        self._options: tuple[str, ...] = ()
        self.display = False

    def ask(self, sign: str, past: list[str], complete: Complete, text: str = "") -> None:
        """Show the line and take keys until it is entered or left."""
        self.sign, self._past, self._complete = sign, past, complete
        self._at = len(past)
        self._options = ()
        self.display = True
        self.value = text
        self.cursor_position = len(text)
        self.screen.set_focus(self)  # at once: the next key may be on its way already

    def action_complete(self) -> None:
        """Take the first completion; at the cursor's end only, elsewhere move right."""
        options = tuple(map(plain, self._complete(self.value)))
        if self.cursor_position < len(self.value) or not options:
            self.action_cursor_right()
            return
        self.value = options[0]
        self.cursor_position = len(self.value)

    def action_past(self, steps: int) -> None:
        """An earlier or later line."""
        self._at = max(0, min(len(self._past), self._at + steps))
        self.value = self._past[self._at] if self._at < len(self._past) else ""
        self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        self.display = False
        self.post_message(self.Line(self.sign, None, entered=False))

    def action_wipe(self) -> None:
        self.value = ""

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            options = tuple(map(plain, self._complete(self.value)))
            self.post_message(self.Line(self.sign, self.value, entered=False, options=options))

    def action_enter(self) -> None:
        text = self.value
        if text.strip() and (not self._past or self._past[-1] != text):
            self._past.append(text)
        self.display = False
        self.post_message(self.Line(self.sign, text, entered=True))
