"""The shape of a catalogue file, key by key. Anything else is an error; checks/README.md explains."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from k8sview.model.status import Layer, Severity, Status


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base: unknown keys are errors."""


class MatcherSpec(Spec, frozen=True, kw_only=True):
    images: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    names: tuple[str, ...] = ()
    kinds: tuple[Literal["Deployment", "DaemonSet", "StatefulSet", "CronJob"], ...] = ()
    not_labels: dict[str, str] = {}
    optional: bool = False


class ManagedSpec(Spec, frozen=True, kw_only=True):
    provider: str
    api_group: str | None = None
    csi_driver: str | None = None


class DetectSpec(Spec, frozen=True, kw_only=True):
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    csi_drivers: tuple[str, ...] = ()
    api_services: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    ingress_controllers: tuple[str, ...] = ()
    workloads: MatcherSpec | None = None
    managed: tuple[ManagedSpec, ...] = ()


class FieldSpec(Spec, frozen=True, kw_only=True):
    resource: str
    path: str


class VersionSpec(Spec, frozen=True, kw_only=True):
    image: str | tuple[str, ...] = ()
    label: str | None = None
    field: FieldSpec | None = None


class UseSpec(Spec, frozen=True, kw_only=True):
    resources: tuple[str, ...] = ()


class SampleSpec(Spec, frozen=True, kw_only=True):
    value: float
    labels: dict[str, str] = {}


class TestSpec(Spec, frozen=True, kw_only=True):
    """Objects as the API would return them; ``denied`` and the like name resources that could not be read.

    ``metrics``: what Prometheus answers to named queries; queries that are not mentioned give no samples.
    """

    name: str
    expect: Status
    objects: tuple[dict[str, Any], ...] = ()
    now: str | None = None
    message: str | None = None  # glob over the check's message and those of its findings
    findings: int | None = None
    denied: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    not_served: tuple[str, ...] = ()
    component: Literal["installed", "leftover", "managed", "absent", "unknown"] | None = None
    changes: tuple[dict[str, str], ...] = ()
    version: str | None = None  # of the server
    metrics: dict[str, tuple[SampleSpec, ...]] = {}
    prometheus: Literal["answers", "partial", "failing", "absent"] = "answers"


class CheckSpec(Spec, frozen=True, kw_only=True):
    id: str
    title: str
    severity: Severity
    why: str
    next: str
    url: str
    tests: tuple[TestSpec, ...]
    requires: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    when: tuple[Literal["installed", "leftover", "managed"], ...] = ("installed",)
    depends_on: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    popeye: tuple[int, ...] = ()
    each: str | None = None
    where: tuple[dict[str, Any], ...] = ()
    asserts: tuple[dict[str, Any], ...] = msgspec.field(name="assert", default=())
    rule: str | None = None
    parameters: dict[str, Any] = msgspec.field(name="with", default={})


class FileSpec(Spec, frozen=True, kw_only=True):
    """Either ``component`` (with ``detect``) or ``topic`` (checks that need no component)."""

    title: str
    layer: Layer
    seed: str
    component: str | None = None
    topic: str | None = None
    detect: DetectSpec | None = None
    version: VersionSpec = VersionSpec()
    workloads: dict[str, MatcherSpec] = {}
    use: UseSpec = UseSpec()
    depends_on: tuple[str, ...] = ()
    checks: tuple[CheckSpec, ...] = ()
