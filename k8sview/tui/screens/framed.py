"""The frame around every screen: status line and layer strip above; crumbs, prompt, hints and messages below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget

from k8sview.session.picture import Picture
from k8sview.tui.actions import Action, valid_on
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.commands import complete
from k8sview.tui.present.frame import layer_strip, link_problem, status_line
from k8sview.tui.present.lines import Line, cut, line
from k8sview.tui.present.measure import width_of
from k8sview.tui.present.places import Place
from k8sview.tui.widgets.cursor_view import CursorView
from k8sview.tui.widgets.line_view import Bar
from k8sview.tui.widgets.prompt import Prompt
from k8sview.tui.window import Fence, Left, Passed, Replaced, Save, Say, Settled, Typed, Window


def not_drawn(problem: Exception) -> str:
    """What is said where a screen breaks on what a cluster holds."""
    return f"this screen could not be drawn: {type(problem).__name__}: {problem}"


class FramedScreen(Screen[None], inherit_bindings=False):
    """Subclasses compose a body, take pictures in ``show``, and say which list the moving keys move."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    WHERE: ClassVar[tuple[str, ...]] = ()
    """The names of ``actions`` that this screen answers to, besides ``everywhere``."""

    def __init__(self, window: Window, place: Place) -> None:
        super().__init__()
        self.window = window
        self.place = place
        self._message = Span("")
        self._built_with: Picture | None = None
        self.ready = False

    def compose(self) -> ComposeResult:
        with Vertical(id="top"):
            yield Bar(id="status", classes="bar")
            yield Bar(id="layers", classes="bar")
        with Vertical(id="body"):
            yield from self.body()
        with Horizontal(id="ask"):
            yield Bar(id="crumbs", classes="bar")
            yield Bar(id="sign", classes="bar")
            yield Prompt(id="prompt")
        yield Bar(id="hints", classes="bar")

    def body(self) -> Iterable[Widget]:
        """The widgets between the frame's lines."""
        raise NotImplementedError

    def show(self, picture: Picture) -> None:
        """Take a newer picture."""

    def tick(self) -> None:
        """A second went by: ages in sight may look different."""

    def wants(self) -> Iterable[str]:
        """The resources this screen shows."""
        return ()

    def remember(self) -> Any:
        """What to give back to ``__init__``'s window when somebody returns here."""
        return None

    @property
    def mover(self) -> CursorView:
        """The list that the moving keys move."""
        raise NotImplementedError

    @property
    def trail(self) -> Line:
        """What the crumbs line says after the crumbs: a filter as typed, a count."""
        return Line()

    def on_mount(self) -> None:
        self.window.want(self.wants())
        self.set_focus(self.mover)  # at once: ``focus()`` would come later, and take it from a prompt opened since
        self.refresh_frame()
        self._built_with = self.window.picture
        self._show_again()
        self.refresh_crumbs()
        self.call_after_refresh(self._take_keys)

    def _take_keys(self) -> None:
        self.ready = True
        if self.window.picture is not self._built_with:
            # It came while the screen was being built, and could not be shown: its widgets were not there yet.
            self.refresh_frame()
            self._show_again()
        self.post_message(Settled())

    @property
    def drawable(self) -> bool:
        """Whether every widget is there and has its styles: from the first frame on, until it is being taken down."""
        return self.ready and self.app.is_running and self.display

    def on_fence(self, event: Fence) -> None:
        event.stop()
        self.post_message(Passed())  # behind what this screen sent on its own

    @property
    def asking(self) -> Prompt | None:
        """The prompt, while it is open."""
        prompt = self.query_one(Prompt) if self.ready else None
        return prompt if prompt is not None and prompt.display else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the prompt is open, keys are text."""
        return self.asking is None

    def on_resize(self) -> None:
        self.refresh_frame()
        if self.window.picture is not None:
            self.call_after_refresh(self._show_again)
        self.refresh_crumbs()

    def _show_again(self) -> None:
        """Show the newest picture. Whatever a cluster holds, the app stays: a message says what broke."""
        if self.window.picture is None:
            return
        try:
            self.show(self.window.picture)
        except Exception as problem:  # every rule of the judgement may run below this
            self.post_message(Say(not_drawn(problem), Role.FAIL))

    def refresh_frame(self) -> None:
        """Draw the two top lines anew, where they changed."""
        picture = self.window.picture
        width = self.size.width
        now = self.window.now()
        view = picture.view if picture else None
        stale = bool(view and view.cluster.source != "recording" and view.link.state != "live")
        strip = layer_strip(
            picture.report if picture else None, width, pending=bool(picture and picture.report_pending), stale=stale
        )
        self.query_one("#status", Bar).set_lines(status_line(view, now, width, target=self.window.label))
        self.query_one("#layers", Bar).set_lines(strip)
        if view is not None and not self._message.text and link_problem(view):
            self._set_hints(Span(link_problem(view), Role.FAIL))
        elif not self._message.text:
            self._set_hints(None)

    def refresh_crumbs(self) -> None:
        """Draw the crumbs line anew."""
        crumbs = self.window.crumbs
        spans = [Span(" "), Span(" > ".join((*crumbs[:-1], "")), Role.MUTED), Span(crumbs[-1], Role.TITLE), Span("  ")]
        self.query_one("#crumbs", Bar).set_lines(Line((*spans, *self.trail.spans)))

    def say(self, text: str, role: Role) -> None:
        """Show a message in place of the hints, until it is taken back with an empty one."""
        self._message = Span(text, role)
        self._set_hints(self._message if text else None)
        if not text:
            self.refresh_frame()

    def _set_hints(self, message: Span | None) -> None:
        bar = self.query_one("#hints", Bar)
        width = self.size.width - 2
        if message is not None:
            bar.set_lines(line(" ", Span(cut(message.text, width), message.role)))
            return
        spans: list[Span] = [Span(" ")]
        used = 0
        for action in self.actions():
            key, title = self.window.hint(action).split(" ")[0], action.title
            size = width_of(key) + width_of(title) + 4
            if not action.hint or used + size > width:
                continue
            spans += [Span(key, Role.ACCENT), Span(f" {title}   ", Role.MUTED)]
            used += size
        bar.set_lines(Line(tuple(spans)))

    def actions(self) -> tuple[Action, ...]:
        """The actions that are valid here and now."""
        return tuple(action for action in valid_on(self.WHERE) if self.valid(action))

    def valid(self, action: Action) -> bool:
        """Whether an action of this screen makes sense at this moment."""
        return True

    def options(self, sign: str, text: str) -> tuple[str, ...]:
        """Completions of what is typed."""
        return complete(text, self.window.vocabulary()) if sign == ":" else ()

    def ask(self, sign: str, text: str = "") -> None:
        """Open the prompt."""
        self.query_one("#crumbs", Bar).display = False
        bar = self.query_one("#sign", Bar)
        bar.display = True
        bar.set_lines(line(Span(f" {sign}", Role.ACCENT)))
        self.query_one(Prompt).ask(sign, self.window.typed(sign), lambda typed: self.options(sign, typed), text)

    def on_prompt_line(self, event: Prompt.Line) -> None:
        event.stop()
        if event.text is None or event.entered:
            self.query_one("#crumbs", Bar).display = True
            self.query_one("#sign", Bar).display = False
            self.set_focus(self.mover)
            self._set_hints(None)
        elif event.sign == ":":
            self._set_hints(Span("  ".join(event.options[:12]) or "no completion", Role.MUTED))
        if event.sign == ":":
            if event.entered and event.text and event.text.strip():
                self.post_message(Typed(event.text))
        else:
            self.narrowed(event.text, entered=event.entered)
        self.refresh_crumbs()

    def narrowed(self, text: str | None, *, entered: bool) -> None:
        """What is typed after ``/`` changed; None where it was given up."""

    def action_command(self) -> None:
        self.ask(":")

    def action_filter(self) -> None:
        self.ask("/")

    def action_move(self, steps: int) -> None:
        self.mover.move(steps)

    def action_page(self, pages: int) -> None:
        self.mover.page(pages)

    def action_ends(self, last: bool) -> None:  # called by Textual from the table of actions
        self.mover.ends(last=last)

    def action_sideways(self, steps: int) -> None:
        self.mover.sideways(steps)

    def action_open(self) -> None:
        self.mover.open()

    def action_back(self) -> None:
        self.post_message(Left())

    def action_copy(self) -> None:
        text = self.copied()
        if text:
            self.app.copy_to_clipboard(text)
            self.post_message(Say(f"copied {text}"))

    def action_save(self) -> None:
        self.post_message(Save(*self.saved()))

    def copied(self) -> str:
        """The full text that ``c`` copies."""
        return ""

    def saved(self) -> tuple[str, str]:
        """A file name and the text to write to it."""
        raise NotImplementedError

    def moved_to(self, place: Place) -> None:
        """This screen shows another place now."""
        self.place = place
        self.post_message(Replaced(place))
