"""Init containers that run on and on: what they wait for, as far as their names and commands tell."""

from __future__ import annotations

import re

from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.dependencies import dependency
from k8sview.analysis.health.diagnoses.suspects import Suspect, suspects
from k8sview.analysis.health.diagnoses.wording import logs, since
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

_NAME = re.compile(r"^(?:check|wait)(?:-?(?:for|until|on))?-(.+?)(?:-(?:ready|up|available|to-be-ready))?$")


def endless_init(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """An init container, or a sidecar that does not start, which the verdict no longer excuses."""
    if not health.verdict.faulty:
        return None
    one = next((one for one in suspects(pod) if _holds_back(one)), None)
    if one is None:
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
    clause, advice, because = _waited_for(view, pod, one)
    return Diagnosis(
        id="init.stuck",
        message=f"{one.words} has not finished{since(view, beginning)}{clause}{one.consequence}",
        next=advice or logs(pod, one.name),
        container=one.name,
        since=beginning,
        confidence=Confidence.INFERRED if clause else Confidence.CERTAIN,
        evidence=(f"{one.path}.state.running.startedAt = {running.started_at if running is not None else ''}",),
        because=because,
        missing=() if view.readable("services", pod.metadata.namespace) else ("services",),
    )


def _holds_back(one: Suspect) -> bool:
    """An init container that runs, or a sidecar that runs and has not started."""
    runs = one.role != "container" and one.status.state.running is not None
    return runs and not (one.role == "sidecar" and one.status.started)


def _waited_for(view: View, pod: Pod, one: Suspect) -> tuple[str, str, tuple[Ref, ...]]:
    """What it waits for as a clause, where to look, and the cause if that is not well."""
    named = _NAME.match(one.name)
    name = named[1] if named is not None else ""
    found = dependency(view, pod, (*one.spec.command, *one.spec.args), name)
    if found is not None:
        return f": it waits for {found.words}", found.next, found.because
    if not name:
        return "", "", ()
    none = f", and namespace {pod.metadata.namespace} has no such Service"
    readable = view.readable("services", pod.metadata.namespace)
    return f": by its name it waits for {name}{none if readable else ''}", "", ()


FAMILY = Family(
    known=(
        Known(
            "init.stuck",
            "A step of the initialisation does not end; the app never starts",
            "Look at what it waits for.",
        ),
    ),
    rules={"pods": (endless_init,)},
)
