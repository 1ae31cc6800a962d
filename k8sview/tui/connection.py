"""The one session that the app looks at: opened off the interface's thread, replaced as a whole, closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Malformed
from k8sview.model.resources import Resource
from k8sview.session.picture import Picture
from k8sview.sources.contract import SourceError
from k8sview.tui.contract import OpenSession, Session, Target

if TYPE_CHECKING:  # the first frame does not wait for the rules of health
    from k8sview.analysis.health.engine import HealthEngine

_SCREEN = "screen"


class Connection:
    """``changed`` is called once for any number of pictures until the app took the newest."""

    def __init__(self, open_session: OpenSession, changed: Callable[[], None]) -> None:
        self._open = open_session
        self._changed = changed
        self._session: Session | None = None
        self._wanted: frozenset[str] = frozenset()
        self._told = False
        self._picture: Picture | None = None

    @property
    def picture(self) -> Picture | None:
        """The newest picture, or None before the first."""
        return self._picture

    def take(self) -> Picture | None:
        """The newest picture; from now on ``changed`` is called again."""
        self._told = False
        return self._picture

    async def open(self, target: Target) -> None:
        """Look at another target. Raises SourceError, and then everything stays as it was."""
        session = await asyncio.to_thread(self._open, target)
        await self.close()
        self._picture = None
        self._session = session
        session.on_publish = self._published
        session.want(_SCREEN, self._wanted)
        await session.start()

    async def close(self) -> None:
        """Leave the session; nothing it still says arrives."""
        session, self._session = self._session, None
        if session is not None:
            session.on_publish = lambda picture: None
            await session.close()

    def want(self, resources: Iterable[str]) -> None:
        """What the screen in sight shows."""
        self._wanted = frozenset(resources)
        if self._session is not None:
            self._session.want(_SCREEN, self._wanted)

    def refresh(self) -> bool:
        """Try again at once; False where there is nothing to try."""
        if self._session is not None:
            self._session.refresh()
        return self._session is not None

    async def set_namespaces(self, namespaces: tuple[str, ...] | None) -> None:
        """Look at other namespaces."""
        if self._session is not None:
            await self._session.set_namespaces(namespaces)

    async def get(self, resource: Resource, namespace: str, name: str) -> bytes | str:
        """One whole object, or one line that says why not."""
        if self._session is None:
            return "there is no connection"
        try:
            return await self._session.get(resource, namespace or None, name)
        except SourceError as problem:
            return str(problem)

    def health(self, resource: str, obj: Any) -> Health | None:
        """The session's verdict; one that cannot be given is unknown, and says why. None for kinds without health."""
        from k8sview.analysis.health.verdict import is_judged  # loaded by the session that was opened

        if self._session is None or not resource or isinstance(obj, Malformed) or not is_judged(resource):
            return None
        try:
            return self._session.health(resource, obj)
        except Exception as problem:  # a verdict that breaks on a strange object must not take the screen with it
            return Health(
                HealthVerdict.UNKNOWN, reason="VerdictCrashed", message=f"{type(problem).__name__}: {problem}"
            )

    @property
    def engine(self) -> HealthEngine | None:
        """The judge of the newest picture, for chains and causes; None without a session."""
        return self._session.engine if self._session is not None else None

    def _published(self, picture: Picture) -> None:
        self._picture = picture
        if not self._told:
            self._told = True
            self._changed()
