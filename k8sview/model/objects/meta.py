"""What every object has: metadata, owner references, conditions, selectors."""

from __future__ import annotations

from typing import Any

import msgspec


class Struct(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """Base of all API values. Not tracked by the garbage collector: decoded trees hold no cycles."""


class OwnerReference(Struct, frozen=True):
    kind: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    controller: bool = False


class ManagedFieldsEntry(Struct, frozen=True):
    """Who wrote, by which verb and when; the field sets themselves are dropped on arrival."""

    manager: str = ""
    operation: str = ""
    time: str | None = None
    subresource: str = ""


class ObjectMeta(Struct, frozen=True):
    name: str = ""
    namespace: str | None = None
    uid: str = ""
    resource_version: str = ""
    generation: int | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()
    managed_fields: tuple[ManagedFieldsEntry, ...] = ()

    @property
    def controller(self) -> OwnerReference | None:
        """The owner that controls the object; the API allows at most one."""
        for owner in self.owner_references:
            if owner.controller:
                return owner
        return None


class Condition(Struct, frozen=True):
    """Any kind's condition. Status and reason may be absent: not every controller writes them."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None
    last_update_time: str | None = None
    last_heartbeat_time: str | None = None
    observed_generation: int | None = None


class LabelSelectorRequirement(Struct, frozen=True):
    key: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


class LabelSelector(Struct, frozen=True):
    match_labels: dict[str, str] = {}
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()

    def matches(self, labels: dict[str, str]) -> bool:
        """An empty selector matches everything (apimachinery, LabelSelectorAsSelector)."""
        if any(labels.get(key) != value for key, value in self.match_labels.items()):
            return False
        return all(_meets(requirement, labels) for requirement in self.match_expressions)


def _meets(requirement: LabelSelectorRequirement, labels: dict[str, str]) -> bool:
    value = labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return value in requirement.values
        case "NotIn":
            return value not in requirement.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False


class NamedObject(Struct, frozen=True):
    """A reference by name alone (``LocalObjectReference`` and its kin)."""

    name: str = ""


class ObjectReference(Struct, frozen=True):
    kind: str = ""
    namespace: str | None = None
    name: str = ""
    uid: str = ""
    api_version: str = ""
    field_path: str = ""


class Custom(Struct, frozen=True):
    """An object of a kind without a struct of its own: metadata plus every other top-level field as plain values."""

    metadata: ObjectMeta
    api_version: str = ""
    kind: str = ""
    body: dict[str, Any] = {}


def misshapen(obj: Custom) -> str | None:
    """What of ``spec``, ``status`` and ``status.conditions`` is not built as every Kubernetes API builds it."""
    for part in ("spec", "status"):
        value = obj.body.get(part)
        if value is not None and not isinstance(value, dict):
            return f"{part} is no object"
    conditions = (obj.body.get("status") or {}).get("conditions")
    if conditions is None:
        return None
    if not isinstance(conditions, list):
        return "status.conditions is no list"
    for one in conditions:
        # Argo CD's conditions have no status; those that have one have a word.
        if not isinstance(one, dict) or not all(
            isinstance(word, str) for word in (one.get("type"), one.get("status", ""))
        ):
            return "status.conditions holds something that is no condition"
    return None


class Malformed(Struct, frozen=True):
    """An object that could not be read as its kind; kept and shown, never dropped."""

    metadata: ObjectMeta
    problem: str
