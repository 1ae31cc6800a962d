"""StatefulSets: the ordinal that holds up the others, and the broken pod that a fix never reaches."""

from __future__ import annotations

from k8sview.analysis.health.behind import Behind, pods_behind
from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.blamed import Judged, at_fault, pod_ref, worth_naming
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.rollouts import faulty_pods
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.moments import changed, created
from k8sview.analysis.health.ordinals import REVISION, first_ill, held_back, in_order, ordinal, trapped
from k8sview.analysis.health.phrases import joined
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import StatefulSet
from k8sview.model.resources import Ref
from k8sview.model.view import View


def forced_rollback(view: View, stateful_set: StatefulSet, health: Health) -> Diagnosis | None:
    """A newer revision is written, and the controller waits for a broken pod before it would replace that pod."""
    if not at_fault(stateful_set, health):
        return None
    found = trapped(view, stateful_set, _behind(view, stateful_set))
    return _trap(view, stateful_set, found) if found is not None else None


def trapped_pod(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """The broken pod itself: whatever ails it is mended already, but for its StatefulSet's controller."""
    owner = pod.metadata.controller
    revision = pod.metadata.labels.get(REVISION)
    if not health.verdict.faulty or owner is None or owner.kind != "StatefulSet" or not revision:
        return None
    stateful_set = view.get("statefulsets.apps", owner.name, pod.metadata.namespace)
    if not isinstance(stateful_set, StatefulSet) or stateful_set.status.update_revision in ("", revision):
        return None
    found = trapped(view, stateful_set, Behind(True, ((pod, health),)))
    if found is None:
        return None
    return _trap(view, stateful_set, found, (ref_to("StatefulSet", pod.metadata.namespace, owner.name),))


def blocked_by_ordinal(view: View, stateful_set: StatefulSet, health: Health) -> Diagnosis | None:
    """One pod that is not ready, for which the controller waits before it makes or updates the others."""
    spec, status = stateful_set.spec, stateful_set.status
    if not at_fault(stateful_set, health) or not in_order(stateful_set):
        return None
    if health.reason in ("ReplicaFailure", "NotObserved"):
        return None
    updating = status.update_revision != status.current_revision and spec.update_strategy.type != "OnDelete"
    updating = updating and status.updated_replicas < spec.replicas - held_back(stateful_set)
    if status.replicas >= spec.replicas and not updating:
        return None
    behind = _behind(view, stateful_set)
    first = first_ill(behind)
    if first is None:
        return None
    pod, judged = first
    others = [one for one in worth_naming(faulty_pods(behind)) if one[0] is not pod]
    held = "makes no pod after it" if status.replicas < spec.replicas else "updates no other pod"
    message = (
        f"pod {pod.metadata.name} (ordinal {ordinal(pod)}) is not ready, and until it is the controller {held};"
        f" {status.available_replicas} of {spec.replicas} replicas available"
    )
    return Diagnosis(
        id="statefulset.blocked-by-ordinal",
        message=joined(message, judged.message),
        next=describe("pod", pod.metadata.namespace, pod.metadata.name),
        since=judged.since or health.since,
        confidence=health.confidence,
        evidence=(*health.evidence, f"spec.podManagementPolicy = {spec.pod_management_policy}"),
        because=tuple(pod_ref(one) for one, _ in (first, *others)),
        missing=health.missing,
        recheck_at=health.recheck_at,
    )


def _behind(view: View, stateful_set: StatefulSet) -> Behind:
    return pods_behind(view, stateful_set.metadata.namespace, stateful_set.spec.selector, (stateful_set,))


def _trap(view: View, stateful_set: StatefulSet, found: Judged, because: tuple[Ref, ...] = ()) -> Diagnosis:
    pod, health = found
    name, namespace = pod.metadata.name, pod.metadata.namespace
    status = stateful_set.status
    revision = pod.metadata.labels.get(REVISION, "")
    began = health.since or changed(find(pod.status.conditions, "Ready"), created(pod))
    message = (
        f"pod {name} is broken at revision {revision}{since(view, began)}, and the update of StatefulSet"
        f" {namespace}/{stateful_set.metadata.name} to revision {status.update_revision} never reaches it, for the"
        f" controller waits for it to be ready before it replaces it: delete pod {name}"
    )
    return Diagnosis(
        id="statefulset.forced-rollback",
        message=f"{message} ({health.message})",
        next=f"kubectl get pods -n {word(namespace)} -L {REVISION}; once the new revision is right, delete pod {name}",
        since=began,
        evidence=(
            f"pods/{name} metadata.labels[{REVISION}] = {revision}",
            f"statefulsets.apps/{stateful_set.metadata.name} status.updateRevision = {status.update_revision}",
            f"statefulsets.apps/{stateful_set.metadata.name} status.currentRevision = {status.current_revision}",
            *health.evidence,
        ),
        because=because,
    )


FAMILY = Family(
    known=(
        Known(
            "statefulset.forced-rollback",
            "A newer revision is written, but the controller will not replace the pod that is broken at an older one",
            "Delete that pod: it comes back at the new revision.",
        ),
        Known(
            "statefulset.blocked-by-ordinal",
            "One ordinal is not ready, and the controller makes or updates the others only after it",
            "Mend the pod that is named.",
        ),
    ),
    rules={"statefulsets.apps": (forced_rollback, blocked_by_ordinal), "pods": (trapped_pod,)},
)
