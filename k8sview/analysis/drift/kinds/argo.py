"""What Argo CD says of its Applications, imported and audited: is the verdict fresh, and what keeps drift in place.

An Application of another cluster is judged itself, but what it lists is not in this cluster and is not named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from k8sview.analysis.drift.kinds.reading import items, mapping, moment, text
from k8sview.analysis.drift.naming import ref_of
from k8sview.model.drift import Drift, DriftKind, DriftTime
from k8sview.model.fields import read_one
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity
from k8sview.model.text import shorten
from k8sview.model.times import format_age, format_time
from k8sview.model.view import View

APPLICATIONS = "applications.argoproj.io"

_REFRESH = timedelta(seconds=180)
"""Argo CD's own rhythm: two minutes and up to one of jitter. A longer one is configured where nobody may look."""

_ON_PURPOSE = timedelta(hours=24)  # for so long a difference may wait for the person who syncs by hand
_HERE = ("https://kubernetes.default.svc", "in-cluster")
_LONGEST = 160


def verdicts(view: View) -> Iterator[Drift]:
    """What Applications say is drifted, and which of them can no longer be believed."""
    applications = list(view.each(APPLICATIONS))
    ages = [view.taken_at - at for one in applications if (at := moment(one, "status.reconciledAt")) is not None]
    all_old = bool(ages) and min(ages) > 2 * _REFRESH
    for application in applications:
        if application.metadata.deletion_timestamp is None:
            yield from _stale(view, application, all_old)
            yield from _uncompared(view, application)
            yield from _differences(view, application)


def automated(application: Any) -> bool:
    """Whether Argo CD syncs by itself. An empty ``automated`` is on."""
    found = mapping(application, "spec.syncPolicy.automated")
    return found is not None and found.get("enabled") is not False


def heals(application: Any) -> bool:
    """Whether it also reverts what changes in the cluster."""
    return automated(application) and read_one(application, "spec.syncPolicy.automated.selfHeal") is True


def why_not_reverted(application: Any) -> str:
    """What keeps Argo CD from putting back what differs; "" where nothing does."""
    if application.metadata.annotations.get("argocd.argoproj.io/skip-reconcile") == "true":
        return "its reconciliation is skipped by an annotation"
    if not automated(application):
        off = read_one(application, "spec.syncPolicy.automated.enabled") is False
        return "auto-sync is switched off" if off else "auto-sync is off: it is synced by hand"
    phase = text(application, "status.operationState.phase")
    if phase in ("Failed", "Error"):
        told = shorten(text(application, "status.operationState.message"), _LONGEST)
        return "the last sync failed" + (f": {told}" if told else "")
    if not heals(application):
        return "self-heal is off: only a new revision is synced"
    return ""


def _stale(view: View, application: Any, all_old: bool) -> Iterator[Drift]:
    at = moment(application, "status.reconciledAt")
    if at is None or view.taken_at - at <= 2 * _REFRESH:
        return
    age = format_age(view.taken_at - at)
    words = f"Argo CD's verdict on it is {age} old"
    yield Drift(
        kind=DriftKind.GITOPS,
        object=ref_of(view, APPLICATIONS, application),
        path="status.reconciledAt",
        after=format_time(at),
        time=DriftTime(at=at, basis="none"),
        # Where all are old, the rhythm may be longer than it is by default.
        confidence=Confidence.INFERRED if all_old else Confidence.OBSERVED,
        severity=Severity.LOW if all_old else Severity.MEDIUM,
        message=f"{words}; so is that on every application" if all_old else f"{words}: what changed since is not in it",
        why_not_reverted="its controller does not look at it",
        next=f"kubectl logs -n {application.metadata.namespace} "
        "-l app.kubernetes.io/name=argocd-application-controller",
        evidence=(f"status.reconciledAt = {format_time(at)}",),
    )


def _uncompared(view: View, application: Any) -> Iterator[Drift]:
    if text(application, "status.sync.status") != "Unknown":
        return
    errors = [one for one in items(application, "status.conditions") if str(one.get("type", "")).endswith("Error")]
    told = f": {shorten(str(errors[0].get('message') or errors[0].get('type')), _LONGEST)}" if errors else ""
    yield Drift(
        kind=DriftKind.GITOPS,
        object=ref_of(view, APPLICATIONS, application),
        path="status.sync.status",
        before="Synced",
        after="Unknown",
        message=f"Argo CD cannot compare it with its source{told}: drift of all it deploys is invisible",
        why_not_reverted="what cannot be compared is not synced",
        evidence=("status.sync.status = Unknown",),
    )


