"""What outlives a screen: the trail of places, what was said and typed, favourites, and what each place remembers."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Any

from k8sview.tui.contract import Target
from k8sview.tui.present.cells import Role
from k8sview.tui.present.places import HOUSE, Place

_MEMORIES = 12
"""So many places keep their rows and cursor; older ones start afresh."""
_MESSAGES = 500


class Desk:
    """Plain state, changed by the app alone."""

    def __init__(self, target: Target, favourites: tuple[str, ...] = ()) -> None:
        self.target = target
        self.trail: list[Place] = [HOUSE]
        self.said: list[tuple[datetime, str, Role]] = []
        self.typed: dict[str, list[str]] = {}
        self.favourites: list[str] = list(favourites)
        self._past: list[list[Place]] = []
        self._future: list[list[Place]] = []
        self._memories: OrderedDict[tuple[str, Place], Any] = OrderedDict()
        self._trails: dict[str, list[Place]] = {}

    @property
    def place(self) -> Place:
        """Where we are."""
        return self.trail[-1]

    def enter(self, place: Place, *, afresh: bool = False) -> None:
        """Go deeper; ``afresh`` starts from the house, as a typed command does."""
        self._past.append(list(self.trail))
        self._future.clear()
        base = [HOUSE] if afresh else self.trail
        self.trail = [*base, place] if place != base[-1] else list(base)

    def leave(self) -> bool:
        """One step back towards the house; False at the house."""
        if len(self.trail) == 1:
            return False
        self._past.append(list(self.trail))
        self._future.clear()
        self.trail = self.trail[:-1]
        return True

    def history(self, steps: int) -> bool:
        """Back or forward in time; False at the ends."""
        source, other = (self._past, self._future) if steps < 0 else (self._future, self._past)
        if not source:
            return False
        other.append(list(self.trail))
        self.trail = source.pop()
        return True

    def replace(self, place: Place) -> None:
        """The last place is called differently now."""
        self.trail[-1] = place

    def change_target(self, target: Target) -> None:
        """Another cluster: its own trail, where it was left."""
        self._trails[self.target.label] = self.trail
        self.target = target
        self.trail = self._trails.get(target.label, [HOUSE])
        self._past.clear()
        self._future.clear()

    def remember(self, place: Place, memory: Any) -> None:
        """Keep what a screen wants back when somebody returns."""
        key = (self.target.label, place)
        self._memories[key] = memory
        self._memories.move_to_end(key)
        while len(self._memories) > _MEMORIES:
            self._memories.popitem(last=False)

    def recall(self, place: Place) -> Any:
        """What was remembered of a place of this target, or None."""
        return self._memories.get((self.target.label, place))

    def say(self, at: datetime, text: str, role: Role) -> None:
        """Keep a message."""
        self.said.append((at, text, role))
        del self.said[:-_MESSAGES]

    def favour(self, namespaces: tuple[str, ...]) -> None:
        """Namespaces used become favourites, up to nine."""
        for namespace in namespaces:
            if namespace not in self.favourites and len(self.favourites) < 9:
                self.favourites.append(namespace)
