"""One root cause: what it is, evidence, whom it affects, what changed before, the next step. ``c`` copies a line."""

from __future__ import annotations

from collections.abc import Mapping

from k8sview.model.health import ClusterHealth, Health
from k8sview.model.resources import Ref
from k8sview.session.picture import Picture
from k8sview.tui.present.causes import cause_lines
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.lines import Line, line, wrapped
from k8sview.tui.present.places import HEALTH
from k8sview.tui.screens.paged import PagedScreen


class CauseScreen(PagedScreen):
    """``place.arguments``: the cause's id, and how it is called."""

    _verdicts: tuple[ClusterHealth | None, Mapping[Ref, Health]] = (None, {})

    def lines(self, picture: Picture | None, width: int) -> list[Line]:
        health = picture.health if picture is not None else None
        if health is None:
            return [line(Span("… not judged yet", Role.MUTED))]
        cause_id, title = self.place.arguments
        cause = self.window.cause(cause_id)
        if cause is None:
            text = (
                f"{title} is no longer a root cause: it is mended, or folds beneath another cause, or is out of scope."
            )
            return [*wrapped(text, width, Role.WARN), line(Span("→ health", Role.ACCENT), target=HEALTH)]
        if self._verdicts[0] is not health:
            self._verdicts = health, {one.object: one.health for one in health.judged}
        return cause_lines(cause, self._verdicts[1], self.window.now(), width)

    def saved(self) -> tuple[str, str]:
        name, text = super().saved()
        return name.replace("/", "-").replace(" ", "-"), text
