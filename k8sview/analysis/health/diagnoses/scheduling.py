"""Why a pod has no node: its scheduler, its gates, its claims, or every node's own reasons."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses import told, unplaced
from k8sview.analysis.health.diagnoses.contract import Family
from k8sview.analysis.health.diagnoses.scheduler_words import taken_apart
from k8sview.analysis.health.diagnoses.scheduling_known import KNOWN
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.kinship import same_template, shared_workload
from k8sview.analysis.health.moments import changed
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.placement.claims import ClaimTrouble, Trouble, claim_names, claim_trouble
from k8sview.analysis.health.placement.explain import Explanation, explanation
from k8sview.analysis.health.placement.refusal import Barrier, Refusal
from k8sview.analysis.health.placement.taints import parsed, state_of
from k8sview.analysis.health.scheduling import scheduler_words
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

_AGAIN = timedelta(seconds=15)  # the room on nodes is not traced
_SLACK = timedelta(minutes=2)  # an outage is noticed after the pods that it displaced were turned down
_BLAMED = 5
_AUTOSCALER = ("NotTriggerScaleUp", "TriggeredScaleUp", "Nominated", "FailedScheduling")
_CLAIM = re.compile(r'persistentvolumeclaim "([^"]+)"')
_SLUGS = {
    Barrier.CORDON: "pod.unschedulable-cordoned",
    Barrier.TAINT: "pod.unschedulable-taint",
    Barrier.SELECTOR: "pod.unschedulable-affinity",
    Barrier.PORTS: "pod.unschedulable-ports",
    Barrier.PODS: "pod.too-many-pods",
    Barrier.RESOURCES: "pod.unschedulable-resources",
    Barrier.SINGLE_USE: "pod.claim-in-use",
    Barrier.VOLUME_LIMIT: "pod.volume-limit",
    Barrier.VOLUME: "volume.node-conflict",
    Barrier.VOLUME_ZONE: "volume.node-conflict",
    Barrier.VOLUME_BINDING: "pod.unschedulable-volume",
    Barrier.SPREAD: "pod.unschedulable-spread",
    Barrier.SPREAD_LABEL: "pod.unschedulable-spread",
    Barrier.AFFINITY: "pod.unschedulable-pod-affinity",
    Barrier.ANTI_AFFINITY: "pod.unschedulable-anti-affinity",
    Barrier.GUARDED: "pod.unschedulable-anti-affinity",
}
_GATEKEEPERS = {"kueue.x-k8s.io": "Kueue", "karmada.io": "Karmada", "jobset.sigs.k8s.io": "JobSet"}


_BY_VOLUME = (Barrier.VOLUME, Barrier.VOLUME_ZONE)


def gated(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Scheduling gates: nobody may place the pod until whoever set them lifts them."""
    if health.reason != "SchedulingGated" or pod.spec.node_name:
        return None
    names = [one.name for one in pod.spec.scheduling_gates]
    owners = sorted({owner for group, owner in _GATEKEEPERS.items() if any(group in name for name in names)})
    who = " and ".join(owners) or "whoever set it"
    gates = f"gate{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else "a scheduling gate"
    return Diagnosis(
        id="pod.scheduling-gated",
        message=f"pod {pod.metadata.name} is held back by {gates}{since(view, health.since)}: "
        f"no scheduler looks at it until {who} lifts it",
        next=_look(pod),
        since=health.since,
        evidence=tuple(f"spec.schedulingGates[name={name}].name = {name}" for name in names) or health.evidence,
    )


