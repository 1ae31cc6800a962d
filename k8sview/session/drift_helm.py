"""Helm releases, one at a time: their labels always, their stored manifests unless that is not wanted.

A release's Secret is read, compared, and forgotten before the next one is.
"""

from __future__ import annotations

from collections.abc import Collection

from k8sview.analysis.drift.comparing.documents import Identity, Stated
from k8sview.analysis.drift.helm.comparison import compare_release, wanted
from k8sview.analysis.drift.helm.leftovers import leftovers
from k8sview.analysis.drift.helm.release import Release, decode
from k8sview.analysis.drift.helm.releases import Kept, releases, stuck
from k8sview.model.drift import DriftKind, Drifts, NotCheckable
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Ref
from k8sview.model.view import View
from k8sview.session.bodies import Bodies, living
from k8sview.sources.contract import NotReadableError


async def look_at_releases(
    view: View, bodies: Bodies | None, *, labels_only: bool, stating: Collection[Identity] = ()
) -> tuple[Drifts, dict[Identity, Stated]]:
    """Releases that stopped half way; what differs from each deployed revision; what releases left behind.

    Without ``bodies`` only what labels tell. Beside the drifts: what releases state of the objects in ``stating``.
    """
    inventory = releases(view)
    found = stuck(inventory, view.taken_at)
    stated: dict[Identity, Stated] = {}
    for kept in inventory.releases:
        if bodies is not None and not labels_only and kept.deployed is not None:
            release = await _release(bodies, kept.deployed.ref)
            if isinstance(release, str) or release.problem:
                found += _unread(kept, release if isinstance(release, str) else release.problem)
                continue
            found += await _compared(view, bodies, kept, release)
            stated |= {one.identity: one for one in wanted(view, release) if one.identity in stating}
    return found, stated


async def _compared(view: View, bodies: Bodies, kept: Kept, release: Release) -> Drifts:
    live = await living(bodies, wanted(view, release))
    return compare_release(view, release, live, behind=kept.behind) + leftovers(view, release)


def _unread(kept: Kept, problem: str) -> Drifts:
    return Drifts(not_checkable=(NotCheckable(DriftKind.HELM, f"release {kept.namespace}/{kept.name}: {problem}"),))


async def _release(bodies: Bodies, ref: Ref) -> Release | str:
    """The stored release, or why there is none."""
    resource = KINDS["secrets" if ref.kind == "Secret" else "configmaps"].resource
    try:
        body = await bodies.once(resource, ref.namespace or "", ref.name)
    except NotReadableError as problem:
        return str(problem)
    data = body.get("data") if body is not None else None
    payload = data.get("release") if isinstance(data, dict) else None
    return decode(payload) if isinstance(payload, str) else "it is gone, or holds no release"
