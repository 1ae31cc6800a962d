"""The one entry: our verdict beside the words of kstatus and Argo CD, where at least one of them differs.

Which words mean the same:

- kstatus: Current is Healthy, Suspended or Waiting; InProgress is Progressing; Failed is Degraded or Down;
  Terminating and Unknown are themselves.
- Argo CD: Healthy is Healthy or Waiting; Progressing is Progressing or Terminating, for which it has no word of its
  own; Degraded is Degraded or Down; Suspended and Unknown are themselves. An object without any health (None) never
  weighs on its application: that is taken for Healthy, Suspended, Waiting or Unknown.
"""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.compare.argocd import argocd
from k8sview.analysis.health.compare.kstatus import kstatus
from k8sview.analysis.health.compare.said import Said
from k8sview.model.health import Comparison, Health, HealthVerdict
from k8sview.model.objects.meta import Malformed
from k8sview.model.view import View

_FAULTY = frozenset({HealthVerdict.DEGRADED, HealthVerdict.DOWN})

_KSTATUS: dict[str | None, frozenset[HealthVerdict]] = {
    "Current": frozenset({HealthVerdict.HEALTHY, HealthVerdict.SUSPENDED, HealthVerdict.WAITING}),
    "InProgress": frozenset({HealthVerdict.PROGRESSING}),
    "Failed": _FAULTY,
    "Terminating": frozenset({HealthVerdict.TERMINATING}),
    "Unknown": frozenset({HealthVerdict.UNKNOWN}),
}

_ARGOCD: dict[str | None, frozenset[HealthVerdict]] = {
    "Healthy": frozenset({HealthVerdict.HEALTHY, HealthVerdict.WAITING}),
    "Progressing": frozenset({HealthVerdict.PROGRESSING, HealthVerdict.TERMINATING}),
    "Degraded": _FAULTY,
    "Suspended": frozenset({HealthVerdict.SUSPENDED}),
    "Unknown": frozenset({HealthVerdict.UNKNOWN}),
    None: frozenset(
        {HealthVerdict.HEALTHY, HealthVerdict.SUSPENDED, HealthVerdict.WAITING, HealthVerdict.UNKNOWN},
    ),
}


def compare(view: View, resource: str, obj: Any, health: Health) -> Comparison | None:
    """What kstatus and Argo CD say of an object of ``resource`` (``deployments.apps``); ``health`` is our verdict.

    None where both mean the same as our verdict, and where the object could not be read: then no rule can be applied.
    """
    if isinstance(obj, Malformed) or getattr(obj, "metadata", None) is None:
        return None
    theirs, argo = kstatus(view, resource, obj), argocd(resource, obj)
    clauses: list[str] = []
    if health.verdict not in _KSTATUS[theirs.word]:
        clauses.append(f"kstatus says {theirs.word}: {theirs.because}")
    elif theirs.fork and health.verdict is not HealthVerdict.PROGRESSING:
        clauses.append(theirs.fork)
    if argo.followed and health.verdict not in _ARGOCD[argo.word]:
        clauses.append(_argo_clause(argo))
    if not clauses:
        return None
    return Comparison(kstatus=theirs.word or "Unknown", argocd=argo.word, rule="; ".join(clauses))


def _argo_clause(argo: Said) -> str:
    return f"Argo CD says {argo.word}: {argo.because}" if argo.word else f"Argo CD says nothing: {argo.because}"
