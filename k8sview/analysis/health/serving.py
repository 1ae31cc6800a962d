"""What a Service leads to: its pods, ports and slices. Facts that verdicts and diagnoses share; no verdict."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

import msgspec

from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Service
from k8sview.model.objects.extension import EndpointSlice
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.view import View

SLICES = "endpointslices.discovery.k8s.io"
SERVICE_NAME = "kubernetes.io/service-name"
TEMPLATED = {
    "deployments.apps": "Deployment",
    "statefulsets.apps": "StatefulSet",
    "daemonsets.apps": "DaemonSet",
    "replicasets.apps": "ReplicaSet",
}
"""Kinds whose pod template tells which labels their pods have or would have."""
_OVER = ("Succeeded", "Failed")


class Template(msgspec.Struct, frozen=True):
    """A workload that makes pods in a namespace, with their labels; ``replicas`` None: one for each node."""

    ref: Ref
    labels: dict[str, str]
    replicas: int | None


def pods_behind(view: View, service: Service) -> tuple[Pod, ...]:
    """The living pods that a Service's selector matches."""
    found = view.pods_of(service.metadata.namespace or "", service.spec.selector)
    return tuple(pod for pod in found if pod.status.phase not in _OVER and pod.metadata.deletion_timestamp is None)


def slices_of(view: View, service: Any) -> tuple[EndpointSlice, ...]:
    """A Service's EndpointSlices: those of its controller, or kept by hand."""
    found = view.in_namespace(SLICES, service.metadata.namespace or "")
    return tuple(one for one in found if one.metadata.labels.get(SERVICE_NAME) == service.metadata.name)


def templates(view: View, namespace: str) -> Iterable[Template]:
    """The workloads of a namespace; ReplicaSets of Deployments are left out: those speak for them."""
    for resource, kind in TEMPLATED.items():
        for workload in view.in_namespace(resource, namespace):
            if resource == "replicasets.apps" and workload.metadata.owner_references:
                continue
            spec = workload.spec
            ref = ref_to(kind, namespace, workload.metadata.name)
            yield Template(ref, spec.template.metadata.labels, getattr(spec, "replicas", None))


def makers(view: View, service: Service) -> tuple[Template, ...]:
    """The workloads whose pods the Service selects or would select."""
    selector = LabelSelector(match_labels=service.spec.selector)
    found = templates(view, service.metadata.namespace or "")
    return tuple(one for one in found if selector.matches(one.labels))


def nearest(view: View, service: Service) -> tuple[Template, str] | None:
    """The workload whose labels come closest to a selector that matches nothing, and by what they differ."""
    selector = service.spec.selector
    best: tuple[float, Template] | None = None
    for template in templates(view, service.metadata.namespace or ""):
        likeness = sum(_likeness(key, value, template.labels) for key, value in selector.items()) / len(selector)
        if best is None or likeness > best[0]:
            best = (likeness, template)
    if best is None or best[0] < _ALIKE:
        return None
    labels = best[1].labels
    differing = [(key, value) for key, value in selector.items() if labels.get(key) != value]
    words = ", ".join(f"{key}={value} (its pods have {_has(key, labels)})" for key, value in sorted(differing))
    return best[1], words


def missing_ports(service: Service, pods: Iterable[Pod]) -> tuple[str, ...]:
    """Named target ports of a Service that no container of its pods has."""
    named = [port.target_port for port in service.spec.ports if isinstance(port.target_port, str)]
    if not named:
        return ()
    known = {
        port.name
        for pod in pods
        for container in (*pod.spec.containers, *pod.spec.init_containers)
        for port in container.ports
    }
    return tuple(name for name in named if name not in known and not name.isdecimal())


_ALIKE = 0.6


def _likeness(key: str, value: str, labels: dict[str, str]) -> float:
    if key in labels:
        return SequenceMatcher(None, value, labels[key]).ratio() * 0.6 + 0.4
    return max((SequenceMatcher(None, key, other).ratio() * 0.5 for other in labels), default=0.0)


def _has(key: str, labels: dict[str, str]) -> str:
    return f"{key}={labels[key]}" if key in labels else f"no label {key}"
