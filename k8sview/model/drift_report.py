"""The drift report, version 1: frozen values whose JSON encoding *is* the document of ``k8sview schema drift``.

Field names, order and meaning are a public contract: inside v1 only additions.
"""

from __future__ import annotations

from k8sview.model.drift import Actor, DriftKind, DriftSummary
from k8sview.model.report import Access, Document, Envelope
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity


class WrittenAt(Document, frozen=True):
    at: str | None = None
    not_before: str | None = None
    basis: str = "none"


class DriftEntry(Document, frozen=True, kw_only=True):
    """One change card."""

    fingerprint: str
    drift: DriftKind
    change: str | None
    object: Ref
    path: str
    before: str | None
    after: str | None
    actor: Actor | None
    time: WrittenAt
    confidence: Confidence
    why_not_reverted: str
    next_upgrade_repairs: bool | None
    security: bool
    severity: Severity
    message: str
    next: str
    ignored_by: str | None
    evidence: tuple[str, ...] = ()
    also: tuple[DriftKind, ...] = ()
    """Other kinds of drift that tell the same."""


class Unlooked(Document, frozen=True):
    """A kind of drift that could not be looked for. ``asked`` false: only because something was not given, or because
    there is nothing of the kind here; the report is whole without it."""

    drift: DriftKind
    reason: str
    asked: bool = True


class RuleEntry(Document, frozen=True):
    """An ignore rule that no longer does what it is there for. ``problem``: ``expired`` | ``unused``."""

    rule: str
    problem: str
    message: str


class DriftReport(Envelope, frozen=True):
    summary: DriftSummary
    drifts: tuple[DriftEntry, ...]
    not_checkable: tuple[Unlooked, ...]
    access: Access
    rules: tuple[RuleEntry, ...] = ()
    fetched: int = 0
    selector: str | None = None
