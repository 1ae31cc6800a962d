"""One side of a comparison: where it comes from, and how it is read: every table, and the JSON of what is compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from k8sview.analysis.drift.peers.bodies import packed
from k8sview.analysis.drift.peers.choosing import Wanted, comparable_resources
from k8sview.analysis.drift.scaled import HPAS
from k8sview.analysis.drift.suspected import OF_BODIES
from k8sview.catalog.loader import Catalog
from k8sview.model.diff import Part
from k8sview.model.events import Connected
from k8sview.model.kinds import KINDS
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.report import Report
from k8sview.model.resources import Key, Resource
from k8sview.model.view import View
from k8sview.session.checked_drift import CheckedDrift, asked_kinds
from k8sview.session.once import Clock, read_once
from k8sview.session.reporting import Timing
from k8sview.session.run import judged
from k8sview.session.selection import Selection, SelectionError, needed_resources, select
from k8sview.sources.contract import NotReadableError, Source, SourceError

Tap = Callable[[str, Resource, bytes], None]

_NAMESPACES = "namespaces"
_FIGURES = "metrics.k8s.io"
_TWICE = frozenset({"events.events.k8s.io", "componentstatuses"})


class Operand(msgspec.Struct, frozen=True):
    """One side as it was asked for. ``open`` makes its source, which hands every object's JSON to the tap, and the
    clock that it is judged by. ``whole``: resources it reads whole that others know by their metadata."""

    words: str
    open: Callable[[Tap], tuple[Source, Clock]]
    recorded: bool = False
    whole: frozenset[str] = frozenset()


class DiffScope(msgspec.Struct, frozen=True):
    """What is compared. ``kinds``: as people call resources; with them, or a selector, objects alone."""

    namespaces: tuple[str, ...] | None = None
    selector: LabelSelector | None = None
    selector_text: str | None = None
    kinds: tuple[str, ...] | None = None
    everything: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        narrowed = self.kinds is not None or self.selector is not None
        return (Part.OBJECTS,) if narrowed else tuple(Part)


class SideReading:
    """One side while it is read: its tables, and the JSON of the objects that are compared.

    Checks of drift that needs single objects fetched whole are left to ``k8sview drift``: a recording has none of it.
    """

    def __init__(
        self, operand: Operand, scope: DiffScope, namespaces: tuple[str, ...] | None, catalog: Catalog
    ) -> None:
        self.operand = operand
        self.namespaces = namespaces
        self.bodies: dict[str, dict[Key, bytes]] = {}
        self.done = self.of = 0
        self._scope = scope
        self._catalog = catalog
        self._selection = Selection(namespaces=namespaces)
        self._checks = tuple(one for one in select(catalog, self._selection) if one.drift not in OF_BODIES)
        self._drift: CheckedDrift | None = None
        self._kept: frozenset[str] = frozenset()

    async def read(self, read_timeout: float, told: Callable[[int, int], None]) -> View:
        """Everything that is wanted; ``told`` hears how far it is. Raises SourceError and SelectionError, with the side
        in front."""

        def count(done: int, of: int) -> None:
            self.done, self.of = done, of
            told(done, of)

        source, clock = self.operand.open(self._tap)
        uid: str | None = None
        self._drift = drift = CheckedDrift(asked_kinds(self._checks), source, read_timeout)

        async def identify(view: View) -> None:
            nonlocal uid
            uid = view.cluster.uid or await _uid(source)
            await drift.look(view)

        try:
            view = await read_once(
                source,
                self.namespaces,
                self._wanted,
                read_timeout=read_timeout,
                clock=clock,
                progress=count,
                before_close=identify,
            )
        except (SourceError, SelectionError) as problem:
            raise type(problem)(f"{self.operand.words}: {problem}") from problem
        return msgspec.structs.replace(view, cluster=msgspec.structs.replace(view.cluster, uid=uid))

    def judged(self, view: View) -> Report:
        """Components and checks of what was read."""
        if self._drift is None:
            raise RuntimeError("a side is judged after it was read")
        return judged(
            view,
            self._catalog,
            self._selection,
            self._checks,
            drift=self._drift,
            timing=lambda: Timing(view.taken_at, view.taken_at, 0),
        )

    def _wanted(self, connected: Connected) -> tuple[str, ...]:
        listable = {
            one.name: one
            for one in connected.resources
            if "list" in one.verbs and one.name not in _TWICE and one.group != _FIGURES
        }
        named = called(self._scope.kinds, tuple(connected.resources))
        view = View(taken_at=datetime.min, resources={one.name: one for one in connected.resources})
        wanted = Wanted(everything=self._scope.everything, kinds=named, namespaced=self.namespaces is not None)
        self._kept = comparable_resources(view, wanted)
        if Part.CHECKS in self._scope.parts:
            names = {*listable, *needed_resources(self._catalog, self._checks, namespaced=self.namespaces is not None)}
        else:
            names = {*self._kept, _NAMESPACES, HPAS}
        if self.namespaces is not None:
            # Nothing of the whole cluster is asked for, whatever turns out to belong to it.
            names = {name for name in names if name not in listable or listable[name].namespaced}
            names -= {name for name in names if name in KINDS and not KINDS[name].resource.namespaced}
        return tuple(sorted(names))

    def _tap(self, how: str, resource: Resource, raw: bytes) -> None:
        if resource.name in self._kept and how != "DELETED":
            self.bodies.setdefault(resource.name, {})[_key_of(raw)] = packed(raw)


class _Named(msgspec.Struct):
    name: str = ""
    namespace: str = ""
    uid: str = ""


class _Headed(msgspec.Struct):
    metadata: _Named = msgspec.field(default_factory=_Named)


_HEAD = msgspec.json.Decoder(_Headed)


def _key_of(raw: bytes) -> Key:
    try:
        metadata = _HEAD.decode(raw).metadata
    except msgspec.MsgspecError:
        return ("", "")
    return (metadata.namespace, metadata.name)


async def _uid(source: Source) -> str | None:
    """The cluster's own, where namespaces are not listed; None where it may not be read."""
    try:
        return _HEAD.decode(await source.get(KINDS[_NAMESPACES].resource, None, "kube-system")).metadata.uid or None
    except (NotReadableError, msgspec.MsgspecError):
        return None


def called(words: tuple[str, ...] | None, resources: tuple[Resource, ...]) -> frozenset[str] | None:
    """The resources that any of the words means; None: all."""
    if words is None:
        return None
    lowered = {word.lower() for word in words}
    return frozenset(one.name for one in resources if lowered & set(one.called()))
