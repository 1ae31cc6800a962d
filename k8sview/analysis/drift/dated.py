"""Dates a changed leaf of a pod template by the revision that brought it, which keeps the value before as well.

Field sets say who; their time bounds a leaf from above only. A revision is exact to the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from k8sview.analysis.drift.fields import FieldChange, meets
from k8sview.analysis.drift.ownership.words import in_audit_log
from k8sview.analysis.drift.phrases import RESTARTED_AT, UNTOLD
from k8sview.analysis.drift.revisions import EVER, Revision, revisions_of
from k8sview.analysis.drift.rollouts import ROLLED
from k8sview.analysis.drift.window import NEAR
from k8sview.model.drift import Drift, DriftKind, DriftTime
from k8sview.model.times import format_time
from k8sview.model.view import View

_TEMPLATE = "spec.template."


def dated(view: View, drift: Drift) -> Drift:
    """The drift with the exact time of its revision and the value before; as it is where no revision tells of it."""
    ref = drift.object
    resource = view.resource_of(ref.api_version, ref.kind) if drift.path.startswith(_TEMPLATE) else ""
    workload = view.get(resource, ref.name, ref.namespace) if resource in ROLLED else None
    if workload is None:
        return drift
    revisions = revisions_of(view, workload, EVER)
    for revision in reversed(revisions):
        changes = [one for one in revision.changes if one.path != UNTOLD and meets(one.path, drift.path)]
        if changes:
            return _with(drift, revision, changes) if _possible(drift.time, revision.at) else drift
    # A field that nobody keeps here (a variable's value, say). Whatever it is, its change made a revision.
    those = [one for one in revisions if not one.first and _possible(drift.time, one.at)]
    if len(those) != 1:
        return drift
    return _at(drift, those[0].at, f"revision {those[0].number} was made at {format_time(those[0].at)}")


def _with(drift: Drift, revision: Revision, changes: Sequence[FieldChange]) -> Drift:
    first = changes[0]
    found = _at(drift, revision.at, f"revision {revision.number}: {first.path} = {first.after or 'nothing'}")
    if drift.path == RESTARTED_AT:
        return found  # a deed, not a value
    if first.path != drift.path:
        return msgspec.structs.replace(found, change=drift.change or _word(drift.path, changes))
    before = drift.before if drift.before is not None else first.before
    word = drift.change or ("addition" if before is None else "override")
    return msgspec.structs.replace(found, change=word, before=before)


def _word(path: str, changes: Sequence[FieldChange]) -> str | None:
    """What happened to a leaf, by what it is a part of or by its parts; None where they do not tell."""
    if all(one.before is None for one in changes):
        return "addition"  # what it is a part of was not there, nor was any part of it
    return "override" if any(one.path.startswith(path) for one in changes) else None


def _at(drift: Drift, at: datetime, fact: str) -> Drift:
    # A busy controller makes the revision seconds after the write, never before it.
    late = drift.time.at is not None and drift.time.at < at
    time = DriftTime(at=drift.time.at, basis=drift.time.basis) if late else DriftTime(at=at, basis="revision")
    found = msgspec.structs.replace(drift, time=time, evidence=(*drift.evidence, fact))
    if drift.kind is not DriftKind.OUT_OF_BAND:
        return found
    # The narrower the time, the fewer lines of an audit log.
    subresource = drift.actor.subresource if drift.actor is not None else ""
    return msgspec.structs.replace(found, next=in_audit_log(drift.object, "", time, subresource))


def _possible(time: DriftTime, at: datetime) -> bool:
    """Whether a revision's time does not contradict what field sets prove."""
    if time.at is not None and at > time.at + NEAR:
        return False
    start = time.not_before if time.not_before is not None else time.at
    return start is None or at >= start - NEAR
