"""From an object to the reference that names it, and back to the table where it is found."""

from __future__ import annotations

from typing import Any

from k8sview.model.kinds import KINDS, RESOURCE_NAMES
from k8sview.model.objects.meta import Custom, OwnerReference
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


def resource_of(view: View, api_version: str, kind: str) -> str | None:
    """The table that holds a kind; None where the cluster serves no such kind."""
    group = api_version.rpartition("/")[0]
    known = RESOURCE_NAMES.get(kind)
    if known is not None and (not api_version or KINDS[known].resource.group == group):
        return known
    served = (one for one in view.resources.values() if one.kind == kind and one.group == group)
    return next((one.name for one in served), None)


def controller_of(obj: Any) -> OwnerReference | None:
    """The owner that controls an object."""
    return next((owner for owner in obj.metadata.owner_references if owner.controller), None)
