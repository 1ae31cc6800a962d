"""Keys act one after the other, however fast they are typed: each waits for what the key before it set off.

A key may send messages that end in another screen. Behind them goes a fence; until it has come through, or the new
screen has settled, later keys wait. Typing ahead over a slow link, and pasted commands, do what they say.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from textual import events
from textual.app import App

from k8sview.tui.screens.framed import FramedScreen
from k8sview.tui.window import Fence, Passed, Settled

_PATIENCE = 1.0
"""Seconds after which a fence counts as lost (its widget went away): keys must never hang."""


class KeyOrder:
    """Holds keys back and lets them go in order."""

    def __init__(self) -> None:
        self._waiting: deque[events.Key] = deque()
        self._held_since: float | None = None
        self._letting_go = False

    def admits(self, event: events.Key, screen: FramedScreen) -> bool:
        """Whether the key may act now; otherwise it is kept for later."""
        behind_others = bool(self._waiting) and not self._letting_go
        if screen.ready and not self._held() and not behind_others:
            return True
        self._waiting.append(event)
        return False

    @contextmanager
    def in_order(self, screen: FramedScreen) -> Iterator[None]:
        """While a key acts; its fence follows from where its messages start."""
        self._held_since = time.monotonic()
        source = screen.focused or screen
        yield
        if not source.post_message(Fence()):
            self._held_since = None

    async def release(self, act: Callable[[events.Key], Awaitable[None]]) -> None:
        """Let the waiting keys act, up to the first that has to wait again."""
        self._held_since = None
        self._letting_go = True
        try:
            for _ in range(len(self._waiting)):
                if self._held():
                    break
                await act(self._waiting.popleft())
        finally:
            self._letting_go = False

    def _held(self) -> bool:
        return self._held_since is not None and time.monotonic() - self._held_since < _PATIENCE


class KeyOrderedApp(App[None]):
    """An app whose framed screens get their keys in order."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = KeyOrder()

    async def on_event(self, event: events.Event) -> None:
        screen = self.screen_stack[-1] if self.screen_stack else None
        if not isinstance(event, events.Key) or event.is_forwarded or not isinstance(screen, FramedScreen):
            await super().on_event(event)
        elif event.key == "ctrl+c" or self._keys.admits(event, screen):
            prompt = screen.asking
            if prompt is not None and event.is_printable and event.character:
                prompt.insert_text_at_cursor(event.character)
                return
            with self._keys.in_order(screen):
                await super().on_event(event)

    async def on_passed(self, _event: Passed) -> None:
        await self._keys.release(self.on_event)

    async def on_settled(self, _event: Settled) -> None:
        await self._keys.release(self.on_event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the prompt is open, keys are text."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        return action == "quit" or not isinstance(screen, FramedScreen) or screen.asking is None
