"""What a pod's volumes ask of a node: where they can be reached, who else uses them, how many a node can hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from k8sview.analysis.health.placement.claims import (
    NO_PROVISIONER,
    SELECTED_NODE,
    claims_of,
    class_of,
    is_bound,
    waits_for_consumer,
)
from k8sview.analysis.health.placement.refusal import Barrier, Refusal
from k8sview.analysis.health.placement.room import OVER, NodeRoom
from k8sview.model.fields import read_one, reader
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node, PersistentVolume, PersistentVolumeClaim
from k8sview.model.objects.pods import Pod
from k8sview.model.placement import Requirement, Term, meets, selector_terms
from k8sview.model.quantities import amount
from k8sview.model.view import View

_ZONES = {
    "topology.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region": "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
}
"""Labels of volumes that name their place, and today's label of nodes for it."""

Handle = tuple[str, str]
"""``(CSI driver, volume handle)``."""


class Reach(msgspec.Struct, frozen=True):
    """Nodes of which one is needed. ``words``: what they must be, ``place``: of one node."""

    barrier: Barrier
    subject: str
    terms: tuple[Term, ...] | None
    needs: str
    volume: str = ""
    matched: bool = False  # at least one node is what it needs


class Volumes(msgspec.Struct, frozen=True):
    """Everything that a pod's volumes ask. ``missing``: what could not be read."""

    reaches: tuple[Reach, ...] = ()
    single_use: Refusal | None = None
    handles: frozenset[Handle] = frozenset()
    missing: tuple[str, ...] = ()


def volumes_of(view: View, pod: Pod, without: frozenset[str]) -> Volumes:
    """What the claims of a pod ask of nodes."""
    claims = claims_of(view, pod)
    if not claims:
        return Volumes()
    reaches: list[Reach] = []
    handles: set[Handle] = set()
    missing = () if view.readable("persistentvolumes") else ("persistentvolumes",)
    for claim in claims:
        if is_bound(claim):
            volume = view.get("persistentvolumes", claim.spec.volume_name)
            if isinstance(volume, PersistentVolume):
                reaches += _reach(volume, claim)
                if volume.spec.csi is not None:
                    handles.add((volume.spec.csi.driver, volume.spec.csi.volume_handle))
        elif waits_for_consumer(view, claim) and not missing:
            reaches += _to_bind(view, claim)
            provisioner = read_one(class_of(view, claim), "provisioner")
            if isinstance(provisioner, str) and provisioner != NO_PROVISIONER:
                handles.add((provisioner, f"{claim.metadata.namespace}/{claim.metadata.name}"))
    single = next((one for one in (_single_use(view, claim, pod, without) for claim in claims) if one), None)
    return Volumes(tuple(reaches), single, frozenset(handles), missing)


def matched(volumes: Volumes, nodes: Iterable[Node]) -> Volumes:
    """The same, with what is known of the nodes of the cluster."""
    if not volumes.reaches:
        return volumes
    every = tuple(nodes)
    known = (
        msgspec.structs.replace(one, matched=any(meets(one.terms, node) for node in every)) for one in volumes.reaches
    )
    return msgspec.structs.replace(volumes, reaches=tuple(known))


def unreachable(view: View, volumes: Volumes, room: NodeRoom) -> Iterator[Refusal]:
    """What a node refuses because of volumes, in the scheduler's order."""
    if volumes.single_use is not None:
        yield volumes.single_use
    if volumes.handles:
        yield from _too_many(view, volumes.handles, room)
    for reach in volumes.reaches:
        if not meets(reach.terms, room.node):
            yield Refusal(
                reach.barrier,
                reach.subject,
                f"{reach.subject} needs a node with {reach.needs}",
                by=ref_to("PersistentVolume", None, reach.volume) if reach.volume else None,
                meant=reach.matched,
            )


def needs_text(terms: tuple[Term, ...] | None) -> str:
    """What nodes must have: ``topology.kubernetes.io/zone=eu-1a``, alternatives with "or"."""
    return " or ".join(", ".join(str(one) for one in term) for term in terms or ()) or "nothing"


def _reach(volume: PersistentVolume, claim: PersistentVolumeClaim) -> Iterator[Reach]:
    name = volume.metadata.name
    subject = f"volume {name} of claim {claim.metadata.name}"
    terms = selector_terms((volume.spec.node_affinity or {}).get("required"))
    if terms is not None:
        yield Reach(Barrier.VOLUME, subject, terms, needs_text(terms), name)
    for label, today in _ZONES.items():
        value = volume.metadata.labels.get(label)
        if value is not None:
            zone: Term = (Requirement(today, "In", tuple(value.split("__"))),)
            without_zones: Term = tuple(Requirement(key, "DoesNotExist") for key in _ZONES)
            either = (zone, without_zones)
            yield Reach(Barrier.VOLUME_ZONE, subject, either, needs_text((zone,)), name)


