"""One check: what it wants, why, what it found, the next step. Enter on a finding opens its object."""

from __future__ import annotations

from k8sview.session.picture import Picture
from k8sview.tui.present.judged import check_lines
from k8sview.tui.present.lines import Line
from k8sview.tui.screens.paged import PagedScreen


class CheckScreen(PagedScreen):
    """``place.arguments`` is the check's id."""

    def lines(self, picture: Picture | None, width: int) -> list[Line]:
        return check_lines(picture.report if picture else None, self.place.arguments[0], width)
