"""What one case says: the objects that make it, and what an honest answer must contain. Values only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.scenarios.kubelet import Part

if TYPE_CHECKING:
    from tests.scenarios.site import Site

Raw = dict[str, Any]
Step = Callable[["Site"], Awaitable[None]]
"""Something done to the cluster after the case's objects exist; returns when it has shown its effect."""


class Ref(NamedTuple):
    """An object by kind, namespace and name; ``*`` in the name stands for what a controller made up."""

    kind: str
    namespace: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace + '/' if self.namespace else ''}{self.name}"


class Era(Enum):
    """When a case's objects are made, seen from the moment of judgement."""

    LONG_AGO = "more than a day"
    RECENT = "half an hour"
    NOW = "seconds"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The right answer to a failure."""

    blame: tuple[Ref, ...]
    """Each of these is an acceptable root cause; the first is the best."""
    words: str
    """A regular expression, letter case ignored, found in the root cause's message, evidence or next step."""
    found: tuple[Ref, ...] = ()
    """Objects of which one at least must have a faulty verdict; none stated: those of ``blame``."""
    diagnosis: str = ""
    """The id of the diagnosis, where the case is so plain that only one can be meant."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Objects, and what happens to them."""

    name: str
    """Also the namespace, where it has one of its own."""
    objects: tuple[Raw, ...] = ()
    plays: Mapping[str, Part] = field(default_factory=dict)
    """What the kubelet reports, by the ``app`` label of this namespace's pods."""
    steps: tuple[Step, ...] = ()
    era: Era = Era.RECENT
    afterwards: tuple[Step, ...] = ()
    """Steps that are taken last, when the past has been made."""


@dataclass(frozen=True, kw_only=True)
class Failure(Case):
    """Something is broken. ``row``: in the root-cause table, 0 for none."""

    row: int
    broken: str
    """What is wrong, in plain words."""
    expected: Expected


@dataclass(frozen=True, kw_only=True)
class Lookalike(Case):
    """Looks broken at a careless glance, and is as it should be."""

    why: str
    """Why it is in order."""
    healthy: tuple[Ref, ...]
    """None of these may have a faulty verdict or be anybody's root cause."""
