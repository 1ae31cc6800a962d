"""How much a drifted leaf matters, by what its place decides: security, availability, behaviour, or only looks."""

from __future__ import annotations

from enum import StrEnum

from k8sview.analysis.drift.comparing.difference import ADDITION, OVERRIDE, REMOVAL
from k8sview.analysis.drift.comparing.places import generic_of, matches
from k8sview.analysis.drift.comparing.security import full_kind, secured
from k8sview.model.status import Severity


class PathClass(StrEnum):
    """What a place decides, the gravest first."""

    SECURITY = "security"
    AVAILABILITY = "availability"
    BEHAVIOUR = "behaviour"
    COSMETIC = "cosmetic"


_AVAILABILITY = (
    "**.replicas",
    "**.image",
    "**.resources.**",
    "**.livenessProbe.**",
    "**.readinessProbe.**",
    "**.startupProbe.**",
    "**.containers[*]",
    "**.initContainers[*]",
    "**.volumes[*].**",
    "**.volumeMounts[*].**",
    "**.nodeSelector.**",
    "**.affinity.**",
    "**.tolerations",
    "**.topologySpreadConstraints.**",
    "**.priorityClassName",
    "**.terminationGracePeriodSeconds",
    "spec.strategy.**",
    "spec.updateStrategy.**",
    "spec.selector.**",
    "spec.ports.**",
    "spec.minAvailable",
    "spec.maxUnavailable",
    "spec.minReplicas",
    "spec.maxReplicas",
    "spec.metrics.**",
    "spec.suspend",
    "spec.paused",
    "spec.schedule",
    "spec.rules.**",
    "spec.taints.**",
    "spec.unschedulable",
    "spec.hard.**",
    "spec.limits.**",
)
_COSMETIC = ("**.metadata.annotations.**", "**.metadata.labels.**", "**.description", "**.metadata.annotations")

_SEVERITIES = {
    PathClass.SECURITY: {OVERRIDE: Severity.HIGH, REMOVAL: Severity.HIGH, ADDITION: Severity.HIGH},
    PathClass.AVAILABILITY: {OVERRIDE: Severity.MEDIUM, REMOVAL: Severity.MEDIUM, ADDITION: Severity.LOW},
    PathClass.BEHAVIOUR: {OVERRIDE: Severity.MEDIUM, REMOVAL: Severity.LOW, ADDITION: Severity.LOW},
    PathClass.COSMETIC: {OVERRIDE: Severity.LOW, REMOVAL: Severity.INFO, ADDITION: Severity.INFO},
}


def class_of(path: str, kind: str = "", group: str = "") -> PathClass:
    """The class of a path as people write it (``spec.template.spec.containers[name=app].image``; "": the object)."""
    generic = generic_of(path) if path else ()
    if secured(full_kind(kind, group), generic):
        return PathClass.SECURITY
    if not generic or any(matches(pattern, generic) for pattern in _AVAILABILITY):
        return PathClass.AVAILABILITY
    # Labels of a pod template choose what Services and budgets see.
    if any(matches(pattern, generic) for pattern in _COSMETIC) and "template" not in generic:
        return PathClass.COSMETIC
    return PathClass.BEHAVIOUR


def severity_of(path: str, change: str | None, kind: str = "", group: str = "") -> Severity:
    """How much a change of a path matters; a change without a word counts as an override."""
    return _SEVERITIES[class_of(path, kind, group)][change or OVERRIDE]
