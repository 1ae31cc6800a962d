"""The revisions of a workload's pods: when each began, what it changed, and who wrote it. The one place that knows.

Deployments keep them as ReplicaSets, StatefulSets and DaemonSets as ControllerRevisions. A rollback makes no new one:
an old one is given the next number, and keeps its creation time, so that its second life is dated by other evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from k8sview.analysis.drift.fields import FieldChange, differences
from k8sview.analysis.drift.phrases import UNTOLD
from k8sview.analysis.drift.scaled import scale_events
from k8sview.analysis.drift.window import NEAR, Window, born, writer_at, written
from k8sview.model.objects.meta import ManagedFieldsEntry
from k8sview.model.objects.pods import PodTemplateSpec
from k8sview.model.objects.workloads import ControllerRevision, Deployment, ReplicaSet
from k8sview.model.times import parse_time
from k8sview.model.view import View

EVER = Window(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

NUMBER = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"

_NOTHING_KEPT = (FieldChange(UNTOLD, None, None),)

# Set by controllers, different in each revision by design.
_OWN_LABELS = ("pod-template-hash", "controller-revision-hash", "pod-template-generation")


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a workload's pods.

    ``changes``: what differs from the one before; empty where that is gone. ``first``: the workload was created with
    it. ``rollback``: an earlier revision came back. ``basis``: ``creation`` | ``revision`` | ``event`` |
    ``managedFields``, by what ``at`` is known. ``template``: all of it.
    """

    number: int
    at: datetime
    changes: tuple[FieldChange, ...] = ()
    actor: str = ""
    first: bool = False
    rollback: bool = False
    basis: str = "revision"
    template: PodTemplateSpec = PodTemplateSpec()


class _Life(msgspec.Struct, frozen=True):
    """A number that a stored template had. ``again``: not the first of its numbers, so its birth is no date of it."""

    number: int
    stored: Any
    template: PodTemplateSpec
    again: bool
    latest: bool


def revisions_of(view: View, workload: Any, window: Window) -> tuple[Revision, ...]:
    """The revisions that began within a window, oldest first. What cannot be dated is left out."""
    children = [child for _, child in view.children(workload)]
    if isinstance(workload, Deployment):
        lives = _of_sets([child for child in children if isinstance(child, ReplicaSet)])
    else:
        lives = _of_revisions([child for child in children if isinstance(child, ControllerRevision)])
    found = []
    for place, life in enumerate(lives):
        at, basis = _date(view, workload, lives, life)
        if at is not None and window.holds(at):
            previous = lives[place - 1] if place else _left(lives, life)
            found.append(_revision(workload, life, previous, at, basis))
    return tuple(sorted(found, key=lambda one: one.number))


def _left(lives: list[_Life], life: _Life) -> _Life | None:
    """What the lowest known number replaced: one that came back since, under a number higher than this."""
    birth = born(life.stored)
    dated = [(born(one.stored), one) for one in lives if one.again and one.stored is not life.stored]
    earlier = [(at, one) for at, one in dated if at is not None and birth is not None and at < birth]
    return max(earlier, key=lambda pair: pair[0])[1] if earlier else None


def starts_of(view: View, deployment: Any) -> dict[str, datetime]:
    """When each ReplicaSet of a Deployment became the newest, the last time it did, by name."""
    sets = [child for _, child in view.children(deployment) if isinstance(child, ReplicaSet)]
    lives = _of_sets(sets)
    dated = ((life.stored.metadata.name, _date(view, deployment, lives, life)[0]) for life in lives if life.latest)
    return {name: at for name, at in dated if at is not None}


def _revision(workload: Any, life: _Life, previous: _Life | None, at: datetime, basis: str) -> Revision:
    created = born(workload)
    alone = previous is None and not life.again
    first = alone and (life.number <= 1 or (created is not None and abs(at - created) <= NEAR))
    return Revision(
        number=life.number,
        at=at,
        changes=(template_changes(previous.template, life.template) or _NOTHING_KEPT) if previous else (),
        actor=writer_at(workload, at),
        first=first,
        rollback=life.again,
        basis="creation" if first else basis,
        template=life.template,
    )


def template_changes(before: PodTemplateSpec, after: PodTemplateSpec) -> tuple[FieldChange, ...]:
    """What differs between two pod templates, but for what controllers set in each of them."""
    path = "spec.template"
    return (
        *differences(before.spec, after.spec, f"{path}.spec"),
        *differences(_labels(before), _labels(after), f"{path}.metadata.labels"),
        *differences(before.metadata.annotations, after.metadata.annotations, f"{path}.metadata.annotations"),
    )


def _labels(template: PodTemplateSpec) -> dict[str, str]:
    return {name: value for name, value in template.metadata.labels.items() if name not in _OWN_LABELS}


def _of_sets(sets: Iterable[ReplicaSet]) -> list[_Life]:
    found = []
    for one in sets:
        numbers = sorted(_numbers(one))
        for number in numbers:
            again, latest = number != numbers[0], number == numbers[-1]
            found.append(_Life(number, one, one.spec.template, again, latest))
    return _in_order(found)


def _numbers(replica_set: ReplicaSet) -> set[int]:
    annotations = replica_set.metadata.annotations
    stated = [annotations.get(NUMBER, ""), *annotations.get(HISTORY, "").split(",")]
    return {int(one) for one in stated if one.isdecimal()}


def _of_revisions(stored: Iterable[ControllerRevision]) -> list[_Life]:
    return _in_order([_Life(one.revision, one, one.data.spec.template, False, True) for one in stored])


def _in_order(lives: list[_Life]) -> list[_Life]:
    """By number. What is older than one of a lower number came back, whether or not its history is kept."""
    found: list[_Life] = []
    newest: datetime | None = None
    for life in sorted(lives, key=lambda one: one.number):
        birth = born(life.stored)
        older = newest is not None and birth is not None and birth < newest
        found.append(msgspec.structs.replace(life, again=life.again or older))
        newest = max((one for one in (newest, birth) if one is not None), default=None)
    return found


def _date(view: View, workload: Any, lives: list[_Life], life: _Life) -> tuple[datetime | None, str]:
    if not life.again:
        return born(life.stored), "revision"
    if not life.latest:
        return None, ""
    bound = _controller_write(life.stored)
    if isinstance(life.stored, ControllerRevision):
        return bound, "managedFields"  # nothing but its number ever changes in it
    # What it replaced was there before; without that, evidence of its first life would be taken for the second.
    replaced = [at for one in lives if one.number < life.number and (at := born(one.stored)) is not None]
    earliest = max(replaced, default=None)
    for event in scale_events(view, workload):  # newest first
        if event.replica_set == life.stored.metadata.name and event.before == 0 and _since(event.at, earliest):
            return event.at, "event"
    writes = [at for at, _ in written(workload) if bound is not None and at <= bound + NEAR and _since(at, earliest)]
    return max(writes, default=bound), "managedFields"


def _since(at: datetime, earliest: datetime | None) -> bool:
    return earliest is None or at >= earliest


def _controller_write(stored: Any) -> datetime | None:
    """When the controller last wrote a revision itself; distributions in one program write under its name."""
    times = (parse_time(one.time) for one in stored.metadata.managed_fields if _is_controllers(one))
    return max((at for at in times if at is not None), default=None)


def _is_controllers(entry: ManagedFieldsEntry) -> bool:
    return not entry.subresource and not entry.manager.startswith("kubectl")
