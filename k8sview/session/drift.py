"""One look for drift: read every table, triage by metadata, fetch the suspects whole, judge, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from k8sview.analysis.drift.comparing.documents import Documents
from k8sview.analysis.drift.kinds.table import in_view
from k8sview.analysis.drift.last_applied import last_applied
from k8sview.analysis.drift.manifests import manifests, wanted
from k8sview.analysis.drift.ownership.judging import gaps, judge
from k8sview.analysis.drift.ownership.names import APPLYING
from k8sview.analysis.drift.ownership.tracking import LAST_APPLIED
from k8sview.analysis.drift.ownership.triage import stripped, suspects
from k8sview.model.drift import DriftKind, Drifts, NotCheckable
from k8sview.model.drift_report import DriftReport, Unlooked
from k8sview.model.events import Connected
from k8sview.model.resources import Key, Resource
from k8sview.model.tables import State
from k8sview.model.view import View
from k8sview.session.bodies import SECRETS, Bodies, Whole, living
from k8sview.session.drift_helm import look_at_releases
from k8sview.session.drift_reporting import DriftScope, build_drift_report, merged
from k8sview.session.once import Clock, Progress, read_once, utc_now
from k8sview.session.reporting import Timing
from k8sview.sources.contract import Source

_TWICE = frozenset({"events.events.k8s.io", "componentstatuses"})
"""What another resource tells as well."""
_FIGURES = "metrics.k8s.io"
_BODY = (DriftKind.OUT_OF_BAND, DriftKind.LAST_APPLIED, DriftKind.HELM, DriftKind.MANIFEST, DriftKind.MISSING)
_OF_RELEASES = (DriftKind.HELM, DriftKind.ORPHAN, DriftKind.MISSING)
_EMPTIED = "managed by something, and without managedFields: nobody can tell who wrote them"
_NO_BODIES = "a recording keeps no field sets and covers values: only the live cluster can tell"


async def drift_once(
    source: Source,
    namespaces: tuple[str, ...] | None = None,
    *,
    scope: DriftScope | None = None,
    stated: Documents | None = None,
    labels_only: bool = False,
    read_timeout: float = 60.0,
    clock: Clock = utc_now,
    progress: Progress | None = None,
) -> DriftReport:
    """The drift of a cluster as it is now. Closes the source.

    ``stated``: manifests to compare with. ``labels_only``: read no Helm release, only its labels. A source that is not
    ``Whole`` cannot tell who owns a field, which the report then says. Raises SourceError, and SelectionError for a
    namespace that does not exist.
    """
    began, started_at = time.monotonic(), clock()
    scope = scope or DriftScope(namespaces)
    found = Drifts()
    bodies = Bodies(source) if isinstance(source, Whole) else None

    async def look(view: View) -> None:
        nonlocal found
        look_for = _chosen(scope)
        if any(map(look_for, _OF_RELEASES)):
            found += await look_at_releases(view, bodies, labels_only=labels_only)
        if bodies is None:
            found += Drifts(not_checkable=tuple(NotCheckable(kind, _NO_BODIES) for kind in _wanted(scope, stated)))
            return
        if look_for(DriftKind.OUT_OF_BAND) or look_for(DriftKind.LAST_APPLIED):
            found += await _owned(view, bodies)
        if stated is not None:
            found += await _stated(view, bodies, stated)

    view = await read_once(
        source, namespaces, _readable, read_timeout=read_timeout, clock=clock, progress=progress, before_close=look
    )
    found += in_view(view, scope.kinds)
    chosen = _chosen(scope)
    told = merged(one for one in found.drifts if chosen(one.kind))
    found = Drifts(told, found.not_checkable)
    timing = Timing(started_at, clock(), round((time.monotonic() - began) * 1000))
    fetched = bodies.fetched if bodies is not None else 0
    return build_drift_report(view, found, _not_given(stated, labels_only), scope, timing=timing, fetched=fetched)


def _readable(connected: Connected) -> tuple[str, ...]:
    """Everything that can be listed: objects of any kind can be suspects, unmanaged, or left behind."""
    return tuple(
        one.name
        for one in connected.resources
        if "list" in one.verbs and one.name not in _TWICE and one.group != _FIGURES
    )


def _chosen(scope: DriftScope) -> Callable[[DriftKind], bool]:
    return lambda kind: scope.kinds is None or kind in scope.kinds


def _wanted(scope: DriftScope, stated: Documents | None) -> Iterable[DriftKind]:
    given = (DriftKind.MANIFEST, DriftKind.MISSING)
    return (kind for kind in _BODY if _chosen(scope)(kind) and (stated is not None or kind not in given))


async def _owned(view: View, bodies: Bodies) -> Drifts:
    """What the bodies of suspects tell: writes out of band, and what differs from the last kubectl apply."""
    found = Drifts()
    addresses = []
    for name, resource in sorted(view.resources.items()):
        state = view.state(name).state
        if state in (State.IDLE, State.NOT_SERVED):
            continue
        if not view.readable(name) or view.table(name).partial:
            why = view.table(name).partial or str(view.state(name))
            found += _unseen(f"{name}: {why}")
        if not view.table(name).objects and not view.table(name).malformed:
            continue
        keys = {*suspects(view, name), *_applied(view, name)}
        without = sum(1 for _ in stripped(view, name))
        if without:
            found += Drifts(not_checkable=(NotCheckable(DriftKind.OUT_OF_BAND, f"{without} of {name}: {_EMPTIED}"),))
        if name == SECRETS and keys:
            found += _unseen(f"{len(keys)} of secrets: their values are never read")
        addresses += [(resource, *key) for key in sorted(keys) if name != SECRETS]
    await bodies.fetch(addresses)
    for resource, namespace, key in addresses:
        found += _of_body(view, bodies, resource, namespace, key)
    return found


def _of_body(view: View, bodies: Bodies, resource: Resource, namespace: str, name: str) -> Drifts:
    address = (resource.name, namespace, name)
    if address in bodies.unread:
        return _unseen(bodies.unread[address])
    body = bodies.found[address]
    if body is None:
        return Drifts()  # gone since it was listed
    return Drifts(judge(body, resource.name), gaps(body)) + last_applied(view, body)


def _applied(view: View, resource: str) -> Iterator[Key]:
    """Keys of objects that say what was last applied to them."""
    table = view.table(resource)
    for key, obj in table.objects.items():
        managers = {one.manager for one in obj.metadata.managed_fields}
        if LAST_APPLIED in obj.metadata.annotations or not managers.isdisjoint(APPLYING):
            yield key


def _unseen(reason: str) -> Drifts:
    return Drifts(
        not_checkable=tuple(NotCheckable(kind, reason) for kind in (DriftKind.OUT_OF_BAND, DriftKind.LAST_APPLIED))
    )


async def _stated(view: View, bodies: Bodies, stated: Documents) -> Drifts:
    return manifests(view, stated, await living(bodies, wanted(view, stated)))


def _not_given(stated: Documents | None, labels_only: bool) -> Iterator[Unlooked]:
    """Kinds that nobody asked for in this run, with what to give."""
    for kind in (DriftKind.CLUSTER, DriftKind.BASELINE):
        yield Unlooked(kind, "needs a second cluster or recording to compare with: here is only one", asked=False)
    if stated is None:
        yield Unlooked(DriftKind.MANIFEST, "needs manifests: -f DIR, FILE or -", asked=False)
        yield Unlooked(DriftKind.MISSING, "needs manifests (-f), or a Helm release that states it", asked=False)
    if labels_only:
        yield Unlooked(DriftKind.HELM, "manifests of releases were left unread: --helm=labels-only", asked=False)
