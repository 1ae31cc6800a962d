"""From an object to the reference that names it, and back to the table where it is found."""

from __future__ import annotations

from typing import Any

from k8sview.model.kinds import KINDS
from k8sview.model.objects.meta import Custom
from k8sview.model.resources import Ref
from k8sview.model.view import View


def ref_of(view: View, resource: str, obj: Any) -> Ref:
    """Names an object of a table."""
    metadata = obj.metadata
    if isinstance(obj, Custom) and obj.kind:
        return Ref(obj.api_version, obj.kind, metadata.namespace, metadata.name)
    row = KINDS.get(resource)
    found = row.resource if row is not None else view.resources.get(resource)
    if found is None:
        return Ref("", resource.partition(".")[0], metadata.namespace, metadata.name)
    return Ref(found.api_version, found.kind, metadata.namespace, metadata.name)
