"""Why claims have no volume, lost it, or cannot grow; and why a volume could not be reclaimed."""

from __future__ import annotations

from difflib import get_close_matches

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import explain
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.drivers import DRIVERS, driver_of, idle_controllers
from k8sview.analysis.health.misfits import misfit, nearest_volumes
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.placement.claims import CLASSES, NO_PROVISIONER, SELECTED_NODE, class_name, class_of
from k8sview.analysis.health.placement.volumes import fits_claim
from k8sview.model.fields import read_one
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Event, PersistentVolume, PersistentVolumeClaim
from k8sview.model.resources import Ref
from k8sview.model.view import View

_IN_TREE = "kubernetes.io/"  # provisioners that are part of Kubernetes have no driver of their own


def lost(view: View, claim: PersistentVolumeClaim, health: Health) -> Diagnosis | None:
    """The volume's object is gone, and with it the way to the data."""
    if health.reason != "Lost":
        return None
    name = claim.spec.volume_name
    exists = view.get("persistentvolumes", name) is not None
    readable = view.readable("persistentvolumes")
    gone = "exists, but is bound to something else" if exists else "does not exist any more"
    what = gone if readable else "is lost"
    return explain(
        health,
        "claim.lost",
        f"volume {name} of claim {claim.metadata.name} {what}{since(view, health.since)}: pods that use the claim "
        "cannot start",
        f"kubectl get persistentvolume {word(name)}" if exists else "kubectl get persistentvolumes",
        because=(ref_to("PersistentVolume", None, name),) if name and not exists else (),
        evidence=(f"spec.volumeName = {name}",),
        missing=() if readable else ("persistentvolumes",),
    )


def resize_failed(view: View, claim: PersistentVolumeClaim, health: Health) -> Diagnosis | None:
    """Growing failed at the storage or on the node."""
    if health.reason not in ("ControllerResizeError", "NodeResizeError"):
        return None
    condition = find(claim.status.conditions, health.reason)
    said = one_line(condition.message) if condition is not None else ""
    asked = claim.spec.resources.requests.get("storage", "")
    has = claim.status.capacity.get("storage", "")
    where = "by its storage" if health.reason == "ControllerResizeError" else "on its node"
    # Asked for and there may be told alike where somebody took the wish back: then only the refusal is true.
    sizes = f" from {has} to {asked}" if has and asked and has != asked else ""
    words = f"claim {claim.metadata.name} cannot grow{sizes}: refused {where}{since(view, health.since)}"
    return explain(health, "claim.resize-failed", joined(words, said), _describe(claim))


def waits(view: View, claim: PersistentVolumeClaim, health: Health) -> Diagnosis | None:
    """At rest: it gets its volume when a pod that uses it gets a node."""
    if health.reason != "WaitForFirstConsumer":
        return None
    name, namespace = claim.metadata.name, claim.metadata.namespace or ""
    users = view.users_of("persistentvolumeclaims", name, namespace)
    if users:
        pods = ", ".join(pod.metadata.name for pod in users[:3])
        message = f"claim {name} gets its volume when pod {pods} gets a node, and it has none yet"
    else:
        message = f"claim {name} gets its volume when a first pod uses it; none does"
    because = tuple(ref_to("Pod", namespace, pod.metadata.name) for pod in users[:3])
    return explain(health, "claim.waits-for-consumer", message, _describe(claim), because=because)


def without_class(view: View, claim: PersistentVolumeClaim, health: Health) -> Diagnosis | None:
    """The class is not there, or there is no default for a claim that names none."""
    if not _pending(claim) or not view.readable(CLASSES) or claim.spec.volume_name:
        return None
    name = class_name(view, claim)
    if name and class_of(view, claim) is None:
        known = [str(one.metadata.name) for one in view.each(CLASSES)]
        near = get_close_matches(name, known, 1)
        there = f"; did it mean {near[0]}?" if near else f"; there is {', '.join(known[:5])}" if known else ""
        return explain(
            health,
            "claim.no-storage-class",
            f"StorageClass {name} does not exist, so claim {claim.metadata.name} gets no volume"
            f"{since(view, health.since)}{there}",
            "kubectl get storageclasses",
            because=(ref_to("StorageClass", None, name),),
            evidence=(f"spec.storageClassName = {name}",),
        )
    if name is None:
        return explain(
            health,
            "claim.no-default-class",
            f"claim {claim.metadata.name} names no storage class, and no StorageClass is the default, so it gets no "
            f"volume{since(view, health.since)}",
            "kubectl get storageclasses",
            evidence=("spec.storageClassName = absent", *_unmarked(view)),
        )
    return None


