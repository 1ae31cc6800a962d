"""Single changes that lift one reason of one node: to the pod, to the node, or to who else is there. Applied, not told
to anybody: a change is only proposed when all of it was tried.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from k8sview.analysis.health.kinship import same_template
from k8sview.analysis.health.placement.hints import nearest, suiting
from k8sview.analysis.health.placement.refusal import Barrier, Refusal
from k8sview.analysis.health.placement.requests import asked, held
from k8sview.analysis.health.placement.room import NodeRoom, holding
from k8sview.analysis.health.placement.taints import for_control_plane, parsed, state_of
from k8sview.model.objects.pods import Container, Pod, Toleration
from k8sview.model.placement import UNSCHEDULABLE, Requirement, Term, affinity_terms
from k8sview.model.quantities import amount, written
from k8sview.model.view import View

replace = msgspec.structs.replace

_GIVEN_LABELS = ("kubernetes.io/", "topology.", "beta.kubernetes.io/", "failure-domain.beta.", "node.kubernetes.io/")
NOT_MEANT = 30.0
"""Cost of using a node that was not meant for the pod."""
_MOVED = 7.0


class Trial(msgspec.Struct, frozen=True):
    """A pod and a node, changed. ``peers``: pods that its affinity asks for are there; ``volumes``: so are volumes.

    ``cost`` ranks trials: a slip of the pen corrected is less than a toleration, and that less than a new node.
    """

    pod: Pod
    room: NodeRoom
    gone: frozenset[str] = frozenset()
    peers: bool = False
    volumes: bool = False
    words: tuple[str, ...] = ()
    cost: float = 0

    def told(self, words: str, cost: float, **changes: object) -> Trial:
        """With one more change."""
        return replace(self, words=(*self.words, words), cost=self.cost + cost, **changes)


def lift(view: View, trial: Trial, reason: Refusal) -> Trial | None:
    """The trial with the cheapest change that lifts one reason; None where nothing at hand does."""
    edit = _EDITS.get(reason.barrier)
    return edit(view, trial, reason) if edit is not None else None


def _uncordon(view: View, trial: Trial, reason: Refusal) -> Trial:
    node = trial.room.node
    left = tuple(one for one in node.spec.taints if one.key != UNSCHEDULABLE)
    free = replace(node, spec=replace(node.spec, unschedulable=False, taints=left))
    return trial.told(f"uncordon node {trial.room.name}", 2, room=replace(trial.room, node=free))


def _tolerate(view: View, trial: Trial, reason: Refusal) -> Trial:
    taint = parsed(reason.subject)
    name = trial.room.name
    if state_of(taint) is not None:
        node = trial.room.node
        left = tuple(one for one in node.spec.taints if (one.key, one.effect) != (taint.key, taint.effect))
        well = replace(trial.room, node=replace(node, spec=replace(node.spec, taints=left)))
        return trial.told(f"bring node {name} back ({taint.key} goes then)", 2.5, room=well)
    spec = trial.pod.spec
    added = Toleration(taint.key, "Equal" if taint.value else "Exists", taint.value, taint.effect)
    pod = replace(trial.pod, spec=replace(spec, tolerations=(*spec.tolerations, added)))
    cost = NOT_MEANT if for_control_plane(taint) else 4.5
    return trial.told(f"add a toleration for {reason.subject} ({name} takes it then)", cost, pod=pod)


def _select(view: View, trial: Trial, reason: Refusal) -> Trial | None:
    """Correct the pod's selector where it looks like a slip, else label the node."""
    spec, labels = trial.pod.spec, trial.room.node.metadata.labels
    found: Trial | None = trial
    for key, value in sorted(spec.node_selector.items()):
        if found is not None and labels.get(key) != value:
            found = _select_one(found, Requirement(key, "In", (value,)))
    terms = affinity_terms(spec.affinity)
    if found is not None and terms is not None:
        best = min(terms, key=lambda term: len(_unmet(term, trial.room)))
        for requirement in _unmet(best, trial.room):
            found = _label(found, requirement) if found is not None else None
    if found is None or found is trial:
        return None
    return replace(found, cost=found.cost + NOT_MEANT) if reason.meant else found


