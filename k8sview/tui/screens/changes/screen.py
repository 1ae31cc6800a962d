"""What changed lately, newest first: old → new as our own watch saw it, and what the objects tell of before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from k8sview.model.resources import Key
from k8sview.session.picture import Picture
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.changes import (
    CHANGES,
    USUAL,
    Happening,
    changes_line,
    happening_lines,
    happenings,
    span_of,
)
from k8sview.tui.present.columns import TableSpec
from k8sview.tui.present.lines import Line
from k8sview.tui.present.places import Place
from k8sview.tui.present.states import Notice
from k8sview.tui.screens.split import SplitScreen
from k8sview.tui.window import Window


class ChangesScreen(SplitScreen):
    """``place.arguments`` may hold how far back to look. With ctrl-z also controllers' routine work."""

    FEWER: ClassVar[str] = "without routine"

    def __init__(self, window: Window, place: Place) -> None:
        self._within = span_of(place.arguments[0] if place.arguments else "") or USUAL
        super().__init__(window, place)

    def spec(self, picture: Picture | None) -> TableSpec:
        return CHANGES

    def asked(self, picture: Picture) -> tuple[Any, ...]:
        return (*super().asked(picture), self.window.recent(self._within))

    def made(self, picture: Picture, before: Mapping[Key, Happening]) -> Mapping[Key, Happening]:
        told = self.window.recent(self._within)
        now = self.window.now()
        return happenings(picture.drift, told, now, self._within, routine=not self.faults_only, before=before)

    def head(self, picture: Picture, width: int) -> list[Line]:
        return [changes_line(picture.drift, self._within, self.window.now(), width)]

    def notice(self, picture: Picture) -> Notice | None:
        if self.rows.total:
            return None
        hints = ("ctrl-z also shows what controllers do by routine.",) if self.faults_only else ()
        return Notice(Span("Nothing is known to have changed.", Role.MUTED), True, hints)

    def told(self, row: Happening, width: int) -> list[Line]:
        return happening_lines(row, self.window.now(), width)

    def target(self, row: Happening, tab: str) -> Place | None:
        return row.place._replace(arguments=(*row.place.arguments[:3], tab))

    def opened(self, key: Key) -> None:
        self.action_object("timeline")

    def copied(self) -> str:
        row = self.chosen
        return f"{row.name} {row.path} {row.words}".strip() if isinstance(row, Happening) else ""
