"""Wiring of the terminal app: one connection, one screen at a time, and the messages between them. Judges nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from k8sview.catalog.config_path import config_path
from k8sview.model.events import Link
from k8sview.model.naming import find_resource
from k8sview.model.text import plain
from k8sview.model.view import View
from k8sview.session.picture import Picture
from k8sview.sources.contract import SourceError
from k8sview.tui.actions import unknown_ids
from k8sview.tui.config import Settings, load_settings, save_directory
from k8sview.tui.connection import Connection
from k8sview.tui.contract import ListContexts, OpenSession, Target
from k8sview.tui.desk import Desk
from k8sview.tui.key_order import KeyOrderedApp
from k8sview.tui.outlook import Outlook
from k8sview.tui.present import commands
from k8sview.tui.present.asked import asked
from k8sview.tui.present.cells import Role
from k8sview.tui.present.commands import Command, parse_command
from k8sview.tui.present.places import DRIFT, FENCES, HEALTH, HOUSE, Place, changes
from k8sview.tui.saving import save_text
from k8sview.tui.screens import SCREENS
from k8sview.tui.screens.framed import FramedScreen, not_drawn
from k8sview.tui.screens.help.screen import HelpScreen
from k8sview.tui.screens.palette.screen import PaletteScreen, entries
from k8sview.tui.screens.tabular import TabularScreen
from k8sview.tui.theme import DEFAULT_THEME, THEMES
from k8sview.tui.window import Commanded, Left, Replaced, Save, Say, Settled, Typed

_MESSAGE_SECONDS = 6


def utc_now() -> datetime:
    return datetime.now(UTC)


class K8sViewApp(KeyOrderedApp):
    """The app; screens look through its ``outlook`` and send it messages."""

    CSS_PATH = "base.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", show=False, priority=True)]

    def __init__(
        self,
        open_session: OpenSession,
        target: Target,
        *,
        list_contexts: ListContexts = tuple,
        settings: Settings = Settings(),  # noqa: B008  # frozen
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self.desk = Desk(target, settings.namespaces)
        self.settings = settings
        self._clock = clock
        self._connection = Connection(open_session, lambda: self.call_next(self._show_picture))
        self.outlook = Outlook(self.desk, self._connection, list_contexts, settings.keys, clock)
        self.outlook.run = self._fetch
        self._message_left = 0

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        names = [theme.name for theme in THEMES]
        self.theme = self.settings.theme if self.settings.theme in names else DEFAULT_THEME
        self.set_keymap(dict(self.settings.keys))
        self.push_screen(self._screen_of(self.desk.place))
        self.set_interval(1, self._tick)
        # Nothing is opened, and no client imported, before the first frame is on the terminal.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        for problem in self.settings.problems:
            self._say(problem, Role.WARN)
        for unknown in unknown_ids(self.settings.keys):
            self._say(f"keys: no action is called {unknown!r}", Role.WARN)
        self._open_target(self.desk.target)

    @work(group="open", exclusive=True, exit_on_error=False)
    async def _open_target(self, target: Target) -> None:
        try:
            await self._connection.open(target)
        except SourceError as problem:
            self._say(str(problem), Role.FAIL)
            if self._connection.picture is None:
                link = Link("ended", str(problem), self._clock())
                self.outlook.without = Picture(View(self._clock(), link=link), None, report_pending=False)
                self._show_picture()
            return
        self.outlook.without = None
        if target != self.desk.target:
            self._remember()
            self.desk.change_target(target)
            self._open_screen()

    def _fetch(self, job: Callable[[], Coroutine[None, None, None]]) -> None:
        self.run_worker(job(), group="fetch", exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """No work in the background fails silently."""
        if event.state is WorkerState.ERROR:
            self._say(f"{event.worker.name or 'work'} failed: {event.worker.error}", Role.FAIL)

    async def on_unmount(self) -> None:
        await self._connection.close()

    # One screen at a time.

    def _screen_of(self, place: Place) -> FramedScreen:
        return SCREENS[place.screen](self.outlook, place)

    @property
    def _framed(self) -> FramedScreen | None:
        """The screen in sight, or the one under a modal."""
        return next((one for one in reversed(self.screen_stack) if isinstance(one, FramedScreen)), None)

    def _remember(self) -> None:
        screen = self._framed
        if screen is not None and screen.drawable:
            self.desk.remember(screen.place, screen.remember())

    def _open_screen(self, typed_filter: str | None = None) -> None:
        screen = self._screen_of(self.desk.place)
        self.switch_screen(screen)
        if typed_filter is not None and isinstance(screen, TabularScreen):
            screen.call_after_refresh(screen.filter_by, typed_filter)

    def _go(self, place: Place, *, afresh: bool = False, typed_filter: str | None = None) -> None:
        if place.screen in ("object", "table") and self.outlook.picture is not None:
            resource = find_resource(place.arguments[0], self.outlook.picture.view.resources)
            if resource is not None:
                place = Place(place.screen, (resource.name, *place.arguments[1:]))
        self._remember()
        self.desk.enter(place, afresh=afresh)
        self._open_screen(typed_filter)

    def _show_picture(self) -> None:
        self._connection.take()
        screen, picture = self._framed, self.outlook.picture
        if screen is None or picture is None or not screen.drawable:
            return
        try:
            screen.refresh_frame()
            screen.show(picture)
        except Exception as problem:  # whatever a cluster holds, the app stays; the message says what broke
            self._say_once(not_drawn(problem))

    def _tick(self) -> None:
        screen = self._framed
        if screen is None or not screen.drawable:
            return
        if self._message_left:
            self._message_left -= 1
            if not self._message_left:
                screen.say("", Role.PLAIN)
        try:
            screen.refresh_frame()
            screen.tick()
        except Exception as problem:  # as above
            self._say_once(not_drawn(problem))

    def _say_once(self, text: str) -> None:
        """Not again every second while it stays broken."""
        if not self.desk.said or self.desk.said[-1][1] != plain(text):
            self._say(text, Role.FAIL)

    def _say(self, text: str, role: Role = Role.PLAIN) -> None:
        text = plain(text)
        self.desk.say(self._clock(), text, role)
        self._message_left = _MESSAGE_SECONDS
        screen = self._framed
        if screen is not None and screen.drawable:
            screen.say(text, role)

    async def on_settled(self, _event: Settled) -> None:
        """A new screen stands: what was said while it was built, or on the way to it, is shown there.

        Textual calls the base class's handler as well, which lets keys go.
        """
        screen = self._framed
        if self._message_left and self.desk.said and screen is not None and screen.drawable:
            _, text, role = self.desk.said[-1]
            screen.say(text, role)

    # What screens want done.

    def on_commanded(self, event: Commanded) -> None:
        self._run(event.command)

    def on_typed(self, event: Typed) -> None:
        self._run(parse_command(event.line, self.outlook.vocabulary()), typed=True)

    def on_left(self, _event: Left) -> None:
        self._remember()
        if self.desk.leave():
            self._open_screen()
        else:
            self._say("this is the house; :q or ctrl-c leaves k8sview")

    def on_replaced(self, event: Replaced) -> None:
        self.desk.replace(event.place)

    def on_say(self, event: Say) -> None:
        self._say(event.text, event.role)

    def on_save(self, event: Save) -> None:
        try:
            path = save_text(save_directory(), self.outlook.label, event.name, event.text, self._clock())
        except OSError as problem:
            self._say(f"could not save: {problem}", Role.FAIL)
        else:
            self._say(f"saved {path}")

    def _run(self, command: Command, *, typed: bool = False) -> None:
        match command:
            case commands.Go():
                if command.namespaces is not None:
                    self._use_namespaces(command.namespaces)
                self._go(command.place, afresh=typed, typed_filter=command.filter or ("" if typed else None))
            case commands.UseNamespaces():
                self._use_namespaces(command.namespaces)
                if self.desk.place.screen == "namespaces":
                    self.on_left(Left())
            case commands.UseContext():
                self._use_context(command.name)
            case commands.OpenFile():
                self._open_target(Target(recording=command.path))
            case commands.UseTheme():
                self.theme = command.name
            case commands.Why():
                self._explain(command)
            case commands.Run():
                self.run_worker(self.run_action({"refresh": "refresh_now"}.get(command.action, command.action)))
            case commands.Problem():
                self._say(command.message, Role.WARN)

    def _explain(self, command: commands.Why) -> None:
        picture = self.outlook.picture or Picture(View(self._clock()))
        causes = picture.health.causes if picture.health is not None else ()
        found = asked(picture.view, command.kind, command.name, causes)
        if found.message:
            self._say(found.message, Role.WARN)
        if found.place is not None:
            self._go(found.place, afresh=True, typed_filter=found.filter)

    def _use_context(self, name: str) -> None:
        known = [entry.name for entry in self.outlook.contexts()]
        if name not in known:
            self._say(f"no context is called {name!r}; :ctx lists {len(known)}", Role.WARN)
        else:
            self._say(f"switching to {name}")
            self._open_target(Target(context=name))

    @work(group="namespaces", exclusive=True, exit_on_error=False)
    async def _use_namespaces(self, namespaces: tuple[str, ...]) -> None:
        self.desk.favour(namespaces)
        await self._connection.set_namespaces(namespaces or None)
        self._say(f"looking at {', '.join(namespaces) or 'all namespaces'}")

    # What keys call on the app.

    def action_home(self) -> None:
        if self.desk.place != HOUSE:
            self._go(HOUSE, afresh=True)

    def action_health(self) -> None:
        if self.desk.place != HEALTH:
            self._go(HEALTH, afresh=True)

    def action_drift(self) -> None:
        if self.desk.place != DRIFT:
            self._go(DRIFT, afresh=True)

    def action_fences(self) -> None:
        if self.desk.place != FENCES:
            self._go(FENCES)

    def action_changes(self) -> None:
        if self.desk.place.screen != "changes":
            self._go(changes())

    def action_history(self, steps: int) -> None:
        self._remember()
        if self.desk.history(steps):
            self._open_screen()
        else:
            self._say("no further back" if steps < 0 else "no further forward")

    def action_refresh_now(self) -> None:
        if not self._connection.refresh():
            self._open_target(self.desk.target)
        self._say("reading again")

    def action_header(self) -> None:
        self.toggle_class("-bare")

    def action_favourite(self, number: int) -> None:
        if number == 0:
            self._use_namespaces(())
        elif number <= len(self.desk.favourites):
            self._use_namespaces((self.desk.favourites[number - 1],))
        else:
            self._say(f"there is no favourite namespace {number}: :ns makes one", Role.WARN)

    def action_help(self) -> None:
        screen = self._framed
        if screen is not None and screen is self.screen:
            favourites = [(str(at), f"namespace {name}") for at, name in enumerate(self.desk.favourites, start=1)]
            keys = [(self.outlook.hint(one), one.help) for one in screen.actions() if not one.id[-1].isdigit()]
            self.push_screen(HelpScreen([*keys, *favourites]))

    def action_palette(self) -> None:
        screen = self._framed
        if screen is not None and screen is self.screen:
            self.push_screen(
                PaletteScreen(entries(screen.actions(), self.outlook.hint, self.outlook.vocabulary())), self._chosen
            )

    def _chosen(self, call: str | None) -> None:
        screen = self._framed
        if call is None or screen is None:
            return
        if call.startswith(":"):
            self._run(parse_command(call[1:], self.outlook.vocabulary()), typed=True)
        else:
            self.run_worker(self.run_action(call, default_namespace=screen))


def run_app(open_session: OpenSession, target: Target, *, list_contexts: ListContexts = tuple) -> None:
    """Run the terminal app until the user leaves it. ``open_session`` may raise SourceError; the app shows it."""
    # Rows are many small tuples without cycles: at the default thresholds looking through them for garbage stalls keys.
    gc.set_threshold(50_000, 20, 1_000)
    K8sViewApp(open_session, target, list_contexts=list_contexts, settings=load_settings(config_path())).run()
