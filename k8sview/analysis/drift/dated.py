"""Dates a changed leaf of a pod template by the revision that brought it, which keeps the value before as well.

Field sets say who; their time bounds a leaf from above only. A revision is exact to the second.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from k8sview.analysis.drift.fields import FieldChange
from k8sview.analysis.drift.revisions import Revision, revisions_of
from k8sview.analysis.drift.rollouts import ROLLED
from k8sview.analysis.drift.window import NEAR, Window
from k8sview.model.drift import Drift, DriftTime
from k8sview.model.view import View

_TEMPLATE = "spec.template."
_EVER = Window(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def dated(view: View, resource: str, workload: Any, drift: Drift) -> Drift:
    """The drift with the exact time of its revision and the value before; as it is where no revision tells of it."""
    if resource not in ROLLED or workload is None or not drift.path.startswith(_TEMPLATE):
        return drift
    for revision in reversed(revisions_of(view, workload, _EVER)):
        change = next((one for one in revision.changes if _meets(one.path, drift.path)), None)
        if change is not None:
            return _with(drift, revision, change) if _possible(drift.time, revision.at) else drift
    return drift


def _with(drift: Drift, revision: Revision, change: FieldChange) -> Drift:
    same = change.path == drift.path
    before = drift.before if drift.before is not None or not same else change.before
    word = drift.change
    if word is None and same:
        word = "addition" if before is None else "override"
    return msgspec.structs.replace(
        drift,
        change=word,
        before=before,
        time=DriftTime(at=revision.at, basis="revision"),
        evidence=(*drift.evidence, f"revision {revision.number}: {change.path} = {change.after or 'nothing'}"),
    )


def _meets(changed: str, drifted: str) -> bool:
    """Whether a change is that of the leaf, of what it is a part of, or of a part of it."""
    shorter, longer = sorted((changed, drifted), key=len)
    return longer == shorter or (longer.startswith(shorter) and longer[len(shorter)] in ".[")


def _possible(time: DriftTime, at: datetime) -> bool:
    """Whether a revision's time does not contradict what field sets prove."""
    if time.at is not None and at > time.at + NEAR:
        return False
    return time.not_before is None or at >= time.not_before - NEAR