def _to_bind(view: View, claim: PersistentVolumeClaim) -> Iterator[Reach]:
    """A claim that waits for its consumer: bound to a ready-made volume of the right place, or made there."""
    subject = f"claim {claim.metadata.name}"
    selected = claim.metadata.annotations.get(SELECTED_NODE)
    if selected:
        terms: tuple[Term, ...] = ((Requirement("metadata.name", "In", (selected,), of_field=True),),)
        yield Reach(Barrier.VOLUME_BINDING, subject, terms, f"the name {selected}, where its volume is being made")
        return
    storage_class = class_of(view, claim)
    if read_one(storage_class, "provisioner") != NO_PROVISIONER:
        topologies = _allowed(storage_class)
        if topologies is not None:
            yield Reach(Barrier.VOLUME_BINDING, subject, topologies, needs_text(topologies))
        return
    fitting = [
        one
        for one in view.each("persistentvolumes")
        if isinstance(one, PersistentVolume) and fits_claim(one, claim, view)
    ]
    alternatives: list[Term] = []
    for volume in fitting:
        terms_of = selector_terms((volume.spec.node_affinity or {}).get("required"))
        if terms_of is None:
            return
        alternatives += terms_of
    needs = needs_text(tuple(alternatives)) if alternatives else "a free volume, and there is none"
    yield Reach(Barrier.VOLUME_BINDING, subject, tuple(alternatives), needs)


def fits_claim(volume: PersistentVolume, claim: PersistentVolumeClaim, view: View) -> bool:
    """Whether a ready-made volume is free and big enough for a claim (component-helpers, FindMatchingVolume)."""
    spec, owner = volume.spec, volume.spec.claim_ref
    if volume.metadata.deletion_timestamp is not None:
        return False
    wanted = amount("storage", claim.spec.resources.requests.get("storage", 0))
    if amount("storage", spec.capacity.get("storage", 0)) < wanted or spec.volume_mode != claim.spec.volume_mode:
        return False
    if owner is not None:
        mine = (owner.namespace, owner.name) == (claim.metadata.namespace, claim.metadata.name)
        return mine and owner.uid in ("", claim.metadata.uid)
    found = class_of(view, claim)
    name = found.metadata.name if found is not None else (claim.spec.storage_class_name or "")
    selector = claim.spec.selector
    return (
        volume.status.phase == "Available"
        and spec.storage_class_name == name
        and set(claim.spec.access_modes) <= set(spec.access_modes)
        and (selector is None or selector.matches(volume.metadata.labels))
    )


def _allowed(storage_class: Any) -> tuple[Term, ...] | None:
    """``allowedTopologies`` of a class as terms; None where it has none."""
    found = read_one(storage_class, "allowedTopologies")
    if not isinstance(found, list) or not found:
        return None
    return tuple(
        tuple(
            Requirement(str(read_one(one, "key")), "In", tuple(str(value) for value in reader("values[*]")(one)))
            for one in reader("matchLabelExpressions[*]")(topology)
        )
        for topology in found
    )


def _single_use(view: View, claim: PersistentVolumeClaim, pod: Pod, without: frozenset[str]) -> Refusal | None:
    """ReadWriteOncePod: another pod that has a node keeps this one from every node."""
    if "ReadWriteOncePod" not in claim.spec.access_modes:
        return None
    name, namespace = claim.metadata.name, claim.metadata.namespace or ""
    for other in view.users_of("persistentvolumeclaims", name, namespace):
        uid = other.metadata.uid
        if other.spec.node_name and other.status.phase not in OVER and uid != pod.metadata.uid and uid not in without:
            words = f"claim {name} is ReadWriteOncePod and pod {other.metadata.name} uses it"
            by = ref_to("Pod", namespace, other.metadata.name)
            return Refusal(Barrier.SINGLE_USE, f"claim {name}", words, by=by)
    return None


def _too_many(view: View, handles: frozenset[Handle], room: NodeRoom) -> Iterator[Refusal]:
    limits = view.once("placement.volume-limits", _limits).get(room.name)
    if not limits:
        return
    attached = _attached(view, room.node, room.pods)
    for driver, number in sorted(Counter(driver for driver, _ in handles - attached).items()):
        most = limits.get(driver)
        there = sum(1 for one, _ in attached if one == driver)
        if most is not None and there + number > most:
            words = f"it holds {there} of at most {most} volumes of {driver}"
            yield Refusal(Barrier.VOLUME_LIMIT, driver, words, asked=number, free=most - there, allocatable=most)


def _limits(view: View) -> dict[str, dict[str, int]]:
    """How many volumes of each driver a node can hold, by node, as its CSINode says."""
    found: dict[str, dict[str, int]] = {}
    for one in view.each("csinodes.storage.k8s.io"):
        limits: dict[str, int] = {}
        for driver in reader("spec.drivers[*]")(one):
            count = read_one(driver, "allocatable.count")
            if isinstance(count, int):
                limits[str(read_one(driver, "name"))] = count
        if limits:
            found[one.metadata.name] = limits
    return found


def _attached(view: View, node: Node, pods: tuple[Pod, ...]) -> set[Handle]:
    """Volumes that pods of a node use, and those that are attached to it all the same."""
    found: set[Handle] = set()
    for pod in pods:
        for claim in claims_of(view, pod):
            volume = view.get("persistentvolumes", claim.spec.volume_name)
            if isinstance(volume, PersistentVolume) and volume.spec.csi is not None:
                found.add((volume.spec.csi.driver, volume.spec.csi.volume_handle))
    for name in view.once("placement.attachments", _attachments).get(node.metadata.name, ()):
        volume = view.get("persistentvolumes", name)
        if isinstance(volume, PersistentVolume) and volume.spec.csi is not None:
            found.add((volume.spec.csi.driver, volume.spec.csi.volume_handle))
    return found


def _attachments(view: View) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in view.each("volumeattachments.storage.k8s.io"):
        node, name = read_one(one, "spec.nodeName"), read_one(one, "spec.source.persistentVolumeName")
        if isinstance(node, str) and isinstance(name, str):
            found[node] = (*found.get(node, ()), name)
    return found
