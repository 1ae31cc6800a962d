"""Which tables a session reads, in which scopes: subscriptions, the fall-back to single namespaces, what is not served.

Does not judge; keeps the source's subscriptions equal to what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable

from k8sview.model import events
from k8sview.model.resources import Resource
from k8sview.model.tables import State, TableState
from k8sview.sources.contract import Emit, Listable, Source

MOST_NAMESPACES = 50
"""How many namespaces a fall-back asks for; what lies in others stays denied."""


class Reading:
    """One source's subscriptions. ``apply`` also receives what no source says: that a resource is not served."""

    def __init__(self, source: Source, apply: Emit, namespaces: tuple[str, ...] | None, *, watch: bool) -> None:
        self._source = source
        self._apply = apply
        self._namespaces = namespaces
        self._watch = watch
        self._served: dict[str, Resource] = {}
        self._missing_groups: tuple[str, ...] = ()
        self._wanted: set[str] = set()
        self._scopes: dict[str, set[str | None]] = {}
        self._followed: dict[str, Resource] = {}  # what was subscribed, also when it is served no longer
        self._rights: dict[str, Listable] | None = None

    @property
    def wanted(self) -> frozenset[str]:
        return frozenset(self._wanted)

    def served(self, connected: events.Connected) -> None:
        """Take note of what is served now; wanted resources that appeared are subscribed."""
        self._served = {resource.name: resource for resource in connected.resources}
        self._missing_groups = connected.missing_groups
        for name in sorted(self._wanted):
            self._subscribe(name)

    def want(self, names: Iterable[str]) -> None:
        """Read these too."""
        for name in names:
            if name not in self._wanted:
                self._wanted.add(name)
                self._subscribe(name)

    def unwant(self, names: Iterable[str]) -> None:
        for name in names:
            self._wanted.discard(name)
            for scope in self._scopes.pop(name, set()):
                self._source.unsubscribe(self._followed[name], scope)

    async def fall_back(self, denied: Iterable[str]) -> bool:
        """Read resources that are denied cluster-wide in the namespaces this user may read; whether any were added."""
        names = [name for name in denied if self._namespaced(name) and self._scopes.get(name) == {None}]
        if not names or self._namespaces is not None:
            return False
        if self._rights is None:
            namespaces = await self._source.usable_namespaces() or ()
            self._rights = {one: await self._source.listable(one) for one in namespaces[:MOST_NAMESPACES]}
        added = False
        for namespace, rights in self._rights.items():
            for name in names:
                if name in self._served and rights.allows(self._served[name]):
                    self._scope(name, namespace)
                    added = True
        return added

    def _subscribe(self, name: str) -> None:
        if name not in self._served:
            group = name.partition(".")[2]
            blind = group in self._missing_groups
            words = (
                f"the discovery of {group or 'the core group'} failed"
                if blind
                else f"{name} is not served by this cluster"
            )
            self._apply(events.StateChanged(name, None, TableState(State.FAILED if blind else State.NOT_SERVED, words)))
            return
        if self._namespaces is None or not self._namespaced(name):
            self._scope(name, None)
        else:
            for namespace in self._namespaces:
                self._scope(name, namespace)

    def _scope(self, name: str, namespace: str | None) -> None:
        scopes = self._scopes.setdefault(name, set())
        if namespace in scopes:
            return
        if not scopes:
            self._apply(events.ScopeDropped(name, None))  # an earlier "not served" no longer holds
        scopes.add(namespace)
        self._apply(events.StateChanged(name, namespace, TableState(State.LOADING)))
        self._followed[name] = self._served[name]
        self._source.subscribe(self._served[name], namespace, watch=self._watch)

    def _namespaced(self, name: str) -> bool:
        return self._served[name].namespaced if name in self._served else True
