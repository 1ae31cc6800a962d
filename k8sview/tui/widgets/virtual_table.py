"""A table of any length that draws only the rows in sight, patched by key. It shows ``Rows`` and decides nothing.

Cursor, sort and scroll belong to keys, not to line numbers: they survive whatever rows come and go.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from k8sview.model.resources import Key
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.layout import GAP, Layout, lay_out
from k8sview.tui.present.lines import cut, pad
from k8sview.tui.present.measure import width_of
from k8sview.tui.present.rows import Change, Rows
from k8sview.tui.widgets.cursor_view import GUTTER, CursorView

_MOST_KEPT = 2000


class VirtualTable(CursorView):
    """Shows a ``Rows``; its owner updates the rows and then tells what changed."""

    HEAD = 1

    class HeadClicked(Message):
        """A column's title was clicked."""

        def __init__(self, column_id: str) -> None:
            super().__init__()
            self.column_id = column_id

    def __init__(self, rows: Rows, now: Callable[[], datetime], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.rows = rows
        self._now = now
        self.wide = False
        self.left_out: frozenset[str] = frozenset()
        self._key: Key | None = None
        self._natural = [width_of(column.title) + 1 for column in rows.spec.columns]
        self._layout = Layout(())
        self._available = 0
        self._grown = False
        self._cells: dict[Key, tuple[Span, ...]] = {}
        self._strips: dict[tuple[Key, bool], Strip] = {}
        self._head: Strip | None = None

    @property
    def length(self) -> int:
        return len(self.rows.order)

    @property
    def content_width(self) -> int:
        return self._layout.width if self.wide else 0

    @property
    def key(self) -> Key | None:
        """The row under the cursor."""
        return self.rows.order[self.cursor] if self.cursor < self.length else None

    @property
    def hidden_columns(self) -> int:
        """Columns that found no room."""
        return self._layout.hidden

    def show_rows(self, rows: Rows) -> None:
        """Another table altogether (its columns changed)."""
        self.rows = rows
        self._natural = [width_of(column.title) + 1 for column in rows.spec.columns]
        self.rearranged()

    def apply(self, change: Change) -> None:
        """Draw what an update changed, and no more."""
        for key in change.rows if len(change.rows) < len(self._cells) else list(self._cells):
            self._forget(key)
        if change.moved:
            self._follow()
        else:
            order = self.rows.order
            for index in self.in_sight:
                if order[index] in change.rows:
                    self.refresh_item(index)
        self.measure()

    def rearranged(self) -> None:
        """Sort, filter or columns changed: draw everything in sight anew."""
        self._cells.clear()
        self._strips.clear()
        self._head = None
        self._follow()
        self.measure()

    def select(self, key: Key) -> bool:
        """Put the cursor on a row, if it is shown."""
        if key not in self.rows.order:
            return False
        self.go(self.rows.order.index(key))
        return True

    def go(self, index: int) -> None:
        super().go(index)
        self._key = self.key

    def tick(self) -> None:
        """Ages grew and neighbours may have changed a verdict: draw the rows in sight that look different now."""
        now = self._now()
        order = self.rows.order
        for index in self.in_sight:
            key = order[index]
            before = self._cells.get(key)
            if before is None:
                continue
            self.rows.refreshed(key)
            after = self.rows.cells(key, now)
            if after != before:
                self._forget(key)
                self._look(key, after)
                self.refresh_item(index)
        if self._grown:
            self._lay_out()

    def measure(self) -> None:
        """Let columns grow to what is in sight. They never shrink while people look: nothing jumps."""
        now = self._now()
        order = self.rows.order
        for index in self.in_sight:
            key = order[index]
            if key not in self._cells:
                self._look(key, self.rows.cells(key, now))
        if self._grown or self._layout == Layout(()):
            self._lay_out()

    def _look(self, key: Key, cells: tuple[Span, ...]) -> tuple[Span, ...]:
        """Keep what a row shows, and note if a column is too narrow for it."""
        self._cells[key] = cells
        natural = self._natural
        for at, cell in enumerate(cells):
            width = width_of(cell.text)
            if width > natural[at]:
                natural[at], self._grown = width, True
        return cells

    def resized(self) -> None:
        super().resized()
        self.call_after_refresh(self._refit)

    def _refit(self) -> None:
        """A scroll bar may have come or gone with the rows, and taken a column's end with it."""
        if self._available != self.scrollable_content_region.width - GUTTER:
            self._lay_out()

    def _lay_out(self) -> None:
        self._grown = False
        available = self._available = self.scrollable_content_region.width - GUTTER
        columns = self.rows.spec.columns
        layout = lay_out(columns, self._natural, available, wide=self.wide, left_out=self.left_out)
        self._head = None
        if layout != self._layout:
            self._layout = layout
            self._strips.clear()
            self.resized()

    def _forget(self, key: Key) -> None:
        self._cells.pop(key, None)
        self._strips.pop((key, False), None)
        self._strips.pop((key, True), None)

    def _follow(self) -> None:
        """Keep the cursor on its row, and that row on its line of the screen."""
        order = self.rows.order
        line = self.cursor - self.scroll_offset.y
        if self._key is not None and not (self.cursor < len(order) and order[self.cursor] == self._key):
            try:
                self.cursor = order.index(self._key)
            except ValueError:  # gone: stay where it was
                self.cursor = max(0, min(self.cursor, len(order) - 1))
        self.resized()
        top = max(0, self.cursor - max(0, min(line, self.room - 1)))
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        self._key = self.key if self._key is not None or self.cursor else None

    def head_strip(self, y: int, width: int) -> Strip:
        if self._head is None or self._head.cell_length < width:
            spans = [Span(" " * GUTTER, Role.TITLE)]
            for at, size in self._layout.columns:
                column = self.rows.spec.columns[at]
                arrow = ("▼" if self.rows.reverse else "▲") if column.id == self.rows.sort_column else ""
                text = pad(column.title + arrow, size)
                spans.append(Span(text.rstrip().rjust(size) if column.right else text, Role.TITLE))
                spans.append(Span(" " * GAP, Role.TITLE))
            if self.hidden_columns:
                spans[-1] = Span(f" +{self.hidden_columns}", Role.MUTED)
            self._head = self.painter.strip(spans, max(width, self._layout.width + GUTTER))
        return self._sideways(self._head, width)

    def item_strip(self, index: int, width: int, *, selected: bool) -> Strip:
        key = self.rows.order[index]
        strip = self._strips.get((key, selected))
        if strip is None:
            if len(self._strips) > _MOST_KEPT:
                self._strips.clear()
                self._cells.clear()
            strip = self._strips[key, selected] = self._draw(key, width, selected=selected)
        return self._sideways(strip, width)

    def _sideways(self, strip: Strip, width: int) -> Strip:
        left = self.scroll_offset.x
        return strip.crop_extend(left, left + width, self.painter.style())

    def _draw(self, key: Key, width: int, *, selected: bool) -> Strip:
        cells = self._cells.get(key)
        if cells is None:
            cells = self._look(key, self.rows.cells(key, self._now()))
            if self._grown:
                self.call_later(self._lay_out)
        style = self.painter.style
        blank = style(cursor=selected)
        segments = [Segment("▸ " if selected else "  ", blank)]
        for at, size in self._layout.columns:
            column = self.rows.spec.columns[at]
            text = pad(cut(cells[at].text, size) if column.sentence else cells[at].text, size)
            if column.right:
                text = text.rstrip().rjust(size)
            segments.append(Segment(text, style(cells[at].role, cursor=selected)))
            segments.append(Segment(" " * GAP, blank))
        whole = max(width, self._layout.width + GUTTER)
        return Strip(segments).adjust_cell_length(whole, blank)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.measure()

    def on_resize(self) -> None:
        self._layout = Layout(())
        self._strips.clear()
        self._lay_out()
        self.go(self.cursor)
        self.measure()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()
        self._head = None

    def on_click(self, event: events.Click) -> None:
        if event.y >= self.HEAD:
            super().on_click(event)
            return
        x = event.x + self.scroll_offset.x - GUTTER
        for at, size in self._layout.columns:
            if x < size + GAP:
                self.post_message(self.HeadClicked(self.rows.spec.columns[at].id))
                return
            x -= size + GAP
