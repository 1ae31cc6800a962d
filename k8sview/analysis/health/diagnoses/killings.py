"""Who ended a container's process: a probe, as far as the kubelet's events or the probe's own timing tell."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.suspects import Suspect
from k8sview.model.objects.core import Event
from k8sview.model.objects.pods import ContainerStateTerminated, Pod, Probe
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

_BY_PROBE = re.compile(r"failed (liveness|startup) probe|is unhealthy, it will be killed", re.IGNORECASE)
_NOT_LISTENING = re.compile(r"refused|timeout|deadline exceeded|\beof\b|connection reset", re.IGNORECASE)
_DELAY = timedelta(minutes=15)  # repeated events come late, or only as a count
_SLACK = timedelta(seconds=15)
_DEFAULT_GRACE = 30
_MEANINGS = {"404": " (nothing is served at that path)", "401": " (the probe is not authenticated)"}


class Killing(NamedTuple):
    """``probe``: ``liveness`` or ``startup``. ``said``: how the probe failed, "" where nobody said."""

    probe: str
    said: str
    confidence: Confidence
    evidence: tuple[str, ...]
    first: Event | None


def killed_by_probe(view: View, pod: Pod, one: Suspect, end: ContainerStateTerminated) -> Killing | None:
    """The probe that had the container killed, None where none did or nothing tells of one.

    By the event Killing near the end. Where events are gone or may not be read: by a kill without a stated reason that
    comes as soon as the liveness probe could ask for it.
    """
    finished = parse_time(end.finished_at)
    for event in told.told(view, pod, "Killing", container=one.name):
        seen = told.last(event)
        found = _BY_PROBE.search(told.text(event))
        if found and (finished is None or seen is None or abs(seen - finished) <= _DELAY):
            probe = (found[1] or "liveness").lower()
            unhealthy = _unhealthy(view, pod, one, probe)
            said = how(told.text(unhealthy)) if unhealthy is not None else ""
            evidence = (told.quoted(event), *((told.quoted(unhealthy),) if unhealthy is not None else ()))
            return Killing(probe, said, Confidence.OBSERVED, evidence, _earliest(event, unhealthy))
    if end.reason == "OOMKilled" or end.exit_code not in (137, 143):
        return None
    unhealthy = _unhealthy(view, pod, one, "liveness")
    if unhealthy is not None and told.fresh(view, unhealthy):
        said = how(told.text(unhealthy))
        return Killing("liveness", said, Confidence.OBSERVED, (told.quoted(unhealthy),), unhealthy)
    if one.spec.liveness_probe is not None and killed_at_once(pod, one, end):
        evidence = (f"{one.spec_path}.livenessProbe = {asks(one.spec.liveness_probe)}",)
        return Killing("liveness", "", Confidence.INFERRED, evidence, None)
    return None


def killed_at_once(pod: Pod, one: Suspect, end: ContainerStateTerminated) -> bool:
    """Whether it lived just as long as a liveness probe that never succeeds lets it live."""
    probe = one.spec.liveness_probe
    started, finished = parse_time(end.started_at), parse_time(end.finished_at)
    if probe is None or started is None or finished is None:
        return False
    budget = timedelta(seconds=probe_budget(probe))
    grace = timedelta(seconds=grace_seconds(pod))
    return finished - started <= budget + grace + timedelta(seconds=probe.timeout_seconds) + _SLACK


def slow_start(pod: Pod, one: Suspect, end: ContainerStateTerminated, killing: Killing) -> bool:
    """Killed at the first opportunity, without a startup probe, before anything listened."""
    early = killed_at_once(pod, one, end) and one.spec.startup_probe is None
    return early and bool(not killing.said or _NOT_LISTENING.search(killing.said))


def probe_budget(probe: Probe) -> int:
    """Seconds that a container has before a probe that never succeeds gives up on it."""
    return probe.initial_delay_seconds + probe.period_seconds * probe.failure_threshold


def grace_seconds(pod: Pod) -> int:
    """Seconds between the request to end and the kill."""
    stated = pod.spec.termination_grace_period_seconds
    return _DEFAULT_GRACE if stated is None else stated


def how(text: str) -> str:
    """What a probe's event says after "Readiness probe failed: ", in the words of people where these are known."""
    said = re.sub(r"^\w+ probe (failed|errored)( and resulted in \w+ state)?:\s*", "", text).strip()
    found = re.search(r"HTTP probe failed with statuscode: (\d+)", said)
    if found:
        return f"HTTP {found[1]}{_MEANINGS.get(found[1], '')}"
    found = re.search(r"dial tcp (\S+?):? connect: (?:connection )?refused", said)
    if found:
        return f"connection refused by {found[1]}"
    if re.search(r"exec\b.*(executable file not found|no such file or directory)", said):
        return "the probe's command is not in the image"
    if re.search(r"deadline exceeded|i/o timeout|timed out", said):
        return "no answer in time (timeout)"
    return said


def asks(probe: Probe | None) -> str:
    """What a probe asks, in a few words: ``GET :8080/healthz``, ``TCP :5432``, ``exec pg_isready``."""
    if probe is None:
        return ""
    if probe.http_get is not None:
        return f"GET :{probe.http_get.port}{probe.http_get.path}"
    if probe.tcp_socket is not None:
        return f"TCP :{probe.tcp_socket.port}"
    if probe.grpc is not None:
        return f"gRPC :{probe.grpc.port}"
    return f"exec {' '.join(probe.exec.command)}" if probe.exec is not None else ""


def _unhealthy(view: View, pod: Pod, one: Suspect, probe: str) -> Event | None:
    events = told.told(view, pod, "Unhealthy", container=one.name)
    return next((event for event in events if told.text(event).lower().startswith(f"{probe} probe")), None)


def _earliest(*events: Event | None) -> Event | None:
    dated = [(first, event) for event in events if event is not None and (first := told.first(event)) is not None]
    return min(dated, key=lambda pair: pair[0])[1] if dated else None
