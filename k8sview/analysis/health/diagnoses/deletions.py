"""Why what is deleted does not go: finalizers that nobody takes away, volumes in use, nodes that cannot confirm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from k8sview.analysis.health.diagnoses.contract import ANY, Family, Known
from k8sview.analysis.health.diagnoses.explained import asked, called, explain
from k8sview.analysis.health.diagnoses.wording import clock, describe, since, word
from k8sview.analysis.health.finalizing import finalizers_of
from k8sview.analysis.health.phrases import counted, one_line
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import RESOURCE_NAMES, ref_to
from k8sview.model.objects.core import Namespace, Node, PersistentVolume
from k8sview.model.objects.extension import CustomResourceDefinition
from k8sview.model.objects.meta import Custom
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.view import View

STUCK = "TerminatingStuck"
_LEAVING = ("Terminating", STUCK)
_AGAIN = timedelta(minutes=1)
_SHOWN = 5
_OVER = ("Succeeded", "Failed")
_CLEANUP = "customresourcecleanup.apiextensions.k8s.io"


def stuck_pod(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """A pod beyond its grace: no node to confirm its end, a finalizer, or a kubelet that cannot end it."""
    if health.reason != STUCK or not isinstance(obj, Pod):
        return None
    name, place = obj.spec.node_name, obj.metadata.namespace
    look = f"kubectl get pod {word(obj.metadata.name)} -n {word(place)} -o yaml"
    missing: tuple[str, ...] = ()
    node = view.get("nodes", name) if name else None
    if name and node is None:
        if view.readable("nodes"):
            message = f"node {name} does not exist any more, so nobody confirms the end of the pods that ran on it"
            return explain(health, "deletion.node-gone", message, look, because=(ref_to("Node", None, name),))
        missing = ("nodes",)
    if isinstance(node, Node) and not _ready(node):
        message = f"node {name} does not report, so nobody confirms the end of pod {place}/{obj.metadata.name}"
        look = describe("node", None, name)
        return explain(health, "deletion.node-down", message, look, because=(ref_to("Node", None, name),))
    if obj.metadata.finalizers:
        return _finalizer(view, obj, health)
    event = next((one for one in view.events_of(obj) if one.reason in ("FailedKillPod", "ExceededGracePeriod")), None)
    said = f": {one_line(event.message or '')}" if event is not None else ""
    message = (
        f"the kubelet of node {name or '(none)'} has not ended pod {place}/{obj.metadata.name}, whose grace is over"
        f"{since(view, health.since)}: its processes do not end, or the runtime does not answer{said}"
    )
    events = () if view.readable("events", place) else ("events",)
    return explain(health, "deletion.pod-does-not-end", message, look, missing=(*missing, *events))


def stuck(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """Any other object that still has finalizers."""
    if health.reason not in _LEAVING or isinstance(obj, Pod | Namespace) or not obj.metadata.finalizers:
        return None
    if isinstance(obj, CustomResourceDefinition) and _CLEANUP in obj.metadata.finalizers:
        return _instances(view, obj, health)
    return _finalizer(view, obj, health)


def _finalizer(view: View, obj: Any, health: Health) -> Diagnosis:
    for finalizer in obj.metadata.finalizers:
        match finalizer:
            case "kubernetes.io/pvc-protection":
                return _claim_in_use(view, obj, health)
            case "kubernetes.io/pv-protection":
                return _volume_bound(obj, health)
            case "foregroundDeletion":
                return _dependents(view, obj, health)
    return _controller(view, obj, health, obj.metadata.finalizers[0])


def _claim_in_use(view: View, claim: Any, health: Health) -> Diagnosis:
    namespace, name = claim.metadata.namespace or "", claim.metadata.name
    pods = [pod for pod in view.users_of("persistentvolumeclaims", name, namespace) if pod.status.phase not in _OVER]
    look = describe("pvc", namespace, name)
    if not view.readable("pods", namespace):
        message = f"{called(claim)} is protected as long as a pod uses it; which one cannot be seen"
        return explain(health, "deletion.claim-in-use", message, look, missing=("pods",))
    if pods:
        names = _some([pod.metadata.name for pod in pods])
        uses = "uses" if len(pods) == 1 else "use"
        message = f"{called(claim)} was deleted at {clock(view, health.since)} but pod {names} still {uses} it"
        evidence = tuple(
            f"pods/{pod.metadata.name} spec.volumes[*].persistentVolumeClaim.claimName = {name}"
            for pod in pods[:_SHOWN]
        )
        return explain(health, "deletion.claim-in-use", message, look, evidence=evidence)
    message = f"{called(claim)} is still protected although no pod uses it: is kube-controller-manager at work?"
    return explain(health, "deletion.finalizer", message, look, inferred=True)


def _volume_bound(volume: Any, health: Health) -> Diagnosis:
    claim = volume.spec.claim_ref if isinstance(volume, PersistentVolume) else None
    held = f": claim {claim.namespace}/{claim.name} is bound to it" if claim is not None else ""
    message = f"{called(volume)} was deleted but is protected while it is bound{held}"
    return explain(health, "deletion.volume-bound", message, describe("pv", None, volume.metadata.name))


def _dependents(view: View, obj: Any, health: Health) -> Diagnosis:
    """Deleted in the foreground: what it owns has to go first."""
    left = [(resource, one) for resource, one in view.children(obj) if one.metadata.uid != obj.metadata.uid]
    held = [(resource, one) for resource, one in left if one.metadata.deletion_timestamp and one.metadata.finalizers]
    because = tuple(_ref(view, resource, one) for resource, one in held[:_SHOWN])
    names = _some([called(one, _ref(view, resource, one).kind) for resource, one in held or left])
    words = f"{counted(len(left), 'object')} of its own must go first: {names}" if left else "what it owns is not seen"
    message = f"{called(obj)} is deleted in the foreground, and {words}"
    look = describe(asked(obj), obj.metadata.namespace, obj.metadata.name)
    return explain(health, "deletion.dependents", message, look, because=because, inferred=not left)


def _instances(view: View, definition: CustomResourceDefinition, health: Health) -> Diagnosis:
    """A definition goes when its last object has gone."""
    resource = f"{definition.spec.names.plural}.{definition.spec.group}"
    left = list(view.each(resource))
    held = [one for one in left if one.metadata.finalizers]
    because = tuple(_ref(view, resource, one) for one in held[:_SHOWN])
    missing = () if view.readable(resource) else (resource,)
    names = f": {_some([called(one) for one in held])}" if held else ""
    verb = "is" if len(left) == 1 else "are"
    count = f"{counted(len(left), 'object')} of it {verb} left{names}" if left else "objects of it are left"
    message = f"CRD {definition.metadata.name} cannot be deleted while {count}"
    look = f"kubectl get {word(resource)} -A"
    return explain(health, "deletion.instances-left", message, look, because=because, missing=missing)


def _controller(view: View, obj: Any, health: Health, finalizer: str) -> Diagnosis:
    group = obj.api_version.rpartition("/")[0] if isinstance(obj, Custom) else ""
    found = finalizers_of(view, finalizer, group)
    named = called(obj)
    place = f" -n {word(obj.metadata.namespace)}" if obj.metadata.namespace else ""
    look = f"kubectl get {asked(obj)} {word(obj.metadata.name)}{place} -o jsonpath='{{.metadata.finalizers}}'"
    evidence = (f"metadata.finalizers = {', '.join(obj.metadata.finalizers)}",)
    if found.idle and len(found.idle) == len(found.known):
        told = "; ".join(f"{ref.kind} {ref.namespace}/{ref.name} {words}" for ref, words in found.idle)
        message = f"{told}, and it is to take the finalizer {finalizer} off {named}"
        refs = tuple(ref for ref, _ in found.idle)
        diagnosis = explain(
            health, "deletion.controller-down", message, look, because=refs, evidence=evidence, inferred=True
        )
    elif found.known:
        names = ", ".join(f"{ref.namespace}/{ref.name}" for ref in found.known[:3])
        message = (
            f"{named} was deleted at {clock(view, health.since)} but keeps the finalizer {finalizer}: "
            f"{names} should take it off and runs, see its log"
        )
        diagnosis = explain(health, "deletion.finalizer", message, look, evidence=evidence, missing=found.missing)
    else:
        message = (
            f"{named} was deleted at {clock(view, health.since)} but keeps the finalizer {finalizer}{_owner(finalizer)}"
        )
        diagnosis = explain(health, "deletion.finalizer", message, look, evidence=evidence, missing=found.missing)
    # Which workloads there are was not traced, so that not every change of any of them is a reason to look again.
    times = (diagnosis.recheck_at, view.taken_at.replace(second=0, microsecond=0) + _AGAIN)
    return msgspec.structs.replace(diagnosis, recheck_at=min(one for one in times if one is not None))


def _owner(finalizer: str) -> str:
    """Whose business a finalizer is where no workload answers to its name."""
    domain = finalizer.partition("/")[0]
    if domain == "external-attacher":
        return ": its CSI driver takes it off when no node has the volume attached any more"
    if (
        domain == "kubernetes.io"
        or domain.endswith(".kubernetes.io")
        or ("/" not in finalizer and "." not in finalizer)
    ):
        return ": Kubernetes' own controllers take it off, or the cloud's; see its events"
    return ", and nothing that runs here is known to take it off: is its controller gone?"


def _ref(view: View, resource: str, obj: Any) -> Ref:
    known = view.resources.get(resource)
    if known is not None:
        return Ref(known.api_version, known.kind, obj.metadata.namespace, obj.metadata.name)
    kind = next((kind for kind, name in RESOURCE_NAMES.items() if name == resource), type(obj).__name__)
    return ref_to(kind, obj.metadata.namespace, obj.metadata.name)


def _ready(node: Node) -> bool:
    return any(one.type == "Ready" and one.status == "True" for one in node.status.conditions)


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


FAMILY = Family(
    known=(
        Known(
            "deletion.node-gone",
            "A deleted pod's node does not exist any more, so nobody confirms that it ended",
            "The pod collector removes it in time; if not, delete it by force.",
        ),
        Known("deletion.node-down", "A deleted pod's node does not report", "Bring the node back, or delete it."),
        Known(
            "deletion.pod-does-not-end",
            "A pod's processes do not end although its grace is over",
            "Look at the node's kubelet and runtime, and at storage that hangs.",
        ),
        Known("deletion.claim-in-use", "A deleted claim is still used by pods", "Remove the pods; then it goes."),
        Known("deletion.volume-bound", "A deleted volume is still bound", "Delete its claim; then it goes."),
        Known("deletion.dependents", "What a deleted object owns has to go first", "Look at what is left."),
        Known("deletion.instances-left", "A deleted definition has objects left", "Look at their finalizers."),
        Known(
            "deletion.controller-down",
            "The controller that should finish a deletion is not at work",
            "Bring the controller back: it cleans up. Taking the finalizer off by hand leaves its remains behind.",
        ),
        Known(
            "deletion.finalizer",
            "A deleted object keeps a finalizer",
            "Find the controller that set it. Taking it off by hand skips its clean-up.",
        ),
    ),
    rules={ANY: (stuck_pod, stuck)},
)
