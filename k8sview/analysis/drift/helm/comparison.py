"""The cluster against one release's stored manifest: what differs, what is missing, what another release claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.difference import OVERRIDE, Difference
from k8sview.analysis.drift.comparing.documents import Stated, stated
from k8sview.analysis.drift.comparing.objects import Terms, compared
from k8sview.analysis.drift.helm.prediction import SERVER_SIDE, repaired
from k8sview.analysis.drift.helm.release import RELEASE_NAME, RELEASE_NAMESPACE, Release, objects
from k8sview.analysis.drift.manifests import Bodies, gone_secret, missing, unread_secret
from k8sview.model.drift import Drift, DriftKind, Drifts, NotCheckable
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity
from k8sview.model.view import View

_KIND = DriftKind.HELM
_FLUX_NAME, _FLUX_NAMESPACE = "helm.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/namespace"
_FLUX_RELEASES = "helmreleases.helm.toolkit.fluxcd.io"
Place = tuple[str, str, str]
"""``(resource, namespace, name)`` of what delivers an object."""


def wanted(view: View, release: Release) -> tuple[Stated, ...]:
    """What the release states and where it goes; what has a ``resource`` is to be fetched."""
    return tuple(stated(view, body, release.namespace) for body in objects(release).bodies)


def compare_release(
    view: View,
    release: Release,
    bodies: Bodies,
    *,
    behind: bool = False,
    owners: Mapping[Place, Any] = {},
) -> Drifts:
    """Drifts of all that the release states, the values of its Secrets left out: ``covered_secrets`` counts them.

    ``bodies``: live objects by ``Stated.identity``; None for one that was asked for and is not there. ``behind``: a
    later revision failed half way and may have written, so nothing here is certain. ``owners``: HelmReleases of Flux
    that are not in the view.
    """
    if release.problem:
        return Drifts(not_checkable=unseen(release.namespace, release.name, release.problem))
    problems = (unseen(release.namespace, release.name, one) for one in objects(release).problems)
    found = Drifts(not_checkable=tuple(gap for gaps in problems for gap in gaps))
    for one in wanted(view, release):
        found += _of_one(view, release, one, bodies, owners, behind=behind)
    return found


def covered_secrets(view: View, release: Release, bodies: Bodies) -> int:
    """How many living Secrets the release states, whose values nobody compares."""
    return sum(unread_secret(one, bodies) and not gone_secret(view, one) for one in wanted(view, release))


def covered(secrets: int) -> NotCheckable:
    """One word on the Secrets of all releases: they are left out on purpose, however many they are."""
    whose = "1 Secret" if secrets == 1 else f"{secrets} Secrets"
    words = f"values of {whose} of Helm releases are never read; who wrote their keys is told by their field sets"
    return NotCheckable(_KIND, words, blind=False)


def unseen(namespace: str, name: str, problem: str) -> tuple[NotCheckable, ...]:
    """What of a release nobody looked at may differ, be missing, or be left behind."""
    reason = f"release {namespace}/{name}: {problem}"
    return tuple(NotCheckable(kind, reason) for kind in (_KIND, DriftKind.MISSING, DriftKind.ORPHAN))


def flux_release(body: Mapping[str, Any]) -> Place | None:
    """Which HelmRelease of Flux delivers a live object, as its labels tell."""
    metadata = body.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    name = labels.get(_FLUX_NAME) if isinstance(labels, dict) else None
    if not isinstance(labels, dict) or not isinstance(name, str):
        return None
    return _FLUX_RELEASES, str(labels.get(_FLUX_NAMESPACE) or ""), name


def _of_one(
    view: View,
    release: Release,
    one: Stated,
    bodies: Bodies,
    owners: Mapping[Place, Any],
    *,
    behind: bool,
) -> Drifts:
    if unread_secret(one, bodies):
        if not gone_secret(view, one):
            return Drifts()
        bodies = {one.identity: None}
    if one.resource is None or one.identity not in bodies:
        problem = f"{one.ref}: {one.problem or 'it was not read'}"
        return Drifts(not_checkable=unseen(release.namespace, release.name, problem)[:2])
    body = bodies[one.identity]
    group = one.resource.group
    if body is None:
        gone = missing((one,), _named(release)).drifts
        again = repaired(group, release.apply_method, None, missing=True)
        return Drifts(tuple(msgspec.structs.replace(drift, next_upgrade_repairs=again) for drift in gone))
    other = _other_release(release, one.ref, body)
    if other is not None:
        return Drifts((other,))

    def repairs(difference: Difference) -> bool | None:
        return repaired(group, release.apply_method, difference.change)

    terms = Terms(
        kind=_KIND,
        stated_by=_named(release),
        confidence=Confidence.INFERRED if behind else Confidence.CERTAIN,
        own_writes=behind,
        foreign=("kubectl",),
        repairs=repairs,
    )
    drifts = compared(view, one, body, terms)
    why = _not_reverted(view, body, owners)
    told = (
        msgspec.structs.replace(drift, why_not_reverted=why, next=_next(drift.next_upgrade_repairs, release))
        for drift in drifts.drifts
    )
    return Drifts(tuple(told), drifts.not_checkable)


def _named(release: Release) -> str:
    return f"revision {release.version} of the Helm release {release.name}"


def _next(repairs: bool | None, release: Release) -> str:
    if repairs:
        return "the next helm upgrade puts it back; to keep the change, state it in the chart's values"
    if repairs is None and release.apply_method == SERVER_SIDE:
        return "the next helm upgrade stops at a conflict here, unless forced: put it back, or state it in the values"
    return "no helm upgrade with the same chart puts it back: put it back by hand, or state it in the values"


def _other_release(release: Release, ref: Ref, body: Mapping[str, Any]) -> Drift | None:
    """The object belongs to another release by its marks: comparing it would blame the wrong one."""
    annotations = _annotations(body)
    mine = (release.name, release.namespace)
    theirs = (annotations.get(RELEASE_NAME, release.name), annotations.get(RELEASE_NAMESPACE, release.namespace))
    if theirs == mine:
        return None
    name = RELEASE_NAME if theirs[0] != mine[0] else RELEASE_NAMESPACE
    return Drift(
        kind=_KIND,
        object=ref,
        path=f"metadata.annotations[{name}]",
        change=OVERRIDE,
        before="/".join(reversed(mine)),
        after="/".join(reversed([str(one) for one in theirs])),
        next_upgrade_repairs=False,
        severity=Severity.HIGH,
        message=f"{ref} is stated by the release {mine[0]} and marked as {theirs[0]}'s: two releases claim it",
        next="take it out of one of the two charts",
        evidence=(f"metadata.annotations[{name}] = {annotations.get(name)}",),
    )


def _annotations(body: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = body.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _not_reverted(view: View, body: Mapping[str, Any], owners: Mapping[Place, Any]) -> str:
    """Why it is still there: Helm looks at the cluster only while it upgrades, Flux only where it was told to."""
    place = flux_release(body)
    if place is None:
        return "Helm compares with the cluster only while it upgrades"
    _, namespace, name = place
    found = owners.get(place) or view.get(_FLUX_RELEASES, name, namespace)
    spec = found.body.get("spec") if found is not None else None
    if not isinstance(spec, dict):
        return f"whether Flux corrects drift of the HelmRelease {name} could not be read"
    if spec.get("suspend") is True:
        return f"the HelmRelease {name} is suspended"
    detection = spec.get("driftDetection")
    mode = detection.get("mode") if isinstance(detection, dict) else None
    if mode == "enabled":
        return f"Flux corrects drift of the HelmRelease {name} at its next reconciliation"
    return f"drift detection of the HelmRelease {name} is {'on, without correction' if mode == 'warn' else 'off'}"
