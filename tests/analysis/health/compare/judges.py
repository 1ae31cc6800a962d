"""Asking the other judges: their two words for an object, and the comparison with our own verdict on it."""

from __future__ import annotations

from k8sview.analysis.health.compare.argocd import argocd
from k8sview.analysis.health.compare.compare import compare
from k8sview.analysis.health.compare.kstatus import kstatus
from k8sview.analysis.health.verdict import health_of
from k8sview.model.health import Comparison, Health, HealthVerdict
from tests.analysis.clusters import read, view_of
from tests.analysis.health.objects import Raw


def words(raw: Raw) -> tuple[str | None, str | None]:
    """What kstatus and Argo CD say."""
    resource, obj = read(raw)
    return kstatus(view_of(raw), resource.name, obj).word, argocd(resource.name, obj).word


def beside(raw: Raw, verdict: HealthVerdict) -> Comparison | None:
    """The comparison with a verdict that is given."""
    resource, obj = read(raw)
    return compare(view_of(raw), resource.name, obj, Health(verdict))


def ours_and_theirs(raw: Raw, *others: Raw) -> tuple[str, str, str | None, str]:
    """Our verdict, their two words and the rule by which they differ; the rule is "" where all mean the same."""
    resource, obj = read(raw)
    view = view_of(raw, *others)
    health = health_of(view, resource.name, obj)
    found = compare(view, resource.name, obj, health)
    if found is None:
        said = words(raw)
        return health.verdict, said[0] or "", said[1], ""
    return health.verdict, found.kstatus, found.argocd, found.rule
