"""One comparison of two sides: both are read at the same time, each is judged at its own clock, then they are compared.

A side is a cluster or a recording. Bodies are what the lists bring along: nothing is fetched one by one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import msgspec

from k8sview.analysis.drift.peers.bodies import packed
from k8sview.analysis.drift.peers.facts import compare_clusters, compare_kinds, one_cluster
from k8sview.analysis.drift.peers.leaves import Terms
from k8sview.analysis.drift.peers.objects import Peer, Wanted, comparable_resources, compare_objects
from k8sview.analysis.drift.peers.renames import Renames
from k8sview.analysis.drift.peers.verdicts import compare_checks, compare_components
from k8sview.analysis.drift.scaled import HPAS
from k8sview.catalog.loader import Catalog
from k8sview.catalog.problems import nearest
from k8sview.model.diff import Contrasts, IntendedRules, Part
from k8sview.model.diff_report import DiffReport
from k8sview.model.events import Connected
from k8sview.model.kinds import KINDS
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.report import Report
from k8sview.model.resources import Key, Resource
from k8sview.model.view import View
from k8sview.session.diff_reporting import SideRead, build_diff_report
from k8sview.session.once import Clock, read_once, utc_now
from k8sview.session.reporting import Timing, cluster_of
from k8sview.session.run import judged
from k8sview.session.selection import Selection, SelectionError, needed_resources, select
from k8sview.sources.contract import NotReadableError, Source, SourceError
from k8sview.sources.recording.redaction import REDACTED, Redactor, redact, without_hashes

Tap = Callable[[str, Resource, bytes], None]
BothProgress = Callable[[int, int, int, int], None]
"""Called with the number of tables read, and of all tables: of A, of B."""

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


async def diff_once(
    a: Operand,
    b: Operand,
    catalog: Catalog,
    *,
    scope: DiffScope = DiffScope(),  # noqa: B008 - frozen
    rules: IntendedRules = IntendedRules(),  # noqa: B008 - frozen
    key: bytes = b"",
    read_timeout: float = 60.0,
    clock: Clock = utc_now,
    progress: BothProgress | None = None,
) -> DiffReport:
    """How B differs from A. Closes both sources. ``key``: that recorded sides were made under, so that what they cover
    can be compared.

    Raises SourceError where a side cannot be reached, SelectionError for a namespace or kind that neither side has.
    """
    began, started_at = time.monotonic(), clock()
    renames = Renames(rules.renames)
    namespaces = _renamed(scope.namespaces, renames)
    reading = _Reading(a, scope, scope.namespaces, catalog), _Reading(b, scope, namespaces, catalog)

    def told(_done: int, _of: int) -> None:
        if progress is not None:
            progress(reading[0].done, reading[0].of, reading[1].done, reading[1].of)

    views = await _both(*(one.read(read_timeout, told) for one in reading))
    wanted = Wanted(
        kinds=_kinds(scope, *views),
        selector=scope.selector,
        everything=scope.everything,
        namespaced=scope.namespaces is not None,
    )
    peers = [Peer(view, one.bodies, one.operand.whole) for one, view in zip(reading, views, strict=True)]
    terms = _terms(views, renames, recorded=a.recorded or b.recorded, key=key)
    found = Contrasts()
    if Part.CHECKS in scope.parts:
        reports = [one.judged(view) for one, view in zip(reading, views, strict=True)]
        found += compare_clusters(*views, (reports[0].cluster, reports[1].cluster))
        found += compare_components(reports[0].components, reports[1].components)
        found += compare_kinds(*views)
        found += compare_checks(reports[0].checks, reports[1].checks)
    found += compare_objects(peers[0], peers[1], terms, wanted)
    recorded = a.recorded and b.recorded
    finished_at = max(view.taken_at for view in views) if recorded else clock()
    timing = Timing(finished_at if recorded else started_at, finished_at, 0 if recorded else _milliseconds(began))
    sides = tuple(
        SideRead(one.operand.words, view, cluster_of(view), one.namespaces)
        for one, view in zip(reading, views, strict=True)
    )
    return build_diff_report(
        sides[0],
        sides[1],
        found,
        rules,
        baseline=terms.baseline,
        parts=scope.parts,
        timing=timing,
        now=clock(),
        selector=scope.selector_text,
        kinds=tuple(sorted(wanted.kinds)) if wanted.kinds is not None else None,
    )


class _Reading:
    """One side while it is read: its tables, and the JSON of the objects that are compared."""

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
        self._checks = select(catalog, self._selection)
        self._kept: frozenset[str] = frozenset()

    async def read(self, read_timeout: float, told: Callable[[int, int], None]) -> View:
        def count(done: int, of: int) -> None:
            self.done, self.of = done, of
            told(done, of)

        source, clock = self.operand.open(self._tap)
        uid: str | None = None

        async def identify(view: View) -> None:
            nonlocal uid
            uid = view.cluster.uid or await _uid(source)

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
        """Components and checks."""
        return judged(
            view,
            self._catalog,
            self._selection,
            self._checks,
            lambda: Timing(view.taken_at, view.taken_at, 0),
        )

    def _wanted(self, connected: Connected) -> tuple[str, ...]:
        listable = {
            one.name: one
            for one in connected.resources
            if "list" in one.verbs and one.name not in _TWICE and one.group != _FIGURES
        }
        named = _called(self._scope.kinds, tuple(connected.resources))
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


async def _both(*readings: Coroutine[Any, Any, View]) -> tuple[View, View]:
    """Both at once; the first failure ends the other reading, too."""
    tasks = [asyncio.create_task(one) for one in readings]
    try:
        a, b = await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    return a, b


def _terms(views: tuple[View, View], renames: Renames, *, recorded: bool, key: bytes) -> Terms:
    """What a recording covers is covered on both sides."""
    return Terms(
        baseline=one_cluster(*views) is True,
        earlier=min(view.taken_at for view in views),
        renames=renames,
        shown=without_hashes if recorded else redact,
        regard=(Redactor(key).redact if key else _covered) if recorded else lambda body: body,
        covers=recorded,
        mark=REDACTED,
    )


def _covered(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = without_hashes(redact(body))
    return found


def _renamed(namespaces: tuple[str, ...] | None, renames: Renames) -> tuple[str, ...] | None:
    return tuple(map(renames.namespace_in_b, namespaces)) if namespaces is not None else None


def _called(words: tuple[str, ...] | None, resources: tuple[Resource, ...]) -> frozenset[str] | None:
    """The resources that any of the words means; None: all."""
    if words is None:
        return None
    lowered = {word.lower() for word in words}
    return frozenset(one.name for one in resources if lowered & set(one.called()))


def _kinds(scope: DiffScope, *views: View) -> frozenset[str] | None:
    """The resources that --kind means on any side. Raises SelectionError for a word that means nothing on both."""
    if scope.kinds is None:
        return None
    resources = {name: one for view in views for name, one in view.resources.items()}
    for word in scope.kinds:
        if not any(word.lower() in one.called() for one in resources.values()):
            known = [name for one in resources.values() for name in one.called()]
            raise SelectionError(f"neither side serves a kind {word!r}{nearest(word.lower(), known)}")
    return _called(scope.kinds, tuple(resources.values()))


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
