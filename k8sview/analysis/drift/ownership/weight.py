"""How much a changed leaf matters: security before availability before behaviour before what only names things."""

from __future__ import annotations

from k8sview.analysis.drift.ownership.resolution import Location
from k8sview.analysis.drift.security import is_security_relevant
from k8sview.model.status import Severity


def is_security(resource: str, path: str, below: tuple[str, ...]) -> bool:
    """Whether a place, or any of the leaves reported with it, decides who may do what."""
    return any(is_security_relevant(resource, one) for one in (path, *below))


def severity(location: Location, change: str | None, *, security: bool) -> Severity:
    """Severity of one report, before anybody's own rules."""
    if security:
        return Severity.HIGH
    if location[0] == "metadata":
        return Severity.LOW
    return Severity.LOW if change == "addition" and "annotations" in location else Severity.MEDIUM
