"""Verdict on Services: whether anything that is ready answers for them."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import is_true
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import created, grace_end
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Service
from k8sview.model.view import View

_ADDRESS = timedelta(minutes=5)
_STARTING = timedelta(minutes=5)
_OVER = ("Succeeded", "Failed")


def service_health(view: View, service: Service) -> Health:
    """Verdict on one Service."""
    spec = service.spec
    if service.metadata.deletion_timestamp is not None:
        return deletion(view, service)
    if spec.type == "ExternalName" or not spec.selector:
        return Health(HealthVerdict.UNKNOWN, "NoSignal", "has no selector: who answers for it cannot be told")
    if spec.type == "LoadBalancer" and not service.status.load_balancer.ingress:
        return _no_address(view, service)
    if not view.readable("pods", service.metadata.namespace):
        message = "whether a ready pod answers for it cannot be told without pods"
        return Health(HealthVerdict.UNKNOWN, "PodsUnreadable", message, missing=("pods",))
    found = view.pods_of(service.metadata.namespace or "", spec.selector)
    pods = [pod for pod in found if pod.status.phase not in _OVER]
    if not pods:
        return Health(HealthVerdict.WAITING, "NoPods", "no pod matches its selector")
    ready = sum(is_true(pod.status.conditions, "Ready") for pod in pods)
    evidence = (f"{ready} of {counted(len(pods), 'selected pod')} ready",)
    if ready:
        return Health(HealthVerdict.HEALTHY, evidence=evidence)
    births = [moment for moment in (created(pod) for pod in pods) if moment is not None]
    end = grace_end(view, max(births, default=None), _STARTING)
    verdict = HealthVerdict.PROGRESSING if end else HealthVerdict.DOWN
    message = f"none of its {counted(len(pods), 'pod')} is ready"
    return Health(verdict, "NoReadyPods", message, evidence=evidence, recheck_at=end)


def _no_address(view: View, service: Service) -> Health:
    born = created(service)
    end = grace_end(view, born, _ADDRESS)
    warning = next((event for event in view.events_of(service) if event.type == "Warning"), None)
    cause = joined(warning.reason or "", one_line(warning.message or "")) if warning else ""
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        "NoAddress",
        joined("no load balancer has given it an address", cause),
        born,
        evidence=("status.loadBalancer.ingress is empty",),
        recheck_at=end,
        missing=() if view.readable("events", service.metadata.namespace) else ("events",),
    )
