"""What judging one object gives, and what judgement may look at. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from k8sview.model.components import ComponentStatus
from k8sview.model.drift import DriftKind, Drifts, NotCheckable
from k8sview.model.health import Health
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity, Status
from k8sview.model.tables import Table
from k8sview.model.view import View


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One object's result. A pass may carry ``recheck_at``: time alone may end it."""

    status: Status
    message: str = ""
    path: str | None = None
    observed: str | None = None
    expected: str | None = None
    evidence: tuple[str, ...] = ()
    since: datetime | None = None
    severity: Severity | None = None  # None: the check's own
    confidence: Confidence = Confidence.CERTAIN
    recheck_at: datetime | None = None
    next: str | None = None  # None: the check's own
    identity: str | None = None  # what its fingerprint is made of; None: the check's id


PASS = Outcome(status=Status.PASS)


def passes(recheck_at: datetime | None = None) -> Outcome:
    return PASS if recheck_at is None else Outcome(status=Status.PASS, recheck_at=recheck_at)


def fails(message: str, **details: Any) -> Outcome:
    return Outcome(status=Status.FAIL, message=message, **details)


def warns(message: str, **details: Any) -> Outcome:
    return Outcome(status=Status.WARN, message=message, **details)


def cannot_tell(message: str, **details: Any) -> Outcome:
    return Outcome(status=Status.UNKNOWN, message=message, **details)


def not_applicable(message: str) -> Outcome:
    """Nothing here to judge (no such object or set-up). A check whose rule says only this is a skip, never a pass."""
    return Outcome(status=Status.SKIP, message=message)


class Judged(msgspec.Struct, frozen=True):
    """An outcome with the object it is about; ``subject`` None: about the cluster as a whole."""

    subject: Ref | None
    outcome: Outcome


def nobody_looked(kind: DriftKind) -> Drifts:
    """The drift where nobody looks for any: unknown, and never none."""
    return Drifts(not_checkable=(NotCheckable(kind, "nobody looked for drift in this run"),))


class Context(msgspec.Struct, frozen=True):
    """All that a predicate or rule may read."""

    view: View
    component: ComponentStatus
    components: Mapping[str, ComponentStatus]
    health: Callable[[str, Any], Health]
    """Verdict on one object of a resource: ``health("deployments.apps", deployment)``."""
    drifts: Callable[[DriftKind], Drifts] = nobody_looked
    """What is known of one kind of drift."""

    @property
    def now(self) -> datetime:
        return self.view.taken_at

    def table(self, resource: str) -> Table:
        return self.view.table(resource)


def ref_to(table: Table, obj: Any, container: str | None = None) -> Ref:
    """The reference that findings and links use for an object of a table."""
    return Ref(
        api_version=table.resource.api_version,
        kind=table.resource.kind,
        namespace=obj.metadata.namespace,
        name=obj.metadata.name,
        container=container,
    )
