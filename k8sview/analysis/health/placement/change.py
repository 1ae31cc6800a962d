"""The least change after which at least one node takes a pod: every proposal has been tried against all rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from k8sview.analysis.health.placement.edits import NOT_MEANT, Trial, lift
from k8sview.analysis.health.placement.hints import suiting
from k8sview.analysis.health.placement.refusal import Barrier, NodeRefusal, Refusal
from k8sview.analysis.health.placement.refusals import Asked, asked_by, reasons
from k8sview.analysis.health.placement.requests import Amounts, asked
from k8sview.analysis.health.placement.room import NodeRoom, Room
from k8sview.analysis.health.placement.taints import for_control_plane, parsed, state_of
from k8sview.model.objects.core import Node, NodeSpec
from k8sview.model.objects.meta import ObjectMeta
from k8sview.model.objects.pods import Pod
from k8sview.model.placement import Term
from k8sview.model.quantities import written
from k8sview.model.view import View

replace = msgspec.structs.replace

_TRIED = 6  # nodes whose reasons differ
_NEW = "a-new-node"
_HOSTNAME = "kubernetes.io/hostname"
_LEAST = {
    Barrier.CORDON: 2.0,
    Barrier.SELECTOR: 2.0,
    Barrier.SPREAD_LABEL: 3.5,
    Barrier.PORTS: 4.0,
    Barrier.SINGLE_USE: 4.0,
    Barrier.SPREAD: 4.5,
    Barrier.AFFINITY: 5.0,
    Barrier.VOLUME_BINDING: 5.0,
}
_ONLY_NEW = 50.0


class Change(msgspec.Struct, frozen=True):
    """What to do, in words, and all that would be different: the pod, its node (perhaps a new one), pods that are gone.

    ``assumed``: something that is neither: other pods or volumes that would have to be made.
    """

    words: str
    pod: Pod
    node: Node
    new: bool
    gone: frozenset[str]
    assumed: bool


def distance(refusal: NodeRefusal) -> float:
    """How far a node is from taking the pod, for "nearest first"."""
    return sum(_least(one) for one in refusal.reasons)


def smallest_change(room: Room, asking: Asked, found: tuple[NodeRefusal, ...]) -> Change | None:
    """The cheapest change that works on one of the nodes, or a new node; None where no single proposal was found.

    ``found``: nodes that refuse, the nearest first, one of each kind.
    """
    view = asking.view
    trials = [trial for trial in _trials(room, asking, found) if trial is not None]
    for trial in sorted(trials, key=lambda one: one.cost):
        if takes(view, room, trial):
            node = trial.room.node
            return Change(
                words=" and ".join(trial.words),
                pod=trial.pod,
                node=node,
                new=node.metadata.name == _NEW,
                gone=trial.gone,
                assumed=trial.peers or trial.volumes,
            )
    return None


def takes(view: View, room: Room, trial: Trial) -> bool:
    """Whether the node of a trial refuses nothing any more."""
    nodes = {**room.nodes, trial.room.name: trial.room}
    asking = asked_by(view, replace(room, nodes=nodes), trial.pod, trial.gone)
    if trial.peers:
        asking = replace(asking, neighbours=replace(asking.neighbours, terms=()))
    if trial.volumes:
        left = tuple(one for one in asking.volumes.reaches if one.barrier is not Barrier.VOLUME_BINDING)
        asking = replace(asking, volumes=replace(asking.volumes, reaches=left))
    return next(reasons(asking, trial.room), None) is None


def _trials(room: Room, asking: Asked, found: tuple[NodeRefusal, ...]) -> Iterator[Trial | None]:
    for refusal in found[:_TRIED]:
        yield _on(asking.view, Trial(asking.pod, room.nodes[refusal.node]), refusal)
        yield _new(asking, room.nodes[refusal.node], refusal)


def _on(view: View, trial: Trial, refusal: NodeRefusal) -> Trial | None:
    found: Trial | None = trial
    for reason in refusal.reasons:
        found = lift(view, found, reason) if found is not None else None
    return found


def _new(asking: Asked, like: NodeRoom, refusal: NodeRefusal) -> Trial | None:
    """An empty node like one that is there, with what its model lacks."""
    labels: dict[str, str] = {_HOSTNAME: _NEW}
    wanted: list[str] = []
    sizes: Amounts = {}
    for reason in refusal.reasons:
        if reason.barrier is Barrier.TAINT:
            taint = parsed(reason.subject)
            if for_control_plane(taint):
                return None
            if state_of(taint) is None:
                wanted.append(f"without taint {reason.subject}")
        elif reason.barrier is Barrier.RESOURCES and reason.asked > reason.allocatable:
            sizes[reason.subject] = reason.asked
        elif reason.barrier in (Barrier.ANTI_AFFINITY, Barrier.GUARDED):
            key = reason.subject.rpartition(" per ")[2]
            if key != _HOSTNAME:
                labels[key] = _NEW
                wanted.append(f"in another {key}")
        elif reason.barrier in _NOT_BY_NODES:
            return None
    given = _labels(asking, {one.barrier for one in refusal.reasons})
    if given is None:
        return None
    if given and any(one.meant for one in refusal.reasons):
        return None
    if given:
        wanted.append("with " + ",".join(f"{key}={value}" for key, value in sorted(given.items())))
    return _grown(like, asking.pod, {**labels, **given}, wanted, sizes)


def _grown(like: NodeRoom, pod: Pod, labels: dict[str, str], wanted: list[str], sizes: Amounts) -> Trial:
    metadata = ObjectMeta(name=_NEW, labels={**like.node.metadata.labels, **labels})
    node = replace(like.node, metadata=metadata, spec=NodeSpec())
    room = NodeRoom(node, {**like.allocatable, **sizes}, {})
    needs = " and ".join(f"{written(name, number)} {name}" for name, number in asked(pod.spec).items() if number)
    if sizes:
        wanted = [*wanted, f"with at least {needs} allocatable"]
    elif needs:
        wanted = [*wanted, f"with {needs} free"]
    words = f"add another node {', '.join(wanted)}" if wanted else f"add another node like {like.name}"
    return Trial(pod, room, words=(words,), cost=6 + len(wanted) * 0.25 + bool(sizes))


def _labels(asking: Asked, barriers: set[Barrier]) -> dict[str, str] | None:
    """Labels that meet what the pod and its volumes want of a node; None where labels cannot."""
    terms: list[Term] = []
    if Barrier.SELECTOR in barriers:
        terms.append(asking.selector)
        terms += (asking.terms or ())[:1]
    if barriers & {Barrier.VOLUME, Barrier.VOLUME_ZONE}:
        terms += [reach.terms[0] for reach in asking.volumes.reaches if reach.terms]
    given: dict[str, str] = {}
    for one in (requirement for term in terms for requirement in term):
        value = suiting(one)
        if one.of_field or value is None:
            return None
        given[one.key] = value
    if Barrier.SPREAD_LABEL in barriers:
        given |= {one.key: _NEW for one in asking.spreads}
    return given


@lru_cache(maxsize=4096)
def _least_of_taint(subject: str) -> float:
    taint = parsed(subject)
    if state_of(taint) is not None:
        return 2.5
    return NOT_MEANT if for_control_plane(taint) else 4.5


def _least(reason: Refusal) -> float:
    """The least that lifting a reason can cost."""
    if reason.barrier is Barrier.TAINT:
        return _least_of_taint(reason.subject)
    if reason.meant:
        return NOT_MEANT
    if reason.barrier is Barrier.RESOURCES:
        lacking = (reason.asked - reason.free) / reason.asked if reason.asked else 1.0
        return 2 + 8 * min(lacking, 2.0)
    return _LEAST.get(reason.barrier, _ONLY_NEW if reason.barrier is Barrier.PINNED else 6.0)


_NOT_BY_NODES = (Barrier.PINNED, Barrier.SPREAD, Barrier.AFFINITY, Barrier.VOLUME_BINDING, Barrier.SINGLE_USE)
