"""The claims of a pod as the scheduler sees them: before it looks at any node, and what it then asks of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from k8sview.model.fields import read_one
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import PersistentVolumeClaim
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.view import View

CLASSES = "storageclasses.storage.k8s.io"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
"""Annotation by which the scheduler asks for a volume that a chosen node can reach."""
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
_BOUND = "pv.kubernetes.io/bind-completed"
_DEFAULTS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


class Trouble(StrEnum):
    """Why a claim keeps its pod from every node."""

    MISSING = "missing"
    LOST = "lost"
    DELETED = "deleted"
    UNBOUND = "unbound"
    BINDING = "binding"  # a node was chosen, and the volume is being made for it


class ClaimTrouble(msgspec.Struct, frozen=True):
    """The first claim by which the scheduler turns a pod down before it looks at nodes. ``made``: of the pod's own."""

    trouble: Trouble
    claim: Ref
    made: bool = False


def claim_names(pod: Pod) -> Iterator[tuple[str, bool]]:
    """Names of the claims that a pod mounts, and whether a controller makes the claim for this pod alone."""
    for volume in pod.spec.volumes:
        if volume.persistent_volume_claim is not None:
            yield volume.persistent_volume_claim.claim_name, False
        elif volume.ephemeral is not None:
            yield f"{pod.metadata.name}-{volume.name}", True


def claims_of(view: View, pod: Pod) -> tuple[PersistentVolumeClaim, ...]:
    """The claims of a pod that exist and could be read."""
    namespace = pod.metadata.namespace
    found = (view.get("persistentvolumeclaims", name, namespace) for name, _ in claim_names(pod))
    return tuple(one for one in found if isinstance(one, PersistentVolumeClaim))


def claim_trouble(view: View, pod: Pod) -> ClaimTrouble | None:
    """What the scheduler finds wrong with a pod's claims before it asks any node; None also where none may be read."""
    namespace = pod.metadata.namespace
    if not view.readable("persistentvolumeclaims", namespace):
        return None
    unbound: ClaimTrouble | None = None
    for name, made in claim_names(pod):
        claim = view.get("persistentvolumeclaims", name, namespace)
        ref = ref_to("PersistentVolumeClaim", namespace, name)
        if not isinstance(claim, PersistentVolumeClaim):
            return ClaimTrouble(Trouble.MISSING, ref, made)
        if claim.status.phase == "Lost":
            return ClaimTrouble(Trouble.LOST, ref, made)
        if claim.metadata.deletion_timestamp is not None:
            return ClaimTrouble(Trouble.DELETED, ref, made)
        if is_bound(claim) and view.readable("persistentvolumes"):
            if view.get("persistentvolumes", claim.spec.volume_name) is None:
                return ClaimTrouble(Trouble.LOST, ref, made)
        elif unbound is None and not is_bound(claim):
            if not waits_for_consumer(view, claim):
                unbound = ClaimTrouble(Trouble.UNBOUND, ref, made)
            elif SELECTED_NODE in claim.metadata.annotations:
                unbound = ClaimTrouble(Trouble.BINDING, ref, made)
    return unbound


def is_bound(claim: PersistentVolumeClaim) -> bool:
    """Whether claim and volume know of each other."""
    done = claim.status.phase == "Bound" or _BOUND in claim.metadata.annotations
    return bool(claim.spec.volume_name) and done


def class_name(view: View, claim: PersistentVolumeClaim) -> str | None:
    """The class that a claim asks for; of one that names none the default's. "" asks for none, None: there is none."""
    wanted = claim.metadata.annotations.get(_BETA_CLASS, claim.spec.storage_class_name)
    if wanted is not None:
        return wanted
    default = default_classes(view)
    return str(default[0].metadata.name) if default else None


def default_classes(view: View) -> tuple[Any, ...]:
    """The classes marked as default, the one that new claims get first: the youngest."""
    marked = [
        one for one in view.each(CLASSES) if any(one.metadata.annotations.get(key) == "true" for key in _DEFAULTS)
    ]
    return tuple(sorted(marked, key=lambda one: one.metadata.creation_timestamp or "", reverse=True))


def class_of(view: View, claim: PersistentVolumeClaim) -> Any:
    """The StorageClass of a claim, or None."""
    name = class_name(view, claim)
    return view.get(CLASSES, name) if name else None


def waits_for_consumer(view: View, claim: PersistentVolumeClaim) -> bool:
    """Whether a claim gets its volume only when a pod that uses it has been given a node."""
    if claim.spec.volume_name:
        return False
    found = class_of(view, claim)
    return found is not None and read_one(found, "volumeBindingMode") == "WaitForFirstConsumer"
