"""What is broken, grouped by cause, faults first; what the row under the cursor says in full stands below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual.widget import Widget

from k8sview.model.health import ClusterHealth
from k8sview.model.resources import Key
from k8sview.session.picture import Picture
from k8sview.tui.actions import bindings
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.columns import TableSpec
from k8sview.tui.present.commands import Go
from k8sview.tui.present.health import HEALTH, Entry, blind_lines, counts_line, entries, entry_lines, headline
from k8sview.tui.present.lines import Line
from k8sview.tui.present.links import place_of
from k8sview.tui.present.places import Place
from k8sview.tui.present.states import Notice
from k8sview.tui.screens.tabular import TabularScreen
from k8sview.tui.widgets.cursor_view import GUTTER, CursorView
from k8sview.tui.widgets.line_view import Bar, LineView
from k8sview.tui.window import Commanded, Left, Window

_ROOM_FOR_DETAIL = 20
"""From this height on the row under the cursor is told in full below the table."""


class HealthScreen(TabularScreen):
    """Rows are causes; with ctrl-z also what is on its way, waits, ends or cannot be known."""

    CSS_PATH = "screen.tcss"
    WHERE: ClassVar[tuple[str, ...]] = ("list", "object")
    BINDINGS = bindings("list", "object")

    def __init__(self, window: Window, place: Place) -> None:
        remembered = window.recall(place)
        self._faults_only = remembered[2] if remembered else True
        self._shown: tuple[ClusterHealth | None, bool, Mapping[Key, Entry]] = (None, True, {})
        super().__init__(window, place)

    def remember(self) -> Any:
        return (*super().remember(), self._faults_only)

    def spec(self, picture: Picture | None) -> TableSpec:
        return HEALTH

    def objects(self, picture: Picture) -> Mapping[Key, Any]:
        health = picture.health
        if health is None:
            return {}
        known, faults_only, rows = self._shown
        if known is not health or faults_only is not self._faults_only:
            rows = entries(health, faults_only=self._faults_only, before=rows)
            self._shown = health, self._faults_only, rows
        return rows

    def body(self) -> Iterable[Widget]:
        yield Bar(id="counts")
        yield Bar(id="blind")
        yield from super().body()
        yield LineView(id="detail")

    def on_resize(self) -> None:
        super().on_resize()
        self._arrange()

    def _arrange(self) -> None:
        self.query_one("#detail").display = self.size.height >= _ROOM_FOR_DETAIL and bool(self.rows.order)

    def notice(self, picture: Picture) -> Notice | None:
        if picture.health is None:
            return Notice(Span("… NOT JUDGED YET  waiting for the tables that verdicts need", Role.MUTED), True)
        if self.rows.total:
            return None
        span = headline(picture.health, self.window.unseen())
        if not self._faults_only:
            return Notice(span, True, ("Every object that could be judged is well, or suspended on purpose.",))
        return Notice(span, True, ("ctrl-z also shows what is on its way, waits, ends or cannot be known.",))

    def count_text(self, picture: Picture | None) -> str:
        return "?" if picture is None or picture.health is None else super().count_text(picture)

    @property
    def trail(self) -> Line:
        trail = super().trail
        return Line((*trail.spans, Span("  faults only", Role.WARN))) if self._faults_only else trail

    def show(self, picture: Picture) -> None:
        super().show(picture)
        self._state(picture)
        self._arrange()
        self._detail()

    def _state(self, picture: Picture) -> None:
        unseen = self.window.unseen()
        self.query_one("#counts", Bar).set_lines(counts_line(picture.health, unseen, self.size.width))
        blind = self.query_one("#blind", Bar)
        told = blind_lines(unseen, picture.view, max(20, self.size.width - 2)) if picture.health is not None else []
        blind.display = bool(told)
        blind.styles.height = max(1, len(told))
        blind.set_lines(*told)

    def tick(self) -> None:
        super().tick()
        self._detail(stay=True)

    def on_cursor_view_moved(self, event: CursorView.Moved) -> None:
        if event.view is self.table:
            self._detail()

    def _detail(self, *, stay: bool = False) -> None:
        detail, entry = self.query_one("#detail", LineView), self.chosen
        if not detail.display or entry is None:
            return
        detail.set_lines(entry_lines(entry, self.window.now(), max(20, self.size.width - GUTTER - 1)))
        if not stay and not detail.has_focus:
            detail.cursor = 0
            detail.scroll_to(y=0, animate=False)

    @property
    def chosen(self) -> Entry | None:
        """The row under the cursor."""
        entry = self.rows.get(self.table.key) if self.table.key is not None else None
        return entry if isinstance(entry, Entry) else None

    def action_faults(self) -> None:
        self._faults_only = not self._faults_only
        self._show_again()
        self.refresh_crumbs()

    def action_back(self) -> None:
        if self.rows.filter.active:
            self.filter_by("")
        else:
            self.post_message(Left())

    def opened(self, key: Key) -> None:
        if self.chosen is not None:
            self.post_message(Commanded(Go(self.chosen.place)))

    def action_object(self, tab: str) -> None:
        place = place_of(self.chosen.object, tab) if self.chosen is not None else None
        if place is not None:
            self.post_message(Commanded(Go(place)))

    def action_owner(self) -> None:
        self.action_object("owners")

    def copied(self) -> str:
        """The command of the row; where it has none, the object's name."""
        entry = self.chosen
        return (entry.next.partition("\n")[0] or entry.object.name) if entry is not None else ""
