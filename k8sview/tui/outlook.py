"""The ``Window`` through which screens look: newest picture, verdicts, time, single objects, memory of places."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from k8sview.model.health import Health
from k8sview.model.health_report import CauseReport, Unseen, WhyReport
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Key, Resource
from k8sview.session.picture import Picture
from k8sview.sources.contract import SourceError
from k8sview.tui.actions import Action, key_text
from k8sview.tui.connection import Connection
from k8sview.tui.contract import ContextEntry, ListContexts
from k8sview.tui.desk import Desk
from k8sview.tui.inquiry import Inquiry
from k8sview.tui.present.cells import Role
from k8sview.tui.present.changes import Told
from k8sview.tui.present.commands import Vocabulary
from k8sview.tui.present.history import History
from k8sview.tui.present.places import Place
from k8sview.tui.theme import THEMES


class Outlook:
    """``run`` starts work in the app; ``without`` stands in where no session could be opened."""

    def __init__(
        self,
        desk: Desk,
        connection: Connection,
        list_contexts: ListContexts,
        keys: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        self._desk = desk
        self._connection = connection
        self._inquiry = Inquiry(connection)
        self._list_contexts = list_contexts
        self._keys = keys
        self._clock = clock
        self.run: Callable[[Callable[[], Coroutine[None, None, None]]], object] = lambda work: None
        self.without: Picture | None = None

    @property
    def picture(self) -> Picture | None:
        return self._connection.picture or self.without

    @property
    def label(self) -> str:
        return self._desk.target.label

    @property
    def crumbs(self) -> tuple[str, ...]:
        return tuple(place.crumb for place in self._desk.trail)

    @property
    def said(self) -> tuple[tuple[datetime, str, Role], ...]:
        return tuple(self._desk.said)

    def vocabulary(self) -> Vocabulary:
        picture = self.picture
        namespaces = {key[1] for key in picture.view.table("namespaces").objects} if picture else set()
        served = picture.view.resources if picture else {}
        return Vocabulary(
            # Until the server has said what it serves, the kinds known beforehand can be asked for already.
            resources=served or {name: kind.resource for name, kind in KINDS.items()},
            contexts=tuple(entry.name for entry in self.contexts()),
            namespaces=tuple(sorted(namespaces.union(self._desk.favourites))),
            components=tuple(one.id for one in picture.components) if picture else (),
            themes=tuple(theme.name for theme in THEMES),
            named=self._named,
        )

    def _named(self, resource: str) -> Iterable[str]:
        """Names to complete: of a resource's objects, or of what is not well."""
        picture = self.picture
        if picture is None:
            return ()
        if resource:
            return (name for _, name in picture.view.table(resource).objects)
        judged = picture.health.judged if picture.health is not None else ()
        faulty = (one for one in judged if one.health.verdict.faulty)
        return (f"{one.resource.partition('.')[0]}/{one.object.name}" for one in faulty)

    def now(self) -> datetime:
        """In a recording time stands still."""
        picture = self.picture
        if picture is not None and picture.view.cluster.source == "recording":
            return picture.view.taken_at
        return self._clock()

    def health(self, resource: str, obj: Any) -> Health | None:
        return self._connection.health(resource, obj)

    def why(self, resource: str, key: Key) -> WhyReport | None:
        return self._inquiry.why(self.picture, resource, key)

    def cause(self, cause_id: str) -> CauseReport | None:
        return self._inquiry.cause(self.picture, cause_id)

    def unseen(self) -> tuple[Unseen, ...]:
        return self._inquiry.unseen(self.picture)

    def history(self, resource: str, obj: Any) -> History:
        return self._inquiry.history(self.picture, resource, obj)

    def recent(self, within: timedelta) -> tuple[Told, ...]:
        return self._inquiry.recent(self.picture, within)

    def want(self, resources: Iterable[str]) -> None:
        self._connection.want(resources)

    def fetch(self, resource: Resource, namespace: str, name: str, answer: Callable[[bytes | str], None]) -> None:
        async def get() -> None:
            answer(await self._connection.get(resource, namespace, name))

        self.run(get)

    def contexts(self) -> tuple[ContextEntry, ...]:
        try:
            return tuple(self._list_contexts())
        except SourceError:
            return ()

    def hint(self, action: Action) -> str:
        return key_text(action, self._keys)

    def typed(self, kind: str) -> list[str]:
        return self._desk.typed.setdefault(kind, [])

    def recall(self, place: Place) -> Any:
        return self._desk.recall(place)
