"""Every node's reasons to refuse one pod: the scheduler's filters, and each node is asked all of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from k8sview.analysis.health.placement.neighbours import Neighbours, apart, neighbours_of
from k8sview.analysis.health.placement.refusal import Barrier, NodeRefusal, Refusal
from k8sview.analysis.health.placement.requests import Amounts, asked
from k8sview.analysis.health.placement.room import NodeRoom, Room, host_ports, room_of
from k8sview.analysis.health.placement.spreading import Spread, spreads_of, uneven
from k8sview.analysis.health.placement.volumes import Volumes, matched, unreachable, volumes_of
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node, Taint
from k8sview.model.objects.pods import Pod, Toleration
from k8sview.model.placement import (
    UNSCHEDULABLE,
    Requirement,
    Term,
    affinity_terms,
    meets,
    pinned_to,
    tolerates,
    untolerated,
)
from k8sview.model.quantities import written
from k8sview.model.view import View

_CORDON = Taint(key=UNSCHEDULABLE, effect="NoSchedule")


class Asked(msgspec.Struct, frozen=True):
    """What one pod asks of any node, worked out once for all nodes."""

    view: View
    pod: Pod
    requests: Amounts
    ports: tuple[tuple[str, str, int], ...]
    terms: tuple[Term, ...] | None
    pinned: frozenset[str] | None
    selector: Term
    matched: bool  # at least one node is what selector and affinity want
    tolerations: tuple[Toleration, ...]
    through_cordons: bool
    spreads: tuple[Spread, ...]
    neighbours: Neighbours
    volumes: Volumes


def asked_by(view: View, room: Room, pod: Pod, without: frozenset[str] = frozenset()) -> Asked:
    """What a pod asks; pods whose uid is in ``without`` count as gone."""
    spec = pod.spec
    terms = affinity_terms(spec.affinity)
    selector = tuple(Requirement(key, "In", (value,)) for key, value in sorted(spec.node_selector.items()))
    return Asked(
        view=view,
        pod=pod,
        requests={name: number for name, number in asked(spec).items() if number > 0},
        ports=tuple(host_ports(spec)),
        terms=terms,
        pinned=pinned_to(terms),
        selector=selector,
        matched=any(
            all(wanted.met_by(one.node) for wanted in selector) and meets(terms, one.node)
            for one in room.nodes.values()
        ),
        tolerations=spec.tolerations,
        through_cordons=any(tolerates(one, _CORDON) for one in spec.tolerations),
        spreads=spreads_of(view, room, pod, terms, without),
        neighbours=neighbours_of(view, room, pod, without),
        volumes=matched(volumes_of(view, pod, without), (one.node for one in room.nodes.values())),
    )


def refusals(view: View, pod: Pod) -> tuple[NodeRefusal, ...]:
    """For each node, in the order of their names, every reason by which it refuses a pod; () where no node is known.

    Only as true as what could be read: where the pods of some namespaces are hidden, room and ports are an upper bound.
    """
    room = room_of(view)
    asking = asked_by(view, room, pod)
    return tuple(NodeRefusal(name, tuple(reasons(asking, one))) for name, one in room.nodes.items())


def reasons(asking: Asked, room: NodeRoom) -> Iterator[Refusal]:
    """Every reason of one node, in the order in which the scheduler would find them."""
    node = room.node
    if asking.pinned is not None and room.name not in asking.pinned:
        yield Refusal(Barrier.PINNED, "another node", "the pod's affinity names another node")
        return
    yield from _kept_out(asking, node)
    if asking.selector or asking.terms is not None:
        yield from _elsewhere(asking, room)
    yield from _full(asking, room)
    volumes = asking.volumes
    if volumes.reaches or volumes.single_use is not None or volumes.handles:
        yield from unreachable(asking.view, volumes, room)
    if asking.spreads:
        yield from uneven(asking.spreads, node)
    neighbours = asking.neighbours
    if neighbours.terms or neighbours.kept_off or neighbours.guarded:
        yield from apart(neighbours, node)


def taint_text(taint: Taint) -> str:
    """As kubectl writes it: ``key=value:Effect``."""
    return f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"


def _kept_out(asking: Asked, node: Node) -> Iterator[Refusal]:
    cordoned = node.spec.unschedulable and not asking.through_cordons
    if cordoned:
        yield Refusal(Barrier.CORDON, "cordoned", "cordoned")
    if node.spec.taints:
        for taint in untolerated(node.spec.taints, asking.tolerations):
            if not (cordoned and taint.key == UNSCHEDULABLE):
                yield Refusal(Barrier.TAINT, taint_text(taint), f"taint {taint_text(taint)}")


def _full(asking: Asked, room: NodeRoom) -> Iterator[Refusal]:
    if asking.ports:
        yield from _ports_taken(asking, room)
    slots = room.allocatable.get("pods")
    if slots is not None and len(room.pods) + 1 > slots:
        words = f"{len(room.pods)} pods of at most {slots}"
        yield Refusal(Barrier.PODS, "pods", words, asked=1, free=slots - len(room.pods), allocatable=slots)
    for name, number in asking.requests.items():
        if number > room.allocatable.get(name, 0) - room.used.get(name, 0):
            yield _insufficient(name, number, room)


def _elsewhere(asking: Asked, room: NodeRoom) -> Iterator[Refusal]:
    unmet = [one for one in asking.selector if not one.met_by(room.node)]
    if unmet:
        text = ",".join(str(one) for one in unmet)
        yield Refusal(Barrier.SELECTOR, text, f"no label {text}", meant=asking.matched)
    elif not meets(asking.terms, room.node):
        text = " or ".join(",".join(str(one) for one in term) for term in asking.terms or ())
        yield Refusal(Barrier.SELECTOR, text, f"no match for {text}", meant=asking.matched)


def _ports_taken(asking: Asked, room: NodeRoom) -> Iterator[Refusal]:
    for address, protocol, port in asking.ports:
        for other, holder in room.ports.get((protocol, port), ()):
            if address in _ANY or other in _ANY or other == address:
                by = ref_to("Pod", holder.metadata.namespace, holder.metadata.name)
                words = f"host port {port}/{protocol} is held by pod {holder.metadata.namespace}/{holder.metadata.name}"
                yield Refusal(Barrier.PORTS, f"{port}/{protocol}", words, by=by)
                break


def _insufficient(name: str, number: int, room: NodeRoom) -> Refusal:
    free, whole = room.free(name), room.allocatable.get(name, 0)
    if name not in room.allocatable:
        words = f"it has no {name}"
    elif number > whole:
        words = f"{written(name, number)} {name} asked, {written(name, whole)} is all it has"
    else:
        words = f"{written(name, number)} {name} asked, {written(name, max(free, 0))} of {written(name, whole)} free"
    return Refusal(Barrier.RESOURCES, name, words, asked=number, free=free, allocatable=whole)


_ANY = ("", "0.0.0.0")  # an unspecified address is every address
