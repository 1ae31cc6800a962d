"""``workloads-available``, ``pods-run``, ``jobs-complete``: does what teams run stand, by the verdict of the lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.applications import WORKLOADS, root_of, workloads
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, passes, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.resources import Ref
from k8sview.model.status import Severity
from k8sview.model.times import parse_time


class NoParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""


@rule("workloads-available", NoParameters)
def workloads_available(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """Every Deployment, StatefulSet and DaemonSet that is no part of a catalogued component."""
    for resource, table, workload in workloads(context, WORKLOADS):
        yield Judged(ref_to(table, workload), _outcome(context.health(resource, workload)))


def _outcome(health: Health) -> Outcome:
    details: dict[str, Any] = {
        "observed": health.reason or None,
        "evidence": health.evidence,
        "since": health.since,
        "confidence": health.confidence,
        "recheck_at": health.recheck_at,
    }
    match health.verdict:
        case HealthVerdict.DOWN:
            return fails(health.message or "is down", **details)
        case HealthVerdict.DEGRADED:
            return fails(health.message or "is degraded", **details, severity=Severity.MEDIUM)
        case HealthVerdict.UNKNOWN:
            return cannot_tell(health.message or "its health cannot be told", **details)
    return passes(health.recheck_at)


@rule("pods-run", NoParameters)
def pods_run(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """Pods that no Deployment, StatefulSet or DaemonSet answers for: one finding for each root, however many pods."""
    table = context.table("pods")
    failing: dict[Ref, list[tuple[str, Health]]] = {}
    for key in sorted(table.objects):
        pod = table.objects[key]
        root = root_of(context.view, pod)
        owned = bool(pod.metadata.owner_references)
        if root is None or pod.status.phase == "Succeeded" or (owned and pod.status.phase == "Failed"):
            yield Judged(None, PASS)  # its workload, or the Job that retries it, has the say
            continue
        health = context.health("pods", pod)
        if health.verdict.faulty:
            failing.setdefault(root, []).append((pod.metadata.name, health))
        yield Judged(None, passes(health.recheck_at))
    for root, pods in failing.items():
        name, health = pods[0]
        message = health.message or "fails"
        if root.kind != "Pod":
            message = f"pod {name} {message}" if len(pods) == 1 else f"{len(pods)} pods fail; {name} {message}"
        yield Judged(
            root,
            fails(
                message,
                observed=health.reason or None,
                evidence=health.evidence,
                since=health.since,
                confidence=health.confidence,
                recheck_at=health.recheck_at,
            ),
        )


@rule("jobs-complete", NoParameters)
def jobs_complete(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """No Job has failed for good; of a CronJob's Jobs only the newest counts, for the older ones are history."""
    table = context.table("jobs.batch")
    newest: dict[tuple[str, str], Any] = {}
    for key in sorted(table.objects):
        job = table.objects[key]
        owner = job.metadata.controller
        yield Judged(None, PASS)
        place = (key[0], owner.uid if owner is not None else f"job/{key[1]}")
        known = newest.get(place)
        if known is None or _started(job) > _started(known):
            newest[place] = job
    for job in newest.values():
        failed = next((one for one in job.status.conditions if one.type == "Failed" and one.status == "True"), None)
        if failed is None:
            continue
        owner = job.metadata.controller
        namespace = job.metadata.namespace
        subject = Ref(owner.api_version, owner.kind, namespace, owner.name) if owner else ref_to(table, job)
        what = f"its newest Job {job.metadata.name} failed" if owner else "failed for good"
        yield Judged(
            subject,
            fails(
                f"{what}: {failed.reason}: {failed.message}".rstrip(": "),
                observed=failed.reason,
                expected="Complete",
                since=parse_time(failed.last_transition_time),
                next=f"kubectl logs -n {namespace} job/{job.metadata.name} --all-containers --tail=50",
            ),
        )


def _started(job: Any) -> str:
    started: str = job.status.start_time or job.metadata.creation_timestamp or ""
    return started
