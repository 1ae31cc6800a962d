"""The checks as a table; where there is room, what the one under the cursor found stands below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from textual.widget import Widget

from k8sview.model.report import Report
from k8sview.model.resources import Key
from k8sview.session.picture import Picture
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.columns import TableSpec
from k8sview.tui.present.commands import Go
from k8sview.tui.present.judged import CHECKS, check_lines, chosen
from k8sview.tui.present.states import Notice
from k8sview.tui.screens.tabular import TabularScreen
from k8sview.tui.widgets.cursor_view import GUTTER, CursorView
from k8sview.tui.widgets.line_view import LineView
from k8sview.tui.window import Commanded

_SPLIT = 34
"""From this height on the evidence stands below the table."""


class ChecksScreen(TabularScreen):
    """``place.arguments`` may hold a layer or a component."""

    CSS_PATH = "screen.tcss"
    _shown: tuple[Report | None, Mapping[Key, Any]] = (None, {})

    @property
    def selection(self) -> str:
        return self.place.arguments[0] if self.place.arguments else ""

    def spec(self, picture: Picture | None) -> TableSpec:
        return CHECKS

    def objects(self, picture: Picture) -> Mapping[Key, Any]:
        if self._shown[0] is not picture.report or picture.report is None:
            self._shown = picture.report, chosen(picture.report, self.selection)
        return self._shown[1]

    def notice(self, picture: Picture) -> Notice | None:
        if picture.report is None:
            return Notice(Span("… NOT JUDGED YET  waiting for the tables that the checks read", Role.MUTED), True)
        if not self.rows.total:
            return Notice(Span(f"No check belongs to {self.selection or 'this selection'}.", Role.MUTED), True)
        return None

    def count_text(self, picture: Picture | None) -> str:
        return "?" if picture is None or picture.report is None else super().count_text(picture)

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        yield LineView(id="detail")

    def on_resize(self) -> None:
        super().on_resize()
        self.query_one("#detail").display = self.size.height >= _SPLIT

    def show(self, picture: Picture) -> None:
        super().show(picture)
        self._detail()

    def on_cursor_view_moved(self, event: CursorView.Moved) -> None:
        if event.view is self.table:
            self._detail()

    def _detail(self) -> None:
        detail = self.query_one("#detail", LineView)
        key, picture = self.table.key, self.window.picture
        if detail.display and picture is not None and key is not None:
            detail.set_lines(check_lines(picture.report, key[1], max(20, self.size.width - GUTTER - 1)))
            detail.cursor = 0
            detail.scroll_to(y=0, animate=False)

    def opened(self, key: Key) -> None:
        self.post_message(Commanded(Go(places.check(key[1]))))
