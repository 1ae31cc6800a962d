"""Puts one health judgement together as a report, or as the answer to "why". Pure: the same values, the same bytes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import msgspec

from k8sview import __version__
from k8sview.analysis.drift.before import changed_before, unread_before
from k8sview.analysis.health.compare.compare import compare
from k8sview.analysis.health.engine import HealthEngine
from k8sview.analysis.health.verdict import is_judged
from k8sview.model.health import ClusterHealth, Health, HealthVerdict, Judged, RootCause
from k8sview.model.health_report import (
    Axes,
    CauseReport,
    ChangedBefore,
    Compare,
    Evidence,
    HealthReport,
    HealthSummary,
    ObjectHealth,
    StepReport,
    Unseen,
    WhyReport,
)
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.report import Run, Selection, Tool
from k8sview.model.resources import Key, Ref
from k8sview.model.text import plain
from k8sview.model.times import format_age, format_time
from k8sview.model.view import View
from k8sview.session.reporting import API_VERSION, SCHEMA_VERSION, Timing, access_of, cluster_of, run_of


class HealthReading(msgspec.Struct, frozen=True):
    """A judged view. ``engine`` answers for single objects and chains."""

    view: View
    engine: HealthEngine
    health: ClusterHealth
    timing: Timing


class Scope(msgspec.Struct, frozen=True):
    """What of a cluster a report tells: some namespaces, objects with some labels, and also those that are well."""

    namespaces: tuple[str, ...] | None = None
    selector: LabelSelector | None = None
    selector_text: str | None = None
    everything: bool = False

    def holds(self, view: View, judged: Judged) -> bool:
        """Whether an object is asked for."""
        ref = judged.object
        if self.namespaces is not None and ref.namespace not in self.namespaces:
            return False
        if self.selector is None:
            return True
        obj = view.get(judged.resource, ref.name, ref.namespace)
        return obj is not None and self.selector.matches(obj.metadata.labels)


def build_health_report(reading: HealthReading, scope: Scope) -> HealthReport:
    """The report of one judged view."""
    view = reading.view
    judged = [one for one in reading.engine.everything() if scope.holds(view, one)]
    counts = Counter(one.health.verdict for one in judged)
    asked = {one.cause for one in judged if one.cause is not None}
    whole = scope.namespaces is None and scope.selector is None
    causes = [one for one in reading.health.causes if whole or one.id in asked]
    shown = (one for one in judged if scope.everything or one.health.verdict is not HealthVerdict.HEALTHY)
    return HealthReport(
        api_version=API_VERSION,
        kind="HealthReport",
        schema_version=SCHEMA_VERSION,
        tool=Tool("k8sview", __version__),
        run=_run(reading, scope),
        cluster=cluster_of(view),
        summary=HealthSummary({str(one): counts[one] for one in HealthVerdict}, len(causes)),
        root_causes=tuple(cause_report(view, one) for one in causes),
        objects=tuple(object_health(view, one) for one in sorted(shown, key=_order)),
        unseen=unseen_of(view),
        access=access_of(view),
        selector=scope.selector_text,
        errors=_errors(view),
    )


def build_why_report(reading: HealthReading, resource: str, key: Key) -> WhyReport:
    """The answer about one object that is in the view and judged."""
    view = reading.view
    judged = reading.engine.judged(resource, key)
    assert judged is not None, "the caller has looked it up"
    cause = next((one for one in reading.health.causes if one.id == judged.cause), None)
    return WhyReport(
        api_version=API_VERSION,
        kind="WhyReport",
        schema_version=SCHEMA_VERSION,
        tool=Tool("k8sview", __version__),
        run=_run(reading, Scope(view.namespaces)),
        cluster=cluster_of(view),
        object=object_health(view, judged),
        chain=tuple(
            StepReport(
                object=plain_ref(step.object),
                verdict=step.health.verdict if step.health is not None else None,
                message=plain(_words(step.health, step.diagnosis.message if step.diagnosis else "")),
                diagnosis=step.diagnosis.id if step.diagnosis is not None else None,
                evidence=evidence_of(step.diagnosis.evidence if step.diagnosis is not None else ()),
            )
            for step in reading.engine.chain(resource, key)
        ),
        root_cause=cause_report(view, cause) if cause is not None else None,
        access=access_of(view),
        unseen=unseen_of(view),
    )


def cause_report(view: View, cause: RootCause) -> CauseReport:
    """One root cause with what changed before it began."""
    about = (cause.object, *cause.objects)
    changes = changed_before(view, about, cause.since) if cause.since is not None else ()
    missing = dict.fromkeys((*cause.missing, *unread_before(view, about)))
    return CauseReport(
        id=cause.id,
        diagnosis=cause.diagnosis,
        object=plain_ref(cause.object),
        message=plain(cause.message),
        since=format_time(cause.since) if cause.since is not None else None,
        confidence=cause.confidence,
        evidence=evidence_of(cause.evidence),
        affects=cause.affects,
        objects=tuple(plain_ref(one) for one in cause.objects),
        changed_before=tuple(
            ChangedBefore(
                at=format_time(one.at),
                object=plain_ref(one.object),
                path=plain(one.path),
                before=plain(one.before) if one.before is not None else None,
                after=plain(one.after) if one.after is not None else None,
                actor=plain(one.actor),
                sentence=plain(one.sentence),
                basis=one.basis,
            )
            for one in changes
        ),
        next=plain(cause.next, newlines=True),
        missing=tuple(_missing(view, name) for name in missing),
    )


def object_health(view: View, judged: Judged) -> ObjectHealth:
    """One object as every health document tells it."""
    health = judged.health
    obj = view.get(judged.resource, judged.object.name, judged.object.namespace)
    other = compare(view, judged.resource, obj, health) if obj is not None else None
    axes = (health.rollout, health.availability, health.stability)
    missing = dict.fromkeys((*health.missing, *(judged.diagnosis.missing if judged.diagnosis else ())))
    return ObjectHealth(
        object=plain_ref(judged.object),
        verdict=health.verdict,
        since=format_time(health.since) if health.since is not None else None,
        grace=_grace(health),
        reason=plain(health.reason),
        message=plain(health.message),
        confidence=health.confidence,
        evidence=evidence_of(health.evidence),
        root_cause=judged.cause,
        missing=tuple(_missing(view, name) for name in missing),
        axes=Axes(*axes) if any(axes) else None,
        compare=Compare(other.kstatus, other.argocd, plain(other.rule)) if other is not None else None,
    )


def evidence_of(lines: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Evidence as values of two parts."""
    return tuple(Evidence(*_split(plain(line))) for line in lines)


