"""All kinds of drift that a view alone shows, one row each: what finds it, and what says where nobody could look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from k8sview.analysis.drift.kinds import (
    crds,
    digests,
    gitops,
    missing,
    node_managers,
    node_pools,
    orphans,
    removals,
    replicas,
    revisions,
    skew,
    stale_config,
    suspended,
    templates,
    tug_of_war,
    unmanaged,
)
from k8sview.model.drift import Drift, DriftKind, Drifts, NotCheckable
from k8sview.model.view import View


class Row(NamedTuple):
    """``reads``: the tables behind the answer, to be read before; empty where it is every table there is.

    ``prepare``: the costly part of the answer, which pauses often; whoever has no time to lose runs it first.
    """

    kind: DriftKind
    find: Callable[[View], Iterator[Drift]]
    not_checkable: Callable[[View], Iterator[NotCheckable]]
    reads: tuple[str, ...]
    prepare: Callable[[View], Iterator[None]] | None = None


ROWS: tuple[Row, ...] = (
    Row(DriftKind.GITOPS, gitops.gitops, gitops.not_checkable, gitops.READS),
    Row(DriftKind.MISSING, missing.missing, missing.not_checkable, missing.READS),
    Row(DriftKind.UNMANAGED, unmanaged.unmanaged, unmanaged.not_checkable, (), unmanaged.prepare),
    Row(DriftKind.ORPHAN, orphans.orphans, orphans.not_checkable, orphans.READS),
    Row(DriftKind.REPLICAS, replicas.replicas, replicas.not_checkable, replicas.READS),
    Row(DriftKind.POD_TEMPLATE, templates.pod_templates, templates.not_checkable, templates.READS),
    Row(DriftKind.MIXED_REVISIONS, revisions.mixed_revisions, revisions.not_checkable, revisions.READS),
    Row(DriftKind.IMAGE_DIGEST, digests.image_digests, digests.not_checkable, digests.READS, digests.prepare),
    Row(DriftKind.STALE_CONFIG, stale_config.stale_config, stale_config.not_checkable, stale_config.READS),
    Row(DriftKind.NODE_POOL, node_pools.node_pools, node_pools.not_checkable, node_pools.READS),
    Row(DriftKind.NODE_IN_PLACE, node_pools.in_place, node_pools.not_checkable, node_pools.READS),
    Row(DriftKind.NODE_MANAGER, node_managers.node_managers, node_managers.not_checkable, node_managers.READS),
    Row(DriftKind.VERSION_SKEW, skew.version_skew, skew.not_checkable, skew.READS),
    Row(DriftKind.CRD, crds.crds, crds.not_checkable, crds.READS),
    Row(DriftKind.OUT_OF_BAND, removals.removals, removals.not_checkable, removals.READS, removals.prepare),
    Row(DriftKind.TUG_OF_WAR, tug_of_war.tug_of_war, tug_of_war.not_checkable, ()),
    Row(DriftKind.SUSPENDED, suspended.suspended, suspended.not_checkable, (), suspended.prepare),
)


def in_view(view: View, kinds: frozenset[DriftKind] | None = None) -> Drifts:
    """What the view shows of these kinds (None: of all), and what of them could not be looked at, each reason once."""
    rows = [row for row in ROWS if kinds is None or row.kind in kinds]
    found = [drift for row in rows for drift in row.find(view)]
    reasons = [reason for row in rows for reason in row.not_checkable(view)]
    told = dict.fromkeys(reason for reason in reasons if kinds is None or reason.kind in kinds)
    return Drifts(tuple(found), tuple(told))
