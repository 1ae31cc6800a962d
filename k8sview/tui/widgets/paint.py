"""The one door through which text reaches the terminal: spans become segments, made plain on the way."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from k8sview.model.text import plain
from k8sview.tui.present.cells import Role, Span

ROLE_CLASSES = {f"role--{role.value}" for role in Role}
CURSOR_CLASSES = {f"cursor--{role.value}" for role in Role}


class Painter:
    """Styles of a widget by role. Forgotten when the theme changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[tuple[Role, bool], Style] = {}

    def forget(self) -> None:
        """The theme changed."""
        self._styles.clear()

    def style(self, role: Role = Role.PLAIN, *, cursor: bool = False) -> Style:
        """The style of a role, on the cursor's line or elsewhere."""
        style = self._styles.get((role, cursor))
        if style is None:
            names = (f"role--{role.value}", f"cursor--{role.value}") if cursor else (f"role--{role.value}",)
            style = self._widget.get_visual_style(*names).rich_style
            self._styles[role, cursor] = style
        return style

    def strip(self, spans: Iterable[Span], width: int, *, cursor: bool = False) -> Strip:
        """Spans as one line of exactly ``width`` columns."""
        segments = [Segment(plain(span.text), self.style(span.role, cursor=cursor)) for span in spans if span.text]
        return Strip(segments).adjust_cell_length(width, self.style(cursor=cursor))
