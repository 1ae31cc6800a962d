"""When the cluster's DNS is down: said of the workload that serves it, for everything else only shows the effects."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.answering import workloads_behind
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import called, explain
from k8sview.analysis.health.diagnoses.wording import since, word
from k8sview.analysis.health.phrases import counted
from k8sview.analysis.health.pods import pod_health
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import RESOURCE_NAMES, ref_to
from k8sview.model.objects.core import Service
from k8sview.model.objects.extension import EndpointSlice
from k8sview.model.view import View

_NAMESPACE, _SERVICE = "kube-system", "kube-dns"
_LABEL, _DNS = "k8s-app", "kube-dns"
_SLICES = "endpointslices.discovery.k8s.io"
_SERVICE_NAME = "kubernetes.io/service-name"
_BLAMED = 5


def dns_down(view: View, workload: Any, health: Health) -> Diagnosis | None:
    """The workload behind the DNS Service, while nobody answers there."""
    if workload.metadata.namespace != _NAMESPACE or not health.verdict.faulty:
        return None
    labels = workload.spec.template.metadata.labels
    if _DNS not in (labels.get(_LABEL), workload.metadata.labels.get(_LABEL)):
        return None
    ready = _ready(view)
    if ready:
        return None
    selector = workload.spec.selector
    pods = view.pods_of(_NAMESPACE, selector)
    faulty = [pod for pod in pods if pod_health(view, pod).verdict.faulty]
    because = tuple(ref_to("Pod", _NAMESPACE, pod.metadata.name) for pod in faulty[:_BLAMED])
    count = f"none of {counted(len(pods), 'pod')} of {called(workload)} is ready"
    how = count if pods else f"{called(workload)} has no pod"
    message = f"cluster DNS is down{since(view, health.since)}, no name resolves anywhere: {how}"
    missing = () if ready is not None else (_SLICES,)
    evidence = (f"services/{_SERVICE} endpoints[ready] = 0",) if ready is not None else ()
    look = f"kubectl get pods,endpointslices -n {word(_NAMESPACE)} -l {_LABEL}={_DNS} -o wide"
    return explain(health, "dns.down", message, look, because=because, evidence=evidence, missing=missing)


def dns_off(view: View, service: Service, health: Health) -> Diagnosis | None:
    """The DNS Service, while what should answer for it is scaled to 0: that is nobody's rest."""
    if (service.metadata.namespace, service.metadata.name) != (_NAMESPACE, _SERVICE) or not health.verdict.faulty:
        return None
    off = [(kind, one) for kind, one in workloads_behind(view, service) if getattr(one.spec, "replicas", None) == 0]
    if not off or _ready(view):
        return None
    kind, workload = off[0]
    message = f"cluster DNS is down, no name resolves anywhere: {called(workload, kind)} is scaled to 0"
    evidence = (f"{RESOURCE_NAMES[kind]}/{workload.metadata.name} spec.replicas = 0",)
    because = (ref_to(kind, _NAMESPACE, workload.metadata.name),)
    look = f"kubectl get {kind.lower()} {word(workload.metadata.name)} -n {_NAMESPACE}"
    return explain(health, "dns.down", message, look, because=because, evidence=evidence)


def _ready(view: View) -> int | None:
    """Ready endpoints of the DNS Service; None where they cannot be read, or there is no such Service."""
    service = view.get("services", _SERVICE, _NAMESPACE)
    if not isinstance(service, Service) or not view.readable(_SLICES, _NAMESPACE):
        return None
    return sum(
        endpoint.ready
        for one in view.in_namespace(_SLICES, _NAMESPACE)
        if isinstance(one, EndpointSlice) and one.metadata.labels.get(_SERVICE_NAME) == _SERVICE
        for endpoint in one.endpoints
    )


FAMILY = Family(
    known=(
        Known(
            "dns.down",
            "Cluster DNS is down: nothing in the cluster finds anything by name",
            "Mend the DNS pods first; most other failures follow from this one.",
        ),
    ),
    rules={"deployments.apps": (dns_down,), "daemonsets.apps": (dns_down,), "services": (dns_off,)},
)
