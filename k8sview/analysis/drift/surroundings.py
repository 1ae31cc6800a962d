"""Which objects a question about some objects concerns: these, what controls them, what their pods use and run on.

Bounded: a root cause may have thousands of effects, whose own history is not what people need first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.scaled import HPAS, autoscalers_of
from k8sview.model.kinds import KINDS, ref_to
from k8sview.model.objects.pods import Pod, PodSpec
from k8sview.model.objects.workloads import CronJob, DaemonSet, Deployment, Job, ReplicaSet, StatefulSet
from k8sview.model.references import references
from k8sview.model.resources import Ref
from k8sview.model.view import View

MOST_SUBJECTS = 200
MOST_PODS = 50
"""How many pods of one workload are asked for their nodes."""

_MOST_OWNERS = 4
_TOLD_BY_EVENTS = ("deployments.apps", "statefulsets.apps", HPAS, "nodes")
_SELECTING = (Deployment, StatefulSet, DaemonSet, ReplicaSet)


class Subject(msgspec.Struct, frozen=True):
    """One object that matters. ``near``: it is the first that was asked about, or belongs to it.

    ``object`` is None where it does not exist or cannot be read.
    """

    ref: Ref
    resource: str
    object: Any
    near: bool


def subjects_of(view: View, about: Iterable[Ref]) -> tuple[Subject, ...]:
    """Everything concerned, each object once, the nearest first."""
    found: dict[tuple[str, str | None, str], Subject] = {}
    for place, ref in enumerate(about):
        if place >= MOST_SUBJECTS:
            break
        for subject in _family(view, ref, near=place == 0):
            found.setdefault((subject.resource, subject.ref.namespace, subject.ref.name), subject)
    return tuple(sorted(found.values(), key=lambda one: not one.near))


def tables_of(subjects: Iterable[Subject]) -> Iterator[tuple[str, str | None]]:
    """``(resource, namespace)`` of every table that tells of changes of these objects."""
    for one in subjects:
        namespace = one.ref.namespace
        yield one.resource, namespace
        if one.resource in _TOLD_BY_EVENTS:
            yield "events", namespace or "default"  # where events about cluster-scoped objects are kept
        if one.resource == "deployments.apps":
            yield "replicasets.apps", namespace
        if one.resource in ("statefulsets.apps", "daemonsets.apps"):
            yield "controllerrevisions.apps", namespace
        if one.resource in ("deployments.apps", "statefulsets.apps", "daemonsets.apps"):
            yield HPAS, namespace
            yield "pods", namespace
        if one.resource == "pods":
            yield "nodes", None


def _family(view: View, ref: Ref, *, near: bool) -> Iterator[Subject]:
    resource = view.resource_of(ref.api_version, ref.kind)
    if not resource:
        return
    obj = view.get(resource, ref.name, ref.namespace)
    yield Subject(Ref(ref.api_version, ref.kind, ref.namespace, ref.name), resource, obj, near)
    chain = [(resource, obj), *_controllers(view, obj)] if obj is not None else []
    for owner_resource, owner in chain[1:]:
        yield Subject(ref_of(view, owner_resource, owner), owner_resource, owner, near)
    yield from _used(view, chain, near=near)
    for owner_resource, owner in chain:
        if owner.metadata.namespace:
            for scaler in autoscalers_of(view, owner_resource, owner):
                yield Subject(ref_of(view, HPAS, scaler), HPAS, scaler, near)
    for node in sorted(_nodes(view, obj)):
        yield Subject(ref_to("Node", None, node), "nodes", view.get("nodes", node), False)


def _controllers(view: View, obj: Any) -> Iterator[tuple[str, Any]]:
    for _ in range(_MOST_OWNERS):
        owner = obj.metadata.controller
        resource = view.resource_of(owner.api_version, owner.kind) if owner else ""
        if owner is None or not resource:
            return
        obj = view.get(resource, owner.name, obj.metadata.namespace) or view.get(resource, owner.name)
        if obj is None:
            return
        yield resource, obj


def _used(view: View, chain: list[tuple[str, Any]], *, near: bool) -> Iterator[Subject]:
    """What the topmost template of a chain refers to; a pod's own references hold what admission added to all pods."""
    specs = [(obj, spec) for _, obj in chain if (spec := pod_spec_of(obj)) is not None]
    if not specs:
        return
    obj, spec = specs[-1]
    namespace = obj.metadata.namespace
    for resource, name in dict.fromkeys(references(spec)):
        if name and (resource, name) != ("serviceaccounts", "default"):
            kind = KINDS[resource].resource.kind
            yield Subject(ref_to(kind, namespace, name), resource, view.get(resource, name, namespace), near)


def pod_spec_of(obj: Any) -> PodSpec | None:
    """The spec of a pod, or of the pods that a workload makes."""
    match obj:
        case Pod():
            return obj.spec
        case Deployment() | StatefulSet() | DaemonSet() | ReplicaSet() | Job():
            return obj.spec.template.spec
        case CronJob():
            return obj.spec.job_template.spec.template.spec
    return None


def _nodes(view: View, obj: Any) -> set[str]:
    if isinstance(obj, Pod):
        return {obj.spec.node_name} - {""}
    if isinstance(obj, _SELECTING):
        pods = view.pods_of(obj.metadata.namespace or "", obj.spec.selector)[:MOST_PODS]
        return {pod.spec.node_name for pod in pods} - {""}
    return set()
