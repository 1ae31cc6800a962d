"""Evaluations become findings: named, dated, with the next step filled in, and folded under what causes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.analysis.checks.engine import Evaluation, severity_of
from k8sview.analysis.checks.folding import Causes
from k8sview.analysis.checks.outcome import Judged
from k8sview.model.fingerprints import fingerprint
from k8sview.model.report import Finding, Owner
from k8sview.model.resources import Ref
from k8sview.model.text import plain
from k8sview.model.times import format_time
from k8sview.model.view import View

_MARK = re.compile(r"\{(?:namespace|name|kind)\}")
_NAMESPACE_OPTION = re.compile(r" ?(?:-n|--namespace)[ =]\{namespace\}(?= |$)", re.MULTILINE)
TEAM_LABELS = ("team", "owner", "app.kubernetes.io/team", "squad")
_ARGO = "argocd.argoproj.io/instance"
_FLUX = ("kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name")


def findings_of(
    evaluations: Iterable[Evaluation],
    view: View,
    depends_on: Mapping[str, tuple[str, ...]],
    upstream: Callable[[Ref], tuple[Ref, ...]] = lambda ref: (),
) -> tuple[Finding, ...]:
    """All findings, sorted (layer, check id, namespace, kind, name), each linked to the most upstream one above it.

    ``depends_on``: component id → components it stands on. ``upstream``: what an object that is not well fails by, the
    most upstream first.
    """
    pairs = [(evaluation.check, judged) for evaluation in evaluations for judged in evaluation.judged]
    pairs.sort(key=_order)
    tables = view.tables.values()
    resources = {(table.resource.api_version, table.resource.kind): table.resource.name for table in tables}
    findings = _distinct(_finding(check, judged, view, resources) for check, judged in pairs)
    return Causes(depends_on, upstream).fold([pair[0] for pair in pairs], findings)


def _order(pair: tuple[Check, Judged]) -> tuple[Any, ...]:
    check, judged = pair
    subject = judged.subject
    place = (subject.namespace or "", subject.kind, subject.name, subject.container or "") if subject else ("",) * 4
    return (check.layer.floor, check.id, place, judged.outcome.path or "", judged.outcome.message)


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Two findings of one check about one place (two pods of one workload) still need two names: number the later."""
    seen: dict[str, int] = {}
    result = []
    for finding in findings:
        number = seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        if number > 1:
            finding = msgspec.structs.replace(finding, fingerprint=f"{finding.fingerprint}-{number}")  # noqa: PLW2901
        result.append(finding)
    return result


def _finding(check: Check, judged: Judged, view: View, resources: Mapping[tuple[str, str], str]) -> Finding:
    subject, outcome = judged.subject, judged.outcome
    return Finding(
        fingerprint=fingerprint(outcome.identity or check.id, view, subject, outcome.path),
        check_id=check.id,
        status=outcome.status,
        severity=severity_of(check, outcome),
        object=subject,
        message=plain(outcome.message),
        confidence=outcome.confidence,
        path=plain(outcome.path) if outcome.path is not None else None,
        observed=plain(outcome.observed) if outcome.observed is not None else None,
        expected=plain(outcome.expected) if outcome.expected is not None else None,
        evidence=tuple(plain(line) for line in outcome.evidence),
        since=format_time(outcome.since) if outcome.since else None,
        next=plain(fill(outcome.next or check.next, subject), newlines=True),
        owner=_owner(view, subject, resources),
    )


def fill(step: str, subject: Ref | None) -> str:
    """``{namespace}``, ``{name}`` and ``{kind}`` of a next step, from the object it is about. What there is none of is
    left out with the option that names it; a step about one object, where none is known, shows what to put there."""
    namespace = subject.namespace if subject is not None else None
    if namespace is None:
        step = _NAMESPACE_OPTION.sub("", step) if subject is not None else step
        namespace = "NAMESPACE"
    name, kind = (subject.name, subject.kind.lower()) if subject is not None else ("NAME", "KIND")
    values = {"{namespace}": namespace, "{name}": name, "{kind}": kind}
    return _MARK.sub(lambda mark: values[mark[0]], step)


def _owner(view: View, subject: Ref | None, resources: Mapping[tuple[str, str], str]) -> Owner | None:
    """Who to ask, by the labels of the object and of its namespace."""
    if subject is None:
        return None
    resource = resources.get((subject.api_version, subject.kind), "")
    obj = view.get(resource, subject.name, subject.namespace)
    namespace = view.get("namespaces", subject.namespace) if subject.namespace else None
    labels: dict[str, str] = {}
    for one in (namespace, obj):
        labels |= one.metadata.labels if one is not None else {}
    team = next((labels[name] for name in TEAM_LABELS if labels.get(name)), None)
    gitops = f"argocd/{labels[_ARGO]}" if labels.get(_ARGO) else None
    gitops = gitops or next((f"flux/{labels[name]}" for name in _FLUX if labels.get(name)), None)
    return (
        Owner(team=plain(team) if team else None, gitops=plain(gitops) if gitops else None) if team or gitops else None
    )
