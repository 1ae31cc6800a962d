"""Puts one run's results together as a Report. Pure: the same results and times give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from k8sview import __version__
from k8sview.analysis.checks.engine import Evaluation
from k8sview.analysis.checks.findings import findings_of
from k8sview.analysis.checks.folding import WORKLOADS_RULE
from k8sview.analysis.checks.summary import summarise
from k8sview.analysis.components.provider import detect_provider
from k8sview.catalog.loader import Catalog
from k8sview.model.components import ComponentCondition, ComponentStatus, Presence
from k8sview.model.report import (
    Access,
    ApiCost,
    CheckResult,
    ClusterIdentity,
    ComponentReport,
    Denied,
    Finding,
    Report,
    Run,
    Tool,
)
from k8sview.model.report import (
    Selection as ReportSelection,
)
from k8sview.model.resources import Ref
from k8sview.model.status import Status
from k8sview.model.tables import State
from k8sview.model.text import plain
from k8sview.model.times import format_time
from k8sview.model.view import View
from k8sview.session.selection import Selection

API_VERSION = "k8sview.io/v1"
SCHEMA_VERSION = "1.0.0"


class Timing(msgspec.Struct, frozen=True):
    started_at: datetime
    finished_at: datetime
    duration_ms: int


def build_report(
    *,
    catalog: Catalog,
    selection: Selection,
    view: View,
    components: Mapping[str, ComponentStatus],
    evaluations: Sequence[Evaluation],
    timing: Timing,
    upstream: Callable[[Ref], tuple[Ref, ...]] = lambda ref: (),
) -> Report:
    """The report of one judged view. ``upstream``: as in ``findings_of``."""
    depends_on = {component.id: component.depends_on for component in catalog.components}
    findings = findings_of(evaluations, view, depends_on, upstream)
    ordered = sorted(evaluations, key=lambda one: (one.check.layer.floor, one.check.id))
    selected = (selection.layers, selection.components, selection.checks, selection.namespaces)
    shown = _shown_components(catalog, selection, evaluations)
    return Report(
        api_version=API_VERSION,
        kind="CheckReport",
        schema_version=SCHEMA_VERSION,
        tool=Tool("k8sview", __version__),
        run=run_of(ReportSelection(*selected), view, timing),
        cluster=cluster_of(view),
        summary=summarise(ordered, findings),
        components=tuple(_component(components[name], ordered) for name in shown),
        checks=_check_results(ordered, findings),
        findings=findings,
        access=access_of(view, lambda resource: _blinded(ordered, resource)),
        errors=tuple(f"{one.check.id}: {plain(one.message)}" for one in ordered if one.status is Status.ERROR),
    )


def _shown_components(catalog: Catalog, selection: Selection, evaluations: Sequence[Evaluation]) -> list[str]:
    """Real components (topics are not installed by anybody), those with selected checks, in the order of the house."""
    used = {one.check.component for one in evaluations}
    whole = not (selection.layers or selection.components or selection.checks)
    return [one.id for one in catalog.components if not one.topic and (whole or one.id in used)]


def run_of(selection: ReportSelection, view: View, timing: Timing) -> Run:
    """How a run went, as every report's envelope says it."""
    return Run(
        started_at=format_time(timing.started_at),
        finished_at=format_time(timing.finished_at),
        duration_ms=timing.duration_ms,
        profile=None,
        source=view.cluster.source,
        selection=selection,
        api=ApiCost(view.usage.requests, view.usage.received_bytes),
    )


def cluster_of(view: View) -> ClusterIdentity:
    """Which cluster it was, as every report's envelope says it."""
    cluster, provider = view.cluster, detect_provider(view)
    return ClusterIdentity(
        context=plain(cluster.context),
        uid=cluster.uid,
        server=plain(cluster.server),
        version=plain(cluster.version),
        provider=provider.provider,
        distribution=provider.distribution,
    )