def _differences(view: View, application: Any) -> Iterator[Drift]:
    if text(application, "status.sync.status") != "OutOfSync":
        return
    if text(application, "status.operationState.phase") in ("Running", "Terminating") or _awaited(view, application):
        return
    loop = _loop(application)
    subject = ref_of(view, APPLICATIONS, application)
    listed = [
        one
        for one in items(application, "status.resources")
        if one.get("status") == "OutOfSync" and not one.get("hook")
    ]
    if loop:
        yield _loop_of(application, subject, loop, len(listed))
    if not _here(application) or not listed:
        if not loop:
            yield _whole(application, subject, len(listed))
        return
    for one in listed:
        yield _one(application, subject, one, loop)


def _awaited(view: View, application: Any) -> bool:
    """Whether it differs because nobody has synced it yet, or a sync of a new revision is due any moment."""
    history = items(application, "status.history")
    last = moment(application, "status.operationState.finishedAt")
    last = last or (moment(history[-1], "deployedAt") if history else None)
    if not automated(application):
        if last is None:
            return True  # never synced: it waits for the first time
        return view.taken_at - last < _ON_PURPOSE
    synced = text(application, "status.operationState.syncResult.revision")
    wanted = text(application, "status.sync.revision")
    if synced and wanted and synced == wanted:
        return False
    at = moment(application, "status.reconciledAt")
    return at is not None and view.taken_at - at < _REFRESH


def _loop(application: Any) -> str:
    """What tells that it is synced again and again and differs each time; "" where nothing does."""
    if not heals(application) or text(application, "status.operationState.phase") != "Succeeded":
        return ""
    times = read_one(application, "status.operationState.operation.sync.autoHealAttemptsCount")
    if isinstance(times, int) and times >= 2:
        return f"status.operationState.operation.sync.autoHealAttemptsCount = {times}"
    ended, compared = (
        moment(application, "status.operationState.finishedAt"),
        moment(application, "status.reconciledAt"),
    )
    itself = read_one(application, "status.operationState.operation.initiatedBy.automated") is True
    if itself and ended is not None and compared is not None and ended < compared < ended + 2 * _REFRESH:
        return f"status.operationState.finishedAt = {format_time(ended)}"
    return ""


def _loop_of(application: Any, subject: Ref, proof: str, differing: int) -> Drift:
    return Drift(
        kind=DriftKind.GITOPS,
        object=subject,
        path="status.sync.status",
        before="Synced",
        after="OutOfSync",
        confidence=Confidence.OBSERVED,
        severity=Severity.HIGH,
        message=f"Argo CD syncs it with success and finds it different again ({differing} objects): a stuck loop",
        why_not_reverted="each sync succeeds and something writes the difference anew, or the server drops the field",
        next=f"argocd app diff {application.metadata.name}",
        evidence=("status.sync.status = OutOfSync", "status.operationState.phase = Succeeded", proof),
    )


def _whole(application: Any, subject: Ref, differing: int) -> Drift:
    count = f" in {differing} objects" if differing else ""
    return Drift(
        kind=DriftKind.GITOPS,
        object=subject,
        path="status.sync.status",
        before="Synced",
        after="OutOfSync",
        time=DriftTime(not_before=moment(application, "status.operationState.finishedAt")),
        message=f"Argo CD says that what it deploys differs from its source{count}",
        why_not_reverted=why_not_reverted(application),
        next=f"argocd app diff {application.metadata.name}",
        evidence=("status.sync.status = OutOfSync",),
    )


def _one(application: Any, subject: Ref, listed: dict[str, Any], loop: str) -> Drift:
    group, version = (str(listed.get(name) or "") for name in ("group", "version"))
    name, kind = str(listed.get("name") or ""), str(listed.get("kind") or "")
    namespace = str(listed.get("namespace") or "") or None
    missing = text(listed, "health.status") == "Missing"
    said = "does not exist" if missing else "differs from its source"
    change = "removal" if missing else None
    if listed.get("requiresPruning") is True:
        said, change = "is no longer in its source", "addition"
    where = f"{APPLICATIONS}/{subject.namespace or '-'}/{subject.name}"
    return Drift(
        kind=DriftKind.GITOPS,
        object=Ref(f"{group}/{version}" if group else version, kind, namespace, name),
        change=change,
        time=DriftTime(not_before=moment(application, "status.operationState.finishedAt")),
        confidence=Confidence.OBSERVED,
        message=f"Argo CD's application {subject.name} says that it {said}",
        why_not_reverted="it is a stuck loop" if loop else _kept(application, listed),
        next=f"argocd app diff {subject.name}",
        evidence=(f"{where} status.resources[kind={kind},name={name}].status = OutOfSync",),
    )


def _kept(application: Any, listed: dict[str, Any]) -> str:
    prunes = read_one(application, "spec.syncPolicy.automated.prune") is True
    if listed.get("requiresPruning") is True and automated(application) and not prunes:
        return "pruning is off"
    return why_not_reverted(application)


def _here(application: Any) -> bool:
    destination = mapping(application, "spec.destination") or {}
    return any(destination.get(name) in _HERE for name in ("server", "name"))
