"""Changes that leave no name in managedFields: removals, and numbers of pods that nobody owned."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.analysis.drift.ownership import bounds
from k8sview.analysis.drift.ownership.case import Case, controlled
from k8sview.analysis.drift.ownership.desired import missing
from k8sview.analysis.drift.ownership.managers import tool
from k8sview.analysis.drift.ownership.regime import sanctioned
from k8sview.analysis.drift.ownership.resolution import Location
from k8sview.analysis.drift.ownership.telling import mark
from k8sview.analysis.drift.ownership.values import shown_value
from k8sview.analysis.drift.ownership.weight import is_security, severity
from k8sview.analysis.drift.ownership.words import in_audit_log
from k8sview.model.drift import Drift, DriftKind
from k8sview.model.status import Confidence


def scaled_without_a_name(case: Case) -> Iterator[Drift]:
    """The number of pods that nobody owns and that events say somebody changed: such writes leave no entry."""
    place: Location = ("spec", "replicas")
    spec = case.owned.body.get("spec")
    if case.ruled is None or not case.scalings or not isinstance(spec, dict) or "replicas" not in spec:
        return
    if place in case.owned.leaves or controlled(case.owned.body):
        return
    value = spec["replicas"]
    time, told = bounds.scaled(case.owned, case.scalings, value)
    if told is None or told.autoscaler:
        return
    wanted = case.desired.leaves.get("spec.replicas") if case.desired is not None else None
    if wanted == value:
        return
    before = wanted if wanted is not None else told.before
    yield Drift(
        kind=DriftKind.OUT_OF_BAND,
        object=case.ref,
        path="spec.replicas",
        change="override" if wanted is not None else None,
        before=shown_value({}, "spec.replicas", before),
        after=shown_value({}, "spec.replicas", value),
        time=time,
        confidence=Confidence.OBSERVED,
        message=f"somebody scaled it through /scale, which leaves no name here; {case.ruled} manages the object",
        next=in_audit_log(case.ref, case.resource, time, "scale"),
        evidence=(f"spec.replicas = {value}", *mark(case)),
    )


def removals(case: Case) -> Iterator[Drift]:
    """What is desired and not there. Nobody signs it: who wrote since the last delivery is suspected, no more."""
    if case.desired is None or case.ruled is None or controlled(case.owned.body):
        return
    since = bounds.last_write(case.deliverers)
    ruled = case.ruled
    suspected = [
        one.actor
        for one in case.owned.owners
        if one.actor.actor_class.suspicious and not sanctioned(one.actor, ruled) and one.actor.subresource == ""
        if one.time is not None and (since is None or one.time >= since)
    ]
    time = bounds.removed(case.owned, case.deliverers)
    for path in missing(case.owned, case.desired):
        security = is_security(case.ref, (path,))
        names = sorted({tool(one) for one in suspected})
        who = f"; {', '.join(names)} wrote the object since" if names else ""
        yield Drift(
            kind=DriftKind.OUT_OF_BAND,
            object=case.ref,
            path=path,
            change="removal",
            before=shown_value(case.owned.body, path, case.desired.leaves[path]),
            actor=suspected[0] if len(suspected) == 1 else None,
            time=time,
            confidence=Confidence.INFERRED,
            security=security,
            severity=severity(case.ref, path, "removal", security=security),
            message=f"{path} was removed; nobody signs a removal{who}",
            next=in_audit_log(case.ref, case.resource, time),
            evidence=tuple(mark(case)),
        )
