"""The check report, version 1: frozen values whose JSON encoding *is* the document of ``k8sview schema``.

Field names, order and meaning are a public contract: inside v1 only additions.
"""

from __future__ import annotations

import msgspec

from k8sview.model.components import ComponentCondition, Presence
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Layer, Reason, Severity, Status, Verdict


class Document(msgspec.Struct, frozen=True, rename="camel"):
    """Base of all report values."""


class Owner(Document, frozen=True):
    team: str | None = None
    gitops: str | None = None


class Exemption(Document, frozen=True):
    reason: str
    owner: str
    expires: str


class Finding(Document, frozen=True):
    """One thing that is wrong (or could not be judged) about one object."""

    fingerprint: str
    check_id: str
    status: Status
    severity: Severity
    object: Ref | None
    message: str
    confidence: Confidence = Confidence.CERTAIN
    path: str | None = None
    observed: str | None = None
    expected: str | None = None
    evidence: tuple[str, ...] = ()
    since: str | None = None
    next: str | None = None
    owner: Owner | None = None
    caused_by: str | None = None  # fingerprint of the upstream finding
    affects: int = 0  # how many findings fold beneath this one
    state: str | None = None  # new | unchanged, only with a baseline
    exemption: Exemption | None = None


class CheckResult(Document, frozen=True):
    id: str
    title: str
    layer: Layer
    component: str
    severity: Severity
    status: Status
    reason: Reason | None = None
    message: str = ""
    evaluated_objects: int = 0
    duration_ms: int = 0
    caused_by: tuple[str, ...] = ()
    why: str = ""
    next: str = ""
    url: str = ""

    @property
    def weight(self) -> Status:
        """Its status as part of a whole."""
        return self.severity.weigh(self.status)


class ComponentReport(Document, frozen=True):
    id: str
    title: str
    layer: Layer
    state: Presence
    version: str | None = None
    conditions: tuple[ComponentCondition, ...] = ()
    evidence: tuple[str, ...] = ()


class Tool(Document, frozen=True):
    name: str
    version: str


class Selection(Document, frozen=True):
    layers: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    namespaces: tuple[str, ...] | None = None


class ApiCost(Document, frozen=True):
    requests: int = 0
    bytes: int = 0


class Run(Document, frozen=True):
    started_at: str
    finished_at: str
    duration_ms: int
    profile: str | None
    source: str
    selection: Selection
    api: ApiCost


class ClusterIdentity(Document, frozen=True):
    context: str
    uid: str | None
    server: str
    version: str
    provider: str | None = None
    distribution: str | None = None


class LayerSummary(Document, frozen=True):
    id: Layer
    verdict: Verdict
    root_causes: tuple[str, ...] = ()


class Coverage(Document, frozen=True):
    """``percent`` is evaluated / applicable; None where nothing was applicable."""

    selected: int
    applicable: int
    evaluated: int
    percent: float | None


class Summary(Document, frozen=True):
    verdict: Verdict
    checks: dict[str, int]
    findings: dict[str, int]
    layers: tuple[LayerSummary, ...]
    coverage: Coverage


class Denied(Document, frozen=True):
    group: str
    resource: str
    verb: str
    namespace: str | None
    affects: tuple[str, ...]


class Access(Document, frozen=True):
    denied: tuple[Denied, ...] = ()


class ExemptionSummary(Document, frozen=True):
    unused: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()


class Envelope(Document, frozen=True):
    """What every report begins with: which form it has, which tool wrote it, of which run and which cluster."""

    api_version: str
    kind: str
    schema_version: str
    tool: Tool
    run: Run
    cluster: ClusterIdentity


class Report(Envelope, frozen=True):
    summary: Summary
    components: tuple[ComponentReport, ...]
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]
    access: Access
    resolved: tuple[str, ...] = ()
    exemptions: ExemptionSummary = ExemptionSummary()
    errors: tuple[str, ...] = ()