def unseen_of(view: View) -> tuple[Unseen, ...]:
    """Judged resources that could not be read, wholly or in part. What is not served holds nothing."""
    found = []
    for name in sorted(view.tables):
        table = view.tables[name]
        state = table.state
        if not is_judged(name) or str(state.state) in ("not_served", "idle"):
            continue
        if table.count is None:
            found.append(Unseen(name, str(state.state), plain(state.reason)))
        elif table.partial:
            found.append(Unseen(name, "partial", plain(table.partial)))
    return tuple(found)


def plain_ref(ref: Ref) -> Ref:
    """A reference whose text may reach a terminal."""
    return Ref(
        plain(ref.api_version),
        plain(ref.kind),
        plain(ref.namespace) if ref.namespace is not None else None,
        plain(ref.name),
        plain(ref.container) if ref.container is not None else None,
    )


def _run(reading: HealthReading, scope: Scope) -> Run:
    return run_of(Selection(namespaces=scope.namespaces), reading.view, reading.timing)


def _errors(view: View) -> tuple[str, ...]:
    """Objects that could not be decoded: they are judged unknown, and told here with the reason."""
    return tuple(
        plain(f"{name} {'/'.join(filter(None, key))}: {broken.problem}")
        for name, table in sorted(view.tables.items())
        for key, broken in sorted(table.malformed.items())
    )


def _missing(view: View, resource: str) -> str:
    """``events: denied``; the resource alone where its table does not say why."""
    state = view.state(resource).state
    return resource if state.readable else f"{resource}: {state}"


def _grace(health: Health) -> str | None:
    grace = health.grace
    if grace is None and health.recheck_at is not None and health.since is not None:
        grace = health.recheck_at - health.since
    return format_age(grace) if grace is not None and grace > timedelta() else None


def _split(line: str) -> tuple[str, str]:
    path, mark, value = line.partition(" = ")
    return (path, value) if mark else ("", line)


def _words(health: Health | None, diagnosis: str) -> str:
    return diagnosis or (health.message if health is not None else "")


def _order(judged: Judged) -> tuple[str, str, str]:
    return (judged.object.namespace or "", judged.object.kind, judged.object.name)
