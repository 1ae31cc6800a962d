"""How much a leaf that somebody wrote matters, by the same table as what differs from a manifest."""

from __future__ import annotations

from collections.abc import Iterable

from k8sview.analysis.drift.comparing.security import is_secured
from k8sview.analysis.drift.comparing.severity import severity_of
from k8sview.model.resources import Ref
from k8sview.model.status import Severity


def is_security(ref: Ref, paths: Iterable[str]) -> bool:
    """Whether a place, or any of the leaves reported with it, decides who may do what."""
    group = ref.api_version.rpartition("/")[0]
    return any(is_secured(path, ref.kind, group) for path in paths)


def severity(ref: Ref, path: str, change: str | None, *, security: bool) -> Severity:
    """Severity of one report, before anybody's own rules."""
    return Severity.HIGH if security else severity_of(path, change, ref.kind, ref.api_version.rpartition("/")[0])
