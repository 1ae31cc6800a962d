"""A small OpenAPI v3 document, built as the API server builds its own."""

from __future__ import annotations

import json
from typing import Any


def _of(name: str) -> dict[str, Any]:
    return {"allOf": [{"$ref": f"#/components/schemas/{name}"}], "default": {}}


_SCHEMAS: dict[str, Any] = {
    "Service": {
        "type": "object",
        "properties": {"spec": _of("ServiceSpec")},
        "x-kubernetes-group-version-kind": [{"group": "", "kind": "Service", "version": "v1"}],
    },
    "ServiceSpec": {
        "type": "object",
        "properties": {
            "ports": {"type": "array", "items": _of("ServicePort")},
            "selector": {"type": "object", "additionalProperties": {"type": "string"}},
            "open": {"type": "object", "properties": {"a": {}}, "x-kubernetes-preserve-unknown-fields": True},
            "raw": {"type": "object"},
            "dangling": _of("Nowhere"),
            "itself": _of("ServiceSpec"),
        },
    },
    "ServicePort": {"type": "object", "properties": {"port": {"type": "integer"}}},
    "ConfigMap": {
        "type": "object",
        "properties": {"data": {"type": "object", "additionalProperties": {"type": "string"}}},
        "x-kubernetes-group-version-kind": [{"group": "", "kind": "ConfigMap", "version": "v1"}],
    },
}
DOCUMENT = json.dumps({"openapi": "3.0.0", "components": {"schemas": _SCHEMAS}}).encode()
