"""Workloads and the pods that are alive in them, with the template that each pod was made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from k8sview.model.fingerprints import lasting
from k8sview.model.kinds import RESOURCE_NAMES, ref_to
from k8sview.model.objects.pods import Pod, PodTemplateSpec
from k8sview.model.objects.workloads import ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet
from k8sview.model.resources import Ref
from k8sview.model.view import View

HASH = "pod-template-hash"
REVISION = "controller-revision-hash"
SETS = ("statefulsets.apps", "daemonsets.apps")


class Templated(msgspec.Struct, frozen=True):
    """Pods of one revision, and where the template that made them is found (``source``: ``replicasets/web-1``)."""

    template: PodTemplateSpec
    source: str
    pods: tuple[Pod, ...]


def alive(pods: Iterator[Any]) -> tuple[Pod, ...]:
    """Pods that run or will: neither ended nor told to go."""
    return tuple(
        pod
        for pod in pods
        if isinstance(pod, Pod)
        and pod.metadata.deletion_timestamp is None
        and pod.status.phase not in ("Succeeded", "Failed")
    )


def pods_under(view: View, owner: Any) -> tuple[Pod, ...]:
    """The live pods that an object controls itself."""
    return alive(child for resource, child in view.children(owner) if resource == "pods")


def templated(view: View) -> Iterator[Templated]:
    """All pods whose template is known: by ReplicaSet, by stored revision, by Job."""
    for replica_set in view.each("replicasets.apps"):
        if isinstance(replica_set, ReplicaSet):
            pods = pods_under(view, replica_set)
            if pods:
                yield Templated(replica_set.spec.template, f"replicasets/{replica_set.metadata.name}", pods)
    for resource in SETS:
        for workload in view.each(resource):
            yield from _of_set(view, resource, workload)
    for job in view.each("jobs.batch"):
        pods = pods_under(view, job)
        if pods:
            yield Templated(job.spec.template, f"jobs/{job.metadata.name}", pods)


def revisions(view: View, workload: Any) -> dict[str, ControllerRevision]:
    """The stored revisions of a StatefulSet or DaemonSet, by what their pods' label says."""
    stored = [child for _, child in view.children(workload) if isinstance(child, ControllerRevision)]
    found = {}
    for one in stored:
        name = one.metadata.name
        if isinstance(workload, DaemonSet):
            name = one.metadata.labels.get(REVISION) or name.removeprefix(f"{workload.metadata.name}-")
        found[name] = one
    return found


def newest(view: View, workload: Any) -> str | None:
    """The revision that a workload's pods should have, as their label says it; None where nothing tells."""
    if isinstance(workload, StatefulSet):
        return workload.status.update_revision or None
    if isinstance(workload, DaemonSet):
        stored = revisions(view, workload)
        return max(stored, key=lambda name: stored[name].revision, default=None)
    return None


def workload_of(view: View, pod: Pod) -> Ref:
    """What controls a pod, the Deployment behind a ReplicaSet; the pod itself where nothing does."""
    own = ref_to("Pod", pod.metadata.namespace, pod.metadata.name)
    kind, name = lasting(view, own)
    if kind in RESOURCE_NAMES:
        return ref_to(kind, pod.metadata.namespace, name)
    controller = pod.metadata.controller
    if controller is not None and (controller.kind, controller.name) == (kind, name):
        return Ref(controller.api_version, kind, pod.metadata.namespace, name)
    return Ref("", kind, pod.metadata.namespace, name)


def deployments(view: View) -> Iterator[tuple[Deployment, tuple[ReplicaSet, ...]]]:
    """Each Deployment with its ReplicaSets."""
    for one in view.each("deployments.apps"):
        if isinstance(one, Deployment):
            yield one, tuple(child for _, child in view.children(one) if isinstance(child, ReplicaSet))


def _of_set(view: View, resource: str, workload: Any) -> Iterator[Templated]:
    stored = revisions(view, workload)
    pods: dict[str, list[Pod]] = {}
    for pod in pods_under(view, workload):
        pods.setdefault(pod.metadata.labels.get(REVISION, ""), []).append(pod)
    wanted = newest(view, workload)
    for label, found in sorted(pods.items()):
        revision = stored.get(label)
        if revision is not None:
            source = f"controllerrevisions/{revision.metadata.name}"
            yield Templated(revision.data.spec.template, source, tuple(found))
        elif label and label == wanted:
            source = f"{resource.partition('.')[0]}/{workload.metadata.name}"
            yield Templated(workload.spec.template, source, tuple(found))
