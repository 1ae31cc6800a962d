"""Verdict on Services and EndpointSlices: whether anything that is ready answers for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import changed, created, grace_end, specified
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.analysis.health.serving import makers, missing_ports, pods_behind, slices_of
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Service
from k8sview.model.objects.extension import Endpoint, EndpointSlice
from k8sview.model.objects.pods import Pod
from k8sview.model.status import Confidence
from k8sview.model.view import View

_ADDRESS = timedelta(minutes=5)
_STARTING = timedelta(minutes=5)
_SELECTING = timedelta(minutes=2)  # a Service may be made before what it selects
_STALE = timedelta(minutes=5)

NO_POD_MATCHES = "NoPodMatches"
NO_READY_PODS = "NoReadyPods"
NO_SUCH_PORT = "NoSuchPort"
NO_ADDRESS = "NoAddress"


def service_health(view: View, service: Service) -> Health:
    """Verdict on one Service. Pods are what counts; slices only where there is no selector, or pods are unreadable."""
    spec = service.spec
    if service.metadata.deletion_timestamp is not None:
        return deletion(view, service)
    if spec.type == "ExternalName":
        said = f"a name for {spec.external_name}, outside of the cluster: who answers there cannot be told"
        return Health(HealthVerdict.UNKNOWN, "NoSignal", said)
    if not spec.selector:
        return _by_hand(view, service)
    if not view.readable("pods", service.metadata.namespace):
        return _by_slices(view, service)
    served = _selected(view, service)
    if spec.type == "LoadBalancer" and not service.status.load_balancer.ingress and not served.verdict.faulty:
        return _no_address(view, service)
    return served


def slice_health(view: View, one: EndpointSlice) -> Health:
    """Verdict on one EndpointSlice; a lack of endpoints is its Service's to tell."""
    if one.metadata.deletion_timestamp is not None:
        return deletion(view, one)
    ready = sum(each.ready for each in one.endpoints)
    evidence = (f"endpoints ready = {ready} of {len(one.endpoints)}",)
    stale = _stale(view, one)
    if stale:
        since = specified(one) or created(one)
        end = grace_end(view, since, _STALE)
        verdict = HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED
        words = f"still lists {counted(len(stale), 'pod')} that no longer exist: {', '.join(stale[:3])}"
        return Health(verdict, "StaleEndpoints", words, since, evidence=evidence, recheck_at=end, grace=_STALE)
    if ready:
        return Health(HealthVerdict.HEALTHY, evidence=evidence)
    if not one.endpoints:
        return Health(HealthVerdict.WAITING, "NoEndpoints", "has no endpoint", evidence=evidence)
    draining = all(each.conditions.terminating for each in one.endpoints)
    if draining:
        words = f"all {counted(len(one.endpoints), 'endpoint')} are on their way out"
        return Health(HealthVerdict.PROGRESSING, "Draining", words, evidence=evidence)
    words = f"none of its {counted(len(one.endpoints), 'endpoint')} is ready"
    return Health(HealthVerdict.WAITING, "NoReadyEndpoints", words, evidence=evidence)


def _selected(view: View, service: Service) -> Health:
    pods = pods_behind(view, service)
    if not pods:
        return _without_pods(view, service)
    ready = [pod for pod in pods if pod.ready]
    evidence = (f"pods that are ready = {len(ready)} of {len(pods)}",)
    if service.spec.publish_not_ready_addresses:
        return Health(HealthVerdict.HEALTHY, evidence=("spec.publishNotReadyAddresses = true", *evidence))
    if ready:
        lacking = missing_ports(service, pods)
        if lacking:
            return _no_port(view, service, lacking, evidence)
        return Health(HealthVerdict.HEALTHY, evidence=evidence)
    births = [moment for moment in (created(pod) for pod in pods) if moment is not None]
    # A rollout replaces pods; with none ready for minutes, it serves nothing whatever the reason.
    end = grace_end(view, min(births, default=None), _STARTING)
    words = f"none of its {counted(len(pods), 'pod')} is ready"
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DOWN,
        NO_READY_PODS,
        words,
        _unready_since(pods),
        evidence=evidence,
        recheck_at=end,
        grace=_STARTING,
    )


