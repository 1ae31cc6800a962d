"""Who answers behind a Service that the API server itself calls: webhooks, conversions, aggregated APIs.

Says whether anybody is ready there, and whose fault it is if nobody is; how bad that is, those who ask decide.
"""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.analysis.health.phrases import counted
from k8sview.analysis.health.services import service_health
from k8sview.model.kinds import RESOURCE_NAMES, ref_to
from k8sview.model.objects.core import Service
from k8sview.model.objects.extension import EndpointSlice, ServiceReference
from k8sview.model.objects.workloads import DaemonSet
from k8sview.model.resources import Ref
from k8sview.model.view import View

_SLICES = "endpointslices.discovery.k8s.io"
_SERVICE_NAME = "kubernetes.io/service-name"
_HTTPS = 443


class Answer(msgspec.Struct, frozen=True):
    """``problem`` "": somebody answers as far as can be seen; unless ``unseen`` says why nobody can know.

    ``because``: what nobody answers by; () where the caller itself asks at the wrong place.
    """

    problem: str = ""
    evidence: tuple[str, ...] = ()
    because: tuple[Ref, ...] = ()
    unseen: str = ""
    missing: tuple[str, ...] = ()


def who_answers(view: View, reference: ServiceReference) -> Answer:
    """What keeps the API server from reaching anybody behind ``reference``."""
    name, namespace = reference.name, reference.namespace
    where = f"{namespace}/{name}"
    service = view.get("services", name, namespace)
    if not isinstance(service, Service):
        if service is not None or not view.readable("services", namespace):
            return Answer(unseen=f"Service {where} could not be read", missing=("services",))
        gone = ref_to("Service", namespace, name)
        return Answer(f"Service {where} does not exist", (f"services/{name} = absent",), (gone,))
    if service.spec.type == "ExternalName":
        return Answer(unseen=f"Service {where} is an external name: who answers there cannot be seen")
    port = reference.port or _HTTPS
    if service.spec.ports and all(one.port != port for one in service.spec.ports):
        offered = ", ".join(str(one.port) for one in service.spec.ports)
        return Answer(f"Service {where} has no port {port}", (f"services/{name} spec.ports[*].port = {offered}",))
    if not view.readable(_SLICES, namespace):
        return Answer(unseen=f"the endpoints of Service {where} could not be read", missing=(_SLICES,))
    ready, known = _endpoints(view, service)
    if ready:
        return Answer()
    evidence = (f"services/{name} endpoints[ready] = 0 of {known}",)
    because, words = _behind(view, service)
    return Answer(f"Service {where} has no ready endpoint{words}", evidence, because)


def _endpoints(view: View, service: Service) -> tuple[int, int]:
    """How many endpoints of a Service are ready, and how many there are."""
    slices = [
        one
        for one in view.in_namespace(_SLICES, service.metadata.namespace or "")
        if isinstance(one, EndpointSlice) and one.metadata.labels.get(_SERVICE_NAME) == service.metadata.name
    ]
    endpoints = [endpoint for one in slices for endpoint in one.endpoints]
    return sum(endpoint.ready for endpoint in endpoints), len(endpoints)


def _behind(view: View, service: Service) -> tuple[tuple[Ref, ...], str]:
    """A Service that is at fault leads on; of one that merely has no pods, the workload that should make them.

    Where nothing should make any, who calls the Service is wrong to do so, or left behind: it is its own fault.
    """
    namespace = service.metadata.namespace
    if service_health(view, service).verdict.faulty:
        return (ref_to("Service", namespace, service.metadata.name),), ""
    makers = workloads_behind(view, service)
    if not makers:
        return (), " (nothing that it selects runs)"
    shown = ", ".join(_told(kind, one) for kind, one in makers)
    return tuple(ref_to(kind, namespace, one.metadata.name) for kind, one in makers), f" ({shown})"


def workloads_behind(view: View, service: Service) -> tuple[tuple[str, Any], ...]:
    """Kind and object of the workloads whose pods a Service selects by their template's labels."""
    wanted = service.spec.selector.items()
    namespace = service.metadata.namespace or ""
    return tuple(
        (kind, one)
        for kind in ("Deployment", "StatefulSet", "DaemonSet")
        for one in view.in_namespace(RESOURCE_NAMES[kind], namespace)
        if wanted and hasattr(one, "spec") and wanted <= one.spec.template.metadata.labels.items()
    )


def _told(kind: str, workload: Any) -> str:
    where = f"{kind} {workload.metadata.namespace}/{workload.metadata.name}"
    if isinstance(workload, DaemonSet):
        return f"{where} has {counted(workload.status.number_ready, 'ready pod')}"
    if not workload.spec.replicas:
        return f"{where} is scaled to 0"
    return f"{where} has {workload.status.ready_replicas} of {counted(workload.spec.replicas, 'replica')} ready"
