"""Nodes that differ from the pool they belong to, and living nodes that changed in place.

A pool that is being renewed has newer nodes for a while: where a node joined lately, only what is older than the rest
of its pool is a straggler, and only if no younger node shows that the renewal is on its way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta

from k8sview.analysis.drift.kinds.reading import unread
from k8sview.analysis.drift.nodes import NODE_FACTS, Pool, PoolOutlier, in_place_changes, pool_of, pool_outliers
from k8sview.analysis.drift.window import born
from k8sview.model.drift import Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node
from k8sview.model.status import Confidence, Severity
from k8sview.model.view import View

READS = ("nodes",)

_JOINING = timedelta(hours=1)
_RENEWING = timedelta(days=1)  # of a pool's nodes that changed in place, one after the other
# Taints that come and go with a node's condition, its start, or its maintenance.
_PASSING = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/", "ToBeDeletedByClusterAutoscaler")
_PASSING_WITH = ("karpenter.sh/", "DeletionCandidateOfClusterAutoscaler", "node.cilium.io/", "ebs.csi.aws.com/")
_LEAST = 3  # nodes, before taints of most of them are a rule


def node_pools(view: View) -> Iterator[Drift]:
    """Facts and taints in which a node differs from most nodes of its pool."""
    nodes = {node.metadata.name: node for node in view.each("nodes") if isinstance(node, Node)}
    renewed = _renewed(view, nodes)
    for outlier in pool_outliers(view):
        node = nodes[outlier.node]
        if pool_of(node) not in renewed and not _going(node):
            yield _of_fact(outlier, node)
    yield from _taints(nodes, renewed)


def in_place(view: View) -> Iterator[Drift]:
    """What changed on living nodes while they were watched: patched instead of replaced."""
    for change in in_place_changes(view):
        if view.get("nodes", change.node) is None:
            continue  # replaced since, as it should be
        yield Drift(
            kind=DriftKind.NODE_IN_PLACE,
            object=ref_to("Node", None, change.node),
            path=change.path,
            change="override",
            before=change.before,
            after=change.after,
            time=DriftTime(at=change.at, basis="watch"),
            confidence=Confidence.OBSERVED,
            message=f"its {change.what} changed in place: {change.before} → {change.after}",
            why_not_reverted="a node is what is installed on it; only replacing it brings it back",
            evidence=(f"{change.path} = {change.after}",),
        )


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Nodes that could not be read. That nobody watched a node before is told once."""
    for reason in unread(view, READS):
        for kind in (DriftKind.NODE_POOL, DriftKind.NODE_IN_PLACE):
            yield NotCheckable(kind, reason)
    if not any(change.resource == "nodes" for change in view.changes) and not list(unread(view, READS)):
        words = "no change of a living node was watched: one look cannot tell what it was before"
        yield NotCheckable(DriftKind.NODE_IN_PLACE, words, blind=False)


def _renewed(view: View, nodes: dict[str, Node]) -> frozenset[Pool]:
    """Pools whose nodes are being replaced or patched right now. Where all nodes are young, the pool itself is."""
    young: dict[Pool, set[bool]] = defaultdict(set)
    for node in nodes.values():
        at = born(node)
        young[pool_of(node)].add(at is not None and view.taken_at - at < _JOINING)
    patched: dict[tuple[Pool, str, str], set[str]] = defaultdict(set)
    for change in in_place_changes(view):
        changed_node = nodes.get(change.node)
        if changed_node is not None and view.taken_at - change.at < _RENEWING and change.path in NODE_FACTS:
            patched[(pool_of(changed_node), change.path, change.after)].add(change.node)
    # Many of one pool, one after the other, are a rollout; one alone is somebody's hand.
    rolling = {pool for (pool, *_), changed in patched.items() if len(changed) > 1}
    return frozenset(rolling | {pool for pool, ages in young.items() if len(ages) > 1})


def _going(node: Node) -> bool:
    return node.metadata.deletion_timestamp is not None


def _of_fact(outlier: PoolOutlier, node: Node) -> Drift:
    created = born(node)
    return Drift(
        kind=DriftKind.NODE_POOL,
        object=ref_to("Node", None, outlier.node),
        path=outlier.path,
        before=outlier.usual,
        after=outlier.value,
        time=DriftTime(not_before=created),
        confidence=Confidence.INFERRED if outlier.pool.guessed else Confidence.OBSERVED,
        message=f"its {NODE_FACTS[outlier.path]} is {outlier.value}; most nodes of its pool ({outlier.pool.name}) have "
        f"{outlier.usual}",
        why_not_reverted="nothing compares the nodes of a pool",
        next=f"kubectl describe node {outlier.node}",
        evidence=(f"{outlier.path} = {outlier.value}", outlier.pool.evidence),
    )


def _taints(nodes: dict[str, Node], renewed: frozenset[Pool]) -> Iterator[Drift]:
    pools: dict[Pool, list[Node]] = defaultdict(list)
    for node in nodes.values():
        pool = pool_of(node)
        if not pool.guessed and pool not in renewed:
            pools[pool].append(node)
    for pool, members in sorted(pools.items()):
        if len(members) < _LEAST:
            continue
        counts = Counter(taint for node in members for taint in _lasting_taints(node))
        for node in members:
            own = _lasting_taints(node)
            for taint, number in sorted(counts.items()):
                if taint in own and number == 1:
                    yield _of_taint(pool, node, taint, missing=False)
                elif taint not in own and number == len(members) - 1:
                    yield _of_taint(pool, node, taint, missing=True)


def _lasting_taints(node: Node) -> frozenset[str]:
    return frozenset(
        f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"
        for taint in node.spec.taints
        if not taint.key.startswith((*_PASSING, *_PASSING_WITH))
    )


def _of_taint(pool: Pool, node: Node, taint: str, *, missing: bool) -> Drift:
    words = "all other nodes of its pool have the taint" if missing else "no other node of its pool has its taint"
    return Drift(
        kind=DriftKind.NODE_POOL,
        object=ref_to("Node", None, node.metadata.name),
        path=f"spec.taints[key={taint.partition('=')[0].partition(':')[0]}]",
        change="removal" if missing else "addition",
        before=taint if missing else None,
        after=None if missing else taint,
        time=DriftTime(not_before=born(node)),
        confidence=Confidence.OBSERVED,
        severity=Severity.LOW,
        message=f"{words} {taint} ({pool.name})",
        why_not_reverted="nothing compares the nodes of a pool",
        evidence=(f"spec.taints = {', '.join(sorted(_lasting_taints(node))) or 'none'}",),
    )
