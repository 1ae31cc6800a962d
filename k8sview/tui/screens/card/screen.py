"""One drift in full: what, old and new, who and when, why it is still there, the evidence, the next step."""

from __future__ import annotations

from k8sview.session.picture import Picture
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.drift import card_lines, found, gone_lines
from k8sview.tui.present.lines import Line, line
from k8sview.tui.screens.paged import PagedScreen


class CardScreen(PagedScreen):
    """``place.arguments``: the drift's key, and how it is called."""

    def lines(self, picture: Picture | None, width: int) -> list[Line]:
        drift = picture.drift if picture is not None else None
        if drift is None:
            return [line(Span("… not looked at yet", Role.MUTED))]
        kind, path, title = self.place.arguments
        one = found(drift, (kind, path))
        return card_lines(one, self.window.now(), width) if one is not None else gone_lines(title, width)

    def saved(self) -> tuple[str, str]:
        name, text = super().saved()
        return name.replace("/", "-").replace(" ", "-"), text
