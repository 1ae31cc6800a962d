"""What one case says: who writes what in which era, and what an honest answer must contain. Values only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from k8sview.model.drift import ActorClass, DriftKind
from k8sview.model.status import Confidence

if TYPE_CHECKING:
    from tests.drifts.place import Place

Raw = dict[str, Any]
Step = Callable[["Place"], Awaitable[object]]
"""Something done to the cluster; returns when it has shown its effect."""


class Era(Enum):
    """When something is done, seen from the moment of judgement."""

    LONG_AGO = "more than a day"
    RECENT = "half an hour"
    NOW = "seconds"


class Dated(Enum):
    """How much of the true time an honest answer can know."""

    EXACTLY = "the moment itself, to two seconds"
    BOUNDED = "a moment that it happened before, and maybe one that it happened after"
    AFTER = "no more than a moment that it happened after"
    UNTOLD = "nothing"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One drift as it must be told. What is None is not asked for; a time that is told must hold all the same."""

    kind: DriftKind
    of: str
    """``Deployment/web``; the name may hold ``*`` for what a controller made up."""
    path: str = ""
    change: str | tuple[str | None, ...] | None = "override"
    before: str | None = None
    after: str | None = None
    actor: ActorClass | None = None
    manager: str | None = None
    dated: Dated = Dated.EXACTLY
    written: str = "drift"
    """Which write of the case made it; "" where no write did."""
    sure: tuple[Confidence, ...] = (Confidence.CERTAIN,)
    security: bool | None = None
    says: str = ""
    """A regular expression, letter case ignored, found in the message, the reasons or the evidence."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A namespace of that name, and what happens in it. Cluster-scoped objects have the case's name in theirs."""

    name: str
    what: str
    """What happened, in plain words."""
    long_ago: tuple[Step, ...] = ()
    recently: tuple[Step, ...] = ()
    now: tuple[Step, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    """Of the namespace."""
    manifests: tuple[Raw, ...] = ()
    """What the program is given in hand (``-f``)."""

    def steps(self, era: Era) -> tuple[Step, ...]:
        return {Era.LONG_AGO: self.long_ago, Era.RECENT: self.recently, Era.NOW: self.now}[era]


@dataclass(frozen=True, kw_only=True)
class Drifted(Case):
    """Something is not as it should be: exactly these are told of it, nothing else."""

    expected: tuple[Expected, ...]


@dataclass(frozen=True, kw_only=True)
class Lookalike(Case):
    """Looks like drift at a careless glance and is as it should be: ``what`` says why. Nothing is told of it."""
