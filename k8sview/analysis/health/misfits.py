"""Why volumes that were made by hand do not fit a claim, in words."""

from __future__ import annotations

from k8sview.model.objects.core import PersistentVolume, PersistentVolumeClaim
from k8sview.model.quantities import amount, written


def nearest_volumes(volumes: list[PersistentVolume], claim: PersistentVolumeClaim) -> str:
    """What is wrong with the volumes that come nearest: those of its class."""
    name = claim.spec.storage_class_name or ""
    called = f"of class {name}" if name else "without a class"
    same = [one for one in volumes if one.spec.storage_class_name == name]
    if not same:
        other = [one for one in volumes if misfit(one, claim).startswith("has class")]
        near = f"; {other[0].metadata.name} would fit, but {misfit(other[0], claim)}" if other else ""
        return f"there is no volume {called}{near}"
    told = [f"{one.metadata.name} {misfit(one, claim)}" for one in sorted(same, key=lambda one: _taken(one, claim))]
    more = f", and {len(told) - 3} more {called} do not fit either" if len(told) > 3 else ""
    return ", ".join(told[:3]) + more


def _taken(volume: PersistentVolume, claim: PersistentVolumeClaim) -> tuple[bool, str]:
    return (volume.spec.claim_ref is not None, volume.metadata.name)


def misfit(volume: PersistentVolume, claim: PersistentVolumeClaim) -> str:
    """Why a volume does not fit a claim, as the end of a sentence about the volume."""
    spec, owner = volume.spec, volume.spec.claim_ref
    if volume.metadata.deletion_timestamp is not None:
        return "is being deleted"
    if owner is not None and (owner.namespace, owner.name) != (claim.metadata.namespace, claim.metadata.name):
        return f"belongs to claim {owner.namespace}/{owner.name}"
    if owner is not None and owner.uid not in ("", claim.metadata.uid):
        return f"belongs to an earlier claim of that name ({volume.status.phase})"
    asked = amount("storage", claim.spec.resources.requests.get("storage", 0))
    has = amount("storage", spec.capacity.get("storage", 0))
    if has < asked:
        return f"has only {written('storage', has)}"
    lacking = [mode for mode in claim.spec.access_modes if mode not in spec.access_modes]
    if lacking:
        return f"does not allow {','.join(lacking)}"
    if spec.volume_mode != claim.spec.volume_mode:
        return f"has volume mode {spec.volume_mode}, not {claim.spec.volume_mode}"
    if spec.storage_class_name != (claim.spec.storage_class_name or ""):
        return f"has class {spec.storage_class_name or 'none'}, not {claim.spec.storage_class_name or 'none'}"
    if claim.spec.selector is not None and not claim.spec.selector.matches(volume.metadata.labels):
        return "lacks the labels that its selector wants"
    return f"is {volume.status.phase}" if volume.status.phase != "Available" else "was not bound yet"
