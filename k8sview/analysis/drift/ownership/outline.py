"""An object whose values nobody read: its metadata, and the keys of its data as its field sets name them.

Enough to tell who wrote which key of a Secret, and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from k8sview.analysis.drift.covering import COVERED
from k8sview.analysis.drift.ownership.fieldsets import Field, field_set
from k8sview.analysis.drift.ownership.tracking import LAST_APPLIED

_DATA = (Field("data"), Field("stringData"))


def outline(kind: str, api_version: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A body with ``…`` for every value that some manager owns."""
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict) and LAST_APPLIED in annotations:
        # It holds the values that were applied.
        shown = {name: value for name, value in annotations.items() if name != LAST_APPLIED}
        metadata = {**metadata, "annotations": shown}
    data = dict.fromkeys(sorted(_keys(metadata.get("managedFields"))), COVERED)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **({"data": data} if data else {})}


def _keys(entries: object) -> Iterable[str]:
    for entry in entries if isinstance(entries, list) else ():
        fields = entry.get("fieldsV1") if isinstance(entry, dict) else None
        for path in field_set(fields).leaves if isinstance(fields, dict) else ():
            if len(path) == 2 and path[0] in _DATA and isinstance(path[1], Field):
                yield path[1].name
