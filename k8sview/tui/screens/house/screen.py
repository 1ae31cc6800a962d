"""The house on screen: floors on the left, what leads to the cause on the right (below, on a narrow terminal)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.containers import Container
from textual.widget import Widget

from k8sview.model.text import plain
from k8sview.session.picture import Picture
from k8sview.tui.actions import bindings
from k8sview.tui.present.commands import Go
from k8sview.tui.present.house import evidence, floors
from k8sview.tui.present.lines import joined
from k8sview.tui.screens.framed import FramedScreen
from k8sview.tui.widgets.cursor_view import GUTTER
from k8sview.tui.widgets.line_view import LineView
from k8sview.tui.window import Commanded

_SIDE_BY_SIDE = 110
"""From this width on both panes stand beside each other."""


class HouseScreen(FramedScreen):
    """Two panes; Tab changes sides."""

    CSS_PATH = "screen.tcss"
    WHERE: ClassVar[tuple[str, ...]] = ("panes",)
    BINDINGS = bindings("panes")

    def body(self) -> Iterable[Widget]:
        with Container(id="house"):
            yield LineView(id="floors")
            yield LineView(id="evidence")

    @property
    def floors(self) -> LineView:
        return self.query_one("#floors", LineView)

    @property
    def evidence(self) -> LineView:
        return self.query_one("#evidence", LineView)

    @property
    def mover(self) -> LineView:
        return self.evidence if self.evidence.has_focus else self.floors

    def on_mount(self) -> None:
        self._arrange()
        super().on_mount()
        remembered = self.window.recall(self.place)
        self._draw()
        if remembered:
            self.floors.go(remembered[0])
            self.evidence.go(remembered[1])

    def remember(self) -> Any:
        return self.floors.cursor, self.evidence.cursor

    def on_resize(self) -> None:
        self._arrange()
        super().on_resize()
        self.call_after_refresh(self._draw)

    def _arrange(self) -> None:
        self.query_one("#house").set_class(self.size.width < _SIDE_BY_SIDE, "-narrow")

    def show(self, picture: Picture) -> None:
        self._draw()

    def tick(self) -> None:
        self._draw()

    def _draw(self) -> None:
        picture = self.window.picture
        report, view = (picture.report, picture.view) if picture else (None, None)
        left, right = self.floors, self.evidence
        left.set_lines(floors(report, self._room(left)))
        now, health = self.window.now(), picture.health if picture else None
        seen_not, drift = self.window.unseen(), picture.drift if picture else None
        room, low = self._room(right), self.size.width < _SIDE_BY_SIDE
        lines = evidence(report, view, now, room, health=health, unseen=seen_not, drift=drift, low=low)
        right.set_lines(lines)

    def _room(self, pane: LineView) -> int:
        return max(30, pane.size.width - GUTTER - 1)

    def action_panes(self) -> None:
        self.set_focus(self.floors if self.evidence.has_focus else self.evidence)

    def action_filter(self) -> None:
        """Nothing to filter: every component is in sight."""

    def on_cursor_view_opened(self, event: LineView.Opened) -> None:
        event.stop()
        target = self.mover.target
        if target is not None:
            self.post_message(Commanded(Go(target)))

    def copied(self) -> str:
        pane = self.mover
        return plain(pane.lines[pane.cursor].text.strip()) if pane.cursor < pane.length else ""

    def saved(self) -> tuple[str, str]:
        return "house.txt", joined((*self.floors.lines, *self.evidence.lines))
