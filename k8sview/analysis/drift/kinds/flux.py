"""What Flux says of its Kustomizations and HelmReleases, imported and audited: fresh, applied, drifted.

A Kustomization corrects what it finds, so it has no word for drift: what it could not apply is what differs. Flux
starts Ready's transition anew with each retry; nothing here is dated by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from k8sview.analysis.drift.kinds.reading import condition, items, text
from k8sview.analysis.drift.naming import ref_of
from k8sview.model.drift import Drift, DriftKind, DriftTime
from k8sview.model.fields import read_one
from k8sview.model.status import Confidence, Severity
from k8sview.model.text import shorten
from k8sview.model.times import format_age, format_time, parse_duration, parse_time
from k8sview.model.view import View

KUSTOMIZATIONS = "kustomizations.kustomize.toolkit.fluxcd.io"
HELMRELEASES = "helmreleases.helm.toolkit.fluxcd.io"
APPLIERS = (KUSTOMIZATIONS, HELMRELEASES)

_CATCH_UP = timedelta(minutes=5)  # from an edit to the controller's word on it
_SLACK = timedelta(minutes=1)  # what one reconciliation takes
_LONGEST = 200
_WAITS = ("DependencyNotReady", "Progressing", "SourceNotReady")


def verdicts(view: View) -> Iterator[Drift]:
    """What Flux says is drifted or not applied, and which of its words are too old. Suspended objects say nothing:
    their suspension is a hole in the fence, told elsewhere."""
    for resource in APPLIERS:
        for obj in view.each(resource):
            if suspended(obj) or obj.metadata.deletion_timestamp is not None:
                continue
            yield from _stale(view, resource, obj)
            yield from _behind(view, resource, obj)
            if resource == HELMRELEASES:
                yield from _drifted(view, obj)


def suspended(obj: Any) -> bool:
    """Whether reconciliation is switched off in the object itself."""
    return read_one(obj, "spec.suspend") is True


def correction(release: Any) -> str:
    """``enabled`` | ``warn`` | ``disabled``: what helm-controller does about drift. Its default is nothing."""
    return text(release, "spec.driftDetection.mode") or "disabled"


def _stale(view: View, resource: str, obj: Any) -> Iterator[Drift]:
    history = items(obj, "status.history") if resource == KUSTOMIZATIONS else []
    interval = parse_duration(read_one(obj, "spec.interval"))
    times = [at for one in history if (at := parse_time(one.get("lastReconciled"))) is not None]
    at = max(times, default=None)
    settled = condition(obj, "Ready").get("status") == "True"  # failing ones are tried at another rhythm
    if settled and at is not None and interval is not None and view.taken_at - at > 2 * interval + _SLACK:
        every, age = format_age(interval), format_age(view.taken_at - at)
        yield Drift(
            kind=DriftKind.GITOPS,
            object=ref_of(view, resource, obj),
            path="status.history[0].lastReconciled",
            after=format_time(at),
            confidence=Confidence.OBSERVED,
            message=f"Flux reconciled it last {age} ago, and every {every} is asked for",
            why_not_reverted="its controller does not look at it",
            next="kubectl logs -n flux-system deployment/kustomize-controller",
            evidence=(
                f"status.history[0].lastReconciled = {format_time(at)}",
                f"spec.interval = {text(obj, 'spec.interval')}",
            ),
        )
        return
    yield from _unheard(view, resource, obj)


def _unheard(view: View, resource: str, obj: Any) -> Iterator[Drift]:
    """The verdict is on an older generation. The status' own number stays -1 until the first success."""
    seen, generation = condition(obj, "Ready").get("observedGeneration"), obj.metadata.generation
    if not isinstance(seen, int) or not isinstance(generation, int) or seen >= generation:
        return
    entries = obj.metadata.managed_fields
    edits = [at for one in entries if one.subresource != "status" and (at := parse_time(one.time)) is not None]
    edited = max(edits, default=None)
    if edited is None or view.taken_at - edited <= _CATCH_UP:
        return
    path = "status.conditions[type=Ready].observedGeneration"
    yield Drift(
        kind=DriftKind.GITOPS,
        object=ref_of(view, resource, obj),
        path=path,
        before=str(generation),
        after=str(seen),
        time=DriftTime(at=edited, basis="managedFields"),
        message=f"Flux speaks of generation {seen} of it, it is at {generation}: its controller has not caught up",
        why_not_reverted="its controller does not look at it",
        evidence=(f"metadata.generation = {generation}", f"{path} = {seen}"),
    )


def _behind(view: View, resource: str, obj: Any) -> Iterator[Drift]:
    """What was tried is not what runs. A HelmRelease has no word for the revision that runs; its remedy has."""
    ready = condition(obj, "Ready")
    if ready.get("status") != "False" or ready.get("reason") in _WAITS:
        return
    tried, applied = text(obj, "status.lastAttemptedRevision"), text(obj, "status.lastAppliedRevision")
    reason, told = str(ready.get("reason") or ""), shorten(str(ready.get("message") or ""), _LONGEST)
    if resource == HELMRELEASES:
        remedied = condition(obj, "Remediated")
        if remedied.get("status") != "True":
            return
        words = f"its upgrade to {tried or 'a newer version'} failed and was taken back: an older version runs"
        path = "status.conditions[type=Remediated].status"
        evidence: tuple[str, ...] = (f"{path} = True", f"status.conditions[type=Ready].reason = {reason}")
    elif tried and tried != applied:
        words = f"Flux tried to apply {tried} and could not" + (f"; {applied} runs" if applied else "")
        path = "status.lastAppliedRevision"
        evidence = (f"status.lastAttemptedRevision = {tried}", f"{path} = {applied or 'nothing'}")
    else:
        return
    yield Drift(
        kind=DriftKind.GITOPS,
        object=ref_of(view, resource, obj),
        path=path,
        before=tried or None,
        after=applied or None,
        severity=Severity.HIGH,
        message=words,
        why_not_reverted=": ".join(part for part in (reason, told) if part),
        evidence=evidence,
    )


def _drifted(view: View, release: Any) -> Iterator[Drift]:
    found = condition(release, "Drifted")
    if found.get("status") != "True":
        return
    mode = correction(release)
    path = "status.conditions[type=Drifted].status"
    told = shorten(str(found.get("message") or ""), _LONGEST)
    kept = "" if mode == "enabled" else f"driftDetection.mode is {mode}: it is seen and not corrected"
    yield Drift(
        kind=DriftKind.GITOPS,
        object=ref_of(view, HELMRELEASES, release),
        path=path,
        before="False",
        after="True",
        time=DriftTime(at=parse_time(found.get("lastTransitionTime")), basis="none"),
        confidence=Confidence.OBSERVED,
        message="Flux found that the cluster differs from the release" + (f": {told}" if told else ""),
        why_not_reverted=kept,
        next_upgrade_repairs=True if mode == "enabled" else None,
        evidence=(f"{path} = True", f"spec.driftDetection.mode = {mode}"),
    )
