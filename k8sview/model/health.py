"""The values of health: what rooms that judge write and rooms that show read. No rules here.

Evidence is text of the form ``path = value``; ``nodes/worker-1 path = value`` where it lies on another object.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from k8sview.model.resources import Ref
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
    grace: timedelta | None = None  # how long this state is excused, where a period applies


class Comparison(msgspec.Struct, frozen=True):
    """How two other judges see an object on which at least one of them differs from our verdict.

    ``kstatus``: Current, InProgress, Failed, Terminating or Unknown. ``argocd``: Healthy, Progressing, Degraded,
    Suspended or Unknown; None where it has no health for the kind, or a script of its own that is not followed here.
    ``rule``: one plain sentence, the rule by which theirs differs.
    """

    kstatus: str
    argocd: str | None
    rule: str


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """Why one object is not well, by one named rule.

    ``because`` empty: the object is itself at fault. Else: what it fails by, nearest first; each may have a diagnosis
    of its own, be healthy and yet the cause (a full quota), or not exist at all (the ConfigMap that is missing). The
    words are about ``because`` then, so that they can stand alone as the root of everything that fails by it.
    """

    id: str  # family and slug, "container.oom-killed"; public, never reused
    message: str  # one plain sentence: what, where, since when
    next: str = ""  # a command or an action; needs no login to a server and changes nothing by itself
    container: str | None = None
    since: datetime | None = None
    confidence: Confidence = Confidence.CERTAIN
    evidence: tuple[str, ...] = ()
    because: tuple[Ref, ...] = ()
    missing: tuple[str, ...] = ()
    recheck_at: datetime | None = None  # when it should be made anew although nothing that it read has changed


class ChangeBefore(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody or something changed shortly before a root cause began. Not proof of a cause.

    ``before`` and ``after`` are None where a side has no such field, or where nothing tells (a ConfigMap's content is
    never read). ``basis``: what tells of it: ``revision`` | ``managedFields`` | ``event`` | ``watch`` | ``creation`` |
    ``field`` (a time that the object itself states).
    """

    at: datetime
    object: Ref
    path: str  # "spec.template.spec.containers[name=app].image"; "" for the object as a whole
    before: str | None = None
    after: str | None = None
    actor: str = ""  # a manager's name as managedFields say it, which anybody may choose; "" if unknown
    sentence: str = ""
    basis: str = "managedFields"


class RootCause(msgspec.Struct, frozen=True, kw_only=True):
    """The most upstream object of what is wrong, once, with everything that folds beneath it.

    ``object`` need not exist. ``affects`` counts ``objects``: whatever is not well by this cause, the object itself
    left out.
    """

    id: str  # fingerprint; survives restarts and rollouts
    diagnosis: str
    object: Ref
    message: str
    next: str = ""
    since: datetime | None = None
    confidence: Confidence = Confidence.CERTAIN
    evidence: tuple[str, ...] = ()
    objects: tuple[Ref, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def affects(self) -> int:
        return len(self.objects)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One object with its verdict, its diagnosis if it is not well, and the id of its root cause if one was found."""

    resource: str
    object: Ref
    health: Health
    diagnosis: Diagnosis | None = None
    cause: str | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One link of the chain from an object to its root cause: what it is, and by what it fails."""

    object: Ref
    health: Health | None  # None: the object does not exist, or is not judged
    diagnosis: Diagnosis | None


class ClusterHealth(msgspec.Struct, frozen=True, kw_only=True):
    """All that one judgement of a cluster gave. ``judged`` holds what is neither healthy nor suspended.

    ``counts`` counts what could be read; ``unread`` names judged resources that could not, and what these hold is in no
    count.
    """

    taken_at: datetime
    counts: dict[HealthVerdict, int]
    judged: tuple[Judged, ...] = ()
    causes: tuple[RootCause, ...] = ()
    unread: tuple[str, ...] = ()
    recheck_at: datetime | None = None
