"""What a list is, and which of its items are the same: by keys, as sets, without order, or position by position.

Keys come from the live object's own field sets, else from OpenAPI (given by the caller), else from the table here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.places import Item, matches
from k8sview.analysis.drift.comparing.security import of_kind


class Shape(StrEnum):
    """How a list is merged, and so compared."""

    MAP = "map"
    SET = "set"
    BAG = "bag"  # atomic, but its order means nothing
    ORDERED = "ordered"


class Listed(msgspec.Struct, frozen=True):
    """A list's shape; ``keys`` of a map, each perhaps dotted (``metadata.name``). ``whole``: stated as a whole, so
    that an item more is a change of it."""

    shape: Shape
    keys: tuple[str, ...] = ()
    whole: bool = False


_MAPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("**.containers", ("name",)),
    ("**.initContainers", ("name",)),
    ("**.ephemeralContainers", ("name",)),
    ("**.volumes", ("name",)),
    ("**.env", ("name",)),
    ("**.volumeMounts", ("mountPath",)),
    ("**.volumeDevices", ("devicePath",)),
    ("**.imagePullSecrets", ("name",)),
    ("**.hostAliases", ("ip",)),
    ("**.topologySpreadConstraints", ("topologyKey", "whenUnsatisfiable")),
    ("**.containers[*].ports", ("containerPort", "protocol")),
    ("**.initContainers[*].ports", ("containerPort", "protocol")),
    ("**.containers[*].resizePolicy", ("resourceName",)),
    ("**.claims", ("name",)),
    ("**.resourceClaims", ("name",)),
    ("**.schedulingGates", ("name",)),
    ("**.conditions", ("type",)),
    ("metadata.ownerReferences", ("uid",)),
    ("webhooks", ("name",)),
    ("**.matchConditions", ("name",)),
    ("secrets", ("name",)),
    ("spec.listeners", ("name",)),
    ("spec.groups", ("name",)),
)
_OF_KIND: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Service", "spec.ports", ("port", "protocol")),
    ("CustomResourceDefinition.apiextensions.k8s.io", "spec.versions", ("name",)),
)
_SETS = ("metadata.finalizers",)
_BAGS = (
    "**.tolerations",
    "**.accessModes",
    "**.matchExpressions",
    "**.matchExpressions[*].values",
    "**.nodeSelectorTerms",
    "**.preferredDuringSchedulingIgnoredDuringExecution",
    "**.requiredDuringSchedulingIgnoredDuringExecution",
    "**.capabilities.add",
    "**.capabilities.drop",
    "**.supplementalGroups",
    "**.sysctls",
    "**.configMap.items",
    "**.secret.items",
    "**.downwardAPI.items",
    "**.shortNames",
    "**.categories",
)
_BAGS_OF: tuple[tuple[str, tuple[str, ...]], ...] = (
    (".rbac.authorization.k8s.io", ("rules", "rules[*].*", "subjects", "aggregationRule.clusterRoleSelectors")),
    (
        ".admissionregistration.k8s.io",
        ("webhooks[*].rules", "webhooks[*].rules[*].*", "webhooks[*].admissionReviewVersions"),
    ),
    (
        "NetworkPolicy.networking.k8s.io",
        ("spec.policyTypes", "spec.ingress", "spec.egress", "spec.ingress[*].*", "spec.egress[*].*", "**.except"),
    ),
    ("Service", ("spec.externalIPs", "spec.loadBalancerSourceRanges")),
    ("Ingress.networking.k8s.io", ("spec.rules", "spec.tls", "spec.tls[*].hosts", "spec.rules[*].http.paths")),
)
_NAMING = ("name", "key", "id")
"""What people call the items of a list whose keys nobody states."""


def listed(
    full: str,
    generic: tuple[str, ...],
    stated: tuple[str, ...],
    items: list[Any],
    *,
    atomic: bool,
) -> Listed:
    """The shape of the list at a place. ``stated``: its keys by field sets or OpenAPI; ``items``: of both sides."""
    keys = stated or _built_in_keys(full, generic)
    if keys:
        return Listed(Shape.MAP, keys)
    if any(matches(pattern, generic) for pattern in _SETS):
        return Listed(Shape.SET)
    if unordered(full, generic):
        return Listed(Shape.BAG)
    for name in _NAMING:
        if items and all(isinstance(item, dict) and isinstance(item.get(name), str) for item in items):
            return Listed(Shape.MAP, (name,), whole=atomic)
    return Listed(Shape.ORDERED)


def unordered(full: str, generic: tuple[str, ...]) -> bool:
    """Whether the order of an atomic list means nothing."""
    return any(matches(pattern, generic) for pattern in _BAGS) or any(
        of_kind((kind,), full) and any(matches(pattern, generic) for pattern in patterns) for kind, patterns in _BAGS_OF
    )


def _built_in_keys(full: str, generic: tuple[str, ...]) -> tuple[str, ...]:
    for kind, pattern, keys in _OF_KIND:
        if kind == full and matches(pattern, generic):
            return keys
    return next((keys for pattern, keys in _MAPS if matches(pattern, generic)), ())


def by_keys(items: list[Any], keys: tuple[str, ...], filled: Mapping[str, Any]) -> dict[tuple[Any, ...], int] | None:
    """Positions by key values; None where the keys do not tell all items apart. ``filled``: what absence means."""
    found: dict[tuple[Any, ...], int] = {}
    for position, item in enumerate(items):
        if not isinstance(item, dict):
            return None
        key = tuple(_scalar(read(item, name, filled.get(name))) for name in keys)
        if key in found:
            return None
        found[key] = position
    return found


def read(item: dict[str, Any], key: str, missing: Any = None) -> Any:
    """The value of a key, which may be dotted."""
    value: Any = item
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return missing if value is None else value


def _scalar(value: Any) -> Any:
    return str(value) if isinstance(value, dict | list) else value


def told_apart(keys: tuple[str, ...], values: set[tuple[Any, ...]]) -> int:
    """How many of the keys, from the first, are enough to tell these items apart."""
    for number in range(1, len(keys)):
        if len({value[:number] for value in values}) == len(values):
            return number
    return len(keys)


def item_of(keys: tuple[str, ...], values: tuple[Any, ...], shown: int) -> Item:
    """The step that names an item by its keys."""
    return Item(tuple(zip(keys, values, strict=True)), shown)
