"""What a screen may see and ask: pictures, verdicts, the time, single objects. Attributes come down through it.

What a screen wants done goes up as one of the messages here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from textual.message import Message

from k8sview.model.health import Health
from k8sview.model.health_report import CauseReport, Unseen, WhyReport
from k8sview.model.resources import Key, Resource
from k8sview.session.picture import Picture
from k8sview.tui.actions import Action
from k8sview.tui.contract import ContextEntry
from k8sview.tui.present.cells import Role
from k8sview.tui.present.changes import Told
from k8sview.tui.present.commands import Command, Vocabulary
from k8sview.tui.present.history import History
from k8sview.tui.present.places import Place


class Window(Protocol):
    """Implemented by the app; a test may give its own."""

    @property
    def picture(self) -> Picture | None: ...

    @property
    def label(self) -> str:
        """The target's name, before its picture tells."""

    @property
    def crumbs(self) -> tuple[str, ...]: ...

    @property
    def said(self) -> tuple[tuple[datetime, str, Role], ...]:
        """Past messages, oldest first."""

    def vocabulary(self) -> Vocabulary: ...

    def now(self) -> datetime: ...

    def health(self, resource: str, obj: Any) -> Health | None: ...

    def why(self, resource: str, key: Key) -> WhyReport | None:
        """The chain from an object to its root cause; None where nothing has judged it (yet)."""

    def cause(self, cause_id: str) -> CauseReport | None:
        """One root cause with what changed before it; None where it is (no longer) one."""

    def unseen(self) -> tuple[Unseen, ...]:
        """What could not be judged, wholly or in part; () before the first judgement."""

    def history(self, resource: str, obj: Any) -> History:
        """All that is known to have happened to an object."""

    def recent(self, within: timedelta) -> tuple[Told, ...]:
        """What revisions, nodes and managedFields tell of the last while."""

    def want(self, resources: Iterable[str]) -> None:
        """What the screen in sight shows, beyond what the checks read."""

    def fetch(self, resource: Resource, namespace: str, name: str, answer: Callable[[bytes | str], None]) -> None:
        """Ask for a whole object; ``answer`` gets its JSON, or one line that says why not."""

    def contexts(self) -> tuple[ContextEntry, ...]: ...

    def hint(self, action: Action) -> str:
        """An action's keys as they are bound now."""

    def typed(self, kind: str) -> list[str]:
        """Past lines of the prompt, oldest first; the prompt adds to it."""

    def recall(self, place: Place) -> Any: ...


class Fence(Message):
    """Sent behind what a key set off, from where its messages start; the screen answers with ``Passed``."""


class Passed(Message):
    """Everything that the last key set off has been dealt with, the screen's own messages included."""


class Settled(Message):
    """The screen takes keys from now on."""


class Commanded(Message):
    """Do this."""

    def __init__(self, command: Command) -> None:
        super().__init__()
        self.command = command


class Typed(Message):
    """A line after ``:`` was entered."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


class Left(Message):
    """Go back to where we came from."""


class Replaced(Message):
    """The screen shows another place now, without leaving a step in the history."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class Say(Message):
    """Tell people one line."""

    def __init__(self, text: str, role: Role = Role.PLAIN) -> None:
        super().__init__()
        self.text = text
        self.role = role


class Save(Message):
    """Write text to a file of this name."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name = name
        self.text = text