def _without_pods(view: View, service: Service) -> Health:
    selector = ", ".join(f"{key}={value}" for key, value in sorted(service.spec.selector.items()))
    evidence = (f"spec.selector = {selector}", "pods that match = 0")
    made_by = makers(view, service)
    if made_by and all(one.replicas == 0 for one in made_by) and not _is_dns(service):
        words = f"{made_by[0].ref.kind} {made_by[0].ref.name}, whose pods it selects, is scaled to 0"
        return Health(HealthVerdict.SUSPENDED, "ScaledToZero", words, evidence=evidence)
    since = specified(service) or created(service)
    end = grace_end(view, since, _SELECTING)
    if made_by:
        words = f"{made_by[0].ref.kind} {made_by[0].ref.name}, whose pods it selects, has none"
        reason = NO_READY_PODS
    else:
        words, reason = f"no pod matches its selector {selector}", NO_POD_MATCHES
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DOWN,
        reason,
        words,
        since,
        evidence=evidence,
        recheck_at=end,
        grace=_SELECTING,
    )


def _is_dns(service: Service) -> bool:
    """The one Service that nobody may rest: without it nothing in the cluster finds anything by name."""
    return (service.metadata.namespace, service.metadata.name) == ("kube-system", "kube-dns")


def _no_port(view: View, service: Service, lacking: tuple[str, ...], evidence: tuple[str, ...]) -> Health:
    since = specified(service) or created(service)
    end = grace_end(view, since, _SELECTING)
    names = ", ".join(lacking)
    fault = HealthVerdict.DOWN if len(lacking) == len(service.spec.ports) else HealthVerdict.DEGRADED
    return Health(
        HealthVerdict.PROGRESSING if end else fault,
        NO_SUCH_PORT,
        f"no container of its pods has a port called {names}",
        since,
        evidence=(*evidence, *(f"spec.ports[*].targetPort = {name}" for name in lacking)),
        recheck_at=end,
        grace=_SELECTING,
    )


def _no_address(view: View, service: Service) -> Health:
    born = created(service)
    end = grace_end(view, born, _ADDRESS)
    warning = next((event for event in view.events_of(service) if event.type == "Warning"), None)
    cause = joined(warning.reason or "", one_line(warning.message or "")) if warning else ""
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        NO_ADDRESS,
        joined("no load balancer has given it an address", cause),
        born,
        evidence=("status.loadBalancer.ingress = (empty)",),
        recheck_at=end,
        missing=() if view.readable("events", service.metadata.namespace) else ("events",),
        grace=_ADDRESS,
    )


def _by_hand(view: View, service: Service) -> Health:
    """Without a selector somebody else keeps its endpoints, or nobody."""
    endpoints = [each for one in slices_of(view, service) for each in one.endpoints]
    if not endpoints:
        missing = (
            ()
            if view.readable("endpointslices.discovery.k8s.io", service.metadata.namespace)
            else ("endpointslices.discovery.k8s.io",)
        )
        said = "has no selector, and no endpoints that could be read: who answers for it cannot be told"
        return Health(HealthVerdict.UNKNOWN, "NoSignal", said, missing=missing)
    return _of_endpoints(endpoints, "its endpoints are kept by hand", Confidence.OBSERVED, ())


def _by_slices(view: View, service: Service) -> Health:
    endpoints = [each for one in slices_of(view, service) for each in one.endpoints]
    if not endpoints:
        message = "whether a ready pod answers for it cannot be told without pods"
        return Health(HealthVerdict.UNKNOWN, "PodsUnreadable", message, missing=("pods",))
    return _of_endpoints(endpoints, "pods may not be read", Confidence.INFERRED, ("pods",))


def _of_endpoints(endpoints: list[Endpoint], basis: str, confidence: Confidence, missing: tuple[str, ...]) -> Health:
    ready = sum(each.ready for each in endpoints)
    evidence = (f"endpoints ready = {ready} of {len(endpoints)}",)
    if ready:
        return Health(HealthVerdict.HEALTHY, confidence=confidence, evidence=evidence, missing=missing)
    words = f"none of its {counted(len(endpoints), 'endpoint')} is ready ({basis})"
    return Health(
        HealthVerdict.DOWN, "NoReadyEndpoints", words, confidence=confidence, evidence=evidence, missing=missing
    )


def _unready_since(pods: tuple[Pod, ...]) -> datetime | None:
    """Since when none is ready: the moment at which the last of them ceased to be, or was born without ever being."""
    moments = [changed(find(pod.status.conditions, "Ready"), created(pod)) for pod in pods]
    return max((one for one in moments if one is not None), default=None)


def _stale(view: View, one: EndpointSlice) -> list[str]:
    """Pods that a slice lists and that are no more."""
    if not view.readable("pods", one.metadata.namespace):
        return []
    gone = []
    for each in one.endpoints:
        target = each.target_ref
        if target is None or target.kind != "Pod":
            continue
        pod = view.get("pods", target.name, one.metadata.namespace)
        if pod is None or (target.uid and pod.metadata.uid != target.uid):
            gone.append(target.name)
    return gone
