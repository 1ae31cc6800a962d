"""What somebody switched off: workloads at zero, suspended Jobs and schedules. Meant for a day, left for a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from k8sview.analysis.checks.applications import applications
from k8sview.analysis.checks.custom import edited, text
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, passes, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.status import Confidence
from k8sview.model.times import format_age, parse_duration, parse_time

_SCALED = ("deployments.apps", "statefulsets.apps")
_AUTOSCALERS = "horizontalpodautoscalers.autoscaling"
_SCALERS = "scaledobjects.keda.sh"
# Kueue and its kin admit Jobs by suspending them: the queue decides when they go on.
_QUEUES = ("kueue.x-k8s.io/queue-name", "kueue.x-k8s.io/managed", "volcano.sh/queue-name")


class SwitchedParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long something may be off."""

    grace: str = "7d"

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) is not None else f"grace: {self.grace!r} is no duration (24h, 7d)"

    @property
    def span(self) -> timedelta:
        return parse_duration(self.grace) or timedelta()


class ZeroParameters(SwitchedParameters, frozen=True, kw_only=True):
    """``grace``: how long a workload may be at zero."""

    def reads(self) -> tuple[str, ...]:
        return (_AUTOSCALERS, _SCALERS, *_SCALED)


@rule("scaled-to-zero", ZeroParameters)
def scaled_to_zero(context: Context, parameters: ZeroParameters) -> Iterator[Judged]:
    """No Deployment or StatefulSet is left at zero replicas, unless an autoscaler, KEDA or another object keeps it so.
    The API tells no time of a scaling; the last condition that changed is the best there is."""
    kept = set(_targets(context))
    for subject, workload in applications(context, _SCALED):
        place = (subject.namespace or "", subject.kind, subject.name)
        if workload.spec.replicas > 0 or place in kept or workload.metadata.controller is not None:
            yield Judged(subject, PASS)
            continue
        times = [parse_time(one.last_transition_time) for one in workload.status.conditions]
        since = max((one for one in times if one is not None), default=parse_time(workload.metadata.creation_timestamp))
        yield Judged(subject, _off("spec.replicas = 0", since, context.now, parameters.span))


def _targets(context: Context) -> Iterator[tuple[str, str, str]]:
    for one in context.table(_AUTOSCALERS):
        target = one.spec.scale_target_ref
        yield (one.metadata.namespace or "", target.kind, target.name)
    for one in context.table(_SCALERS):
        kind = text(one, "spec.scaleTargetRef.kind") or "Deployment"
        yield (one.metadata.namespace or "", kind, text(one, "spec.scaleTargetRef.name"))


def _off(evidence: str, since: datetime | None, now: datetime, grace: timedelta) -> Outcome:
    if since is not None and now - since < grace:
        return passes(recheck_at=since + grace)
    path, _, observed = evidence.partition(" = ")
    what = "scaled to zero" if path == "spec.replicas" else "suspended"
    lasted = f" for about {format_age(now - since)}" if since else ", and nothing says since when"
    return fails(
        f"has been {what}{lasted}",
        path=path,
        observed=observed,
        evidence=(evidence,),
        since=since,
        confidence=Confidence.INFERRED,
    )


class SuspendedParameters(SwitchedParameters, frozen=True, kw_only=True):
    """``grace``: how long a Job or a schedule may be suspended."""

    def reads(self) -> tuple[str, ...]:
        return ("cronjobs.batch", "jobs.batch")


@rule("suspended-briefly", SuspendedParameters)
def suspended_briefly(context: Context, parameters: SuspendedParameters) -> Iterator[Judged]:
    """No CronJob and no Job is left suspended. Jobs that wait in a queue of Kueue or Volcano are suspended by it."""
    for resource in ("cronjobs.batch", "jobs.batch"):
        table = context.table(resource)
        for key in sorted(table.objects):
            one = table.objects[key]
            marks = {*one.metadata.labels, *one.metadata.annotations}
            if not one.spec.suspend or marks & set(_QUEUES) or one.metadata.controller is not None:
                yield Judged(ref_to(table, one), PASS)
                continue
            since = edited(one) or parse_time(one.metadata.creation_timestamp)
            yield Judged(ref_to(table, one), _off("spec.suspend = true", since, context.now, parameters.span))
