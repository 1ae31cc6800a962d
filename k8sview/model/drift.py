"""The values of drift: what differs from what it should be, who made it so, when, and why it was not reverted.

Rooms that judge write them and rooms that show read them. No rules here.
"""

from __future__ import annotations

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
    ignored_by: str | None = None  # the id of the ignore rule that covers it


class NotCheckable(msgspec.Struct, frozen=True):
    """A kind of drift that could not be looked for, and why: never silence."""

    kind: DriftKind
    reason: str
