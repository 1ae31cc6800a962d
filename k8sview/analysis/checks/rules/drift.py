"""Drifts as findings: whoever runs the checks looks for them, and a rule hands on what was found, kind by kind."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, not_applicable
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.drift import Drift, DriftKind
from k8sview.model.status import Severity, Status

_GIVEN = frozenset({DriftKind.MANIFEST, DriftKind.MISSING, DriftKind.CLUSTER, DriftKind.BASELINE})
"""Kinds that need something to be given."""


class DriftParameters(Parameters, frozen=True, kw_only=True):
    """Nothing of this kind of drift. Each finding has the severity of its own drift (what is low or merely for
    information warns) and the fingerprint that `k8sview drift` prints. `kind`: as `k8sview drift --kind` takes it.
    `of`: resources whose objects are looked at, for the count of them.
    """

    kind: DriftKind
    of: tuple[str, ...]

    def reads(self) -> tuple[str, ...]:
        return self.of

    def drift(self) -> DriftKind | None:
        return self.kind

    def problem(self) -> str | None:
        if self.kind in _GIVEN:
            return f"no check can look for {self.kind}: it needs manifests, or a second cluster, to compare with"
        return None if self.of else "of names no resource: nobody could see how much was looked at"


@rule("drift", DriftParameters)
def drift(context: Context, parameters: DriftParameters) -> Iterator[Judged]:
    """What was found, what could not be seen, and a pass for each object that nothing was found about."""
    found = context.drifts(parameters.kind)
    told = [one for one in found.drifts if one.ignored_by is None]
    places = {(one.object.kind, one.object.namespace or "", one.object.name) for one in told}
    for one in told:
        yield Judged(one.object, _outcome(one))
    for gap in found.not_checkable:
        yield Judged(None, cannot_tell(gap.reason) if gap.blind else not_applicable(gap.reason))
    if not all(gap.blind for gap in found.not_checkable):
        return  # what was not compared did not pass
    for name in parameters.of:
        table = context.table(name)
        for namespace, key in table.objects:
            if (table.resource.kind, namespace, key) not in places:
                yield Judged(None, PASS)


def _outcome(one: Drift) -> Outcome:
    return Outcome(
        status=Status.FAIL if one.severity.at_least(Severity.MEDIUM) else Status.WARN,
        message=_sentence(one),
        path=one.path or None,
        observed=one.after,
        expected=one.before,
        evidence=one.evidence,
        since=one.time.at or one.time.not_before,
        severity=one.severity,
        confidence=one.confidence,
        next=one.next or None,
        identity=one.kind.identity,
    )


def _sentence(one: Drift) -> str:
    """What happened, and why it is still so where that is another thing."""
    still = one.why_not_reverted
    return f"{one.message}; still there: {still}" if still and still not in one.message else one.message
