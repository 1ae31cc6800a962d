"""What is broken, grouped by cause, faults first; what the row under the cursor says in full stands below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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
from k8sview.tui.screens.split import SplitScreen
from k8sview.tui.window import Commanded


class HealthScreen(SplitScreen):
    """Rows are causes; with ctrl-z also what is on its way, waits, ends or cannot be known."""

    CSS_PATH = "screen.tcss"
    WHERE: ClassVar[tuple[str, ...]] = ("list", "object")
    BINDINGS = bindings("list", "object")

    def spec(self, picture: Picture | None) -> TableSpec:
        return HEALTH

    def asked(self, picture: Picture) -> tuple[Any, ...]:
        return (picture.health, self.faults_only)

    def looked(self, picture: Picture) -> bool:
        return picture.health is not None

    def made(self, picture: Picture, before: Mapping[Key, Entry]) -> Mapping[Key, Entry]:
        if picture.health is None:
            return {}
        return entries(picture.health, faults_only=self.faults_only, before=before)

    def head(self, picture: Picture, width: int) -> list[Line]:
        unseen = self.window.unseen()
        told = blind_lines(unseen, picture.view, max(20, width - 2)) if picture.health is not None else []
        return [counts_line(picture.health, unseen, width), *told]

    def told(self, row: Entry, width: int) -> list[Line]:
        return entry_lines(row, self.window.now(), width)

    def target(self, row: Entry, tab: str) -> Place | None:
        return place_of(row.object, tab)

    def notice(self, picture: Picture) -> Notice | None:
        if picture.health is None:
            return Notice(Span("… NOT JUDGED YET  waiting for the tables that verdicts need", Role.MUTED), True)
        if self.rows.total:
            return None
        span = headline(picture.health, self.window.unseen())
        if not self.faults_only:
            return Notice(span, True, ("Every object that could be judged is well, or suspended on purpose.",))
        return Notice(span, True, ("ctrl-z also shows what is on its way, waits, ends or cannot be known.",))

    def show(self, picture: Picture) -> None:
        super().show(picture)
        self._detail()  # a judgement may have changed all of it: it is told from its top

    def opened(self, key: Key) -> None:
        if self.chosen is not None:
            self.post_message(Commanded(Go(self.chosen.place)))

    def copied(self) -> str:
        """The command of the row; where it has none, the object's name."""
        entry = self.chosen
        return (entry.next.partition("\n")[0] or entry.object.name) if entry is not None else ""
