"""One thing that is wrong with an object's references: found once, told by its verdict and by its diagnosis."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.health.moments import grace_end
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View


class Flaw(msgspec.Struct, frozen=True):
    """``id``: of the diagnosis. ``because``: who is to blame in its place. ``grace``: how long it is excused."""

    id: str
    reason: str
    message: str
    next: str
    since: datetime | None
    grace: timedelta
    evidence: tuple[str, ...] = ()
    because: tuple[Ref, ...] = ()
    confidence: Confidence = Confidence.CERTAIN
    down: bool = False
    """Nothing gets through any more, rather than a part."""


def judged(
    view: View, flaws: list[Flaw], missing: tuple[str, ...], evidence: tuple[str, ...], *, vouched: bool = False
) -> Health:
    """The verdict: of the worst flaw whose grace is over, else of one that is still excused, else healthy.

    Where what it refers to could not be read, it is unknown instead, unless its controller has vouched for it.
    """
    rechecks = []
    for flaw in sorted(flaws, key=lambda one: not one.down):
        end = grace_end(view, flaw.since, flaw.grace)
        if end is None:
            verdict = HealthVerdict.DOWN if flaw.down else HealthVerdict.DEGRADED
            return _health(flaw, verdict, missing, None)
        rechecks.append((end, flaw))
    if rechecks:
        end, flaw = min(rechecks, key=lambda one: one[0])
        return _health(flaw, HealthVerdict.PROGRESSING, missing, end)
    if missing and not vouched:
        words = f"whether all that it refers to is there cannot be told without {', '.join(missing)}"
        return Health(HealthVerdict.UNKNOWN, "NotAllSeen", words, evidence=evidence, missing=missing)
    confidence = Confidence.INFERRED if missing else Confidence.CERTAIN
    return Health(HealthVerdict.HEALTHY, confidence=confidence, evidence=evidence, missing=missing)


def told(flaws: list[Flaw], health: Health) -> Flaw | None:
    """The flaw that a verdict was made of."""
    return next((one for one in flaws if (one.reason, one.message) == (health.reason, health.message)), None)


def _health(flaw: Flaw, verdict: HealthVerdict, missing: tuple[str, ...], end: datetime | None) -> Health:
    return Health(
        verdict,
        flaw.reason,
        flaw.message,
        flaw.since,
        flaw.confidence,
        evidence=flaw.evidence,
        recheck_at=end,
        missing=missing,
        grace=flaw.grace,
    )
