"""A catalogued component as a value: how it is recognised, which parts it has, what uses it. No detection here."""

from __future__ import annotations

import msgspec

from k8sview.model.status import Layer


class Matcher(msgspec.Struct, frozen=True, kw_only=True):
    """Recognises a workload by any one of: an image repository's tail, a whole set of labels, a name.

    ``kinds`` (resource names) and ``not_labels`` narrow all three. Names are exact.
    """

    images: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    not_labels: dict[str, str] = {}
    optional: bool = False  # a part that may be missing without harm


class ManagedBy(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that runs this part out of sight, recognised by provider and, if stated, a served API group."""

    provider: str
    api_group: str | None = None
    csi_driver: str | None = None


class Component(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    layer: Layer
    seed: str
    topic: bool = False  # nothing to detect: its checks always apply
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    csi_drivers: tuple[str, ...] = ()
    api_services: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    ingress_controllers: tuple[str, ...] = ()
    workloads: Matcher | None = None
    managed_by: tuple[ManagedBy, ...] = ()
    parts: dict[str, Matcher] = {}
    version_images: tuple[str, ...] = ()
    version_label: str | None = None
    version_resource: str | None = None
    version_path: str | None = None
    use: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    origin: str = ""
