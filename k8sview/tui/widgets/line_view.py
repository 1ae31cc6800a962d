"""Pages of text lines: one that scrolls with a cursor (``LineView``), and fixed ones of a few lines (``Bar``)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.lines import Line
from k8sview.tui.present.measure import width_of
from k8sview.tui.present.places import Place
from k8sview.tui.widgets.cursor_view import GUTTER, CursorView
from k8sview.tui.widgets.paint import ROLE_CLASSES, Painter


class LineView(CursorView):
    """Shows lines; where a line has a target, Enter leads there."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's word
        super().__init__(id=id, classes=classes)
        self.lines: Sequence[Line] = ()
        self.marked = False
        """Whether the cursor shows even while something else has the focus."""
        self._widest = 0

    @property
    def length(self) -> int:
        return len(self.lines)

    @property
    def content_width(self) -> int:
        return self._widest

    @property
    def target(self) -> Place | None:
        """Where the line under the cursor leads."""
        return self.lines[self.cursor].target if self.cursor < len(self.lines) else None

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines; the cursor stays on the line with the same key."""
        if lines == self.lines:
            return
        key = self.lines[self.cursor].key if self.cursor < len(self.lines) else ""
        self.lines = lines
        room = self.scrollable_content_region.width - GUTTER
        # Texts are wrapped to the room there is; only YAML and the like are wider.
        self._widest = max((width_of(one.text) for one in lines), default=0)
        if self._widest <= room:
            self._widest = 0
        if key:
            self.cursor = next((at for at, one in enumerate(lines) if one.key == key), self.cursor)
        self.resized()

    def search(self, typed: str, *, forward: bool = True, again: bool = False) -> bool:
        """Put the cursor on the next line that holds the text (a regular expression, or itself)."""
        try:
            pattern = re.compile(typed, re.IGNORECASE)
        except re.error:
            pattern = re.compile(re.escape(typed), re.IGNORECASE)
        count = len(self.lines)
        first = 1 if again else 0
        for step in range(first, count + first):
            at = (self.cursor + (step if forward else -step)) % count
            if pattern.search(self.lines[at].text):
                self.go(at)
                return True
        return False

    def item_strip(self, index: int, width: int, *, selected: bool) -> Strip:
        selected = selected and (self.has_focus or self.marked)
        one = self.lines[index]
        mark = Span("▸ " if selected else "  ", Role.PLAIN)
        strip = self.painter.strip((mark, *one.spans), max(width, self._widest + GUTTER), cursor=selected)
        left = self.scroll_offset.x
        return strip.crop_extend(left, left + width, self.painter.style(cursor=selected))

    def on_focus(self) -> None:
        self.refresh_item(self.cursor)

    def on_blur(self) -> None:
        self.refresh_item(self.cursor)


class Bar(Widget):
    """A few fixed lines."""

    COMPONENT_CLASSES = ROLE_CLASSES

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's word
        super().__init__(id=id, classes=classes)
        self.painter = Painter(self)
        self.lines: tuple[Line, ...] = ()

    def set_lines(self, *lines: Line) -> None:
        """Show other lines; nothing is drawn where they are the same."""
        if lines != self.lines:
            self.lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        spans = self.lines[y].spans if y < len(self.lines) else ()
        return self.painter.strip(spans, self.size.width)

    def notify_style_update(self) -> None:
        self.painter.forget()
        super().notify_style_update()
