"""One pod's refusals as a whole: which nodes refuse alike, which is nearest to taking it, and what would do.

Pods that ask for the same share one explanation per view.
"""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from k8sview.analysis.health.placement.change import Change, distance, smallest_change
from k8sview.analysis.health.placement.claims import claim_names
from k8sview.analysis.health.placement.hints import similar
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
    open_to_it = tuple(NodeRefusal(name, tuple(reasons(asking, room.nodes[name]))) for name in names)
    willing = tuple(one.node for one in open_to_it if not one.reasons)
    refusing = tuple(one for one in open_to_it if one.reasons)
    down = tuple(one.node for one in refusing if all(_is_state(reason) for reason in one.reasons))
    shut = tuple(one.node for one in refusing if all(_out_of_service(reason) for reason in one.reasons))
    meant = [one for one in refusing if not any(_not_meant(reason) for reason in one.reasons)]
    missing = list(asking.volumes.missing)
    if not room.whole:
        missing.append("pods")
    if any(term.namespace_selector is not None for term in asking.neighbours.terms) and not view.readable("namespaces"):
        missing.append("namespaces")
    return Explanation(
        total=len(room.nodes),
        groups=_grouped(refusing),
        willing=willing,
        pinned=asking.pinned,
        down=down,
        cordoned=tuple(name for name in shut if name not in down),
        only_out_of_service=bool(shut) and all(any(_out_of_service(reason) for reason in one.reasons) for one in meant),
        change=smallest_change(room, asking, open_to_it) if refusing and not willing else None,
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


def _grouped(refusing: tuple[NodeRefusal, ...]) -> tuple[Group, ...]:
    alike: dict[tuple[tuple[str, str], ...], list[NodeRefusal]] = {}
    for one in refusing:
        alike.setdefault(tuple((reason.barrier.value, reason.subject) for reason in one.reasons), []).append(one)
    groups = [Group(tuple(one.node for one in members), min(members, key=distance)) for members in alike.values()]
    return tuple(sorted(groups, key=lambda group: (distance(group.best), -len(group.nodes), group.nodes)))


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
