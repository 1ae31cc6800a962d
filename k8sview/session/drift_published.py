"""Fields that are stated and that this cluster's API does not have: the server drops them, and nobody removed them.

What the API has is asked for only where a removal is about to be told, once for each group and version.
"""

from __future__ import annotations

from k8sview.analysis.drift.published import Published
from k8sview.model.drift import Drift, DriftKind, Drifts, NotCheckable
from k8sview.session.bodies import Bodies

_STATED = (DriftKind.HELM, DriftKind.MANIFEST, DriftKind.LAST_APPLIED, DriftKind.OUT_OF_BAND)


async def without_unknown_fields(bodies: Bodies, found: Drifts) -> Drifts:
    """The drifts, less removals of fields that are unknown to the cluster: these are told as that."""
    documents: dict[str, Published | None] = {}
    kept: list[Drift] = []
    gaps: list[NotCheckable] = []
    for one in found.drifts:
        version = one.object.api_version
        if one.kind in _STATED and one.change == "removal" and one.path:
            if version not in documents:
                document = await bodies.published(version)
                documents[version] = Published(document) if document is not None else None
            if _unknown(documents[version], one):
                words = f"{one.object}: {one.path} is no field that this cluster supports, so the server drops it"
                gaps.append(NotCheckable(one.kind, words, blind=False))
                continue
        kept.append(one)
    return Drifts(tuple(kept), (*found.not_checkable, *gaps))


def _unknown(published: Published | None, one: Drift) -> bool:
    group, _, version = one.object.api_version.rpartition("/")
    return published is not None and published.lacks(group, version, one.object.kind, one.path)
