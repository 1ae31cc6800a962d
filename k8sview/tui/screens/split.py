"""What the screens of health and drift share: lines of counts, a table, and the row under the cursor told below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual.widget import Widget

from k8sview.model.resources import Key
from k8sview.session.picture import Picture
from k8sview.tui.actions import bindings
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.commands import Go
from k8sview.tui.present.lines import Line
from k8sview.tui.present.places import Place
from k8sview.tui.screens.tabular import TabularScreen
from k8sview.tui.widgets.cursor_view import GUTTER, CursorView
from k8sview.tui.widgets.line_view import Bar, LineView
from k8sview.tui.window import Commanded, Left, Window

_ROOM_FOR_DETAIL = 20
"""From this height on the row under the cursor is told in full below the table."""


class SplitScreen(TabularScreen):
    """Subclasses say what the rows are, what stands above them, and what one row tells in full.

    ``ctrl-z`` does not filter rows by a verdict here, it asks for fewer or more of them: ``faults_only``.
    """

    WHERE: ClassVar[tuple[str, ...]] = ("list", "object", "drift")
    BINDINGS = bindings("list", "object", "drift")
    FEWER: ClassVar[str] = "faults only"
    """What the crumbs say while there are fewer rows."""

    def __init__(self, window: Window, place: Place) -> None:
        remembered = window.recall(place)
        self.faults_only = remembered[2] if remembered else True
        self._known: tuple[Any, ...] = ()
        self._shown: Mapping[Key, Any] = {}
        super().__init__(window, place)

    def asked(self, picture: Picture) -> tuple[Any, ...]:
        """What the rows rest on; they are made anew when it changed (by identity)."""
        return (picture.drift, self.faults_only)

    def looked(self, picture: Picture) -> bool:
        """Whether anybody has looked at what the rows tell of: before that there is no count."""
        return picture.drift is not None

    def made(self, picture: Picture, before: Mapping[Key, Any]) -> Mapping[Key, Any]:
        """The rows; one that is as it was ``before`` is the same value."""
        raise NotImplementedError

    def head(self, picture: Picture, width: int) -> list[Line]:
        """The lines above the table."""
        raise NotImplementedError

    def told(self, row: Any, width: int) -> list[Line]:
        """One row in full."""
        raise NotImplementedError

    def target(self, row: Any, tab: str) -> Place | None:
        """Where a row's object is, under a tab."""
        raise NotImplementedError

    def remember(self) -> Any:
        return (*super().remember(), self.faults_only)

    def objects(self, picture: Picture) -> Mapping[Key, Any]:
        known = self.asked(picture)
        same = len(known) == len(self._known) and all(a is b for a, b in zip(known, self._known, strict=True))
        if not same:
            self._known, self._shown = known, self.made(picture, self._shown)
        return self._shown

    def body(self) -> Iterable[Widget]:
        yield Bar(id="head")
        yield from super().body()
        yield LineView(id="detail")

    def on_resize(self) -> None:
        super().on_resize()
        self._arrange()

    def _arrange(self) -> None:
        self.query_one("#detail").display = self.size.height >= _ROOM_FOR_DETAIL and bool(self.rows.order)

    def count_text(self, picture: Picture | None) -> str:
        return super().count_text(picture) if picture is not None and self.looked(picture) else "?"

    @property
    def trail(self) -> Line:
        trail = super().trail
        return Line((*trail.spans, Span(f"  {self.FEWER}", Role.WARN))) if self.faults_only else trail

    def show(self, picture: Picture) -> None:
        super().show(picture)
        self._draw_head(picture)
        self._arrange()
        self._detail(stay=True)

    def _draw_head(self, picture: Picture) -> None:
        lines = self.head(picture, max(20, self.size.width))
        head = self.query_one("#head", Bar)
        head.styles.height = max(1, len(lines))
        head.set_lines(*lines)

    def tick(self) -> None:
        super().tick()
        if self.window.picture is not None:
            self._draw_head(self.window.picture)
        self._detail(stay=True)

    def on_cursor_view_moved(self, event: CursorView.Moved) -> None:
        if event.view is self.table:
            self._detail()

    def _detail(self, *, stay: bool = False) -> None:
        detail, row = self.query_one("#detail", LineView), self.chosen
        if not detail.display or row is None:
            return
        detail.set_lines(self.told(row, max(20, self.size.width - GUTTER - 1)))
        if not stay and not detail.has_focus:
            detail.cursor = 0
            detail.scroll_to(y=0, animate=False)

    @property
    def chosen(self) -> Any:
        """The row under the cursor."""
        return self.rows.get(self.table.key) if self.table.key is not None else None

    def action_faults(self) -> None:
        self.faults_only = not self.faults_only
        self._show_again()
        self.refresh_crumbs()

    def action_back(self) -> None:
        if self.rows.filter.active:
            self.filter_by("")
        else:
            self.post_message(Left())

    def action_object(self, tab: str) -> None:
        place = self.target(self.chosen, tab) if self.chosen is not None else None
        if place is not None:
            self.post_message(Commanded(Go(place)))

    def action_owner(self) -> None:
        self.action_object("owners")

    def opened(self, key: Key) -> None:
        self.action_object("explain")
