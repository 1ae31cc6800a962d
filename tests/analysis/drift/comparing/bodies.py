"""Objects as manifests state them and as a server returns them."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

Raw = dict[str, Any]

RBAC = "rbac.authorization.k8s.io/v1"
ADMISSION = "admissionregistration.k8s.io/v1"


def obj(kind: str, version: str = "v1", **rest: Any) -> Raw:
    metadata = {"name": "web", **rest.pop("metadata", {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def deployment(container: Raw | None = None, metadata: Raw | None = None, pod: Raw | None = None, **spec: Any) -> Raw:
    """A Deployment with one container ``app``."""
    app = {"name": "app", "image": "registry.example.org/web:1", **(container or {})}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [app], **(pod or {})}}
    return obj(
        "Deployment",
        "apps/v1",
        metadata=metadata or {},
        spec={"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec},
    )


def entry(manager: str, fields: Raw, operation: str = "Update", time: str = "2026-03-01T10:00:00Z") -> Raw:
    """A managedFields entry as the API server writes it."""
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": "v1",
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }


def owned(*path: str, below: Raw | None = None) -> Raw:
    """A field set with one path: ``owned("f:spec", "f:replicas")``."""
    found: Raw = below or {}
    for step in reversed(path):
        found = {step: found}
    return found


def key(**keys: Any) -> str:
    """A ``k:`` element: ``key(name="app")``."""
    return "k:" + json.dumps(keys, sort_keys=True, separators=(",", ":"))


def merged(*sets: Raw) -> Raw:
    """Field sets of one entry together."""
    found: Raw = {}
    for one in sets:
        for name, below in one.items():
            found[name] = merged(found[name], below) if name in found else deepcopy(below)
    return found


def with_entries(body: Raw, *entries: Raw) -> Raw:
    """A copy of a body with these managedFields."""
    copied = deepcopy(body)
    copied["metadata"]["managedFields"] = list(entries)
    return copied


CONTAINER = ("f:spec", "f:template", "f:spec", "f:containers", key(name="app"))
