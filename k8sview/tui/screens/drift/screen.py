"""What drifted, worst first: old → new, who, when, why it is still there. It changes while people look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from k8sview.model.drift import Drift
from k8sview.model.resources import Key
from k8sview.session.picture import Picture
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.columns import TableSpec
from k8sview.tui.present.commands import Go
from k8sview.tui.present.drift import (
    DRIFT,
    blind_lines,
    counts_line,
    entries,
    entry_lines,
    place_for,
    unlisted_text,
)
from k8sview.tui.present.drift_following import worth_following
from k8sview.tui.present.drift_words import headline
from k8sview.tui.present.lines import Line, line
from k8sview.tui.present.links import place_of
from k8sview.tui.present.places import Place
from k8sview.tui.present.states import Notice
from k8sview.tui.screens.split import SplitScreen
from k8sview.tui.window import Commanded, Window


class DriftScreen(SplitScreen):
    """While it is open the kinds that nothing else needs are followed too, as far as the budget of watches allows."""

    FEWER: ClassVar[str] = "without unmanaged"

    def __init__(self, window: Window, place: Place) -> None:
        self._wanted: tuple[str, ...] = ()
        super().__init__(window, place)

    def wants(self) -> Iterable[str]:
        picture = self.window.picture
        if not self._wanted and picture is not None and picture.view.resources:
            self._wanted = worth_following(picture.view)
        return self._wanted

    def spec(self, picture: Picture | None) -> TableSpec:
        return DRIFT

    def made(self, picture: Picture, before: Mapping[Key, Drift]) -> Mapping[Key, Drift]:
        if picture.drift is None:
            return {}
        return entries(picture.drift, faults_only=self.faults_only, before=before)

    def show(self, picture: Picture) -> None:
        if not self._wanted and picture.view.resources:
            self.window.want(self.wants())
        super().show(picture)

    def head(self, picture: Picture, width: int) -> list[Line]:
        lines = [counts_line(picture.drift, width), *blind_lines(picture.drift, width - 2)]
        if picture.drift is not None and picture.drift.unlisted:
            lines.append(line(" ", Span(f"counted, not listed: {unlisted_text(picture.drift)}", Role.MUTED)))
        return lines

    def notice(self, picture: Picture) -> Notice | None:
        if picture.drift is None:
            return Notice(Span("… NOT LOOKED AT YET  waiting for the tables that tell of drift", Role.MUTED), True)
        if self.rows.total:
            return None
        if not self.faults_only:
            return Notice(headline(picture.drift), True, ("F shows through which holes drift could go unseen.",))
        return Notice(headline(picture.drift), True, ("ctrl-z also shows what nothing manages. F shows the holes.",))

    def told(self, row: Drift, width: int) -> list[Line]:
        return entry_lines(row, self.window.now(), width)

    def target(self, row: Drift, tab: str) -> Place | None:
        return place_of(row.object, tab)

    def opened(self, key: Key) -> None:
        row = self.chosen
        if isinstance(row, Drift):
            self.post_message(Commanded(Go(place_for(row, key))))

    def copied(self) -> str:
        """The next step of the row; where it has none, the object's name."""
        row = self.chosen
        return (row.next.partition("\n")[0] or row.object.name) if isinstance(row, Drift) else ""
