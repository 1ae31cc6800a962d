"""Why a pod that has a node waits for its volumes: not attached, not mounted, or the driver's agent is not there.

What a ConfigMap or a Secret lacks is told by another family.
"""

from __future__ import annotations

import re
from datetime import datetime

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.drivers import driver_of, sick_agents
from k8sview.analysis.health.kinship import shared_workload
from k8sview.analysis.health.moments import changed, created
from k8sview.analysis.health.phrases import one_line
from k8sview.analysis.health.placement.claims import claims_of
from k8sview.model.fields import read_one
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Event, Node, PersistentVolume
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

ATTACHMENTS = "volumeattachments.storage.k8s.io"
_VOLUME = re.compile(r'volume "([^"]+)"')
_UNMOUNTED = re.compile(r"unmounted volumes=\[([^\]\s]+)\]")
_USED_BY = re.compile(r"already used by pod\(s\) ([^\n]+)")
_ELSEWHERE = ("Multi-Attach error", "Waiting for detach", "already used by pod", "already exclusively attached")
_DRIVER = re.compile(r"(?:driver name|CSINode \S+ does not contain driver|external-attacher of) (\S+)")
_SHARED = ("ReadWriteMany", "ReadOnlyMany")
_SUMMARY = "Unable to attach or mount volumes"
_NO_DRIVER = ("not found in the list of registered CSI drivers", "does not contain driver")
_SENSE = {
    r"wrong fs type|bad superblock|unknown filesystem|fsck|structure needs": "its file system is damaged or not known",
    r"access denied|permission denied|not permitted|unauthori[sz]ed|forbidden": "access is denied",
    r"connection refused|no route to host|host is down|service not known|no such host": "its server cannot be reached",
    r"hostPath type check failed|does not exist|no such file": "its path is not on the node",
    r"timed out|deadline exceeded": "it takes too long",
    r"no space left": "there is no space left",
    r"code = NotFound|\.NotFound": "the storage does not know it",
}
"""What the words of mounts mean."""


