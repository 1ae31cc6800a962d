"""A scrolled list of one-line items with a cursor: what the virtual table and the page of lines have in common.

Only lines in sight are rendered. Moving the cursor draws two lines again, nothing else.
"""

from __future__ import annotations

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from k8sview.tui.widgets.paint import CURSOR_CLASSES, ROLE_CLASSES, Painter

GUTTER = 2
"""Columns left of each item: the cursor is a mark there as well as a colour."""


class CursorView(ScrollView, can_focus=True, inherit_bindings=False):
    """Subclasses say how many items there are and draw one; keys come from the screen, by these methods."""

    COMPONENT_CLASSES = ROLE_CLASSES | CURSOR_CLASSES
    HEAD = 0
    """Lines at the top that do not scroll."""

    class Opened(Message):
        """Enter or a double click on the item under the cursor."""

        def __init__(self, view: CursorView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> CursorView:
            return self.view

    class Moved(Opened):
        """The cursor went to another item."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's word
        super().__init__(id=id, classes=classes)
        self.painter = Painter(self)
        self.cursor = 0

    @property
    def length(self) -> int:
        """How many items there are."""
        raise NotImplementedError

    @property
    def content_width(self) -> int:
        """Columns an item may take beyond the gutter."""
        return 0

    def head_strip(self, y: int, width: int) -> Strip:
        """Line ``y`` of the fixed top."""
        return Strip.blank(width)

    def item_strip(self, index: int, width: int, *, selected: bool) -> Strip:
        """One item, gutter included."""
        raise NotImplementedError

    @property
    def room(self) -> int:
        """Items in sight."""
        return max(1, self.scrollable_content_region.height - self.HEAD)

    @property
    def in_sight(self) -> range:
        """Indices of the items in sight."""
        top = self.scroll_offset.y
        return range(top, min(self.length, top + self.room))

    def resized(self) -> None:
        """The number of items or their width changed: fit the scroll bars, keep the cursor inside."""
        self.virtual_size = Size(self.content_width + GUTTER, self.length + self.HEAD)
        self.cursor = max(0, min(self.cursor, self.length - 1))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Textual asks for line ``y`` of the viewport."""
        width = self.scrollable_content_region.width
        if y < self.HEAD:
            return self.head_strip(y, width)
        index = self.scroll_offset.y + y - self.HEAD
        if not 0 <= index < self.length:
            return Strip.blank(width, self.painter.style())
        return self.item_strip(index, width, selected=index == self.cursor)

    def refresh_item(self, index: int) -> None:
        """Draw one item again, if it is in sight."""
        y = index - self.scroll_offset.y + self.HEAD
        if self.HEAD <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def go(self, index: int) -> None:
        """Put the cursor on an item and keep it in sight."""
        index = max(0, min(index, self.length - 1))
        before, self.cursor = self.cursor, index
        top, room = self.scroll_offset.y, self.room
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif index >= top + room:
            self.scroll_to(y=index - room + 1, animate=False)
        self.refresh_item(before)
        self.refresh_item(index)
        if index != before:
            self.post_message(self.Moved(self))

    def move(self, steps: int) -> None:
        """Down or, with a negative number, up."""
        self.go(self.cursor + steps)

    def page(self, pages: int) -> None:
        """A screenful down or up."""
        room = self.room
        self.scroll_to(y=max(0, self.scroll_offset.y + pages * room), animate=False)
        self.go(self.cursor + pages * room)

    def ends(self, *, last: bool) -> None:
        """To the first or the last item."""
        self.go(self.length - 1 if last else 0)

    def sideways(self, steps: int) -> None:
        """Scroll by half-screens."""
        self.scroll_to(x=self.scroll_offset.x + steps * self.size.width // 2, animate=False)

    def open(self) -> None:
        """Say that the item under the cursor is wanted."""
        if self.length:
            self.post_message(self.Opened(self))

    def notify_style_update(self) -> None:
        self.painter.forget()
        super().notify_style_update()

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.y - self.HEAD
        if event.y >= self.HEAD and 0 <= index < self.length:
            self.go(index)
            if event.chain == 2:
                self.open()
