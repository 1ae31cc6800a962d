"""Which workloads are applications, which of them serve traffic, and who is at the root of a pod. Reading only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from k8sview.analysis.checks.outcome import Context, ref_to
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.objects.pods import Pod, PodSpec, PodTemplateSpec
from k8sview.model.resources import Key, Ref
from k8sview.model.tables import Table
from k8sview.model.view import View

WORKLOADS = ("deployments.apps", "statefulsets.apps", "daemonsets.apps")
TEMPLATED = (*WORKLOADS, "cronjobs.batch", "jobs.batch")
"""Everything that makes pods from a template that people write."""
_SYSTEM = ("kube-system", "kube-public", "kube-node-lease")
_SYSTEM_PREFIXES = ("openshift-", "gke-", "gmp-", "cattle-", "tigera-", "calico-")


def is_system(namespace: str | None) -> bool:
    """Namespaces that belong to Kubernetes or to the distribution, not to anybody's application."""
    return namespace in _SYSTEM or (namespace or "").startswith(_SYSTEM_PREFIXES)


def platform_workloads(context: Context) -> frozenset[tuple[str, Key]]:
    """``(resource, key)`` of every workload that is a part of a catalogued component."""
    return frozenset(
        (part.resource, (part.namespace, part.workload))
        for component in context.components.values()
        for part in component.parts
    )


def workloads(context: Context, resources: Iterable[str]) -> Iterator[tuple[str, Table, Any]]:
    """``(resource, table, workload)`` of every workload, sorted, without components' parts: those have own checks."""
    platform = platform_workloads(context)
    for resource in resources:
        table = context.table(resource)
        for key in sorted(table.objects):
            if (resource, key) not in platform:
                yield resource, table, table.objects[key]


def applications(context: Context, resources: Iterable[str]) -> Iterator[tuple[Ref, Any]]:
    """Workloads outside system namespaces and components, with their references."""
    for _, table, workload in workloads(context, resources):
        if not is_system(workload.metadata.namespace):
            yield ref_to(table, workload), workload


def pod_template(workload: Any) -> PodTemplateSpec:
    """The template of any of ``TEMPLATED``."""
    spec = getattr(workload.spec, "job_template", workload).spec
    found: PodTemplateSpec = spec.template
    return found


def templated(context: Context, resources: Iterable[str] = TEMPLATED) -> Iterator[tuple[Ref, Any]]:
    """``applications`` with CronJobs and with Jobs that belong to nobody: what another object makes is judged there."""
    for subject, workload in applications(context, resources):
        if workload.metadata.controller is None:
            yield subject, workload


def pod_like(view: View, workload: Any) -> Pod | None:
    """One living pod of a workload: it shows what admission made of the template. None where there is none to see."""
    selector: LabelSelector = workload.spec.selector
    pods = view.table("pods").objects
    namespace = workload.metadata.namespace or ""
    if not selector.match_labels:
        return None
    pairs = selector.match_labels.items()
    keys = min((view.indices.labels.get((namespace, *pair), frozenset()) for pair in pairs), key=len)
    first = min(keys, default=None)
    candidates = [first] if first is not None and selector.matches(pods[first].metadata.labels) else sorted(keys)
    return next((pods[key] for key in candidates if selector.matches(pods[key].metadata.labels)), None)


def template(workload: Any) -> PodSpec:
    spec: PodSpec = workload.spec.template.spec
    return spec


def template_labels(workload: Any) -> dict[str, str]:
    labels: dict[str, str] = workload.spec.template.metadata.labels
    return labels


class Serving:
    """Services by what they select: which of them send traffic to pods with given labels."""

    def __init__(self, view: View) -> None:
        self._by_pair: dict[tuple[str, str, str], list[tuple[str, dict[str, str]]]] = {}
        for service in view.table("services"):
            selector = service.spec.selector
            if selector:
                label, value = min(selector.items())
                place = (service.metadata.namespace or "", label, value)
                self._by_pair.setdefault(place, []).append((service.metadata.name, selector))

    def of(self, workload: Any) -> tuple[str, ...]:
        """Names of the Services in front of a workload's pods."""
        labels = template_labels(workload)
        namespace = workload.metadata.namespace or ""
        found = (
            name
            for label, value in labels.items()
            for name, selector in self._by_pair.get((namespace, label, value), ())
            if all(labels.get(key) == wanted for key, wanted in selector.items())
        )
        return tuple(sorted(found))


def root_of(view: View, pod: Pod) -> Ref | None:
    """What a pod belongs to in the end, where that is none of the three workload kinds; None where it is.

    A ReplicaSet that cannot be read counts as a Deployment's, which it nearly always is. A static pod is its own root.
    """
    owner = pod.metadata.controller
    if owner is None or owner.kind == "Node":
        return Ref("v1", "Pod", pod.metadata.namespace, pod.metadata.name)
    namespace = pod.metadata.namespace
    if owner.api_version.startswith("apps/") and owner.kind in ("StatefulSet", "DaemonSet"):
        return None
    for kind, resource in (("ReplicaSet", "replicasets.apps"), ("Job", "jobs.batch")):
        if owner.kind != kind:
            continue
        middle = view.get(resource, owner.name, namespace)
        if middle is None and kind == "ReplicaSet":
            return None
        above = middle.metadata.controller if middle is not None else None
        if above is not None and above.kind == "Deployment":
            return None
        owner = above or owner
        break
    return Ref(owner.api_version, owner.kind, namespace, owner.name)
