"""Init containers that run on and on: what they wait for, as far as their names and commands tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.suspects import Suspect, suspects
from k8sview.analysis.health.diagnoses.wording import logs, since
from k8sview.analysis.health.services import service_health
from k8sview.model.health import Diagnosis, Health, HealthVerdict
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Service
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

_NAME = re.compile(r"^(?:check|wait)(?:-?(?:for|until|on))?-(.+?)(?:-(?:ready|up|available|to-be-ready))?$")
_HOST = re.compile(
    r"(?<![\w.$-])(?<![^/]/)([a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*)(?![\w(])"
)
_SVC = re.compile(r"^([^.]+)(?:\.([^.]+)(?:\.svc(?:\..+)?)?)?$")
_NOT_WELL = (HealthVerdict.DOWN, HealthVerdict.DEGRADED, HealthVerdict.WAITING)


def endless_init(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """An init container, or a sidecar that does not start, which the verdict no longer excuses."""
    if not health.verdict.faulty:
        return None
    one = next((one for one in suspects(pod) if one.role != "container" and one.status.state.running is not None), None)
    if one is None or (one.role == "sidecar" and one.status.started):
        return None
    running = one.status.state.running
    beginning = parse_time(running.started_at) if running is not None else None
    if one.role == "sidecar":
        return Diagnosis(
            id="sidecar.failing",
            message=f"{one.words} runs and has not started{since(view, beginning)}{one.consequence}",
            next=logs(pod, one.name),
            container=one.name,
            since=beginning,
            evidence=(f"{one.path}.started = false",),
        )
    waited, clause, because = _dependency(view, pod, one)
    return Diagnosis(
        id="init.stuck",
        message=f"{one.words} has not finished{since(view, beginning)}{clause}{one.consequence}",
        next=_look(waited) if waited is not None else logs(pod, one.name),
        container=one.name,
        since=beginning,
        confidence=Confidence.INFERRED if clause else Confidence.CERTAIN,
        evidence=(f"{one.path}.state.running.startedAt = {running.started_at if running is not None else ''}",),
        because=because,
        missing=() if view.readable("services", pod.metadata.namespace) else ("services",),
    )


def _dependency(view: View, pod: Pod, one: Suspect) -> tuple[Ref | None, str, tuple[Ref, ...]]:
    """The Service it waits for, what is to be said of it, and the Service as a cause where it is not well."""
    well = ""
    for namespace, name in dict.fromkeys(_hosts(pod, one)):
        service = view.get("services", name, namespace)
        if not isinstance(service, Service) or _selects(service, pod):
            continue
        ref = ref_to("Service", namespace, name)
        state = service_health(view, service)
        if state.verdict in _NOT_WELL:
            return ref, f": it waits for Service {name}, which is not well ({state.message})", (ref,)
        well = well or f": it waits for Service {name}, which has ready pods"
    named = _NAME.match(one.name)
    if well or named is None:
        return None, well, ()
    if not view.readable("services", pod.metadata.namespace):
        return None, f": by its name it waits for {named[1]}", ()
    return (
        None,
        f": by its name it waits for {named[1]}, and namespace {pod.metadata.namespace} has no such Service",
        (),
    )


def _selects(service: Service, pod: Pod) -> bool:
    """A pod does not wait for the Service that it answers for itself."""
    chosen, namespace = service.spec.selector, service.metadata.namespace
    return bool(chosen) and namespace == pod.metadata.namespace and chosen.items() <= pod.metadata.labels.items()


def _hosts(pod: Pod, one: Suspect) -> Iterator[tuple[str, str]]:
    """``(namespace, name)`` of everything that its command or its name may mean as a Service."""
    own = pod.metadata.namespace or ""
    for text in (*one.spec.command, *one.spec.args):
        for host in _HOST.findall(text):
            found = _SVC.match(host)
            if found:
                yield found[2] or own, found[1]
    named = _NAME.match(one.name)
    if named:
        yield own, named[1]


def _look(ref: Ref) -> str:
    return f"kubectl get endpointslices -n {ref.namespace} -l kubernetes.io/service-name={ref.name}"


FAMILY = Family(
    known=(
        Known(
            "init.stuck",
            "A step of the initialisation does not end; the app never starts",
            "Look at what it waits for.",
        ),
        Known("sidecar.failing", "A sidecar fails and holds the app back", "Read the sidecar's log."),
    ),
    rules={"pods": (endless_init,)},
)
