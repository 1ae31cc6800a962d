"""Verdict on a pod that no node has taken yet, with the scheduler's own words."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.placement.claims import SELECTED_NODE, claims_of, is_bound
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import PersistentVolumeClaim
from k8sview.model.objects.pods import Pod
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

_GRACE = timedelta(minutes=1)
_NEW_NODE = timedelta(minutes=10)
_VOLUME = timedelta(minutes=2)
_PREEMPTION = timedelta(minutes=10)  # the pods that make room have their grace periods
_SCALE_UPS = frozenset({"TriggeredScaleUp", "Nominated"})  # Cluster Autoscaler, Karpenter


def unscheduled(view: View, pod: Pod) -> Health:
    """Gated, waiting for a node, or picked up by nobody."""
    condition = find(pod.status.conditions, "PodScheduled")
    if condition is None or condition.status == "True":
        return _unnoticed(view, pod)
    since = changed(condition, created(pod))
    evidence = (f"status.conditions[type=PodScheduled].reason = {condition.reason}",)
    if condition.reason == "SchedulingGated":
        message = "its scheduling gates hold it back"
        return Health(HealthVerdict.WAITING, "SchedulingGated", message, since, evidence=evidence)
    said = scheduler_words(condition.message)
    # A volume may take a while to be made: its claim is excused as long.
    unbound = any(not is_bound(claim) for claim in claims_of(view, pod)) and "unbound" in condition.message
    grace = _VOLUME if unbound else _GRACE
    end = grace_end(view, since, grace)
    if end is not None:
        message = joined("waits for a node", said)
        return Health(
            HealthVerdict.PROGRESSING, "Unschedulable", message, since, evidence=evidence, recheck_at=end, grace=grace
        )
    promised = pod.status.nominated_node_name
    end = grace_end(view, since, _PREEMPTION) if promised else None
    if end is not None:
        return Health(
            HealthVerdict.PROGRESSING,
            "Preempting",
            f"takes node {promised} as soon as the pods that it displaces there have ended",
            since,
            evidence=(*evidence, f"status.nominatedNodeName = {promised}"),
            recheck_at=end,
            grace=_PREEMPTION,
        )
    coming = next((event for event in view.events_of(pod) if event.reason in _SCALE_UPS), None)
    end = grace_end(view, parse_time(coming.last_seen), _NEW_NODE) if coming else None
    if coming is not None and end is not None:
        return Health(
            HealthVerdict.PROGRESSING,
            "NodeRequested",
            joined("a new node is on its way", said),
            since,
            Confidence.OBSERVED,
            evidence=(*evidence, f"events[reason={coming.reason}].message = {one_line(coming.message or '')}"),
            recheck_at=end,
            grace=_NEW_NODE,
        )
    reason = condition.reason or "Unschedulable"
    words = joined("no node can take it", said)
    return Health(HealthVerdict.DOWN, reason, words, since, evidence=evidence, grace=_GRACE)


def scheduler_words(message: str) -> str:
    """The scheduler's message without what it says of preemption, which names no cause."""
    said = message.partition(" preemption:")[0].removesuffix(" no new claims to deallocate,")
    return one_line(one_line(said).removesuffix(" not found") if "unbound immediate" in said else said)


def _being_made(view: View, pod: Pod) -> PersistentVolumeClaim | None:
    """The claim whose volume the scheduler waits for after it has chosen a node; until then the pod shows nothing."""
    for claim in claims_of(view, pod):
        if not is_bound(claim) and SELECTED_NODE in claim.metadata.annotations:
            return claim
    return None


def _unnoticed(view: View, pod: Pod) -> Health:
    """An unknown scheduler leaves no trace: neither a condition nor an event."""
    since = created(pod)
    claim = _being_made(view, pod)
    if claim is not None:
        name = claim.metadata.name
        node = claim.metadata.annotations[SELECTED_NODE]
        end = grace_end(view, since, _VOLUME)
        return Health(
            HealthVerdict.PROGRESSING if end else HealthVerdict.DOWN,
            "VolumeBinding",
            f"node {node} was chosen, and the volume of claim {name} is being made for it",
            since,
            evidence=(f"persistentvolumeclaims/{name} metadata.annotations[{SELECTED_NODE}] = {node}",),
            recheck_at=end,
            grace=_VOLUME,
        )
    end = grace_end(view, since, _GRACE)
    if end is not None:
        return Health(
            HealthVerdict.PROGRESSING, "Pending", "waits for its scheduler", since, recheck_at=end, grace=_GRACE
        )
    if pod.spec.resource_claims:
        wanted = ", ".join(one.resource_claim_name or one.name for one in pod.spec.resource_claims)
        return Health(
            HealthVerdict.DOWN,
            "WaitsForResourceClaims",
            f"no scheduler looks at it before its resource claims are there: {wanted}",
            since,
            Confidence.INFERRED,
            evidence=("status.conditions[type=PodScheduled] = absent", *_claimed(pod)),
            grace=_GRACE,
        )
    name = pod.spec.scheduler_name or "default-scheduler"
    return Health(
        HealthVerdict.DOWN,
        "NoScheduler",
        f"no scheduler named {name} picks this pod up",
        since,
        Confidence.INFERRED,
        evidence=("status.conditions[type=PodScheduled] = absent", f"spec.schedulerName = {name}"),
        grace=_GRACE,
    )


def _claimed(pod: Pod) -> tuple[str, ...]:
    found = []
    for one in pod.spec.resource_claims:
        field = "resourceClaimName" if one.resource_claim_name else "resourceClaimTemplateName"
        value = one.resource_claim_name or one.resource_claim_template_name
        found.append(f"spec.resourceClaims[name={one.name}].{field} = {value}")
    return tuple(found)
