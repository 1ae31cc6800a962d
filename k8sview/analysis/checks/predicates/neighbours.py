"""``ref``, ``event``, ``replicas``: an object together with what stands next to it, found through indices only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from k8sview.analysis.checks.check import Predicate
from k8sview.analysis.checks.outcome import PASS, Context, Outcome, cannot_tell, fails, passes, warns
from k8sview.analysis.checks.registry import Parameters, predicate
from k8sview.model.fields import read_one, reader
from k8sview.model.health import HealthVerdict
from k8sview.model.kinds import RESOURCE_NAMES
from k8sview.model.times import parse_duration, parse_time


class RefParameters(Parameters, frozen=True, kw_only=True):
    """Every name at ``path`` names an existing object of ``resource``, in the same namespace unless ``namespace``
    (a path) says another. ``cluster`` for cluster-scoped targets."""

    path: str
    resource: str
    namespace: str | None = None
    cluster: bool = False

    def paths(self) -> tuple[str, ...]:
        return (self.path, *((self.namespace,) if self.namespace else ()))

    def reads(self) -> tuple[str, ...]:
        return (self.resource,)


@predicate("ref", RefParameters, own_object_only=False)
def ref(parameters: RefParameters) -> Predicate:
    read = reader(parameters.path)

    def judge(obj: Any, context: Context) -> Outcome:
        table = context.table(parameters.resource)
        namespace = None if parameters.cluster else obj.metadata.namespace
        if parameters.namespace:
            namespace = read_one(obj, parameters.namespace) or namespace
        for name in read(obj):
            if not isinstance(name, str) or not name or table.get(name, namespace) is not None:
                continue
            where = f"{namespace}/{name}" if namespace else name
            if not table.state.state.readable:
                return cannot_tell(f"whether {table.resource.kind} {where} exists: {table.state}", path=parameters.path)
            return fails(
                f"{table.resource.kind} {where} does not exist",
                path=parameters.path,
                observed=name,
                expected=f"an existing {table.resource.kind}",
            )
        return PASS

    return judge


class EventParameters(Parameters, frozen=True, kw_only=True):
    """No event with one of ``reasons`` about the object within the last ``within``."""

    reasons: tuple[str, ...]
    within: str = "1h"

    def problem(self) -> str | None:
        return None if parse_duration(self.within) is not None else f"within: {self.within!r} is no duration"

    def reads(self) -> tuple[str, ...]:
        return ("events",)


@predicate("event", EventParameters, own_object_only=False)
def event(parameters: EventParameters) -> Predicate:
    within = parse_duration(parameters.within) or timedelta(hours=1)

    def judge(obj: Any, context: Context) -> Outcome:
        state = context.table("events").state
        if not state.state.readable:
            return cannot_tell(f"events could not be read: {state}")
        for one in context.view.events_of(obj):
            seen = parse_time(one.last_seen)
            if one.reason in parameters.reasons and seen is not None and context.now - seen <= within:
                return fails(
                    f"{one.reason}: {one.message or ''}",
                    observed=one.reason,
                    evidence=(f"event {one.metadata.name}: {one.reason} at {one.last_seen}",),
                    since=parse_time(one.first_timestamp) or seen,
                    recheck_at=seen + within,
                )
        return PASS

    return judge


class ReplicasParameters(Parameters, frozen=True, kw_only=True):
    """The workload is fully rolled out and available, by the health verdict that the verdict column shows too."""


@predicate("replicas", ReplicasParameters, own_object_only=False)
def replicas(parameters: ReplicasParameters) -> Predicate:
    def judge(obj: Any, context: Context) -> Outcome:
        resource = RESOURCE_NAMES.get(type(obj).__name__, "")
        health = context.health(resource, obj)
        details: dict[str, Any] = {
            "evidence": health.evidence,
            "since": health.since,
            "confidence": health.confidence,
            "recheck_at": health.recheck_at,
        }
        if health.verdict.faulty:
            return fails(health.message, **details)
        if health.verdict is HealthVerdict.UNKNOWN:
            return cannot_tell(health.message or "its health cannot be told", **details)
        if health.verdict is HealthVerdict.SUSPENDED:
            return warns(health.message or "deliberately off", **details)
        return passes(health.recheck_at)

    return judge
