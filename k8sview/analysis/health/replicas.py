"""One ladder for everything that keeps a number of pods: rollout, availability and stability make one verdict.

What is evidently broken is said at once; what merely takes time is given its deadline first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.health.behind import Behind
from k8sview.analysis.health.moments import grace_end
from k8sview.analysis.health.phrases import counted, joined
from k8sview.analysis.health.refusals import Refusal
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Confidence
from k8sview.model.view import View

LOST_SOME = timedelta(minutes=5)
LOST_ALL = timedelta(minutes=1)
RAISED = timedelta(minutes=5)
"""What an autoscaler asked for takes its time; a load that grows is no outage."""

# Faults of a pod that a rollout may outlive: a node that comes, a start that is slow. As long as enough pods serve,
# they count after the deadline.
_MATTERS_OF_TIME = frozenset(
    {
        "Unschedulable",
        "ContainerCreating",
        "ContainersNotReady",
        "InitTooLong",
        "PodNotReady",
        "ReadinessGatesNotReady",
    }
)


class Replicas(msgspec.Struct, frozen=True, kw_only=True):
    """Where a workload stands, in words that its four kinds share.

    ``tolerated``: how many may be missing while it rolls. ``refusal``: why pods are not even created. ``trap``: why the
    controller will not act by itself. ``started``: when what it is doing began; ``deadline``: how long that may take.
    ``raised``: when an autoscaler last asked for more.
    """

    desired: int
    available: int
    updated: int
    rollout: str
    evidence: tuple[str, ...]
    behind: Behind
    tolerated: int = 0
    noun: str = "replicas"
    reason: str = ""
    refusal: Refusal | None = None
    trap: str = ""
    stalled: str = ""
    started: datetime | None = None
    raised: datetime | None = None
    deadline: timedelta = timedelta(minutes=10)
    dated_by_pods: bool = False
    """No condition tells a first start from a loss: a young pod has the whole deadline."""
    just_scaled: bool = False
    """Fewer pods exist than wanted although the rollout had completed: nothing tells when that began."""
    missing: tuple[str, ...] = ()
    new_pods: Behind | None = None
    """The pods of the revision that rolls out, where they can be told apart."""

    @property
    def availability(self) -> str:
        if self.available >= self.desired - self.tolerated and (self.available or not self.desired):
            return "ok"
        return "degraded" if self.available else "down"

    @property
    def counts(self) -> str:
        return f"{self.available} of {self.desired} {self.noun} available"


def judge(view: View, replicas: Replicas) -> Health:
    """The verdict."""
    missing = replicas.missing if replicas.behind.readable else ("pods", *replicas.missing)
    shared = {
        "confidence": Confidence.CERTAIN if replicas.behind.readable else Confidence.INFERRED,
        "rollout": replicas.rollout,
        "availability": replicas.availability,
        "stability": ("flapping" if replicas.behind.flapping else "stable") if replicas.behind.readable else None,
        "missing": missing,
    }
    health = _verdict(view, replicas)
    kept = {name: value for name, value in shared.items() if name != "rollout" or health.rollout is None}
    if health.confidence is not Confidence.CERTAIN:
        del kept["confidence"]
    return msgspec.structs.replace(health, **kept)


def _verdict(view: View, replicas: Replicas) -> Health:
    here = replicas.available >= replicas.desired
    if here and replicas.rollout in ("complete", "paused"):
        return _all_there(replicas)
    if replicas.refusal is not None:
        return _refused(replicas, replicas.refusal)
    if replicas.trap:
        return _fault(replicas, "RolloutBlocked", replicas.trap, rollout="stalled")
    relevant = replicas.behind
    if replicas.rollout == "moving" and replicas.new_pods is not None:
        relevant = replicas.new_pods
    worst = relevant.worst
    if replicas.rollout == "stalled":
        cause = worst[1].message if worst else replicas.stalled
        return _fault(replicas, worst[1].reason if worst else "ProgressDeadlineExceeded", cause, worst)
    definite = next((one for one in relevant.faulty if one[1].reason not in _MATTERS_OF_TIME), None)
    short = replicas.availability != "ok"
    if definite is None and (short or not _young(view, replicas)) and not _just_raised(view, replicas):
        definite = worst if worst is not None and worst[1].verdict.faulty else None
    if definite is not None:
        rollout = "stalled" if replicas.rollout == "moving" else None
        return _fault(replicas, definite[1].reason, definite[1].message, definite, rollout)
    return _in_time(view, replicas, worst[1] if worst else None)


def _young(view: View, replicas: Replicas) -> bool:
    return replicas.rollout == "moving" and grace_end(view, replicas.started, replicas.deadline) is not None


def _just_raised(view: View, replicas: Replicas) -> bool:
    return grace_end(view, replicas.raised, RAISED) is not None


def _refused(replicas: Replicas, refused: Refusal) -> Health:
    health = _fault(replicas, "ReplicaFailure", refused.message)
    evidence = (*health.evidence, refused.evidence)
    since = refused.since or health.since
    return msgspec.structs.replace(health, since=since, confidence=refused.confidence, evidence=evidence)


def _all_there(replicas: Replicas) -> Health:
    faulty = replicas.behind.faulty
    if faulty:
        # Its counters lag behind, or the pods of a crash loop happen to be ready.
        _, health = faulty[0]
        kind = "restarting" if health.stability == "flapping" else "failing"
        message = f"{counted(len(faulty), 'pod')} of {len(replicas.behind.judged)} {kind}: {health.message}"
        return Health(
            HealthVerdict.DEGRADED,
            health.reason,
            message,
            health.since,
            evidence=replicas.evidence + health.evidence,
            recheck_at=health.recheck_at,
        )
    rechecks = [health.recheck_at for _, health in replicas.behind.judged if health.recheck_at is not None]
    return Health(HealthVerdict.HEALTHY, evidence=replicas.evidence, recheck_at=min(rechecks, default=None))


def _fault(
    replicas: Replicas, reason: str, cause: str, worst: tuple[object, Health] | None = None, rollout: str | None = None
) -> Health:
    stalled = "stalled" in (rollout, replicas.rollout)
    if stalled and replicas.available >= replicas.desired - replicas.tolerated and replicas.available:
        words = f"rollout stalled with {replicas.updated} of {replicas.desired} {replicas.noun} updated"
    else:
        words = replicas.counts
    since = (worst[1].since if worst else None) or replicas.started
    if replicas.rollout in ("complete", "stalled") and since is not None and replicas.started is not None:
        since = min(since, replicas.started)  # a crash loop is as old as what it took away, not as its last crash
    return Health(
        HealthVerdict.DEGRADED if replicas.available else HealthVerdict.DOWN,
        reason,
        joined(words, cause),
        since,
        rollout=rollout,
        evidence=replicas.evidence + (worst[1].evidence if worst else ()),
    )


def _in_time(view: View, replicas: Replicas, worst: Health | None) -> Health:
    """Nothing is evidently broken: only time tells a rollout from a stall, a replacement from a loss."""
    moving = replicas.rollout == "moving"
    grace = replicas.deadline
    if not moving and not replicas.dated_by_pods:
        grace = LOST_SOME if replicas.available else LOST_ALL
    started = replicas.started or (None if moving else replicas.behind.ill_since)
    if not moving and _just_raised(view, replicas):
        started, grace = replicas.raised, RAISED
    end = grace_end(view, started, grace)
    cause = worst.message if worst else ""
    enough = replicas.availability == "ok"
    unseen = started is None and not replicas.behind.readable and not moving and enough
    unseen = unseen or replicas.just_scaled or (replicas.rollout == "paused" and enough)
    if end is None and not unseen:
        reason = (worst.reason if worst else "") or ("RolloutStalled" if moving else "ReplicasUnavailable")
        return _fault(replicas, reason, cause, rollout="stalled" if moving else None)
    words = replicas.counts
    if moving and replicas.available >= replicas.desired:
        words = f"{replicas.updated} of {replicas.desired} {replicas.noun} updated"
    return Health(
        HealthVerdict.PROGRESSING,
        "RollingOut" if moving else "Replacing",
        joined(words, cause),
        started,
        evidence=replicas.evidence,
        recheck_at=end,
        grace=grace if started is not None else None,
    )


def share(value: int | str | None, of: int, default: str) -> int:
    """A number or percentage of ``of``, rounded down, as Deployments read maxUnavailable."""
    stated = default if value is None else value
    if isinstance(stated, int):
        return max(0, stated)
    number = stated.removesuffix("%")
    if not number.isdigit():
        return 0
    return of * int(number) // 100 if stated.endswith("%") else int(number)
