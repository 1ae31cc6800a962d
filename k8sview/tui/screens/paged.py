"""What all screens with one page of lines share: drawing it anew, searching it, following its links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.widget import Widget

from k8sview.model.text import plain
from k8sview.session.picture import Picture
from k8sview.tui.actions import bindings
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.commands import Go
from k8sview.tui.present.lines import Line, joined, line
from k8sview.tui.present.places import Place
from k8sview.tui.screens.framed import FramedScreen
from k8sview.tui.widgets.cursor_view import GUTTER
from k8sview.tui.widgets.line_view import LineView
from k8sview.tui.window import Commanded, Say, Window


class PagedScreen(FramedScreen):
    """Subclasses say which lines there are for a width."""

    WHERE: ClassVar[tuple[str, ...]] = ("page",)
    BINDINGS = bindings("page")

    def __init__(self, window: Window, place: Place) -> None:
        super().__init__(window, place)
        self._search = ""
        self._cursor: int | None = window.recall(place)

    def lines(self, picture: Picture | None, width: int) -> list[Line]:
        """The page."""
        raise NotImplementedError

    def body(self) -> Iterable[Widget]:
        yield LineView(id="page")

    @property
    def page(self) -> LineView:
        return self.query_one("#page", LineView)

    @property
    def mover(self) -> LineView:
        return self.page

    @property
    def room(self) -> int:
        """Columns for text."""
        return max(20, self.size.width - GUTTER - 1)

    def remember(self) -> Any:
        return self.page.cursor

    def on_mount(self) -> None:
        super().on_mount()
        if self.window.picture is None:
            self.page.set_lines(self.lines(None, self.room))

    def show(self, picture: Picture) -> None:
        self.page.set_lines(self.lines(picture, self.room))
        if self._cursor is not None and self.page.length > self._cursor:
            self.page.go(self._cursor)
            self._cursor = None

    def tick(self) -> None:
        if self.window.picture is not None:
            self.page.set_lines(self.lines(self.window.picture, self.room))

    @property
    def trail(self) -> Line:
        return line(Span(f"/{self._search}", Role.WARN)) if self._search else Line()

    def narrowed(self, text: str | None, *, entered: bool) -> None:
        if text:
            self._search = text
            if not self.page.search(text) and entered:
                self.post_message(Say(f"{text} is not on this page", Role.WARN))

    def action_again(self, forward: bool) -> None:  # called by Textual from the table of actions
        if self._search and not self.page.search(self._search, forward=forward, again=True):
            self.post_message(Say(f"{self._search} is not on this page", Role.WARN))

    def action_back(self) -> None:
        if self._search:
            self._search = ""
            self.refresh_crumbs()
        else:
            super().action_back()

    def on_cursor_view_opened(self, event: LineView.Opened) -> None:
        event.stop()
        target = self.page.target
        if target is not None:
            self.post_message(Commanded(Go(target)))

    def copied(self) -> str:
        page = self.page
        return self.line_copy or (plain(page.lines[page.cursor].text.strip()) if page.cursor < page.length else "")

    @property
    def line_copy(self) -> str:
        """What the line under the cursor wants copied instead of itself; "" where nothing."""
        page = self.page
        return page.lines[page.cursor].copy if page.cursor < page.length else ""

    def saved(self) -> tuple[str, str]:
        return f"{self.place.crumb}.txt", joined(self.page.lines)
