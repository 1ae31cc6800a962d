"""One look for drift: read every table, triage by metadata, fetch the suspects whole, judge, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from k8sview.analysis.drift.comparing.documents import Documents, Identity, Stated
from k8sview.analysis.drift.completing import completed
from k8sview.analysis.drift.helm.releases import releases
from k8sview.analysis.drift.kinds import missing
from k8sview.analysis.drift.kinds.reading import items
from k8sview.analysis.drift.kinds.table import in_view
from k8sview.analysis.drift.manifests import wanted
from k8sview.analysis.drift.standing import NO_OWNERS, Owners, deliverers
from k8sview.analysis.drift.suspected import OF_BODIES
from k8sview.model.drift import Drift, DriftKind, Drifts, DriftSettings, NotCheckable
from k8sview.model.drift_report import DriftReport, Unlooked
from k8sview.model.events import Connected
from k8sview.model.view import View
from k8sview.session.bodies import Bodies, Whole
from k8sview.session.drift_given import look_at_manifests, namespace_of
from k8sview.session.drift_helm import look_at_releases
from k8sview.session.drift_owners import beyond, delivering
from k8sview.session.drift_published import without_unknown_fields
from k8sview.session.drift_reporting import DriftScope, build_drift_report, handed_in
from k8sview.session.drift_suspects import identities, look_at_suspects, triage
from k8sview.session.once import Clock, Progress, read_once, utc_now
from k8sview.session.reporting import Timing
from k8sview.sources.contract import Source

_TWICE = frozenset({"events.events.k8s.io", "componentstatuses"})
"""What another resource tells as well."""
_FIGURES = "metrics.k8s.io"
_OWNED = (*OF_BODIES, DriftKind.NODE_IN_PLACE)
_OF_RELEASES = (DriftKind.HELM, DriftKind.ORPHAN, DriftKind.MISSING)
_GIVEN = (DriftKind.MANIFEST, DriftKind.MISSING)
_NO_BODIES = "a recording keeps no field sets and covers values: only the live cluster can tell"
_ALL = DriftSettings()


async def drift_once(
    source: Source,
    namespaces: tuple[str, ...] | None = None,
    *,
    scope: DriftScope | None = None,
    stated: Documents | None = None,
    settings: DriftSettings = _ALL,
    labels_only: bool = False,
    read_timeout: float = 60.0,
    clock: Clock = utc_now,
    progress: Progress | None = None,
) -> DriftReport:
    """The drift of a cluster as it is now. Closes the source.

    ``stated``: manifests to compare with. ``settings``: the user's own rules and classes. ``labels_only``: read no Helm
    release, only its labels. A source that is not ``Whole`` cannot tell who owns a field, which the report then says.
    Raises SourceError, and SelectionError for a namespace that does not exist.
    """
    began, started_at = time.monotonic(), clock()
    asked = scope or DriftScope(namespaces)
    bodies = Bodies(source) if isinstance(source, Whole) else None
    found, owners = Drifts(), NO_OWNERS

    async def look(view: View) -> None:
        nonlocal asked, found, owners
        if stated is not None:
            asked = handed_in(asked, wanted(view, stated, namespace_of(view), asked.namespaces))
        found = await _look(view, bodies, asked, stated, settings, labels_only=labels_only)
        found += in_view(view, asked.kinds)
        owners = await _owners(view, bodies, found, asked, settings)

    view = await read_once(
        source, namespaces, listable, read_timeout=read_timeout, clock=clock, progress=progress, before_close=look
    )
    timing = Timing(started_at, clock(), round((time.monotonic() - began) * 1000))
    return build_drift_report(
        view,
        Drifts(_told(view, found.drifts, asked, settings, owners), found.not_checkable),
        _not_given(asked, stated, labels_only, states=_states(view, bodies, labels_only)),
        asked,
        rules=settings.ignore,
        timing=timing,
        fetched=bodies.fetched if bodies is not None else 0,
    )


Chosen = Callable[[DriftKind], bool]


def _chosen(scope: DriftScope) -> Chosen:
    return lambda kind: scope.kinds is None or kind in scope.kinds


def listable(connected: Connected) -> tuple[str, ...]:
    """Everything that can be listed: objects of any kind can be suspects, unmanaged, or left behind."""
    return tuple(
        one.name
        for one in connected.resources
        if "list" in one.verbs and one.name not in _TWICE and one.group != _FIGURES
    )


async def _look(
    view: View,
    bodies: Bodies | None,
    scope: DriftScope,
    given: Documents | None,
    settings: DriftSettings,
    *,
    labels_only: bool,
) -> Drifts:
    """What no view alone tells: releases, suspects, manifests."""
    chosen = _chosen(scope)
    if bodies is None:
        found = Drifts()
        if any(map(chosen, _OF_RELEASES)):
            found, _ = await look_at_releases(view, None, labels_only=labels_only)
        asked = (*OF_BODIES, DriftKind.HELM, *(_GIVEN if given is not None else ()))
        blind = tuple(NotCheckable(kind, _NO_BODIES) for kind in asked if chosen(kind))
        return found + Drifts(not_checkable=blind)
    owned = any(map(chosen, _OWNED))
    suspected, found = triage(view, settings.managers, scope.selector) if owned else ({}, Drifts())
    stating = identities(view, suspected)
    stated: dict[Identity, Stated] = {}
    if any(map(chosen, _OF_RELEASES)):
        told, stated = await look_at_releases(view, bodies, labels_only=labels_only, stating=stating)
        found += told
    if given is not None:
        told, documents = await look_at_manifests(view, bodies, given, scope.namespaces)
        found += told
        stated = {one.identity: one for one in documents if one.identity in stating} | stated
    found += await look_at_suspects(view, bodies, suspected, stated, settings.managers)
    return await without_unknown_fields(bodies, found)


async def _owners(
    view: View, bodies: Bodies | None, found: Drifts, scope: DriftScope, settings: DriftSettings
) -> Owners:
    """What delivers the drifted objects and lies in other namespaces than those that were read."""
    if bodies is None or not beyond(view):
        return NO_OWNERS
    asked = (one for one in found.drifts if scope.holds(view, one))
    return await delivering(view, bodies, dict.fromkeys(deliverers(view, asked, settings.managers)))


def _told(
    view: View, drifts: Iterable[Drift], scope: DriftScope, settings: DriftSettings, owners: Owners
) -> tuple[Drift, ...]:
    chosen = _chosen(scope)
    return completed(view, (one for one in drifts if chosen(one.kind)), settings.managers, owners)


def _states(view: View, bodies: Bodies | None, labels_only: bool) -> bool:
    """Whether anything in the cluster that was read states what should be there."""
    owners = (owner for resource in missing.READS for owner in view.each(resource))
    if any(items(owner, "status.inventory.entries") for owner in owners):
        return True
    return bodies is not None and not labels_only and any(one.deployed for one in releases(view).releases)


def _not_given(scope: DriftScope, stated: Documents | None, labels_only: bool, *, states: bool) -> Iterator[Unlooked]:
    """Kinds that this run could not look for, with what to give. Only who asks for one by its name misses it."""

    def asked(kind: DriftKind) -> bool:
        return scope.kinds is not None and kind in scope.kinds

    for kind in (DriftKind.CLUSTER, DriftKind.BASELINE):
        words = "needs a second cluster or recording to compare with: k8sview diff A B"
        yield Unlooked(kind, words, asked=asked(kind))
    if stated is None:
        words = "needs manifests: -f DIR, FILE or -"
        yield Unlooked(DriftKind.MANIFEST, words, asked=asked(DriftKind.MANIFEST))
        if states:
            words = "beyond what Helm releases and inventories of Flux state it needs manifests: -f DIR, FILE or -"
            yield Unlooked(DriftKind.MISSING, words, asked=False)
        else:
            words = "needs manifests (-f), a Helm release or an inventory of Flux that states it"
            yield Unlooked(DriftKind.MISSING, words, asked=asked(DriftKind.MISSING))
    if labels_only:
        yield Unlooked(DriftKind.HELM, "manifests of releases were left unread: --helm=labels-only", asked=False)
