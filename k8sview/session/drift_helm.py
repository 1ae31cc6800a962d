"""Helm releases, one at a time: their labels always, their stored manifests unless that is not wanted.

A release's Secret is read, compared, and forgotten before the next one is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from k8sview.analysis.drift.comparing.documents import Identity, Stated
from k8sview.analysis.drift.helm.comparison import (
    compare_release,
    covered,
    covered_secrets,
    flux_release,
    unseen,
    wanted,
)
from k8sview.analysis.drift.helm.leftovers import leftovers
from k8sview.analysis.drift.helm.release import Release, decode
from k8sview.analysis.drift.helm.releases import releases, stuck
from k8sview.model.drift import DriftKind, Drifts, NotCheckable
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Ref
from k8sview.model.view import View
from k8sview.session.bodies import Bodies, living
from k8sview.session.drift_owners import delivering
from k8sview.sources.contract import NotReadableError

_NONE = Drifts()


async def look_at_releases(
    view: View, bodies: Bodies | None, *, labels_only: bool, stating: Collection[Identity] = ()
) -> tuple[Drifts, dict[Identity, Stated]]:
    """Releases that stopped half way; what differs from each deployed revision; what releases left behind.

    Without ``bodies`` only what labels tell. Beside the drifts: what releases state of the objects in ``stating``.
    """
    inventory = releases(view)
    found = stuck(inventory, view.taken_at)
    stated: dict[Identity, Stated] = {}
    if labels_only:
        return found, stated
    found += _nor(one.reason for one in inventory.not_checkable)
    if bodies is None:
        deployed = sum(one.deployed is not None for one in inventory.releases)
        return found + (_nor([f"manifests of Helm releases ({deployed}) are not read here"]) if deployed else _NONE), {}
    secrets = 0
    for kept in inventory.releases:
        if kept.deployed is None:
            continue
        release = await _release(bodies, kept.deployed.ref)
        problem = release if isinstance(release, str) else release.problem
        if isinstance(release, str) or problem:
            found += Drifts(not_checkable=unseen(kept.namespace, kept.name, problem))
            continue
        live = await living(bodies, wanted(view, release))
        owners = await delivering(view, bodies, (flux_release(body) for body in live.values() if body is not None))
        found += compare_release(view, release, live, behind=kept.behind, owners=owners) + leftovers(view, release)
        secrets += covered_secrets(view, release, live)
        stated |= {one.identity: one for one in wanted(view, release) if one.identity in stating}
    return found + (Drifts(not_checkable=(covered(secrets),)) if secrets else _NONE), stated


def _nor(reasons: Iterable[str]) -> Drifts:
    """What releases were not read cannot tell either what they state in vain, and what they left behind."""
    kinds = (DriftKind.MISSING, DriftKind.ORPHAN)
    return Drifts(not_checkable=tuple(NotCheckable(kind, reason) for reason in reasons for kind in kinds))


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
