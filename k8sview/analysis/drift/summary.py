"""The order of drifts, their lasting names, and their counts: what every report begins with."""

from __future__ import annotations

from collections.abc import Iterable

from k8sview.model.drift import Coverage, Drift, DriftKind, DriftSummary
from k8sview.model.fingerprints import fingerprint
from k8sview.model.view import View

_KINDS = {kind: number for number, kind in enumerate(DriftKind)}


def order(drifts: Iterable[Drift]) -> tuple[Drift, ...]:
    """Worst first: what nobody ignores, by severity, security before the rest, then by place. Always the same."""
    return tuple(sorted(drifts, key=_place))


def fingerprint_of(view: View, drift: Drift) -> str:
    """A name that survives restarts and rollouts: of the kind of drift, the workload and the path."""
    return fingerprint(drift.kind.identity, view, drift.object, drift.path)


def summary(drifts: Iterable[Drift], coverage: Coverage | None = None) -> DriftSummary:
    """Counts of what no rule ignores. Unmanaged objects are counted apart: nothing about them differs.

    ``coverage`` None: nobody looked, or nothing manages anything here; then no percentage is told.
    """
    found = list(drifts)
    counted = [one for one in found if one.ignored_by is None and one.kind is not DriftKind.UNMANAGED]
    objects = {(one.object.api_version, one.object.kind, one.object.namespace, one.object.name) for one in counted}
    unmanaged = sum(one.ignored_by is None and one.kind is DriftKind.UNMANAGED for one in found)
    return DriftSummary(
        drifted=len(counted),
        objects=len(objects),
        unmanaged=unmanaged,
        managed_percent=coverage.percent if coverage is not None else None,
        ignored=sum(one.ignored_by is not None for one in found),
    )


def _place(drift: Drift) -> tuple[bool, int, bool, int, str, str, str, str, str]:
    subject = drift.object
    return (
        drift.ignored_by is not None,
        drift.severity.rank,
        not drift.security,
        _KINDS[drift.kind],
        subject.namespace or "",
        subject.kind,
        subject.name,
        subject.container or "",
        drift.path,
    )
