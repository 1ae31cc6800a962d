"""Objects that carry the mark of a Flux or Argo CD object which does not list them, or is gone.

Marks are copied: an object that another one owns, or whose mark names something else, is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.drift.kinds.argo import APPLICATIONS
from k8sview.analysis.drift.kinds.flux import APPLIERS, HELMRELEASES, KUSTOMIZATIONS
from k8sview.analysis.drift.kinds.reading import absent, declared, edited, items, text, unread
from k8sview.analysis.drift.naming import ref_of
from k8sview.model.drift import Drift, DriftKind, NotCheckable
from k8sview.model.resources import Resource
from k8sview.model.status import Confidence, Severity
from k8sview.model.view import View

READS = (APPLICATIONS, *APPLIERS)

_FLUX = {KUSTOMIZATIONS: "kustomize.toolkit.fluxcd.io", HELMRELEASES: "helm.toolkit.fluxcd.io"}
_TRACKED = "argocd.argoproj.io/tracking-id"


def orphans(view: View) -> Iterator[Drift]:
    """Objects whose deliverer no longer knows them: they stay as they are for ever."""
    for name in declared(view):
        resource = view.resources[name]
        for obj in view.each(name):
            if obj.metadata.owner_references or obj.metadata.deletion_timestamp is not None:
                continue
            for found in (_of_flux(view, resource, obj), _of_argo(view, resource, obj)):
                if found is not None:
                    yield _drift(view, resource, obj, *found)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Deliverers that could not be read, or that are not there."""
    if absent(view, READS):
        words = "neither Argo CD nor Flux serves its kinds here: nobody keeps an inventory"
        yield NotCheckable(DriftKind.ORPHAN, words, blind=False)
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.ORPHAN, reason)


def _of_flux(view: View, resource: Resource, obj: Any) -> tuple[str, str] | None:
    labels = obj.metadata.labels
    for table, prefix in _FLUX.items():
        name, namespace = labels.get(f"{prefix}/name"), labels.get(f"{prefix}/namespace", "")
        if not name or not view.readable(table, namespace):
            continue
        owner = view.get(table, name, namespace)
        kind = "Kustomization" if table == KUSTOMIZATIONS else "HelmRelease"
        mark = f"metadata.labels[{prefix}/name]"
        if owner is None:
            return mark, f"{kind} {namespace}/{name} does not exist"
        listed = {str(one.get("id")) for one in items(owner, "status.inventory.entries")}
        if table == KUSTOMIZATIONS and listed and _flux_id(resource, obj) not in listed:
            return mark, f"{kind} {namespace}/{name} does not list it"
    return None


def _flux_id(resource: Resource, obj: Any) -> str:
    """``namespace_name_group_kind``; the colons of RBAC names are doubled underscores there."""
    name = obj.metadata.name.replace(":", "__")
    return f"{obj.metadata.namespace or ''}_{name}_{resource.group}_{resource.kind}"


def _of_argo(view: View, resource: Resource, obj: Any) -> tuple[str, str] | None:
    told = obj.metadata.annotations.get(_TRACKED, "")
    name, _, rest = told.partition(":")
    if not name or rest != f"{resource.group}/{resource.kind}:{obj.metadata.namespace or ''}/{obj.metadata.name}":
        return None  # copied from another object
    if not view.readable(APPLICATIONS):
        return None
    space, _, alone = name.rpartition("_")  # applications outside of Argo CD's namespace have it before their name
    owners = [
        one
        for one in view.each(APPLICATIONS)
        if one.metadata.name == name or (space and (one.metadata.namespace, one.metadata.name) == (space, alone))
    ]
    mark = f"metadata.annotations[{_TRACKED}]"
    if not owners:
        if view.namespaces is not None or view.table(APPLICATIONS).partial:
            return None  # it may be in a namespace that nobody looked into
        return mark, f"Application {name} does not exist here"
    listed = items(owners[0], "status.resources")
    if not listed or text(owners[0], "status.sync.status") in ("", "Unknown"):
        return None
    own = (resource.group, resource.kind, obj.metadata.namespace or "", obj.metadata.name)
    known = {tuple(str(one.get(key) or "") for key in ("group", "kind", "namespace", "name")) for one in listed}
    return None if own in known else (mark, f"Application {name} does not list it")


def _drift(view: View, resource: Resource, obj: Any, mark: str, words: str) -> Drift:
    gone = "does not exist" in words
    return Drift(
        kind=DriftKind.ORPHAN,
        object=ref_of(view, resource.name, obj),
        path=mark,
        time=edited(obj),
        # What is gone here may live in another cluster that delivers to this one.
        confidence=Confidence.INFERRED if gone else Confidence.OBSERVED,
        severity=Severity.LOW,
        message=f"{words}, though it carries its mark: nobody reconciles it",
        why_not_reverted="what is left behind is deleted by nobody",
        next=f"kubectl get {resource.name} {obj.metadata.name}"
        + (f" -n {obj.metadata.namespace}" if obj.metadata.namespace else "")
        + " -o yaml",
        evidence=(f"{mark} = {_value(obj, mark)}",),
    )


def _value(obj: Any, mark: str) -> str:
    marks = obj.metadata.labels if mark.startswith("metadata.labels") else obj.metadata.annotations
    return str(marks.get(mark.partition("[")[2].rstrip("]"), ""))
