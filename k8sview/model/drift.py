"""The values of drift: what differs from what it should be, who made it so, when, and why it was not reverted.

Rooms that judge write them and rooms that show read them. No rules here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity


class DriftKind(StrEnum):
    """The kinds of drift, by the words of the report."""

    OUT_OF_BAND = "out-of-band"
    LAST_APPLIED = "last-applied"
    HELM = "helm"
    MANIFEST = "manifest"
    GITOPS = "gitops"
    MISSING = "missing"
    UNMANAGED = "unmanaged"
    ORPHAN = "orphan"
    REPLICAS = "replicas"
    POD_TEMPLATE = "pod-template"
    MIXED_REVISIONS = "mixed-revisions"
    IMAGE_DIGEST = "image-digest"
    STALE_CONFIG = "stale-config"
    NODE_POOL = "node-pool"
    NODE_IN_PLACE = "node-in-place"
    NODE_MANAGER = "node-manager"
    VERSION_SKEW = "version-skew"
    CLUSTER = "cluster"
    BASELINE = "baseline"
    CRD = "crd"
    TUG_OF_WAR = "tug-of-war"
    SUSPENDED = "suspended"

    @property
    def identity(self) -> str:
        """What fingerprints of this kind are made of, whoever tells of the drift."""
        return f"drift.{self}"


class ActorClass(StrEnum):
    """What kind of program a field manager's name stands for. A name can be forged: never proof."""

    HUMAN = "human"
    UI = "ui"
    GITOPS = "gitops"
    HELM = "helm"
    IAC = "iac"
    SCRIPT = "script"
    CONTROLLER = "controller"
    AUTOSCALER = "autoscaler"
    UNKNOWN = "unknown"

    @property
    def suspicious(self) -> bool:
        """Whether a write by it may be what nobody planned."""
        return self in (ActorClass.HUMAN, ActorClass.UI, ActorClass.SCRIPT, ActorClass.UNKNOWN)


class Actor(msgspec.Struct, frozen=True, rename="camel"):
    """Who wrote, as ``metadata.managedFields`` says. The API never stores the user."""

    actor_class: ActorClass = msgspec.field(name="class", default=ActorClass.UNKNOWN)
    manager: str = ""
    operation: str = ""  # Update | Apply
    subresource: str = ""


class DriftTime(msgspec.Struct, frozen=True, rename="camel"):
    """When: exactly (``at`` with ``not_before`` None), or between two bounds. ``basis``: what dates it."""

    at: datetime | None = None
    not_before: datetime | None = None
    basis: str = "none"  # managedFields | revision | event | watch | none


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """One leaf (or one object as a whole, ``path`` "") that is not as it should be.

    ``change``: ``override`` | ``addition`` | ``removal``; None where neither word fits. Values of Secrets never stand
    here: ``before`` and ``after`` hold a keyed hash's first digits or nothing.
    """

    kind: DriftKind
    object: Ref
    path: str = ""
    change: str | None = None
    before: str | None = None
    after: str | None = None
    actor: Actor | None = None
    time: DriftTime = DriftTime()
    confidence: Confidence = Confidence.CERTAIN
    why_not_reverted: str = ""
    next_upgrade_repairs: bool | None = None  # None: no upgrade would touch it, or nothing tells
    security: bool = False
    severity: Severity = Severity.MEDIUM
    message: str = ""  # one plain sentence
    next: str = ""  # a command or an action; changes nothing by itself
    evidence: tuple[str, ...] = ()  # ``path = value``
    also: tuple[DriftKind, ...] = ()  # other kinds that tell the same
    ignored_by: str | None = None  # the id of the ignore rule that covers it


class NotCheckable(msgspec.Struct, frozen=True):
    """A kind of drift that could not be looked for, and why: never silence.

    ``blind`` False: there is nothing of the kind here, or one look cannot have it; the answer is whole without.
    """

    kind: DriftKind
    reason: str
    blind: bool = True


class Fence(msgspec.Struct, frozen=True, kw_only=True):
    """A hole in the fence: something that makes drift invisible, or keeps it from being reverted.

    ``covers``: what slips through (``everything it applies``, ``this object``, paths). ``time``: when it was made, as
    far as anything tells. ``by_default``: nobody asked for it, it only was never switched on.
    """

    object: Ref
    path: str
    value: str
    message: str
    covers: str = ""
    time: DriftTime = DriftTime()
    by_default: bool = False
    severity: Severity = Severity.LOW

    @property
    def evidence(self) -> str:
        """``path = value``."""
        return f"{self.path} = {self.value}"


class Coverage(msgspec.Struct, frozen=True):
    """How many of the objects that somebody decided to have are managed from elsewhere (GitOps, Helm, IaC).

    ``unmanaged``: made by hand or by a script; of the rest nothing tells who made it. What programs make is not
    counted. ``missing``: the resources that could not be read, so that the numbers are less than the cluster's.
    """

    total: int = 0
    managed: int = 0
    unmanaged: int = 0
    missing: tuple[str, ...] = ()

    @property
    def percent(self) -> float | None:
        """Managed of all, to a tenth; None where there is nothing to count."""
        return round(100 * self.managed / self.total, 1) if self.total else None


class DriftSummary(msgspec.Struct, frozen=True, rename="camel"):
    """The counts of a report: drifts that no rule ignores, and the objects they are of."""

    drifted: int = 0
    objects: int = 0
    unmanaged: int = 0
    managed_percent: float | None = None
    ignored: int = 0


class IgnoreRule(msgspec.Struct, frozen=True, kw_only=True):
    """What is known to differ, who answers for it, and until when. Empty criteria match everything.

    ``path``: a JSON pointer (``/spec/replicas``), or a path as people write it in which ``*`` stands for anything
    within a step and ``**`` for any steps; a selection matches by the item's content
    (``spec.template.spec.containers[name=istio-*].image``). What lies below a path is covered, too. ``kind``,
    ``namespace``, ``name`` and ``manager`` may hold ``*``.
    """

    id: str
    reason: str
    owner: str
    expires: datetime | None = None
    path: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    manager: str = ""
    drift: DriftKind | None = None


class DriftSettings(msgspec.Struct, frozen=True):
    """What a user says of drift: what is known to differ, and which class a field manager of theirs belongs to."""

    ignore: tuple[IgnoreRule, ...] = ()
    managers: Mapping[str, ActorClass] = {}


class RuleProblem(msgspec.Struct, frozen=True):
    """An ignore rule that no longer does what it is there for. ``problem``: ``expired`` | ``unused``."""

    rule: str
    problem: str
    message: str


class Drifts(msgspec.Struct, frozen=True):
    """What one look for drift found, and what it could not look at. Both empty: looked at all, found nothing."""

    drifts: tuple[Drift, ...] = ()
    not_checkable: tuple[NotCheckable, ...] = ()

    def __add__(self, other: Drifts) -> Drifts:
        return Drifts(self.drifts + other.drifts, self.not_checkable + other.not_checkable)
