"""Bodies made by hand, for what a server records only rarely; at the fixed noon of the small clusters."""

from __future__ import annotations

import json
from typing import Any

from tests.analysis.clusters import ago

Raw = dict[str, Any]
FLUX = {"kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}


def fields(*paths: str) -> Raw:
    """A field set: ``spec/containers/{"name":"app"}/image``; ``/.`` owns the node; ``v:`` and ``i:`` as is."""
    found: Raw = {}
    for path in paths:
        inner = found
        for one in path.split("/"):
            inner = inner.setdefault(_element(one), {})
    return found


def _element(one: str) -> str:
    if one == "." or one[:2] in ("v:", "i:", "k:"):
        return one
    return f"k:{json.dumps(json.loads(one), separators=(',', ':'))}" if one.startswith("{") else f"f:{one}"


def entry(
    manager: str, age: str | None, *paths: str, operation: str = "Update", subresource: str = "", version: str = "v1"
) -> Raw:
    found: Raw = {"manager": manager, "operation": operation, "apiVersion": version, "fieldsType": "FieldsV1"}
    if age is not None:
        found["time"] = ago(age)
    return {**found, "subresource": subresource, "fieldsV1": fields(*paths)}


def flux(age: str | None, *paths: str) -> Raw:
    return entry("kustomize-controller", age, *paths, operation="Apply")


def body(*entries: Raw, kind: str = "ConfigMap", age: str = "10d", labels: Raw | None = None, **rest: Any) -> Raw:
    metadata = {
        "name": "it",
        "namespace": "shop",
        "creationTimestamp": ago(age),
        "labels": FLUX if labels is None else labels,
        "managedFields": list(entries),
    }
    return {"apiVersion": "v1", "kind": kind, "metadata": {**metadata, **rest.pop("metadata", {})}, **rest}