def unnoticed(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """No scheduler of that name picks the pod up."""
    if health.reason != "NoScheduler":
        return None
    name = pod.spec.scheduler_name or "default-scheduler"
    own = name == "default-scheduler"
    sick = _schedulers(view) if own else ()
    known = "kube-scheduler does not work" if own else f"no scheduler named {name} runs, or it does not work"
    return Diagnosis(
        id="pod.no-scheduler",
        message=f"no scheduler named {name} picks pod {pod.metadata.name} up{since(view, health.since)}: {known}",
        next="kubectl get pods -A -l component=kube-scheduler"
        if own
        else f"kubectl get pods -A | grep -i {word(name)}; the usual name in spec.schedulerName is default-scheduler",
        since=health.since,
        confidence=Confidence.INFERRED,
        evidence=health.evidence,
        because=sick,
    )


def waits_for_claim(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """A claim by which the scheduler turns the pod down before it looks at any node."""
    if not (_unplaced(pod, health) or health.reason == "VolumeBinding"):
        return None
    trouble = claim_trouble(view, pod)
    if trouble is None:
        return _claim_by_words(view, pod, health)
    slug, message = _claim_words(pod, trouble)
    return Diagnosis(
        id=slug,
        message=message + since(view, health.since),
        next=describe("persistentvolumeclaim", pod.metadata.namespace, trouble.claim.name)
        if trouble.trouble is not Trouble.MISSING
        else f"kubectl get persistentvolumeclaims -n {word(pod.metadata.namespace)}",
        since=health.since,
        confidence=health.confidence,
        evidence=(*health.evidence, *_said(pod)),
        because=(trouble.claim,),
        recheck_at=_soonest(view, health),
    )


def refused(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Every node refuses: computed node by node, or told in the scheduler's words where nodes may not be read."""
    if not _unplaced(pod, health):
        return None
    if not view.readable("nodes"):
        return _by_words(view, pod, health, ("nodes",))
    found = explanation(view, pod)
    if found.willing:
        return _willing(view, pod, health, found)
    outage = _outage(view, health, found)
    nearest = found.nearest
    if outage:
        slug = "pod.node-out-of-service"
    elif nearest is None:
        slug = "pod.unschedulable-affinity" if found.total else "pod.no-nodes"
    elif found.only_out_of_service and found.cordoned:
        slug = "pod.unschedulable-cordoned"
        outage = tuple(ref_to("Node", None, name) for name in found.cordoned[:_BLAMED])
    else:
        slug = _SLUGS[nearest.barrier]
        if nearest.barrier is Barrier.TAINT and state_of(parsed(nearest.subject)) is not None:
            slug = "pod.node-out-of-service"
        if nearest.barrier in _BY_VOLUME and nearest.by is not None and nearest in found.common:
            outage = (nearest.by,)  # there is no node at all that reaches the volume
    message = unplaced.sentence(pod.metadata.name, found)
    if found.change is not None:
        message += f"; smallest change: {found.change.words}"
    scaling, ending = _autoscaler(view, pod)
    ending = _own_kind(view, pod, nearest) + ending
    hidden = found.missing
    return Diagnosis(
        id=slug,
        message=message + ending,
        next=_next(pod, found),
        since=health.since,
        confidence=Confidence.INFERRED if hidden else health.confidence,
        evidence=(*health.evidence, *unplaced.evidence(found), *_said(pod), *scaling),
        because=outage,
        missing=(*health.missing, *hidden),
        recheck_at=_soonest(view, health),
    )


def _unplaced(pod: Pod, health: Health) -> bool:
    condition = find(pod.status.conditions, "PodScheduled")
    turned_down = condition is not None and condition.status == "False" and condition.reason != "SchedulingGated"
    return not pod.spec.node_name and turned_down and pod.metadata.deletion_timestamp is None


def _willing(view: View, pod: Pod, health: Health, found: Explanation) -> Diagnosis:
    """Something that cannot be read, or is newer than the scheduler's last look, decides: its words count."""
    told_so = _by_words(view, pod, health, found.missing)
    nodes = ", ".join(found.willing[:3])
    more = f" and {len(found.willing) - 3} more" if len(found.willing) > 3 else ""
    message = f"{told_so.message}; by all that can be read {nodes}{more} would take it, so the next try may place it"
    evidence = (*told_so.evidence, *(f"nodes/{name} refuses = nothing that can be read" for name in found.willing[:3]))
    return msgspec.structs.replace(told_so, message=message, evidence=evidence)


def _by_words(view: View, pod: Pod, health: Health, missing: tuple[str, ...]) -> Diagnosis:
    said = taken_apart(_message(pod))
    scaling, ending = _autoscaler(view, pod)
    words = joined(f"no node can take pod {pod.metadata.name}", scheduler_words(_message(pod)))
    return Diagnosis(
        id=said.family if said.counts else "pod.unschedulable",
        message=words + ending,
        next=_look(pod),
        since=health.since,
        confidence=Confidence.OBSERVED,
        evidence=(*health.evidence, *_said(pod), *scaling),
        missing=(*health.missing, *missing),
        recheck_at=_soonest(view, health),
    )


def _claim_by_words(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Claims may not be read, but the scheduler names the one it misses."""
    namespace = pod.metadata.namespace
    if view.readable("persistentvolumeclaims", namespace):
        return None
    before = taken_apart(_message(pod)).before
    named = _CLAIM.search(before)
    claims = (
        [named[1]] if named else [name for name, _ in claim_names(pod)] if "PersistentVolumeClaims" in before else []
    )
    if not claims:
        return None
    because = (ref_to("PersistentVolumeClaim", namespace, claims[0]),) if len(claims) == 1 else ()
    return Diagnosis(
        id="pod.claim-missing" if "not found" in before and named else "pod.unbound-claim",
        message=f"pod {pod.metadata.name} waits for its storage{since(view, health.since)}: {one_line(before)}",
        next=f"kubectl get persistentvolumeclaims -n {word(namespace)}",
        since=health.since,
        confidence=Confidence.OBSERVED,
        evidence=(*health.evidence, *_said(pod)),
        because=because,
        missing=("persistentvolumeclaims",),
    )


def _claim_words(pod: Pod, trouble: ClaimTrouble) -> tuple[str, str]:
    name, namespace = trouble.claim.name, trouble.claim.namespace
    who = f"pod {pod.metadata.name}"
    match trouble.trouble:
        case Trouble.MISSING if trouble.made:
            return "pod.claim-missing", f"claim {name}, which is made for {who} alone, is not there yet"
        case Trouble.MISSING:
            words = f"PersistentVolumeClaim {name} does not exist in namespace {namespace}: {who} cannot be placed"
            return "pod.claim-missing", f"{words} without it"
        case Trouble.LOST:
            return "pod.claim-lost", f"PersistentVolumeClaim {name} has lost its volume, so {who} cannot be placed"
        case Trouble.DELETED:
            return "pod.claim-deleted", f"PersistentVolumeClaim {name} is being deleted, so {who} cannot be placed"
        case Trouble.BINDING:
            words = f"PersistentVolumeClaim {name} has no volume yet: a node was chosen for {who}, and the volume is"
            return "pod.unbound-claim", f"{words} to be made for it"
    return "pod.unbound-claim", f"PersistentVolumeClaim {name} has no volume yet, and {who} cannot be placed before"


def _outage(view: View, health: Health, found: Explanation) -> tuple[Ref, ...]:
    """Nodes that are not well and would take the pod otherwise, if they failed before it was turned down."""
    guilty: list[Ref] = []
    for name in found.down:
        node = view.get("nodes", name)
        if not isinstance(node, Node):
            continue
        ill = [one for one in node.status.conditions if one.type == "Ready" and one.status != "True"]
        ill += [one for one in node.status.conditions if one.type.endswith("Pressure") and one.status == "True"]
        began = min((moment for moment in (changed(one) for one in ill) if moment is not None), default=None)
        before = began is None or health.since is None or began <= health.since + _SLACK
        if ill and (before or found.only_out_of_service):
            guilty.append(ref_to("Node", None, name))
    return tuple(guilty[:_BLAMED])


def _autoscaler(view: View, pod: Pod) -> tuple[tuple[str, ...], str]:
    """What autoscalers say of the pod: as evidence, and as the end of a sentence."""
    for event in told.told(view, pod, *_AUTOSCALER):
        speaker = event.reporting_component or event.source.component
        if event.reason == "FailedScheduling" and "karpenter" not in speaker:
            continue
        said = one_line(told.text(event))
        wanted = event.reason in ("TriggeredScaleUp", "Nominated")
        words = "a new node was asked for" if wanted else "the autoscaler adds no node"
        return (told.quoted(event),), f" ({words}: {said})" if told.fresh(view, event) else ""
    return (), ""


def _own_kind(view: View, pod: Pod, nearest: Refusal | None) -> str:
    """Where an older pod of the same workload is in the way, a rollout waits for itself."""
    if nearest is None or nearest.by is None or nearest.by.kind != "Pod":
        return ""
    other = view.get("pods", nearest.by.name, nearest.by.namespace)
    workload = shared_workload(view, pod, other) if isinstance(other, Pod) else ""
    if not workload:
        return ""
    name = other.metadata.name
    if same_template(pod, other):
        return f" ({name} is a replica of {workload}, too: each of them needs a node of its own)"
    return f" ({name} is an older pod of {workload}: its rollout has to end the old before it starts the new)"


def _schedulers(view: View) -> tuple[Ref, ...]:
    pods = view.pods_of("kube-system", {"component": "kube-scheduler"})
    return tuple(ref_to("Pod", "kube-system", pod.metadata.name) for pod in pods if not pod.ready)


def _next(pod: Pod, found: Explanation) -> str:
    """A command that shows the node which is nearest to taking the pod."""
    nearest = found.nearest
    node = found.groups[0].best.node if found.groups else ""
    if nearest is None or not node:
        return _look(pod)
    if nearest.barrier is Barrier.SELECTOR:
        return "kubectl get nodes --show-labels"
    if nearest.barrier in (Barrier.TAINT, Barrier.CORDON) and len(found.groups) > 1:
        return "kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints"
    if nearest.by is not None and nearest.by.kind == "Pod":
        return f"kubectl get pod {word(nearest.by.name)} -n {word(nearest.by.namespace)} -o wide"
    if nearest.by is not None:
        return f"kubectl get persistentvolume {word(nearest.by.name)} -o yaml"
    return f"kubectl describe node {word(node)}"


def _look(pod: Pod) -> str:
    return describe("pod", pod.metadata.namespace, pod.metadata.name)


def _message(pod: Pod) -> str:
    condition = find(pod.status.conditions, "PodScheduled")
    return condition.message if condition is not None else ""


def _said(pod: Pod) -> tuple[str, ...]:
    said = one_line(_message(pod))
    return (f"status.conditions[type=PodScheduled].message = {said}",) if said else ()


def _soonest(view: View, health: Health) -> datetime:
    """When to look at the nodes again: all pods at the same moment, so that the room is measured once for all."""
    step = int(_AGAIN.total_seconds())
    again = datetime.fromtimestamp((int(view.taken_at.timestamp()) // step + 1) * step, UTC)
    return min(again, health.recheck_at) if health.recheck_at is not None else again


FAMILY = Family(known=KNOWN, rules={"pods": (gated, unnoticed, waits_for_claim, refused)})
