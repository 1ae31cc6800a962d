"""Containers that run and are not ready: what their readiness or startup probe asks, and what it gets."""

from __future__ import annotations

import re
from datetime import datetime

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses import throttling, told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.killings import asks, how
from k8sview.analysis.health.diagnoses.suspects import Suspect, suspects
from k8sview.analysis.health.diagnoses.wording import describe, logs, since
from k8sview.analysis.health.moments import changed
from k8sview.analysis.health.phrases import one_line
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.core import Event
from k8sview.model.objects.pods import Container, Pod, Probe
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

_GATE = re.compile(r'readiness gate "([^"]+)"')


def unready(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """The first container that runs and is not ready, once the verdict no longer excuses that as a start."""
    if not health.verdict.faulty:
        return None
    for one in suspects(pod):
        running = one.status.state.running
        if running is None or one.status.ready or one.role == "init container":
            continue
        starting = one.spec.startup_probe is not None and not one.status.started
        kind = "startup" if starting else "readiness"
        event = _event(view, pod, one, kind)
        if event is not None or _probe(one, kind) is not None:
            turned = changed(find(pod.status.conditions, "Ready"))
            moments = [moment for moment in (turned, parse_time(running.started_at)) if moment is not None]
            return _diagnosis(view, pod, one, event, max(moments, default=None))
    return None


def _probe(one: Suspect, kind: str) -> Probe | None:
    return one.spec.startup_probe if kind == "startup" else one.spec.readiness_probe


def _diagnosis(view: View, pod: Pod, one: Suspect, event: Event | None, beginning: datetime | None) -> Diagnosis:
    kind = "startup" if one.spec.startup_probe is not None and not one.status.started else "readiness"
    probe = _probe(one, kind)
    unread = told.unread(view, pod) if event is None else ()
    asked = asks(probe)
    question = f" ({asked})" if asked else ""
    said = one_line(how(told.text(event)), 200) if event is not None else ""
    message = f"{one.words} runs but its {kind} probe{question} fails{since(view, beginning)}"
    if said:
        message += f": {said}"
    elif unread:
        message += "; how it fails is told by events, which may not be read"
    else:
        message += "; no event tells how"
    slow, unmeasured = throttling.untold(view, one, said)
    message += slow
    strayed = _strayed(one.spec, probe)
    evidence = [f"{one.path}.ready = false"]
    if kind == "startup":
        evidence.append(f"{one.path}.started = false")
    if event is not None:
        evidence.append(told.quoted(event))
    if strayed:
        message += f"; {strayed}"
    advice = logs(pod, one.name)
    if "refused" in said or strayed:
        advice = f"{advice}; see on which port it listens and let the probe ask that one"
    return Diagnosis(
        id=f"probe.{kind}-failing",
        message=f"{message}{one.consequence if kind == 'startup' else ''}",
        next=advice,
        container=one.name,
        since=beginning,
        confidence=Confidence.OBSERVED if event is not None else Confidence.INFERRED,
        evidence=tuple(evidence),
        missing=(*unread, *unmeasured),
    )


def _event(view: View, pod: Pod, one: Suspect, kind: str) -> Event | None:
    """The newest word on the probe that may still be true."""
    for event in told.told(view, pod, "Unhealthy", container=one.name):
        if told.text(event).lower().startswith(f"{kind} probe") and told.fresh(view, event, told.TIME_TO_LIVE):
            return event
    return None


def _strayed(container: Container, probe: Probe | None) -> str:
    """How the probe's port differs from the ports that the container declares, "" where it does not, or none are."""
    action = (probe.http_get or probe.tcp_socket or probe.grpc) if probe is not None else None
    if action is None or not container.ports:
        return ""
    listed = ", ".join(str(port.container_port) for port in container.ports)
    if isinstance(action.port, str) and not action.port.isdigit():
        if any(port.name == action.port for port in container.ports):
            return ""
        return f"it asks port {action.port}, a name that none of its container ports has"
    if any(port.container_port == int(action.port) for port in container.ports):
        return ""
    return f"it asks port {action.port}, while the container declares {listed}"


def readiness_gate(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """All containers are ready, and something outside has not yet said that the pod may serve."""
    ready = find(pod.status.conditions, "Ready")
    if ready is None or ready.status == "True" or pod.metadata.deletion_timestamp is not None:
        return None
    gates = _GATE.findall(ready.message)
    if not gates:
        return None
    beginning = changed(ready)
    states = [(gate, find(pod.status.conditions, gate)) for gate in gates]
    listed = ", ".join(gates)
    never = [gate for gate, state in states if state is None]
    why = "; nobody has written that condition" if never else ""
    words = next((one_line(state.message) for _, state in states if state is not None and state.message), "")
    return Diagnosis(
        id="pod.readiness-gate",
        message=f"all containers are ready, but readiness gate {listed} is closed{since(view, beginning)}{why}"
        + (f": {words}" if words else ""),
        next=f"{describe('pod', pod.metadata.namespace, pod.metadata.name)}; look at what sets {gates[0]}",
        since=beginning,
        evidence=(
            f"status.conditions[type=Ready].message = {one_line(ready.message)}",
            *(
                f"status.conditions[type={gate}].status = {state.status if state else 'absent'}"
                for gate, state in states
            ),
        ),
    )


FAMILY = Family(
    known=(
        Known(
            "probe.readiness-failing",
            "Runs, and its readiness probe fails",
            "Look at what the probe asks, and at its log.",
        ),
        Known("pod.readiness-gate", "A readiness gate is closed", "Look at the controller that sets its condition."),
    ),
    rules={"pods": (unready, readiness_gate)},
)