def _select_one(trial: Trial, wanted: Requirement) -> Trial | None:
    near = nearest(wanted, trial.room.node.metadata.labels)
    if near is None:
        return _label(trial, wanted)
    key, value = near
    spec = trial.pod.spec
    selector = {name: one for name, one in spec.node_selector.items() if name != wanted.key} | {key: value}
    pod = replace(trial.pod, spec=replace(spec, node_selector=selector))
    return trial.told(f"change node selector {wanted} to {key}={value} ({trial.room.name} has it)", 1, pod=pod)


def _label(trial: Trial, wanted: Requirement) -> Trial | None:
    if wanted.of_field or wanted.key.startswith(_GIVEN_LABELS):
        return None
    value = suiting(wanted)
    if value is None:
        return _unlabel(trial, wanted)
    room = labelled(trial.room, {wanted.key: value})
    return trial.told(f"label node {trial.room.name} {wanted.key}={value}", 3.5, room=room)


def _unlabel(trial: Trial, unwanted: Requirement) -> Trial | None:
    if unwanted.operator not in ("NotIn", "DoesNotExist"):
        return None
    metadata = trial.room.node.metadata
    left = {key: value for key, value in metadata.labels.items() if key != unwanted.key}
    room = replace(trial.room, node=replace(trial.room.node, metadata=replace(metadata, labels=left)))
    return trial.told(f"remove label {unwanted.key} from node {trial.room.name}", 3.5, room=room)


def _lower(view: View, trial: Trial, reason: Refusal) -> Trial | None:
    """Lower the request of the container that asks most, if most of it can stay."""
    resource, spec = reason.subject, trial.pod.spec
    if resource not in ("cpu", "memory", "ephemeral-storage"):
        return None
    excess = asked(spec).get(resource, 0) - reason.free
    if spec.resources is not None and resource in spec.resources.requests:
        had = amount(resource, spec.resources.requests[resource])
        boxes = asked(replace(spec, resources=None, overhead={})).get(resource, 0)
        if had - excess < boxes:  # the API server wants it to be at least what the containers request
            return None
        to = written(resource, had - excess)
        less = replace(spec.resources, requests={**spec.resources.requests, resource: to})
        return _lowered(trial, reason, replace(spec, resources=less), "the pod", (had, had - excess))
    ordered = sorted((*spec.containers, *spec.init_containers), key=lambda one: -_request(one, resource))
    for container in ordered:
        had = _request(container, resource)
        if had <= excess:
            break
        smaller = _with_request(container, resource, had - excess)
        changed = replace(
            spec,
            containers=tuple(smaller if one is container else one for one in spec.containers),
            init_containers=tuple(smaller if one is container else one for one in spec.init_containers),
        )
        if asked(changed).get(resource, 0) <= reason.free:
            return _lowered(trial, reason, changed, f"container {container.name}", (had, had - excess))
    return None


def _lowered(trial: Trial, reason: Refusal, spec: object, whose: str, amounts: tuple[int, int]) -> Trial | None:
    had, left = amounts
    if left <= 0:
        return None
    resource = reason.subject
    change = f"from {written(resource, had)} to {written(resource, left)}"
    room = f"{trial.room.name} has {written(resource, reason.free)} free"
    words = f"lower the {resource} request of {whose} {change} ({room})"
    lost = 1 - left / had
    return trial.told(words, 2 + 8 * lost, pod=replace(trial.pod, spec=spec))


def _lower_or_make_room(view: View, trial: Trial, reason: Refusal) -> Trial | None:
    return _lower(view, trial, reason) or _make_room(view, trial, reason)


def _make_room(view: View, trial: Trial, reason: Refusal) -> Trial | None:
    """Move the smallest pod that holds enough; those of DaemonSets and of the node itself cannot go elsewhere."""
    resource, room = reason.subject, trial.room
    lacking = reason.asked - reason.free
    if reason.asked > reason.allocatable:
        return None
    sizes = [(held(one).get(resource, 0) if reason.barrier is Barrier.RESOURCES else 1, one) for one in room.pods]
    movable = [(size, one) for size, one in sizes if size >= lacking and not _stays(one)]
    if not movable:
        return None
    size, pod = min(movable, key=lambda found: (found[1].spec.priority or 0, found[0], found[1].metadata.name))
    left = holding(room.node, tuple(one for one in room.pods if one is not pod))
    what = f" ({written(resource, size)} {resource})" if reason.barrier is Barrier.RESOURCES else ""
    words = f"move pod {pod.metadata.namespace}/{pod.metadata.name}{what} off node {room.name}"
    return trial.told(words, _MOVED, room=left, gone=trial.gone | {pod.metadata.uid})