def attached_elsewhere(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """The volume is on another node, and may be on one at a time only."""
    event = _event(view, pod, "FailedAttachVolume")
    if event is None or not any(words in told.text(event) for words in _ELSEWHERE):
        return None
    volume = _volume(event)
    node = _attached_to(view, volume, pod.spec.node_name)
    users = _users(view, pod, volume, event)
    claim = next((one.metadata.name for one in claims_of(view, pod) if one.spec.volume_name == volume), "")
    named = f"volume {volume}" + (f" of claim {claim}" if claim else "")
    where = f"is still attached to node {node}" if node else "is still attached to another node"
    lost = _lost(view, node)
    why = f", which is {lost}" if lost else ""
    by = f", where pod {', '.join(users)} uses it" if users else ""
    because: tuple[Ref, ...] = (ref_to("Node", None, node),) if lost and node else ()
    return Diagnosis(
        id="volume.multi-attach",
        message=f"{named} {where}{why}{by}; it can be on one node at a time, and pod {pod.metadata.name} waits for it "
        f"on {pod.spec.node_name}{since(view, _waits_since(pod))}{_own_kind(view, pod, users)}",
        next=f"kubectl get volumeattachments | grep {word(volume)}",
        since=_waits_since(pod),
        confidence=Confidence.CERTAIN if node else Confidence.OBSERVED,
        evidence=(told.quoted(event), *_attachment(view, volume)),
        because=because,
        missing=() if view.readable(ATTACHMENTS) else (ATTACHMENTS,),
    )


def held_elsewhere(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Where events may not be read: a volume for one node that is attached to another one, and not to the pod's."""
    if told.unread(view, pod) == () or not pod.spec.node_name or _runs(pod):
        return None
    for claim in claims_of(view, pod):
        volume, alone = claim.spec.volume_name, not set(claim.spec.access_modes) & set(_SHARED)
        node = _attached_to(view, volume, pod.spec.node_name) if volume and alone else ""
        if not node or _attached_at(view, volume, pod.spec.node_name):
            continue
        lost = _lost(view, node)
        where = f"attached to node {node}, which is {lost}" if lost else f"attached to node {node}"
        return Diagnosis(
            id="volume.multi-attach",
            message=f"volume {volume} of claim {claim.metadata.name} is {where}; it can be on one node at a time, and "
            f"pod {pod.metadata.name} seems to wait for it on {pod.spec.node_name}{since(view, _waits_since(pod))}",
            next=f"kubectl get volumeattachments | grep {word(volume)}",
            since=_waits_since(pod),
            confidence=Confidence.INFERRED,
            evidence=_attachment(view, volume),
            because=(ref_to("Node", None, node),) if lost else (),
            missing=("events",),
        )
    return None


def contended(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """It waits and nobody says for what, while another node's pod cannot have the volume that this one has."""
    if health.reason != "ContainerCreating" or not pod.spec.node_name or _runs(pod):
        return None
    for claim in claims_of(view, pod):
        for other in view.users_of("persistentvolumeclaims", claim.metadata.name, pod.metadata.namespace or ""):
            event = _event(view, other, "FailedAttachVolume") if other.spec.node_name != pod.spec.node_name else None
            if event is None or not any(words in told.text(event) for words in _ELSEWHERE):
                continue
            volume = claim.spec.volume_name
            here = f"by pod {pod.metadata.name} on {pod.spec.node_name}, which has not started"
            there = f"by {other.metadata.name} on {other.spec.node_name}{_own_kind(view, pod, [other.metadata.name])}"
            return Diagnosis(
                id="volume.multi-attach",
                message=f"volume {volume} of claim {claim.metadata.name} is wanted on two nodes: {here}, and {there}",
                next=f"kubectl get volumeattachments | grep {word(volume)}",
                since=_waits_since(pod),
                confidence=Confidence.INFERRED,
                evidence=(told.quoted(event), *_attachment(view, volume)),
            )
    return None


def unattached(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Attaching or mounting fails; the driver's agent on the node may be why."""
    event = _event(view, pod, "FailedAttachVolume", "FailedMount", "FailedMapVolume")
    if event is None:
        return None
    text, volume = told.text(event), _volume(event)
    driver = _driver(view, pod, volume, text)
    node = pod.spec.node_name
    sick = sick_agents(view, driver_of(view, driver), node) if driver else ()
    attach = event.reason == "FailedAttachVolume"
    evidence = (told.quoted(event), *_attachment(view, volume))
    waits = f"pod {pod.metadata.name} waits for volume {volume or 'that it mounts'} on {node}"
    if driver and any(words in text for words in _NO_DRIVER):
        if not sick:
            evidence = (*evidence, f"csinodes/{node} spec.drivers = no {driver}")
        slug = "volume.driver-missing"
        message = f"storage driver {driver} is not at work on node {node}: {waits}{since(view, _waits_since(pod))}"
    else:
        slug = "volume.attach-failed" if attach else "volume.mount-failed"
        sense = next((words for pattern, words in _SENSE.items() if re.search(pattern, text, re.I)), "")
        fails = "cannot be attached" if attach else "cannot be mounted"
        shown = f"volume {volume}" if volume else "a volume"
        message = f"{shown} of pod {pod.metadata.name} {fails} on {node}{since(view, _waits_since(pod))}"
        message += (f", {sense}" if sense else "") + f": {one_line(text)}"
    return Diagnosis(
        id=slug,
        message=message,
        next=describe("pod", pod.metadata.namespace, pod.metadata.name),
        since=_waits_since(pod),
        confidence=Confidence.INFERRED if sick and slug != "volume.driver-missing" else Confidence.OBSERVED,
        evidence=evidence,
        because=sick,
    )


def _event(view: View, pod: Pod, *reasons: str) -> Event | None:
    """The newest such event of a pod on its node whose containers do not run yet, if it may still be true."""
    if not pod.spec.node_name or _runs(pod):
        return None
    found = [event for event in told.told(view, pod, *reasons) if told.fresh(view, event, told.TIME_TO_LIVE)]
    # That time ran out says nothing of what it ran out for.
    return next((event for event in found if not told.text(event).startswith(_SUMMARY)), found[0] if found else None)


def _runs(pod: Pod) -> bool:
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    return any(one.state.running or one.state.terminated or one.last_state.terminated for one in statuses)


def _waits_since(pod: Pod) -> datetime | None:
    return changed(find(pod.status.conditions, "PodScheduled"), created(pod))


def _volume(event: Event) -> str:
    found = _VOLUME.search(told.text(event)) or _UNMOUNTED.search(told.text(event))
    return found[1] if found is not None else ""


def _attached_to(view: View, volume: str, but: str) -> str:
    """Another node that the volume is attached to, as its VolumeAttachment says."""
    for one in view.each(ATTACHMENTS):
        node = read_one(one, "spec.nodeName")
        if read_one(one, "spec.source.persistentVolumeName") == volume and isinstance(node, str) and node != but:
            return node
    return ""


def _attached_at(view: View, volume: str, node: str) -> bool:
    return any(
        read_one(one, "spec.source.persistentVolumeName") == volume and read_one(one, "spec.nodeName") == node
        for one in view.each(ATTACHMENTS)
    )


def _attachment(view: View, volume: str) -> tuple[str, ...]:
    found = [one for one in view.each(ATTACHMENTS) if read_one(one, "spec.source.persistentVolumeName") == volume]
    lines = []
    for one in found[:3]:
        attached = str(bool(read_one(one, "status.attached"))).lower()
        at = f"volumeattachments/{one.metadata.name}"
        lines += [f"{at} spec.nodeName = {read_one(one, 'spec.nodeName')}", f"{at} status.attached = {attached}"]
        failed = read_one(one, "status.attachError.message") or read_one(one, "status.detachError.message")
        if failed:
            lines.append(f"{at} status error = {one_line(str(failed))}")
    return tuple(lines)


def _users(view: View, pod: Pod, volume: str, event: Event) -> list[str]:
    """Other pods that hold the volume: on their nodes, or as the event names them."""
    namespace = pod.metadata.namespace or ""
    names: list[str] = []
    for claim in claims_of(view, pod):
        if claim.spec.volume_name == volume:
            others = view.users_of("persistentvolumeclaims", claim.metadata.name, namespace)
            names += [
                one.metadata.name
                for one in others
                if one.spec.node_name not in ("", pod.spec.node_name)
                and one.status.phase not in ("Succeeded", "Failed")
            ]
    said = _USED_BY.search(told.text(event))
    return sorted(names)[:3] or (said[1].split(", ")[:3] if said is not None else [])


def _own_kind(view: View, pod: Pod, users: list[str]) -> str:
    """Replicas of one workload cannot share such a volume, and no rollout can start the new before it ends the old."""
    others = [view.get("pods", name, pod.metadata.namespace) for name in users]
    shared = next((shared_workload(view, pod, one) for one in others if isinstance(one, Pod)), "")
    return f" (both are pods of {shared}: it may have one replica, replaced by strategy Recreate)" if shared else ""


def _lost(view: View, name: str) -> str:
    """What is wrong with the node that holds a volume; "" for one that is well or unknown."""
    node = view.get("nodes", name) if name else None
    if not isinstance(node, Node):
        return "gone" if name and view.readable("nodes") else ""
    ready = find(node.status.conditions, "Ready")
    return "not ready" if ready is not None and ready.status != "True" else ""


def _driver(view: View, pod: Pod, volume: str, text: str) -> str:
    """The storage driver at work: as the event names it, or as the volume does."""
    named = _DRIVER.search(text)
    if named is not None:
        return named[1].rstrip(",:;")
    found = view.get("persistentvolumes", volume) if volume else None
    if isinstance(found, PersistentVolume) and found.spec.csi is not None:
        return found.spec.csi.driver
    own = next((one.csi for one in pod.spec.volumes if one.name == volume), None)
    return own.driver if own is not None else ""


FAMILY = Family(
    known=(
        Known(
            "volume.multi-attach",
            "A volume that can be on one node at a time is still on another one",
            "End the pod that still uses it; if its node is lost, the volume is detached about six minutes later.",
        ),
        Known(
            "volume.attach-failed",
            "A volume cannot be attached to the pod's node",
            "Read what the driver says; look at its controller and at the limits of the node.",
        ),
        Known(
            "volume.mount-failed",
            "A volume cannot be mounted on the pod's node",
            "Read what the mount says: paths, rights, servers and file systems are the usual causes.",
        ),
        Known(
            "volume.driver-missing",
            "The storage driver's agent is not at work on the pod's node",
            "Look at the driver's DaemonSet on that node.",
        ),
    ),
    rules={"pods": (attached_elsewhere, unattached, contended, held_elsewhere)},
)
