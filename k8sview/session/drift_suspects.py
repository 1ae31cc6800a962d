"""Suspects of every kind: told apart by metadata, fetched whole as cheaply as can be, judged and forgotten one by one.

Where most of a kind is suspected its list is read instead of each object. Of Secrets only the metadata is read, whose
field sets tell who wrote which key; their values never are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from k8sview.analysis.drift.comparing.documents import Identity, Stated
from k8sview.analysis.drift.ownership.managers import Known
from k8sview.analysis.drift.ownership.triage import stripped, suspects
from k8sview.analysis.drift.suspect import judged, scaled_by_nobody
from k8sview.analysis.drift.suspected import EMPTIED, applied, unseen
from k8sview.model.drift import Drift, DriftKind, Drifts, NotCheckable
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.resources import Key
from k8sview.model.tables import State, Table
from k8sview.model.view import View
from k8sview.session.bodies import SECRETS, Bodies, Body
from k8sview.sources.contract import NotReadableError

_FEW, _MANY = 20, 200
"""So few are fetched one by one whatever their share, for a list's pages hold the others as well; so many never are,
for requests are rationed."""
_SHARE = 0.2

Suspected = Mapping[str, tuple[Key, ...]]
"""By resource, sorted."""


def triage(view: View, known: Known, selector: LabelSelector | None = None) -> tuple[Suspected, Drifts]:
    """Whom to look at, and whom nobody could look at. ``selector``: of these objects only."""
    found: dict[str, tuple[Key, ...]] = {}
    gaps: list[NotCheckable] = []
    for name in sorted(view.resources):
        table = view.table(name)
        if table.state.state in (State.IDLE, State.NOT_SERVED):
            continue
        if not view.readable(name) or table.partial:
            gaps += unseen(f"{name}: {table.partial or table.state}")
        if not table.objects and not table.malformed:
            continue
        labelled = _labelled(table, selector)
        without = sum(1 for key in stripped(view, name) if labelled(key))
        if without:
            gaps.append(NotCheckable(DriftKind.OUT_OF_BAND, f"{without} of {name}: {EMPTIED}"))
        touched = set(filter(labelled, suspects(view, name, known)))
        noted = set(filter(labelled, applied(table.objects)))
        if name == SECRETS:
            if noted:
                words = f"{len(noted)} of secrets: their values are never read"
                gaps.append(NotCheckable(DriftKind.LAST_APPLIED, words))
            noted = set()
        keys = tuple(sorted(touched | noted | set(filter(labelled, scaled_by_nobody(view, name)))))
        if keys:
            found[name] = keys
    return found, Drifts(not_checkable=tuple(gaps))


def _labelled(table: Table, selector: LabelSelector | None) -> Callable[[Key], bool]:
    """Whether the object with a key is one of those that are asked for."""
    if selector is None:
        return lambda key: True

    def matches(key: Key) -> bool:
        obj = table.objects.get(key) or table.malformed.get(key)
        return obj is not None and selector.matches(obj.metadata.labels)

    return matches


def identities(view: View, suspected: Suspected) -> frozenset[Identity]:
    """The same as manifests name them."""
    kinds = {name: view.table(name).resource for name in suspected}
    return frozenset((kinds[name].group, kinds[name].kind, *key) for name, keys in suspected.items() for key in keys)


class _Looking:
    """One look at the suspects of one resource."""

    def __init__(self, view: View, bodies: Bodies, name: str, stated: Mapping[Identity, Stated], known: Known) -> None:
        self._view = view
        self._bodies = bodies
        self._name = name
        self._table = view.table(name)
        self._stated = stated
        self._known = known
        self.found: list[Drifts] = []

    async def one_by_one(self, keys: Iterable[Key]) -> None:
        async with asyncio.TaskGroup() as group:
            for key in keys:
                group.create_task(self._fetched(key))

    async def in_lists(self, keys: Iterable[Key]) -> None:
        """Only what was suspected is decoded as a whole. What is on no page is gone since."""
        wanted = set(keys)
        for scope in self._table.scopes or (None,):
            try:
                async for page in self._bodies.pages(self._table.resource, scope):
                    for key, body in page(wanted):
                        self._judge(key, body)
                    await asyncio.sleep(0)  # progress and Ctrl-C get their turn
            except NotReadableError as problem:
                where = f" in {scope}" if scope else ""
                self.found.append(Drifts(not_checkable=tuple(unseen(f"{problem}{where}"))))

    async def _fetched(self, key: Key) -> None:
        try:
            look = self._bodies.outline if self._name == SECRETS else self._bodies.once
            body = await look(self._table.resource, *key)
        except NotReadableError as problem:
            self.found.append(Drifts(not_checkable=tuple(unseen(str(problem)))))
            return
        if body is not None:  # else gone since it was listed
            self._judge(key, body)

    def _judge(self, key: Key, body: Body) -> None:
        resource = self._table.resource
        secret = self._name == SECRETS  # what is stated of it would be compared with what nobody read
        stated = None if secret else self._stated.get((resource.group, resource.kind, *key))
        self.found.append(judged(self._view, self._name, body, stated=stated, known=self._known))


async def look_at_suspects(
    view: View, bodies: Bodies, suspected: Suspected, stated: Mapping[Identity, Stated], known: Known
) -> Drifts:
    """What the bodies of suspects tell. ``stated``: what releases and manifests state of them."""
    drifts: list[Drift] = []
    gaps: list[NotCheckable] = []
    for name, keys in suspected.items():
        looking = _Looking(view, bodies, name, stated, known)
        listed = len(keys) > min(_MANY, max(_FEW, _SHARE * len(view.table(name).objects)))
        await (looking.in_lists(keys) if listed and name != SECRETS else looking.one_by_one(keys))
        drifts += [drift for one in looking.found for drift in one.drifts]
        gaps += [gap for one in looking.found for gap in one.not_checkable]
    return Drifts(tuple(drifts), tuple(gaps))
