"""Pods that are no longer what their owner's template says: an image patched in place, resources resized by hand.

Nearly all of a pod's spec is fixed once it exists. What else differs from the template (a sidecar, a volume, a
variable, another registry) came with admission when the pod was made, and is no drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from k8sview.analysis.drift.kinds.reading import unread
from k8sview.analysis.drift.kinds.replicated import Templated, templated
from k8sview.analysis.drift.ownership.managers import actor
from k8sview.analysis.drift.window import born
from k8sview.model.drift import Actor, ActorClass, Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.kinds import ref_to
from k8sview.model.objects.pods import Container, Pod
from k8sview.model.quantities import parse_quantity
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import parse_time
from k8sview.model.view import View

READS = ("pods", "replicasets.apps", "controllerrevisions.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch")

_HANDS = (ActorClass.HUMAN, ActorClass.UI, ActorClass.SCRIPT, ActorClass.UNKNOWN)
# Operators that never chose a name; some of them change images in place by design.
_NAMELESS = frozenset({"manager", "controller", "operator", "main", "app", "server"})


class _Leaf(NamedTuple):
    path: str
    before: str | None
    after: str | None
    message: str
    severity: Severity


def pod_templates(view: View) -> Iterator[Drift]:
    """Pods that somebody changed after they were made."""
    for group in templated(view):
        for pod in group.pods:
            if any(_by_hand(pod, subresource) for subresource in ("", "resize", "ephemeralcontainers")):
                yield from _images(group, pod)
                yield from _resources(group, pod)
                yield from _labels(group, pod)
                yield from _debugged(pod)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Pods or templates that could not be read."""
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.POD_TEMPLATE, reason)


def _by_hand(pod: Pod, subresource: str) -> tuple[Actor, DriftTime] | None:
    """The last writer of a pod through this subresource who was no controller."""
    found = []
    for entry in pod.metadata.managed_fields:
        if entry.subresource != subresource:
            continue
        who = actor({"manager": entry.manager, "operation": entry.operation, "subresource": subresource})
        at = parse_time(entry.time)
        if who.actor_class in _HANDS and who.manager not in _NAMELESS and at is not None and _later(pod, entry.time):
            found.append((at, who))
    if not found:
        return None
    at, who = max(found, key=lambda pair: pair[0])
    return who, DriftTime(at=at, not_before=born(pod), basis="managedFields")


def _later(pod: Pod, time: str | None) -> bool:
    """Who wrote a pod when it was made has made it: a Job's pod by hand, say."""
    at, created = parse_time(time), born(pod)
    return at is not None and (created is None or at > created)


def _pairs(group: Templated, pod: Pod) -> Iterator[tuple[str, Container, Container]]:
    spec = group.template.spec
    for name, stated, own in (
        ("initContainers", spec.init_containers, pod.spec.init_containers),
        ("containers", spec.containers, pod.spec.containers),
    ):
        known = {container.name: container for container in stated}
        for container in own:
            if container.name in known:
                yield f"spec.{name}[name={container.name}]", known[container.name], container


def _images(group: Templated, pod: Pod) -> Iterator[Drift]:
    written = _by_hand(pod, "")
    if written is None:
        return
    for path, stated, own in _pairs(group, pod):
        if own.image == stated.image or _rewritten(group, pod, stated, own):
            continue
        words = f"its container {own.name} was given another image in place: the next pod has {stated.image} again"
        yield _drift(pod, _Leaf(f"{path}.image", stated.image, own.image, words, Severity.HIGH), written, group.source)


def _rewritten(group: Templated, pod: Pod, stated: Container, own: Container) -> bool:
    """Whether admission put the image there: the same artefact elsewhere, or the same on pods that nobody touched."""
    if _artefact(own.image) == _artefact(stated.image):
        return True
    others = [one for one in group.pods if one is not pod and _by_hand(one, "") is None]
    images = {container.image for one in others for container in one.spec.containers if container.name == own.name}
    return images == {own.image}


def _artefact(image: str) -> str:
    """Name and tag without registry and digest: what a mirror or a pinning webhook keeps."""
    return image.partition("@")[0].rpartition("/")[2]


def _resources(group: Templated, pod: Pod) -> Iterator[Drift]:
    written = _by_hand(pod, "resize")
    if written is None:
        return
    for path, stated, own in _pairs(group, pod):
        for name, before, after in (
            ("requests", stated.resources.requests, own.resources.requests),
            ("limits", stated.resources.limits, own.resources.limits),
        ):
            for resource in sorted(after):
                if parse_quantity(before.get(resource)) != parse_quantity(after[resource]):
                    old = before.get(resource)
                    leaf = _Leaf(
                        f"{path}.resources.{name}.{resource}",
                        None if old is None else str(old),
                        str(after[resource]),
                        f"its container {own.name} was resized in place: the next pod is not",
                        Severity.MEDIUM,
                    )
                    yield _drift(pod, leaf, written, group.source)


def _labels(group: Templated, pod: Pod) -> Iterator[Drift]:
    written = _by_hand(pod, "")
    if written is None:
        return
    own = pod.metadata.labels
    for key, value in sorted(group.template.metadata.labels.items()):
        if own.get(key) != value and key != "pod-template-generation":
            words = f"its label {key} is no longer its template's: selectors may not meet it"
            leaf = _Leaf(f"metadata.labels[{key}]", value, own.get(key), words, Severity.MEDIUM)
            yield _drift(pod, leaf, written, group.source)


def _debugged(pod: Pod) -> Iterator[Drift]:
    written = _by_hand(pod, "ephemeralcontainers")
    if written is None:
        return
    who, time = written
    alone = len(pod.spec.ephemeral_containers) < 2  # else the entry's time is that of the last one only
    for place in [f"[name={one.name}]" for one in pod.spec.ephemeral_containers] or [""]:
        yield Drift(
            kind=DriftKind.POD_TEMPLATE,
            object=ref_to("Pod", pod.metadata.namespace, pod.metadata.name),
            path=f"spec.ephemeralContainers{place}",
            change="addition",
            actor=who,
            time=DriftTime(at=time.at, not_before=None if alone else time.not_before, basis="managedFields"),
            security=True,
            severity=Severity.MEDIUM,
            message="somebody debugged here: a container was added to the running pod",
            why_not_reverted="it stays for as long as the pod lives",
            next=f"kubectl get pod -n {pod.metadata.namespace} {pod.metadata.name} -o yaml",
            evidence=(f"metadata.managedFields[manager={who.manager}].subresource = ephemeralcontainers",),
        )


def _drift(pod: Pod, leaf: _Leaf, written: tuple[Actor, DriftTime], source: str) -> Drift:
    who, time = written
    path, before, after = leaf.path, leaf.before, leaf.after
    stated = path.replace("spec.", "spec.template.spec.", 1) if path.startswith("spec.") else f"spec.template.{path}"
    return Drift(
        kind=DriftKind.POD_TEMPLATE,
        object=ref_to("Pod", pod.metadata.namespace, pod.metadata.name),
        path=path,
        change="removal" if after is None else "addition" if before is None else "override",
        before=before,
        after=after,
        actor=who,
        time=time,
        confidence=Confidence.OBSERVED,
        severity=leaf.severity,
        message=leaf.message,
        why_not_reverted="no controller compares living pods with their template",
        next=f"kubectl delete pod -n {pod.metadata.namespace} {pod.metadata.name}",
        evidence=(f"{path} = {after or 'nothing'}", f"{source} {stated} = {before or 'nothing'}"),
    )
