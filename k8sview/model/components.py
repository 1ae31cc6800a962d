"""Values that say what is installed, and how it stands; detected in ``analysis.components``, read everywhere."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from k8sview.model.resources import Ref
from k8sview.model.status import Layer


class Presence(StrEnum):
    INSTALLED = "installed"
    LEFTOVER = "leftover"  # API types or registrations without a workload behind them
    MANAGED = "managed"  # works, but the provider hides its controller
    ABSENT = "absent"
    UNKNOWN = "unknown"  # what would tell could not be read


class ComponentCondition(msgspec.Struct, frozen=True, rename="camel"):
    """OpenShift's ClusterOperator vocabulary: Available, Progressing, Degraded, Upgradeable."""

    type: str
    status: str  # "True", "False" or "Unknown"
    reason: str = ""
    message: str = ""


class Part(msgspec.Struct, frozen=True):
    """One workload of a component: ``deployments.apps`` and its key; ``name`` is the part's name in the catalogue."""

    name: str
    resource: str
    namespace: str
    workload: str
    version: str | None = None


class ComponentStatus(msgspec.Struct, frozen=True):
    id: str
    title: str
    layer: Layer
    state: Presence
    version: str | None = None
    evidence: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    missing_parts: tuple[str, ...] = ()  # parts the catalogue expects and nobody found
    unreadable: tuple[str, ...] = ()  # resources that detection wanted and could not read
    provider: str | None = None  # who manages it, when MANAGED
    refs: tuple[Ref, ...] = ()
