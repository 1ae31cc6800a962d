"""What one container's status says: waiting, failing, starting, restarting. Knows nothing of the pod around it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.health.moments import ago, grace_end
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.pods import (
    Container,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    Probe,
)
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

IMAGE_REASONS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "ImageInspectError",
        "InvalidImageName",
        "RegistryUnavailable",
        "SignatureValidationFailed",
    }
)
_HARMLESS_WAITS = frozenset({"", "ContainerCreating", "PodInitializing"})

SETTLED = timedelta(minutes=10)  # the kubelet, too, forgets its back-off after ten minutes of running
STARTING = timedelta(minutes=5)
NOT_READY = timedelta(minutes=1)
_FEW_RESTARTS = 2


def failing_wait(status: ContainerStatus) -> ContainerStateWaiting | None:
    """The waiting state if it is a failure: a crash loop, an image that cannot be pulled, a missing Secret …"""
    waiting = status.state.waiting
    return waiting if waiting is not None and waiting.reason not in _HARMLESS_WAITS else None


def waits(status: ContainerStatus, image: str, words: str) -> Health:
    """Verdict on a container whose wait is a failure; ``words`` name it ("container app", "init container app")."""
    waiting = status.state.waiting or ContainerStateWaiting()
    place = f"{waiting.reason} in {words}"
    evidence = [f"{_path(status, words)}.state.waiting.reason = {waiting.reason}"]
    since = None
    if waiting.reason in IMAGE_REASONS:
        message = f"{place} ({image or status.image})"
        if waiting.message:
            evidence.append(f"{_path(status, words)}.state.waiting.message = {one_line(waiting.message)}")
    elif waiting.reason == "CrashLoopBackOff":
        last = status.last_state.terminated
        since = parse_time(last.finished_at) if last else None
        message = f"{place}: {ended(last)}, " if last else f"{place}: "
        message += counted(status.restart_count, "restart")
        evidence.append(f"{_path(status, words)}.restartCount = {status.restart_count}")
    else:
        message = joined(place, one_line(waiting.message))
        if waiting.message:
            evidence.append(f"{_path(status, words)}.state.waiting.message = {one_line(waiting.message)}")
    return Health(HealthVerdict.DOWN, waiting.reason, message, since=since, evidence=tuple(evidence))


def exited(status: ContainerStatus, state: ContainerStateTerminated, words: str) -> Health:
    """Verdict on a container that has ended and should not have, or not like that."""
    return Health(
        HealthVerdict.DOWN,
        state.reason or "Error",
        f"{words} ended: {ended(state)}",
        since=parse_time(state.finished_at),
        evidence=(f"{_path(status, words)}.state.terminated.exitCode = {state.exit_code}",),
    )


def ended(state: ContainerStateTerminated) -> str:
    """``OOMKilled (exit code 137)``, with the container's own last words where it left any."""
    if state.exit_code == 0 and not state.signal:
        how = "it exits with code 0 instead of running on"
    elif state.reason in ("", "Error"):
        how = f"exit code {state.exit_code}"
    else:
        how = f"{state.reason} (exit code {state.exit_code})"
    return joined(how, one_line(state.message, 120))


def not_ready(
    view: View, status: ContainerStatus, container: Container | None, turned: datetime | None, words: str
) -> Health:
    """Verdict on a container that runs and is not ready; ``turned`` is when its pod stopped being Ready."""
    running = status.state.running
    started = parse_time(running.started_at) if running else None
    evidence = (f"{_path(status, words)}.ready = false",)
    fell = started is not None and turned is not None and turned > started + timedelta(seconds=10)
    if fell:
        since, grace, what = turned, NOT_READY, f"{words} runs but is no longer ready"
    else:
        since, grace, what = started or turned, max(STARTING, patience(container)), f"{words} is starting"
    again = _crashing(view, status, words)
    if again is not None:
        return again
    end = grace_end(view, since, grace)
    if end is not None:
        return Health(
            HealthVerdict.PROGRESSING, "Starting", what, since, evidence=evidence, recheck_at=end, grace=grace
        )
    span = ago(view, since)
    lasting = f" for {format_age(span)}" if span is not None else ""
    return Health(
        HealthVerdict.DOWN, "ContainersNotReady", f"{words} runs but is not ready{lasting}", since, evidence=evidence
    )


def lately_ended(view: View, status: ContainerStatus, memory: timedelta = SETTLED) -> datetime | None:
    """Until when a container's last end matters although it runs again; None where there was none, or long ago."""
    last = status.last_state.terminated
    if last is None or not status.restart_count:
        return None
    return grace_end(view, parse_time(last.finished_at), memory)


def restarting(view: View, status: ContainerStatus, words: str, memory: timedelta) -> Health | None:
    """Verdict on a container that is ready now but ended not longer than ``memory`` ago; None when it has settled.

    A crash loop is Ready between its crashes. Up to two recent restarts are only watched, more are a fault.
    """
    last = status.last_state.terminated
    end = lately_ended(view, status, memory)
    if last is None or end is None:
        return None
    few = status.restart_count <= _FEW_RESTARTS
    health = _restarted(view, status, last, words)
    return msgspec.structs.replace(
        health,
        verdict=HealthVerdict.PROGRESSING if few else HealthVerdict.DEGRADED,
        reason="Restarted" if few else "Restarting",
        stability="stable" if few else "flapping",
        recheck_at=end,
    )


def _crashing(view: View, status: ContainerStatus, words: str) -> Health | None:
    """Verdict on a container that runs, is not ready, and has ended again and again: it is not merely starting."""
    last = status.last_state.terminated
    end = lately_ended(view, status)
    if last is None or end is None or status.restart_count <= _FEW_RESTARTS:
        return None
    return msgspec.structs.replace(_restarted(view, status, last, words), recheck_at=end)


def _restarted(view: View, status: ContainerStatus, last: ContainerStateTerminated, words: str) -> Health:
    finished = parse_time(last.finished_at)
    times = counted(status.restart_count, "time")
    since_end = ago(view, finished) or timedelta()
    return Health(
        HealthVerdict.DOWN,
        "Restarting",
        f"{words} has restarted {times}, last: {ended(last)}, {format_age(since_end)} ago",
        since=finished,
        stability="flapping",
        evidence=(
            f"{_path(status, words)}.restartCount = {status.restart_count}",
            f"{_path(status, words)}.lastState.terminated.finishedAt = {last.finished_at}",
        ),
    )


def patience(container: Container | None) -> timedelta:
    """How long the container's own probes allow it to take until it is ready."""
    if container is None:
        return timedelta()
    return timedelta(seconds=_budget(container.startup_probe) + _budget(container.readiness_probe))


def _budget(probe: Probe | None) -> int:
    if probe is None:
        return 0
    return probe.initial_delay_seconds + (probe.period_seconds + probe.timeout_seconds) * probe.failure_threshold


def _path(status: ContainerStatus, words: str) -> str:
    field = "containerStatuses" if words.startswith("container ") else "initContainerStatuses"
    return f"status.{field}[name={status.name}]"