def without_volume(view: View, claim: PersistentVolumeClaim, health: Health) -> Diagnosis | None:
    """Nothing makes volumes for it: one that was made by hand must fit, and none does."""
    if not _pending(claim) or not view.readable("persistentvolumes"):
        return None
    wanted = claim.spec.volume_name
    found = class_of(view, claim)
    by_hand = (found is None and view.readable(CLASSES)) or read_one(found, "provisioner") == NO_PROVISIONER
    if not wanted and not (by_hand and claim.spec.storage_class_name is not None):
        return None
    volumes = [one for one in view.each("persistentvolumes") if isinstance(one, PersistentVolume)]
    if wanted:
        volume = next((one for one in volumes if one.metadata.name == wanted), None)
        why = f"volume {wanted}, which it names, {misfit(volume, claim) if volume is not None else 'does not exist'}"
        because: tuple[Ref, ...] = () if volume is not None else (ref_to("PersistentVolume", None, wanted),)
    else:
        if any(fits_claim(one, claim, view) for one in volumes):
            return None
        why, because = nearest_volumes(volumes, claim), ()
    size = claim.spec.resources.requests.get("storage", "")
    message = f"no volume fits claim {claim.metadata.name} ({size} {','.join(claim.spec.access_modes)}): {why}"
    return explain(health, "claim.no-matching-volume", message, "kubectl get persistentvolumes", because=because)


def chosen_node_gone(view: View, claim: PersistentVolumeClaim, health: Health) -> Diagnosis | None:
    """The scheduler chose a node for it that is no longer there: nobody makes a volume for that node."""
    node = claim.metadata.annotations.get(SELECTED_NODE, "")
    if not _pending(claim) or not node or not view.readable("nodes") or view.get("nodes", node) is not None:
        return None
    return explain(
        health,
        "claim.chosen-node-gone",
        f"node {node}, which was chosen for claim {claim.metadata.name}, does not exist any more, so its volume is not "
        f"made{since(view, health.since)}",
        f"kubectl get node {word(node)}; removing the annotation {SELECTED_NODE} from the claim lets another be chosen",
        because=(ref_to("Node", None, node),),
    )


def unprovisioned(view: View, claim: PersistentVolumeClaim, health: Health) -> Diagnosis | None:
    """A provisioner should make its volume: it says why not, or says nothing."""
    if not _pending(claim) or health.reason == "WaitForFirstConsumer":
        return None
    events = view.events_of(claim)
    failed = next((event for event in events if event.reason == "ProvisioningFailed"), None)
    storage_class = class_of(view, claim)
    found = read_one(storage_class, "provisioner")
    provisioner = found if isinstance(found, str) else _annotated(claim)
    if failed is None and not provisioner:
        return None
    driver = driver_of(view, provisioner)
    idle = idle_controllers(view, driver)
    called = f"class {storage_class.metadata.name}" if storage_class is not None else "its class"
    name = claim.metadata.name
    if idle:
        message = f"the controller of storage driver {provisioner} has no pod at work, so claim {name} gets no volume"
        command = f"kubectl get pods -n {word(idle[0].namespace)}"
        return explain(health, "claim.driver-down", message, command, because=idle, evidence=_quoted(failed))
    if failed is not None:
        words = f"{provisioner or 'the provisioner'} cannot make the volume of claim {name} ({called})"
        message = joined(words + since(view, health.since), one_line(failed.message or ""))
        return explain(health, "claim.provisioning-failed", message, _describe(claim), evidence=_quoted(failed))
    registered = view.get(DRIVERS, provisioner) is not None
    if not view.readable(DRIVERS) or registered or provisioner.startswith(_IN_TREE) or driver.agents:
        hint = "is its controller running?"
    else:
        hint = f"no CSIDriver {provisioner} is registered, so it does not seem to be installed"
    silent = f"provisioner {provisioner} ({called}) does not answer for claim {name}{since(view, health.since)}"
    message = f"{silent}: {hint}"
    waiting = next((event for event in events if event.reason == "ExternalProvisioning"), None)
    return explain(
        health,
        "claim.provisioner-silent",
        message,
        f"kubectl get pods -A | grep -i csi; kubectl get csidriver {word(provisioner)}",
        evidence=_quoted(waiting),
        inferred=True,
    )


