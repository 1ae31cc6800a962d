"""Topology spread constraints with ``DoNotSchedule``: how evenly pods must lie (scheduler plugin PodTopologySpread)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from k8sview.analysis.health.placement.neighbours import selector_text
from k8sview.analysis.health.placement.refusal import Barrier, Refusal
from k8sview.analysis.health.placement.room import OVER, Room
from k8sview.model.objects.core import Node
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.objects.pods import Pod, TopologySpreadConstraint
from k8sview.model.placement import Term, meets, untolerated
from k8sview.model.view import View


class Spread(msgspec.Struct, frozen=True):
    """One constraint, counted: pods per domain, the least of them, and whether the pod itself would count."""

    key: str
    most: int
    selector: str
    counts: dict[str, int]
    least: int
    own: int


def spreads_of(
    view: View, room: Room, pod: Pod, terms: tuple[Term, ...] | None, without: frozenset[str]
) -> tuple[Spread, ...]:
    """The constraints of a pod that forbid placing it; pods whose uid is in ``without`` count as gone."""
    hard = [one for one in pod.spec.topology_spread_constraints if one.when_unsatisfiable == "DoNotSchedule"]
    if not hard:
        return ()
    keys = [one.topology_key for one in hard]
    labelled = [one.node for one in room.nodes.values() if all(key in one.node.metadata.labels for key in keys)]
    choosy = bool(pod.spec.node_selector) or terms is not None
    found = []
    for one in hard:
        partial = (choosy and one.node_affinity_policy != "Ignore") or one.node_taints_policy == "Honor"
        counted = [node for node in labelled if _included(node, pod, terms, one)] if partial else labelled
        found.append(_counted(view, counted, pod, one, without))
    return tuple(found)


def uneven(spreads: tuple[Spread, ...], node: Node) -> Iterator[Refusal]:
    """The first constraint that a node would break, as the scheduler asks them."""
    for spread in spreads:
        value = node.metadata.labels.get(spread.key)
        if value is None:
            yield Refusal(Barrier.SPREAD_LABEL, spread.key, f"it has no label {spread.key}, by which pods are spread")
            return
        there = spread.counts.get(value, 0)
        skew = there + spread.own - spread.least
        if skew > spread.most:
            words = f"{value} has {there} of the pods with {spread.selector}, the emptiest {spread.least}"
            may = f"{words}; they may differ by {spread.most}"
            yield Refusal(Barrier.SPREAD, spread.key, may, asked=skew, free=spread.most)
            return


def _counted(
    view: View,
    counted: list[Node],
    pod: Pod,
    constraint: TopologySpreadConstraint,
    without: frozenset[str],
) -> Spread:
    counts = {node.metadata.labels[constraint.topology_key]: 0 for node in counted}
    domains = {node.metadata.name: node.metadata.labels[constraint.topology_key] for node in counted}
    selector = _selector(constraint, pod)
    namespace = pod.metadata.namespace or ""
    for other in view.pods_of(namespace, selector) if selector is not None else ():
        domain = domains.get(other.spec.node_name)
        gone = other.metadata.deletion_timestamp is not None or other.metadata.uid in without
        if domain is not None and not gone and other.status.phase not in OVER:
            counts[domain] += 1
    few = len(counts) < (constraint.min_domains or 1)
    own = selector is not None and selector.matches(pod.metadata.labels)
    return Spread(
        key=constraint.topology_key,
        most=constraint.max_skew,
        selector=selector_text(selector),
        counts=counts,
        least=0 if few else min(counts.values(), default=0),
        own=int(own),
    )


def _included(node: Node, pod: Pod, terms: tuple[Term, ...] | None, constraint: TopologySpreadConstraint) -> bool:
    if constraint.node_affinity_policy != "Ignore":
        labels = node.metadata.labels
        if any(labels.get(key) != value for key, value in pod.spec.node_selector.items()) or not meets(terms, node):
            return False
    return constraint.node_taints_policy != "Honor" or not untolerated(node.spec.taints, pod.spec.tolerations)


def _selector(constraint: TopologySpreadConstraint, pod: Pod) -> LabelSelector | None:
    """With the labels of ``matchLabelKeys``; an empty selector counts no pod here, and so does None."""
    selector = constraint.label_selector
    if selector is None:
        return None
    labels = pod.metadata.labels
    merged = {key: labels[key] for key in constraint.match_label_keys if key in labels}
    return msgspec.structs.replace(selector, match_labels=selector.match_labels | merged)
