"""One comparison of two sides: both are read at the same time, each is judged at its own clock, then they are compared.

A side is a cluster or a recording. Bodies are what the lists bring along: nothing is fetched one by one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from k8sview.analysis.drift.peers.choosing import Wanted
from k8sview.analysis.drift.peers.facts import compare_clusters, compare_kinds, one_cluster
from k8sview.analysis.drift.peers.leaves import Terms
from k8sview.analysis.drift.peers.objects import Peer, compare_objects
from k8sview.analysis.drift.peers.renames import Renames
from k8sview.analysis.drift.peers.verdicts import compare_checks, compare_components
from k8sview.catalog.loader import Catalog
from k8sview.catalog.problems import nearest
from k8sview.model.diff import Contrasts, IntendedRules, Part
from k8sview.model.diff_report import DiffReport
from k8sview.model.view import View
from k8sview.session.diff_reporting import SideRead, build_diff_report
from k8sview.session.diff_side import DiffScope, Operand, SideReading, called
from k8sview.session.once import Clock, utc_now
from k8sview.session.reporting import Timing, cluster_of
from k8sview.session.selection import SelectionError
from k8sview.sources.recording.redaction import REDACTED, Redactor, redact, without_hashes

BothProgress = Callable[[int, int, int, int], None]
"""Called with the number of tables read, and of all tables: of A, of B."""


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
    reading = SideReading(a, scope, scope.namespaces, catalog), SideReading(b, scope, namespaces, catalog)

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


def _kinds(scope: DiffScope, *views: View) -> frozenset[str] | None:
    """The resources that --kind means on any side. Raises SelectionError for a word that means nothing on both."""
    if scope.kinds is None:
        return None
    resources = {name: one for view in views for name, one in view.resources.items()}
    for word in scope.kinds:
        if not any(word.lower() in one.called() for one in resources.values()):
            known = [name for one in resources.values() for name in one.called()]
            raise SelectionError(f"neither side serves a kind {word!r}{nearest(word.lower(), known)}")
    return called(scope.kinds, tuple(resources.values()))


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