def unreclaimed(view: View, volume: PersistentVolume, health: Health) -> Diagnosis | None:
    """The claim is gone, and deleting the volume failed."""
    if volume.status.phase != "Failed" or volume.metadata.deletion_timestamp is not None:
        return None
    policy = volume.spec.persistent_volume_reclaim_policy
    message = f"volume {volume.metadata.name} {health.message} (reclaim policy {policy}); its storage may still cost"
    return explain(health, "volume.reclaim-failed", message, describe("persistentvolume", None, volume.metadata.name))


def _pending(claim: PersistentVolumeClaim) -> bool:
    return claim.status.phase in ("", "Pending") and claim.metadata.deletion_timestamp is None


def _annotated(claim: PersistentVolumeClaim) -> str:
    notes = claim.metadata.annotations
    return notes.get("volume.kubernetes.io/storage-provisioner") or notes.get(
        "volume.beta.kubernetes.io/storage-provisioner", ""
    )


def _unmarked(view: View) -> tuple[str, ...]:
    known = [str(one.metadata.name) for one in view.each(CLASSES)]
    return tuple(
        f"storageclasses/{name} metadata.annotations[storageclass.kubernetes.io/is-default-class] = absent"
        for name in known[:4]
    ) or ("storageclasses = none",)


def _quoted(event: Event | None) -> tuple[str, ...]:
    return (f"events[reason={event.reason}].message = {one_line(event.message or '')}",) if event is not None else ()


def _describe(claim: PersistentVolumeClaim) -> str:
    return describe("persistentvolumeclaim", claim.metadata.namespace, claim.metadata.name)


FAMILY = Family(
    known=(
        Known("claim.lost", "A claim's volume does not exist any more", "Restore the volume's object, or the data."),
        Known(
            "claim.resize-failed",
            "A claim cannot grow, as its storage or its node says",
            "Read the condition; ask for a size that the storage can give.",
        ),
        Known(
            "claim.waits-for-consumer",
            "A claim waits until a pod that uses it has a node, as its class wants it",
            "Nothing to do before a pod uses it; look at the pod if it has no node.",
        ),
        Known(
            "claim.no-storage-class",
            "A claim names a StorageClass that does not exist",
            "Create the class, or make the claim anew with one that exists.",
        ),
        Known(
            "claim.no-default-class",
            "A claim names no class, and no StorageClass is marked as the default",
            "Mark a class as the default, or name one in the claim.",
        ),
        Known(
            "claim.no-matching-volume",
            "Volumes of the claim's class are made by hand, and none fits",
            "Create a PersistentVolume of that class, size and access mode.",
        ),
        Known(
            "claim.chosen-node-gone",
            "The node that was chosen for a claim's volume does not exist any more",
            "Remove the annotation volume.kubernetes.io/selected-node from the claim, so that another node is chosen.",
        ),
        Known(
            "claim.driver-down",
            "The controller of the storage driver does not run",
            "Bring the driver's controller back.",
        ),
        Known(
            "claim.provisioning-failed",
            "The storage driver cannot make the volume",
            "Read what it says: quotas, topology and rights are the usual causes.",
        ),
        Known(
            "claim.provisioner-silent",
            "Nobody answers for the provisioner that a claim's class names",
            "Install the driver, or look at its controller.",
        ),
        Known(
            "volume.reclaim-failed",
            "Deleting a released volume failed",
            "Read what the driver says; delete the storage by hand if it is gone already.",
        ),
    ),
    rules={
        "persistentvolumeclaims": (
            lost,
            resize_failed,
            waits,
            without_class,
            without_volume,
            chosen_node_gone,
            unprovisioned,
        ),
        "persistentvolumes": (unreclaimed,),
    },
)
