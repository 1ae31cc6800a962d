"""What happened to one workload: new pods, restarts by hand, rollbacks, another number of pods, and other writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from k8sview.analysis.drift.fields import FieldChange
from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.phrases import RESTARTED_AT, UNTOLD, sentence_of
from k8sview.analysis.drift.revisions import Revision, revisions_of, starts_of
from k8sview.analysis.drift.scaled import Scaling, scalings_of
from k8sview.analysis.drift.window import NEAR, Window
from k8sview.analysis.drift.writes import writes_of
from k8sview.model.health import ChangeBefore
from k8sview.model.objects.workloads import Deployment
from k8sview.model.resources import Ref
from k8sview.model.view import View

ROLLED = ("deployments.apps", "statefulsets.apps", "daemonsets.apps")
"""The workloads whose revisions the cluster keeps."""

_MOST_FIELDS = 4
_ORDER = ("].image", ".resources", "].command", "].args", "].env", "Probe", ".volumes", "].volumeMounts")


def workload_changes(view: View, resource: str, workload: Any, window: Window) -> Iterator[ChangeBefore]:
    """All that is known to have changed about a workload within a window, in no order."""
    found = [*rollout_changes(view, resource, workload, window), *scale_changes(view, resource, workload, window)]
    yield from found
    told = [(one.at, one.actor) for one in found]
    yield from untold_writes(ref_of(view, resource, workload), workload, told, window)


def untold_writes(
    ref: Ref, workload: Any, told: Iterable[tuple[datetime, str]], window: Window
) -> Iterator[ChangeBefore]:
    """Writes of a workload that are not the very ones behind what is told of it, by time and writer."""
    known = tuple(told)
    for write in writes_of(ref, workload, window):
        if not any(abs(at - write.at) <= NEAR and actor in ("", write.actor) for at, actor in known):
            yield write


def rollout_changes(view: View, resource: str, workload: Any, window: Window) -> Iterator[ChangeBefore]:
    """The revisions alone, field by field, the most telling first; of many fields only some are told one by one."""
    if resource not in ROLLED:
        return
    ref = ref_of(view, resource, workload)
    for revision in revisions_of(view, workload, window):
        for path, before, after, sentence in _fields(ref, revision):
            yield ChangeBefore(
                at=revision.at,
                object=ref,
                path=path,
                before=before,
                after=after,
                actor=revision.actor,
                sentence=sentence,
                basis=revision.basis,
            )


def scale_changes(view: View, resource: str, workload: Any, window: Window) -> Iterator[ChangeBefore]:
    """Changes of the number of pods alone."""
    ref = ref_of(view, resource, workload)
    starts = starts_of(view, workload) if isinstance(workload, Deployment) else {}
    for scaling in scalings_of(view, resource, workload, starts):
        if window.holds(scaling.at):
            yield ChangeBefore(
                at=scaling.at,
                object=ref,
                path="spec.replicas",
                before=None if scaling.before is None else str(scaling.before),
                after=str(scaling.after),
                actor=scaling.actor,
                sentence=_scaled(ref, scaling),
                basis=scaling.basis,
            )


def summary_of(ref: Ref, revision: Revision) -> str:
    """A whole revision in one sentence."""
    changes = _told(revision)
    if not changes:
        return next(iter(_fields(ref, revision)))[3]
    restarts = [change for change in changes if _is_restart(change)]
    words = [sentence_of(change) for change in changes if change not in restarts]
    if restarts and not words:
        return _restart(ref, revision)
    more = f"; and {len(words) - 2} more" if len(words) > 3 else ""
    return f"{_new_pods(ref, revision)}: {'; '.join(words[: 2 if more else 3])}{more}"


def _fields(ref: Ref, revision: Revision) -> Iterator[tuple[str, str | None, str | None, str]]:
    changes = _told(revision)
    if revision.first:
        yield "", None, None, f"{ref} was created" + (f" by {revision.actor}" if revision.actor else "")
    elif not changes:
        yield UNTOLD, None, None, f"{_new_pods(ref, revision)}: revision {revision.number}, the one before is gone"
    if len(changes) > _MOST_FIELDS + 1:
        changes, rest = changes[:_MOST_FIELDS], changes[_MOST_FIELDS:]
    else:
        rest = []
    for change in changes:
        sentence = (
            _restart(ref, revision) if _is_restart(change) else f"{_new_pods(ref, revision)}: {sentence_of(change)}"
        )
        yield change.path, change.before, change.after, sentence
    if rest:
        paths = ", ".join(change.path.removeprefix("spec.template.") for change in rest[:3])
        more = f" and {len(rest) - 3} more" if len(rest) > 3 else ""
        yield "spec.template", None, None, f"{_new_pods(ref, revision)}: {len(rest)} other fields differ, {paths}{more}"


def _new_pods(ref: Ref, revision: Revision) -> str:
    what = "went back to earlier pods" if revision.rollback else "got new pods"
    return f"{ref} {what}" + (f" ({revision.actor})" if revision.actor else "")


def _restart(ref: Ref, revision: Revision) -> str:
    return f"{ref} was restarted by hand" + (f" ({revision.actor})" if revision.actor else "")


def _told(revision: Revision) -> list[FieldChange]:
    """The most telling first. That a rollback lost the mark of a restart is told only where it is all there is."""
    changes = sorted(revision.changes, key=_telling)
    others = [change for change in changes if change.path != RESTARTED_AT or _is_restart(change)]
    return others or changes


def _is_restart(change: FieldChange) -> bool:
    """A rollback takes the mark of a restart away again, or brings an older one: that restarts nothing by itself."""
    return change.path == RESTARTED_AT and change.after is not None and change.after > (change.before or "")


def _telling(change: FieldChange) -> tuple[int, str]:
    if _is_restart(change):
        return -1, ""
    place = next((index for index, part in enumerate(_ORDER) if part in change.path), len(_ORDER))
    return place + (10 if ".metadata." in change.path else 0), change.path


def _scaled(ref: Ref, scaling: Scaling) -> str:
    numbers = f"from {scaling.before} to {scaling.after}" if scaling.before is not None else f"to {scaling.after}"
    if scaling.autoscaler:
        because = f": {scaling.reason}" if scaling.reason else ""
        return f"{ref} was scaled {numbers} by HorizontalPodAutoscaler {scaling.autoscaler}{because}"
    return f"{ref} was scaled {numbers}" + (f" by {scaling.actor}" if scaling.actor else "")
