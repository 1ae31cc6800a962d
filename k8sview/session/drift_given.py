"""Manifests in hand: what lives of those that lie in the namespaces that were chosen, and how it differs."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from k8sview.analysis.drift.comparing.documents import Documents, Identity, Stated
from k8sview.analysis.drift.manifests import manifests, wanted
from k8sview.model.drift import Drifts
from k8sview.model.view import View
from k8sview.session.bodies import SECRETS, Bodies, Body, living
from k8sview.sources.contract import NotReadableError


def namespace_of(view: View) -> str:
    """Where a document goes that names no namespace, as kubectl has it: into the one that was chosen, else into the
    context's own."""
    if view.namespaces is not None and len(view.namespaces) == 1:
        return view.namespaces[0]
    return view.cluster.namespace or "default"


async def look_at_manifests(
    view: View, bodies: Bodies, given: Documents, chosen: Collection[str] | None
) -> tuple[Drifts, tuple[Stated, ...]]:
    """Drifts of what the manifests state, and what they state inside the chosen namespaces (None: all)."""
    namespace = namespace_of(view)
    documents = wanted(view, given, namespace, chosen)
    live, outlines = await living(bodies, documents), await _outlined(bodies, documents)
    return manifests(view, given, live, namespace, chosen=chosen, outlines=outlines), documents


async def _outlined(bodies: Bodies, documents: Iterable[Stated]) -> dict[Identity, Body | None]:
    """The Secrets among them by their metadata alone; what could not be read is not in it."""
    found: dict[Identity, Body | None] = {}
    for one in documents:
        if one.resource is not None and one.resource.name == SECRETS:
            try:
                found[one.identity] = await bodies.outline(one.resource, one.ref.namespace or "", one.ref.name)
            except NotReadableError:
                continue
    return found
