"""Who answers behind a Service that the API server itself calls: admission webhooks, conversions, aggregated APIs.

Answers questions from Services and EndpointSlices; how bad an answer is, the rules decide.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from k8sview.analysis.checks.outcome import Context
from k8sview.model.objects.extension import ServiceReference
from k8sview.model.resources import Key

SERVICES = "services"
SLICES = "endpointslices.discovery.k8s.io"
_SERVICE_NAME = "kubernetes.io/service-name"


class Backend(msgspec.Struct, frozen=True):
    """``problem`` None: somebody answers, unless it is ``out_of_sight``. ``evidence`` is what was counted."""

    problem: str | None
    evidence: tuple[str, ...] = ()
    out_of_sight: bool = False


class Backends:
    """Ready endpoints of the wanted Services, from one pass over the EndpointSlices."""

    def __init__(self, context: Context, wanted: Iterable[ServiceReference]) -> None:
        self._services = context.table(SERVICES)
        keys = {(one.namespace, one.name) for one in wanted}
        self._ready: dict[Key, int] = dict.fromkeys(keys, 0)
        self._all: dict[Key, int] = dict.fromkeys(keys, 0)
        for one in context.table(SLICES) if keys else ():
            key = (one.metadata.namespace or "", one.metadata.labels.get(_SERVICE_NAME, ""))
            if key in keys:
                self._ready[key] += sum(endpoint.ready for endpoint in one.endpoints)
                self._all[key] += len(one.endpoints)

    def behind(self, reference: ServiceReference) -> Backend:
        """What keeps the API server from reaching anybody behind ``reference``."""
        where = f"{reference.namespace}/{reference.name}"
        service = self._services.get(reference.name, reference.namespace)
        if service is None:
            return Backend(f"Service {where} does not exist")
        port = reference.port or 443
        if service.spec.ports and all(one.port != port for one in service.spec.ports):
            offered = ", ".join(str(one.port) for one in service.spec.ports)
            return Backend(f"Service {where} has no port {port}", (f"ports of Service {where}: {offered}",))
        if service.spec.type == "ExternalName":
            return Backend(None, (f"Service {where} is an external name",), out_of_sight=True)
        key = (reference.namespace, reference.name)
        counted = (f"{self._ready[key]} of {self._all[key]} endpoints of Service {where} are ready",)
        if self._ready[key] == 0:
            return Backend(f"Service {where} has no ready endpoint", counted)
        return Backend(None, counted)
