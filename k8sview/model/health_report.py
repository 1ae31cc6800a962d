"""The health report, version 1: frozen values whose JSON encoding *is* the document of ``k8sview schema health``.

Field names, order and meaning are a public contract: inside v1 only additions.
"""

from __future__ import annotations

from k8sview.model.health import HealthVerdict
from k8sview.model.report import Access, Document, Envelope
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence


class Evidence(Document, frozen=True):
    """Where it stands and what stands there; ``path`` is empty for what no single field says."""

    path: str
    value: str


class ChangedBefore(Document, frozen=True):
    """One change in the half hour before a cause began."""

    at: str
    object: Ref
    path: str
    before: str | None
    after: str | None
    actor: str
    sentence: str = ""
    basis: str = ""


class CauseReport(Document, frozen=True):
    """One root cause, with what folds beneath it."""

    id: str
    diagnosis: str
    object: Ref
    message: str
    since: str | None
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    affects: int
    objects: tuple[Ref, ...]
    changed_before: tuple[ChangedBefore, ...]
    next: str
    missing: tuple[str, ...] = ()


class Axes(Document, frozen=True):
    """Of what keeps pods; null where an axis does not apply or could not be seen."""

    rollout: str | None = None
    availability: str | None = None
    stability: str | None = None


class Compare(Document, frozen=True):
    """What two other systems say of the same object, and the rule by which theirs differs."""

    kstatus: str
    argocd: str | None
    rule: str


class ObjectHealth(Document, frozen=True):
    object: Ref
    verdict: HealthVerdict
    since: str | None = None
    grace: str | None = None
    reason: str = ""
    message: str = ""
    confidence: Confidence = Confidence.CERTAIN
    evidence: tuple[Evidence, ...] = ()
    root_cause: str | None = None
    missing: tuple[str, ...] = ()
    axes: Axes | None = None
    compare: Compare | None = None


class Unseen(Document, frozen=True):
    """A resource whose objects could not be judged: they are in no count."""

    resource: str
    state: str
    reason: str


class HealthSummary(Document, frozen=True):
    verdicts: dict[str, int]
    root_causes: int = 0


class HealthReport(Envelope, frozen=True):
    summary: HealthSummary
    root_causes: tuple[CauseReport, ...]
    objects: tuple[ObjectHealth, ...]
    unseen: tuple[Unseen, ...]
    access: Access
    selector: str | None = None
    errors: tuple[str, ...] = ()


class StepReport(Document, frozen=True):
    """One link of a chain; ``verdict`` null: the object does not exist, or has no health of its own."""

    object: Ref
    verdict: HealthVerdict | None
    message: str
    diagnosis: str | None
    evidence: tuple[Evidence, ...] = ()


class WhyReport(Envelope, frozen=True):
    """One object, the chain from it to its root cause, and that cause; both empty for an object that is well."""

    object: ObjectHealth
    chain: tuple[StepReport, ...]
    root_cause: CauseReport | None
    access: Access
    unseen: tuple[Unseen, ...] = ()
