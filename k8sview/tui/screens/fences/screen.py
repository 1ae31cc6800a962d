"""The fence audit: every hole through which drift goes unseen or stays, worst first, and what nobody could look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from k8sview.model.resources import Key
from k8sview.session.picture import Picture
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.columns import TableSpec
from k8sview.tui.present.fences import FENCES, Opening, closed_lines, fences_line, opening_lines, openings
from k8sview.tui.present.lines import Line
from k8sview.tui.present.links import place_of
from k8sview.tui.present.places import Place
from k8sview.tui.present.states import Notice
from k8sview.tui.screens.split import SplitScreen


class FencesScreen(SplitScreen):
    """With ctrl-z also holes that nobody made: what was never switched on."""

    FEWER: ClassVar[str] = "without defaults"

    def spec(self, picture: Picture | None) -> TableSpec:
        return FENCES

    def made(self, picture: Picture, before: Mapping[Key, Opening]) -> Mapping[Key, Opening]:
        return openings(picture.drift, faults_only=self.faults_only, before=before) if picture.drift is not None else {}

    def head(self, picture: Picture, width: int) -> list[Line]:
        return [fences_line(picture.drift, width)]

    def notice(self, picture: Picture) -> Notice | None:
        if picture.drift is None:
            return Notice(Span("… NOT LOOKED AT YET  waiting for the tables that tell of drift", Role.MUTED), True)
        if self.rows.total:
            return None
        hint = "ctrl-z also shows what was never switched on." if self.faults_only else ""
        closed = tuple(one.text for one in closed_lines(picture.drift.closed, max(20, self.size.width - 4)))
        return Notice(fences_line(picture.drift, self.size.width).spans[1], True, tuple(filter(None, (hint, *closed))))

    def told(self, row: Opening, width: int) -> list[Line]:
        return opening_lines(row, self.window.now(), width)

    def target(self, row: Opening, tab: str) -> Place | None:
        return place_of(row.hole.fence.object, tab) if row.hole is not None else None

    def copied(self) -> str:
        row = self.chosen
        if not isinstance(row, Opening):
            return ""
        return row.hole.fence.object.name if row.hole is not None else row.reason
