"""Living objects that carry a release's marks and are not in its manifest: an upgrade left them behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from k8sview.analysis.drift.helm.comparison import wanted
from k8sview.analysis.drift.helm.release import RELEASE_NAME, RELEASE_NAMESPACE, Release
from k8sview.analysis.drift.naming import ref_of
from k8sview.model.drift import Drift, DriftKind, Drifts, NotCheckable
from k8sview.model.status import Severity
from k8sview.model.tables import State
from k8sview.model.view import View

_KEEP = "helm.sh/resource-policy"
_NEVER_STATED = frozenset(
    {
        "pods",
        "events",
        "events.events.k8s.io",
        "componentstatuses",
        "replicasets.apps",
        "controllerrevisions.apps",
        "endpointslices.discovery.k8s.io",
        "nodes.metrics.k8s.io",
        "pods.metrics.k8s.io",
    }
)
"""What controllers make, some with their owner's annotations copied, and what is no object at all."""


def leftovers(view: View, release: Release) -> Drifts:
    """What the release left behind in its namespace, those it states, and among what has no namespace.

    Only kinds that were asked for are looked at; one of them that could not be read is stated, and that others were
    not asked for at all is stated once. What is kept on purpose (``helm.sh/resource-policy``), and what a controller
    made, is no leftover.
    """
    if release.problem:
        return Drifts(not_checkable=(NotCheckable(DriftKind.ORPHAN, release.problem),))
    mine = wanted(view, release)
    known = {(one.resource.name, one.ref.namespace or "", one.ref.name) for one in mine if one.resource is not None}
    spaces = sorted({release.namespace, *(one.ref.namespace for one in mine if one.ref.namespace)})
    found: list[Drift] = []
    unread: list[str] = []
    idle = False
    for name, resource in sorted(view.resources.items()):
        if name in _NEVER_STATED or "list" not in resource.verbs:
            continue
        for namespace in spaces if resource.namespaced else ("",):
            if view.readable(name, namespace or None):
                living = view.in_namespace(name, namespace) if resource.namespaced else view.each(name)
                found += _left(view, release, name, living, known)
            elif view.state(name).state is State.IDLE:
                idle = True
            else:
                unread.append(f"{name}: {view.state(name)}")
    if idle:
        unread.append("kinds that were not asked for were not searched for what the release left behind")
    reasons = tuple(NotCheckable(DriftKind.ORPHAN, reason) for reason in dict.fromkeys(unread))
    return Drifts(tuple(found), reasons)


def _left(
    view: View, release: Release, resource: str, living: Iterable[Any], known: set[tuple[str, str, str]]
) -> Iterator[Drift]:
    for obj in living:
        metadata = obj.metadata
        marks = metadata.annotations
        if (marks.get(RELEASE_NAME), marks.get(RELEASE_NAMESPACE)) != (release.name, release.namespace):
            continue
        if (resource, metadata.namespace or "", metadata.name) in known or marks.get(_KEEP) == "keep":
            continue
        if obj.metadata.controller is not None:
            continue
        ref = ref_of(view, resource, obj)
        yield Drift(
            kind=DriftKind.ORPHAN,
            object=ref,
            change="addition",
            next_upgrade_repairs=False,
            severity=Severity.LOW,
            message=f"{ref} is marked as the Helm release {release.name}'s and not in its revision {release.version}",
            next="delete it if nothing uses it, or annotate it with helm.sh/resource-policy=keep",
            evidence=(f"metadata.annotations[{RELEASE_NAME}] = {release.name}",),
        )
