"""One pod's refusals as a whole: which nodes refuse alike, which is nearest to taking it, and what would do.

Pods that ask for the same share one explanation per view.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import msgspec

from k8sview.analysis.health.placement.change import Change, distance, smallest_change
from k8sview.analysis.health.placement.claims import claim_names
from k8sview.analysis.health.placement.hints import hint, similar
from k8sview.analysis.health.placement.refusal import Barrier, NodeRefusal, Refusal
from k8sview.analysis.health.placement.refusals import Asked, asked_by, reasons
from k8sview.analysis.health.placement.room import in_order, room_of
from k8sview.analysis.health.placement.taints import for_control_plane, parsed, state_of
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

# Labels by which the pods of one template differ; no rule between pods is built on them.
_OF_ONE_POD = (
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
)


_NEAR = 4


class Group(msgspec.Struct, frozen=True):
    """Nodes that refuse for the same reasons, in the order of their names. ``best``: the nearest of them."""

    nodes: tuple[str, ...]
    best: NodeRefusal


class Explanation(msgspec.Struct, frozen=True):
    """Why no node takes a pod.

    ``groups``: nearest first. ``willing``: nodes that refuse nothing that could be read. ``pinned``: the only nodes
    that its affinity names; others are left out of everything here. ``down``: nodes that would take it if they were
    well; ``cordoned``: if they were not cordoned. ``labels``: node, label and value nearest to a selector that no node
    matches. ``missing``: what counts and could not be read.
    """

    total: int
    groups: tuple[Group, ...] = ()
    willing: tuple[str, ...] = ()
    pinned: frozenset[str] | None = None
    down: tuple[str, ...] = ()
    cordoned: tuple[str, ...] = ()
    only_out_of_service: bool = False
    change: Change | None = None
    labels: tuple[tuple[str, str, str], ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def common(self) -> tuple[Refusal, ...]:
        """Reasons that all nodes share, as the nearest node has them: without these nothing else would matter."""
        if not self.groups:
            return ()
        shared = [{(one.barrier, one.subject) for one in group.best.reasons} for group in self.groups]
        return tuple(
            one for one in self.groups[0].best.reasons if all((one.barrier, one.subject) in each for each in shared)
        )

    @property
    def nearest(self) -> Refusal | None:
        """The reason that matters: the hardest to lift of those that all nodes share, else of the nearest node's."""
        if not self.groups:
            return None
        matter = self.common or self.groups[0].best.reasons
        return max(matter, key=lambda one: distance(NodeRefusal("", (one,))), default=None)


def explanation(view: View, pod: Pod) -> Explanation:
    """The explanation of a pod, made once for all pods that ask for the same."""
    return view.once(f"placement.of.{_identity(pod)}", lambda whole: _explained(whole, pod))


def _identity(pod: Pod) -> str:
    spec, metadata = pod.spec, pod.metadata
    containers = (*spec.init_containers, *spec.containers)
    boxes = [(one.resources.requests, one.ports, one.restart_policy) for one in containers]
    single = [claim for claim, _ in claim_names(pod)]
    alike = (
        metadata.namespace,
        {key: value for key, value in metadata.labels.items() if key not in _OF_ONE_POD},
        spec.node_selector,
        spec.affinity,
        spec.tolerations,
        spec.topology_spread_constraints,
        spec.overhead,
        spec.resources,
        boxes,
        single,
        metadata.name if single else "",
    )
    return blake2b(msgspec.msgpack.encode(alike), digest_size=16).hexdigest()