def _stays(pod: Pod) -> bool:
    return any(owner.kind in ("DaemonSet", "Node") for owner in pod.metadata.owner_references)


def _evict(view: View, trial: Trial, reason: Refusal) -> Trial | None:
    """End the pod that holds what can be had once only."""
    holder = view.get("pods", reason.by.name, reason.by.namespace) if reason.by is not None else None
    if not isinstance(holder, Pod) or same_template(trial.pod, holder):
        return None
    room = trial.room
    left = tuple(one for one in room.pods if one.metadata.uid != holder.metadata.uid)
    ports = {
        port: tuple(one for one in holders if one[1].metadata.uid != holder.metadata.uid)
        for port, holders in room.ports.items()
    }
    subject = f"host port {reason.subject}" if reason.barrier is Barrier.PORTS else reason.subject
    words = f"delete pod {holder.metadata.namespace}/{holder.metadata.name}, which holds {subject}"
    if reason.barrier is Barrier.PORTS:
        words += f" on {room.name}"
    gone = trial.gone | {holder.metadata.uid}
    return trial.told(words, 4, room=replace(room, pods=left, ports=ports), gone=gone)


def _loosen(view: View, trial: Trial, reason: Refusal) -> Trial:
    spec = trial.pod.spec
    constraints = tuple(
        replace(one, when_unsatisfiable="ScheduleAnyway") if one.topology_key == reason.subject else one
        for one in spec.topology_spread_constraints
    )
    pod = replace(trial.pod, spec=replace(spec, topology_spread_constraints=constraints))
    return trial.told(f"let the spread over {reason.subject} be ScheduleAnyway", 4.5, pod=pod)


def _spread_label(view: View, trial: Trial, reason: Refusal) -> Trial:
    room = labelled(trial.room, {reason.subject: "new"})
    return trial.told(f"label node {trial.room.name} with its {reason.subject}", 3.5, room=room)


def _peer(view: View, trial: Trial, reason: Refusal) -> Trial:
    return trial.told(f"start a pod with {reason.subject} where this one may run", 5, peers=True)


def _volume(view: View, trial: Trial, reason: Refusal) -> Trial | None:
    if "there is none" not in reason.words:
        return None
    return trial.told(f"create a PersistentVolume that fits {reason.subject}", 5, volumes=True)


Edit = Callable[[View, Trial, Refusal], Trial | None]
_EDITS: dict[Barrier, Edit] = {
    Barrier.CORDON: _uncordon,
    Barrier.TAINT: _tolerate,
    Barrier.SELECTOR: _select,
    Barrier.PORTS: _evict,
    Barrier.PODS: _make_room,
    Barrier.RESOURCES: _lower_or_make_room,
    Barrier.SINGLE_USE: _evict,
    Barrier.VOLUME_BINDING: _volume,
    Barrier.SPREAD: _loosen,
    Barrier.SPREAD_LABEL: _spread_label,
    Barrier.AFFINITY: _peer,
}


def labelled(room: NodeRoom, labels: dict[str, str]) -> NodeRoom:
    """The node with more labels."""
    metadata = room.node.metadata
    return replace(room, node=replace(room.node, metadata=replace(metadata, labels=metadata.labels | labels)))


def _unmet(term: Term, room: NodeRoom) -> tuple[Requirement, ...]:
    return tuple(one for one in term if not one.met_by(room.node))


def _request(container: Container, resource: str) -> int:
    return amount(resource, container.resources.requests.get(resource, 0))


def _with_request(container: Container, resource: str, number: int) -> Container:
    requests = {**container.resources.requests, resource: written(resource, number)}
    return replace(container, resources=replace(container.resources, requests=requests))
