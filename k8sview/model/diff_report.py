"""The document of ``k8sview diff``, version 1: frozen values whose JSON encoding *is* it. Only additions inside v1.

The envelope's ``cluster`` is side A's; ``sides`` has both.
"""

from __future__ import annotations

from k8sview.model.diff import Part, Side, Unlikeness
from k8sview.model.drift import DriftKind
from k8sview.model.report import Access, ApiCost, ClusterIdentity, Document, Envelope
from k8sview.model.resources import Ref
from k8sview.model.status import Severity


class SideReport(Document, frozen=True):
    """One side: what was asked for, what it turned out to be, and of which moment it tells."""

    operand: str
    source: str
    at: str
    title: str
    cluster: ClusterIdentity
    namespaces: tuple[str, ...] | None
    api: ApiCost
    access: Access


class Sides(Document, frozen=True):
    a: SideReport
    b: SideReport


class DiffEntry(Document, frozen=True, kw_only=True):
    """One difference."""

    fingerprint: str
    part: Part
    drift: DriftKind
    unlike: Unlikeness
    object: Ref | None
    name: str
    path: str
    change: str | None
    a: str | None
    b: str | None
    severity: Severity
    security: bool
    message: str
    managers: tuple[str, ...]
    object_in_a: Ref | None
    intended_by: str | None


class NotComparable(Document, frozen=True):
    part: Part
    what: str
    side: Side
    reason: str
    objects: int = 0
    examples: tuple[str, ...] = ()


class NotCompared(Document, frozen=True):
    """Objects left out on purpose."""

    resource: str
    reason: str
    a: int
    b: int


class RuleNote(Document, frozen=True):
    """An intended difference or a rename that does nothing (any more)."""

    rule: str
    problem: str
    message: str


class DiffSummary(Document, frozen=True):
    """``differences`` counts what no rule intends; ``parts`` the same by part."""

    differences: int
    objects: int
    intended: int
    only_in_a: int
    only_in_b: int
    recreated: int
    compared: int
    equal: int
    not_comparable: int
    parts: dict[str, int]


class DiffReport(Envelope, frozen=True):
    comparison: DriftKind
    sides: Sides
    parts: tuple[Part, ...]
    summary: DiffSummary
    differences: tuple[DiffEntry, ...]
    not_comparable: tuple[NotComparable, ...]
    left_out: tuple[NotCompared, ...]
    rules: tuple[RuleNote, ...] = ()
    notes: tuple[str, ...] = ()
    selector: str | None = None
    kinds: tuple[str, ...] | None = None