def _explained(view: View, pod: Pod) -> Explanation:
    room = room_of(view)
    asking = asked_by(view, room, pod)
    names = room.nodes if asking.pinned is None else sorted(asking.pinned & room.nodes.keys(), key=in_order)
    found = [NodeRefusal(name, tuple(reasons(asking, room.nodes[name]))) for name in names]
    willing = tuple(one.node for one in found if not one.reasons)
    hints = {hint(view, one) for one in asking.selector} - {None} if not asking.matched else set()
    liked = {name for name in names if hints and not hints.isdisjoint(room.nodes[name].node.metadata.labels.items())}
    groups = _grouped([one for one in found if one.reasons], liked)
    down = _nodes_of(groups, _is_state)
    shut = _nodes_of(groups, _out_of_service)
    meant = [group for group in groups if not any(_not_meant(reason) for reason in group.best.reasons)]
    missing = list(asking.volumes.missing)
    if not room.whole:
        missing.append("pods")
    if any(term.namespace_selector is not None for term in asking.neighbours.terms) and not view.readable("namespaces"):
        missing.append("namespaces")
    return Explanation(
        total=len(room.nodes),
        groups=groups,
        willing=willing,
        pinned=asking.pinned,
        down=down,
        cordoned=tuple(name for name in shut if name not in down),
        only_out_of_service=bool(shut)
        and all(any(_out_of_service(reason) for reason in group.best.reasons) for group in meant),
        change=smallest_change(room, asking, tuple(one.best for one in groups)) if not willing else None,
        missing=tuple(missing),
        labels=_near(view, asking) if not asking.matched else (),
    )


def _near(view: View, asking: Asked) -> tuple[tuple[str, str, str], ...]:
    """Labels of nodes with the key that is wanted and other values, or with a key that looks like it."""
    wanted = [*asking.selector, *(one for term in asking.terms or () for one in term if not one.of_field)]
    found: dict[tuple[str, str], str] = {}
    for requirement in wanted:
        labels = [
            (key, value, node.metadata.name)
            for node in view.each("nodes")
            for key, value in node.metadata.labels.items()
            if similar(key, requirement.key) and not requirement.met_by(node)
        ]
        for key, value, name in labels:
            found.setdefault((key, value), name)
    return tuple((name, key, value) for (key, value), name in sorted(found.items())[:_NEAR])


def _grouped(refusing: list[NodeRefusal], liked: set[str]) -> tuple[Group, ...]:
    """Nodes that refuse alike; of each group the nearest stands for it, one of those that are liked first."""
    alike: dict[tuple[tuple[str, str], ...], list[NodeRefusal]] = {}
    for one in refusing:
        alike.setdefault(tuple((reason.barrier.value, reason.subject) for reason in one.reasons), []).append(one)
    groups = [Group(tuple(one.node for one in members), _best(members, liked)) for members in alike.values()]
    return tuple(sorted(groups, key=lambda group: (distance(group.best), -len(group.nodes), group.nodes)))


def _best(members: list[NodeRefusal], liked: set[str]) -> NodeRefusal:
    if not liked and not any(reason.asked for reason in members[0].reasons):
        return members[0]  # they differ in nothing that counts
    return min(members, key=lambda one: (one.node not in liked, distance(one)))


def _nodes_of(groups: tuple[Group, ...], holds: Callable[[Refusal], bool]) -> tuple[str, ...]:
    """Nodes for all of whose reasons something holds."""
    found = (group.nodes for group in groups if all(holds(reason) for reason in group.best.reasons))
    return tuple(sorted((name for nodes in found for name in nodes), key=in_order))


def _is_state(reason: Refusal) -> bool:
    return reason.barrier is Barrier.TAINT and state_of(parsed(reason.subject)) is not None


def _out_of_service(reason: Refusal) -> bool:
    return reason.barrier is Barrier.CORDON or _is_state(reason)


def _not_meant(reason: Refusal) -> bool:
    """Whether a node was never meant for the pod, whatever its state."""
    if reason.barrier is Barrier.TAINT:
        taint = parsed(reason.subject)
        return state_of(taint) is None or for_control_plane(taint)
    return reason.barrier in (Barrier.SELECTOR, Barrier.VOLUME, Barrier.VOLUME_ZONE)
