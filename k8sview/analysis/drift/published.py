"""Which fields a cluster's API has, as its OpenAPI v3 document of one group and version publishes them.

Of a document of megabytes only the schemas on the way to a field are decoded. Answers "unknown to the API" only where
the schema proves it: what it leaves open may hold anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.places import ITEM, generic_of

_REFERENCE = "#/components/schemas/"
_KINDS = "x-kubernetes-group-version-kind"
_OPEN = ("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource")


class _Components(msgspec.Struct):
    schemas: dict[str, msgspec.Raw] = {}


class _Document(msgspec.Struct):
    components: _Components = msgspec.field(default_factory=_Components)


class Published:
    """One document; the schemas that were asked for are kept decoded."""

    def __init__(self, document: bytes) -> None:
        try:
            self._raw = msgspec.json.decode(document, type=_Document).components.schemas
        except msgspec.MsgspecError:
            self._raw = {}
        self._decoded: dict[str, Mapping[str, Any]] = {}
        self._kinds: dict[str, str] = {}

    def lacks(self, group: str, version: str, kind: str, path: str) -> bool:
        """Whether the API has no such field: the server drops it from whatever states it."""
        root = self._root({"group": group, "version": version, "kind": kind})
        return bool(path) and root is not None and not self._has(root, generic_of(path))

    def _root(self, wanted: Mapping[str, str]) -> Mapping[str, Any] | None:
        marks = _KINDS.encode()
        for name, raw in self._raw.items():
            if marks in bytes(raw) and wanted in (self._schema(name).get(_KINDS) or ()):
                return self._schema(name)
        return None

    def _schema(self, name: str) -> Mapping[str, Any]:
        if name not in self._decoded:
            try:
                self._decoded[name] = msgspec.json.decode(self._raw[name], type=dict[str, Any])
            except (KeyError, msgspec.MsgspecError):
                self._decoded[name] = {}
        return self._decoded[name]

    def _has(self, node: Any, steps: Sequence[str]) -> bool:
        node = self._followed(node)
        if not steps or any(node.get(mark) for mark in _OPEN):
            return True
        first, rest = steps[0], steps[1:]
        if first == ITEM:
            return self._has(node.get("items"), rest)
        properties, others = node.get("properties"), node.get("additionalProperties")
        if isinstance(properties, dict) and first in properties:
            return self._has(properties[first], rest)
        if others:
            return self._has(others, rest)
        return not properties  # an object without a word on its fields takes any

    def _followed(self, node: Any) -> Mapping[str, Any]:
        """The schema that a reference means; an empty one, which takes anything, for what is none."""
        for _ in range(8):
            if not isinstance(node, dict):
                return {}
            parts = node.get("allOf")
            inner = parts[0] if isinstance(parts, list) and len(parts) == 1 else node
            reference = inner.get("$ref") if isinstance(inner, dict) else None
            if not isinstance(reference, str):
                return node
            node = self._schema(reference.removeprefix(_REFERENCE))
        return {}
