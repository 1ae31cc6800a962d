"""What the app said so far, newest first."""

from __future__ import annotations

from k8sview.session.picture import Picture
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.lines import Line, line
from k8sview.tui.screens.paged import PagedScreen


class MessagesScreen(PagedScreen):
    """The log of one-line messages."""

    def lines(self, picture: Picture | None, width: int) -> list[Line]:
        said = [
            line(Span(f"{at:%H:%M:%S}Z  ", Role.MUTED), Span(text, role))
            for at, text, role in reversed(self.window.said)
        ]
        return said or [line(Span("Nothing was said yet.", Role.MUTED))]