def _check_results(evaluations: Sequence[Evaluation], findings: Sequence[Finding]) -> tuple[CheckResult, ...]:
    check_of = {finding.fingerprint: finding.check_id for finding in findings}
    causes: dict[str, set[str]] = {}
    for finding in findings:
        if finding.caused_by is not None and check_of[finding.caused_by] != finding.check_id:
            causes.setdefault(finding.check_id, set()).add(check_of[finding.caused_by])
    return tuple(
        CheckResult(
            id=one.check.id,
            title=one.check.title,
            layer=one.check.layer,
            component=one.check.component,
            severity=one.check.severity,
            status=one.status,
            reason=one.reason,
            message=plain(one.message),
            evaluated_objects=one.evaluated,
            duration_ms=round(one.seconds * 1000),
            caused_by=tuple(sorted(causes.get(one.check.id, ()))),
            why=one.check.why,
            next=one.check.next,
            url=one.check.url,
        )
        for one in evaluations
    )


def _component(status: ComponentStatus, evaluations: Sequence[Evaluation]) -> ComponentReport:
    own = [one for one in evaluations if one.check.component == status.id]
    return ComponentReport(
        id=status.id,
        title=status.title,
        layer=status.layer,
        state=status.state,
        version=plain(status.version) if status.version else None,
        conditions=conditions_of(status, own),
        evidence=tuple(plain(line) for line in status.evidence),
    )


def conditions_of(status: ComponentStatus, own: Sequence[Evaluation]) -> tuple[ComponentCondition, ...]:
    """Available, Progressing, Degraded and Upgradeable of an installed component; each Unknown where nobody could look.

    Nothing for a component that does not run here.
    """
    if status.state not in (Presence.INSTALLED, Presence.UNKNOWN):
        return ()
    ready = [one for one in own if one.check.rule_name == WORKLOADS_RULE]
    others = [one for one in own if one.status is not Status.SKIP]
    return (
        _condition("Available", ready, good="True", bad="False", reason="WorkloadsNotReady"),
        _progressing(ready),
        _condition("Degraded", others, good="False", bad="True", reason="ChecksFailing"),
        _condition("Upgradeable", others, good="True", bad="False", reason="ChecksFailing"),
    )


def _condition(kind: str, evaluations: Sequence[Evaluation], *, good: str, bad: str, reason: str) -> ComponentCondition:
    failing = [one for one in evaluations if one.status is Status.FAIL]
    if failing:
        return ComponentCondition(kind, bad, reason, plain(failing[0].message))
    blind = [one for one in evaluations if not one.status.evaluated]
    if blind or not evaluations:
        message = plain(blind[0].message) if blind else "no check could be applied"
        return ComponentCondition(kind, "Unknown", str(blind[0].reason or "Unknown") if blind else "NotJudged", message)
    return ComponentCondition(kind, good, "AsExpected")


def _progressing(ready: Sequence[Evaluation]) -> ComponentCondition:
    if not ready or not all(one.status.evaluated for one in ready):
        return ComponentCondition("Progressing", "Unknown", "NotJudged")
    moving = any(one.recheck_at is not None for one in ready)
    return ComponentCondition("Progressing", "True" if moving else "False", "RollingOut" if moving else "AsExpected")


def access_of(view: View, affected: Callable[[str], Iterable[str]] = lambda resource: ()) -> Access:
    """What was denied. ``affected``: ids of the checks that a denied resource leaves blind."""
    denied = []
    for name in sorted(view.tables):
        table = view.tables[name]
        for scope, state in sorted(table.scopes.items(), key=lambda item: item[0] or ""):
            if state.state is State.DENIED:
                resource = table.resource
                denied.append(
                    Denied(resource.group, resource.plural, state.verb, scope, tuple(sorted(set(affected(name)))))
                )
    return Access(tuple(denied))


def _blinded(evaluations: Sequence[Evaluation], resource: str) -> Iterable[str]:
    for one in evaluations:
        if one.status is Status.UNKNOWN and (
            resource in (*one.check.requires, *one.check.wants) or f"{resource}: " in one.message
        ):
            yield one.check.id
