"""The value of a health verdict: what rooms that judge write and rooms that show read. No rules here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from k8sview.model.status import Confidence


class HealthVerdict(StrEnum):
    HEALTHY = "Healthy"
    PROGRESSING = "Progressing"
    DEGRADED = "Degraded"
    DOWN = "Down"
    SUSPENDED = "Suspended"
    WAITING = "Waiting"
    TERMINATING = "Terminating"
    UNKNOWN = "Unknown"  # we lack data; never the worst: a missing right must not page anybody

    @property
    def badness(self) -> int:
        """Order for "worst first"."""
        return _BADNESS[self]

    @property
    def faulty(self) -> bool:
        return self in (HealthVerdict.DOWN, HealthVerdict.DEGRADED)


_BADNESS = {
    HealthVerdict.DOWN: 7,
    HealthVerdict.DEGRADED: 6,
    HealthVerdict.UNKNOWN: 5,
    HealthVerdict.PROGRESSING: 4,
    HealthVerdict.TERMINATING: 3,
    HealthVerdict.WAITING: 2,
    HealthVerdict.SUSPENDED: 1,
    HealthVerdict.HEALTHY: 0,
}


class Health(msgspec.Struct, frozen=True):
    """Verdict on one object, from one read, at the view's time."""

    verdict: HealthVerdict
    reason: str = ""  # CamelCase, as Kubernetes writes reasons
    message: str = ""  # one plain sentence, "" when healthy
    since: datetime | None = None
    confidence: Confidence = Confidence.CERTAIN
    rollout: str | None = None  # complete | moving | stalled | paused
    availability: str | None = None  # ok | degraded | down
    stability: str | None = None  # stable | flapping
    evidence: tuple[str, ...] = ()  # "status.availableReplicas = 1"
    recheck_at: datetime | None = None  # when time alone may change the verdict
    missing: tuple[str, ...] = ()  # resources that could not be read and would sharpen it


class Comparison(msgspec.Struct, frozen=True):
    """How two other judges see an object on which at least one of them differs from our verdict."""

    kstatus: str  # Current | InProgress | Failed | Terminating | NotFound | Unknown
    argocd: str | None  # Healthy | Progressing | Degraded | Suspended | Missing | Unknown; None: no health at all
    rule: str  # one plain sentence: the rule by which theirs differs
