"""What all screens with a table share: rows, filter, sort, faults only, and what is said in place of rows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from textual import work
from textual.widget import Widget

from k8sview.model.resources import Key
from k8sview.reports.order import counted
from k8sview.session.picture import Picture
from k8sview.tui.actions import Action, bindings
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.columns import Surroundings, TableSpec
from k8sview.tui.present.export import as_csv
from k8sview.tui.present.filters import parse_filter
from k8sview.tui.present.lines import Line, line
from k8sview.tui.present.places import Place
from k8sview.tui.present.rows import Rows
from k8sview.tui.present.states import Notice
from k8sview.tui.screens.framed import FramedScreen
from k8sview.tui.widgets.line_view import Bar
from k8sview.tui.widgets.virtual_table import VirtualTable
from k8sview.tui.window import Left, Say, Window

_SLICE = 0.006
_SWEEP_EVERY = 5.0
"""Seconds between two looks at all verdicts, of rows out of sight too."""


class TabularScreen(FramedScreen):
    """Subclasses give the columns, the objects, and where a row leads."""

    WHERE: ClassVar[tuple[str, ...]] = ("list",)
    BINDINGS = bindings("list")

    def __init__(self, window: Window, place: Place) -> None:
        super().__init__(window, place)
        remembered = window.recall(place)
        self.rows: Rows = remembered[0] if remembered else Rows(self.spec(window.picture))
        self._start_key: Key | None = remembered[1] if remembered else None
        self._typed_before = ""
        self._swept_version = -1
        self._swept_at = 0.0
        self._sweeping: Iterator[bool] | None = None

    def spec(self, picture: Picture | None) -> TableSpec:
        """The columns at this moment."""
        raise NotImplementedError

    def objects(self, picture: Picture) -> Mapping[Key, Any]:
        """What is in the table; the same mapping as before where nothing changed."""
        raise NotImplementedError

    def notice(self, picture: Picture) -> Notice | None:
        """What must be said in place of the rows or above them."""
        return None

    def count_text(self, picture: Picture | None) -> str:
        """The number of rows in words; never a number that is not known."""
        shown = len(self.rows.order)
        return f"{shown}" if shown == self.rows.total else f"{shown}/{self.rows.total}"

    def health(self, obj: Any) -> Any:
        """The verdict column's value of one object."""
        return None

    def remember(self) -> Any:
        return self.rows, self.table.key

    @property
    def table(self) -> VirtualTable:
        return self.query_one(VirtualTable)

    @property
    def mover(self) -> VirtualTable:
        return self.table

    def body(self) -> Iterable[Widget]:
        yield Bar(id="banner", classes="bar")
        yield VirtualTable(self.rows, self.window.now, id="table")
        yield Bar(id="instead")

    def show(self, picture: Picture) -> None:
        spec = self.spec(picture)
        if spec is not self.rows.spec:
            self._take_spec(spec)
        around = Surroundings(picture.view, self.health)
        change = self.rows.update(self.objects(picture), around, self.window.now())
        self.table.apply(change)
        if self._start_key is not None and self.table.select(self._start_key):
            self._start_key = None
        self.table.tick()
        self._show_notice(self.notice(picture))
        self._sweep_soon(picture)
        self.refresh_crumbs()

    def _take_spec(self, spec: TableSpec) -> None:
        """The columns became known (a definition was read), or changed."""
        rows = Rows(spec)
        rows.sort_column = self.rows.sort_column if spec.position(self.rows.sort_column or "") is not None else None
        rows.sort_column = rows.sort_column or spec.default_sort
        rows.reverse = self.rows.reverse
        rows.narrow(parse_filter(self.rows.filter.typed, spec), faults_only=self.rows.faults_only)
        self.rows = rows
        self.table.show_rows(rows)

    def _show_notice(self, notice: Notice | None) -> None:
        banner, instead = self.query_one("#banner", Bar), self.query_one("#instead", Bar)
        hidden_all = notice is None and not self.rows.order and self.rows.total and not self.rows.pending
        if hidden_all:
            notice = Notice(Span(self._nothing_left(), Role.MUTED), instead=True)
        banner.display = notice is not None and not notice.instead
        instead.display = notice is not None and notice.instead
        self.table.set_class(instead.display, "-empty")
        if notice is None:
            return
        if notice.instead:
            details = [line("  ", Span(text, Role.MUTED)) for text in notice.details]
            instead.set_lines(Line(), line("  ", notice.span), *details)
        else:
            banner.set_lines(line(" ", notice.span))

    def _nothing_left(self) -> str:
        if self.rows.faults_only and not self.rows.judged:
            return f"No verdict is given here: faults cannot be told among {self.rows.total} rows (ctrl-z shows them)."
        what = "faulty or unknown" if self.rows.faults_only and not self.rows.filter.active else "a match"
        return f"None of {self.rows.total} rows is {what}. esc shows them all."

    @property
    def trail(self) -> Line:
        spans = [Span(f"[{self.count_text(self.window.picture)}]", Role.ACCENT)]
        if self.rows.filter.active:
            spans.append(Span(f"  /{self.rows.filter.typed}", Role.WARN))
        if self.rows.filter.problem:
            spans.append(Span(f"  {self.rows.filter.problem}", Role.FAIL))
        if self.rows.faults_only:
            spans.append(Span("  faults only", Role.WARN))
        if self.rows.pending:
            spans.append(Span(f"  … {self.rows.pending} rows still to look at", Role.MUTED))
        if self.is_mounted and self.table.hidden_columns and self.rows.order:
            spans.append(Span(f"  +{counted(self.table.hidden_columns, 'column')}: ctrl-w", Role.MUTED))
        return Line(tuple(spans))

    def _sweep_soon(self, picture: Picture) -> None:
        """Make the rows nobody looked at yet, and now and then look at verdicts again, in small slices."""
        busy = self._sweeping is not None
        again = picture.view.version != self._swept_version and time.monotonic() - self._swept_at > _SWEEP_EVERY
        if not busy and (again or self.rows.pending):
            self._swept_version, self._swept_at = picture.view.version, time.monotonic()
            self._sweeping = self.rows.sweep(verdicts=again)
            self._sweep()

    @work(group="sweep", exclusive=True, exit_on_error=False)
    async def _sweep(self) -> None:
        import asyncio

        rows, steps = self.rows, self._sweeping
        moved = False
        while steps is not None and rows is self.rows:
            until = time.monotonic() + _SLICE
            try:
                while time.monotonic() < until:
                    moved = next(steps)
            except StopIteration:
                break
            await asyncio.sleep(0)
        self._sweeping = None
        if moved:
            self.table.rearranged()
        if self.window.picture is not None:
            self._show_notice(self.notice(self.window.picture))
        self.refresh_crumbs()

    def tick(self) -> None:
        self.table.tick()
        picture = self.window.picture
        if picture is not None:
            self._show_notice(self.notice(picture))

    def valid(self, action: Action) -> bool:
        if action.id.startswith("sort."):
            return self.rows.spec.position(action.call.partition("'")[2].rstrip("')")) is not None
        if action.id == "faults":
            return self.rows.spec.position("verdict") is not None
        return True

    def action_sort(self, column_id: str) -> None:
        if self.rows.spec.position(column_id) is None:
            self.post_message(Say(f"there is no column {column_id} here", Role.WARN))
            return
        same = self.rows.sort_column == column_id
        self.rows.sort_by(column_id, reverse=same and not self.rows.reverse)
        self._rearranged()
        self.table.ends(last=False)

    def action_faults(self) -> None:
        self.rows.narrow(self.rows.filter, faults_only=not self.rows.faults_only)
        self._rearranged()

    def action_wide(self) -> None:
        self.table.wide = not self.table.wide
        self.table.rearranged()
        self.table.on_resize()
        self.refresh_crumbs()

    def _rearranged(self) -> None:
        self.table.rearranged()
        picture = self.window.picture
        if picture is not None:
            self._show_notice(self.notice(picture))
            self._sweep_soon(picture)
        self.refresh_crumbs()

    def on_virtual_table_head_clicked(self, event: VirtualTable.HeadClicked) -> None:
        self.action_sort(event.column_id)

    def action_filter(self) -> None:
        self._typed_before = self.rows.filter.typed
        self.ask("/", self._typed_before)

    def narrowed(self, text: str | None, *, entered: bool) -> None:
        typed = self._typed_before if text is None else text
        self.filter_by(typed)

    def filter_by(self, typed: str) -> None:
        """Narrow the rows to what matches."""
        if typed != self.rows.filter.typed:
            self.rows.narrow(parse_filter(typed, self.rows.spec))
            self._rearranged()

    def action_back(self) -> None:
        if self.rows.filter.active:
            self.filter_by("")
        elif self.rows.faults_only:
            self.action_faults()
        else:
            self.post_message(Left())

    def copied(self) -> str:
        key = self.table.key
        return key[1] if key else ""

    def saved(self) -> tuple[str, str]:
        return f"{self.place.crumb}.csv", as_csv(self.rows, self.window.now())

    def on_cursor_view_opened(self, event: VirtualTable.Opened) -> None:
        event.stop()
        if event.view is self.table and self.table.key is not None:
            self.opened(self.table.key)

    def opened(self, key: Key) -> None:
        """Enter on a row."""
