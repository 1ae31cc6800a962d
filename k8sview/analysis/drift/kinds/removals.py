"""What was taken out of a pod template since its deliverer last wrote it: revisions keep what nobody signs.

Only where the deliverer applies server-side. Such an apply that takes one of its own leaves away has a new time, so
that a template that began after it is somebody else's. An Update that only takes away has none: there the deliverer
itself may have done it, and what is stated must tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from k8sview.analysis.drift.fields import FieldChange
from k8sview.analysis.drift.kinds.reading import refused
from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.ownership.bookkeeping import default_of
from k8sview.analysis.drift.ownership.managers import actor, own_controllers, tool
from k8sview.analysis.drift.ownership.regime import Basis, Regime, delivers, sanctioned
from k8sview.analysis.drift.ownership.triage import ruler
from k8sview.analysis.drift.ownership.weight import is_security, severity
from k8sview.analysis.drift.ownership.words import in_audit_log
from k8sview.analysis.drift.phrases import RESTARTED_AT
from k8sview.analysis.drift.revisions import EVER, HISTORY, Revision, revisions_of, template_changes
from k8sview.analysis.drift.window import NEAR, born
from k8sview.model.drift import Actor, Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.fields import read_one
from k8sview.model.objects.workloads import Deployment
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.times import format_time, parse_time
from k8sview.model.view import View

_WORKLOADS = ("deployments.apps", "statefulsets.apps", "daemonsets.apps")
_HISTORY = ("replicasets.apps", "controllerrevisions.apps")
READS = (*_WORKLOADS, *_HISTORY)  # events only date what came back; they alone are no reason to look again
_FOUND = "drift.removals"
_OFF = ("hostNetwork", "hostPID", "readOnly")
"""Switches that are stored only where they are on."""


class _Write(NamedTuple):
    actor: Actor
    at: datetime | None


class _Delivery(NamedTuple):
    """Who is meant to write a workload, by whom and when it last was, and who else wrote it."""

    ruled: Regime
    last: _Write
    at: datetime
    others: tuple[_Write, ...]


class _Gone(NamedTuple):
    """A leaf of the revision that was delivered, and the revision from which on it is as it is now."""

    change: FieldChange
    base: Revision
    began: Revision


def removals(view: View) -> Iterator[Drift]:
    """Leaves that were delivered and are gone, and those that are the API server's default again."""
    for _ in prepare(view):
        pass
    found: list[Drift] = view.once(_FOUND, lambda whole: [])
    yield from found


def prepare(view: View) -> Iterator[None]:
    """All of it, workload by workload, for whoever must pause; computed once for a view."""
    if _FOUND in view.derived:
        return
    found: list[Drift] = []
    for resource in _WORKLOADS:
        for workload in view.each(resource):
            found += _of(view, resource, workload)
            yield
    view.once(_FOUND, lambda whole: found)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Revisions that could not be read."""
    for name in refused(view, _HISTORY):
        words = f"{name}: {view.state(name)}: what was taken out of a pod template since it was delivered"
        yield NotCheckable(DriftKind.OUT_OF_BAND, words)


def _of(view: View, resource: str, workload: Any) -> Iterator[Drift]:
    delivery = _delivery(view, resource, workload)
    if delivery is None:
        return
    if not _rolled_since(view, workload, delivery.at):
        return
    revisions = revisions_of(view, workload, EVER)
    base = _delivered(revisions, delivery.at)
    since = [one for one in revisions if base is not None and one.number > base.number]
    if base is None or not since or not _whole(workload, base, since):
        return
    for change in template_changes(base.template, workload.spec.template):
        if not _taken(change, workload):
            continue
        began = _began(base, since, change)
        if began is not None and not _by_program(delivery, began):
            yield _drift(ref_of(view, resource, workload), resource, delivery, _Gone(change, base, began))


def _delivery(view: View, resource: str, workload: Any) -> _Delivery | None:
    """None where nothing delivers, or where the deliverer may take something away without a trace."""
    metadata = workload.metadata
    if metadata.controller is not None or not any(one.operation == "Apply" for one in metadata.managed_fields):
        return None
    ruled = ruler(view.table(resource).resource, metadata)
    if ruled is None or ruled.basis is Basis.CREATOR:
        return None
    raws = [
        {"manager": one.manager, "operation": one.operation, "subresource": one.subresource}
        for one in metadata.managed_fields
    ]
    controllers = own_controllers([actor(one) for one in raws])
    writes = [
        _Write(actor(raw, own_controllers=controllers), parse_time(one.time))
        for raw, one in zip(raws, metadata.managed_fields, strict=True)
        if not one.subresource
    ]
    meant = [one for one in writes if delivers(one.actor, ruled)]
    if not meant or any(one.actor.operation != "Apply" for one in meant):
        return None
    dated = [(one.at, one) for one in meant if one.at is not None]
    if not dated:
        return None
    at, last = max(dated, key=lambda pair: pair[0])
    return _Delivery(ruled, last, at, tuple(one for one in writes if one not in meant))


def _rolled_since(view: View, workload: Any, at: datetime) -> bool:
    """A cheap answer first: most workloads are as they were delivered."""
    stored = [one for name, one in view.children(workload) if name in _HISTORY]
    births = [birth for one in stored if (birth := born(one)) is not None]
    back = not isinstance(workload, Deployment) or any(HISTORY in one.metadata.annotations for one in stored)
    return len(stored) > 1 and (back or any(birth >= at for birth in births))


def _delivered(revisions: Sequence[Revision], at: datetime) -> Revision | None:
    """The revision that stood when the deliverer had written: a controller makes it within seconds.

    In doubt the later one, for what it lacks the deliverer itself may have taken away.
    """
    answer = [one for one in revisions if one.at > at or (one.first and one.at == at)]
    if answer and answer[0].at - at <= NEAR:
        return answer[0]
    return max((one for one in revisions if one.at <= at), key=lambda one: one.number, default=None)


def _whole(workload: Any, base: Revision, since: Sequence[Revision]) -> bool:
    """Whether all revisions since are known and dated by more than an upper bound."""
    if [one.number for one in since] != list(range(base.number + 1, base.number + 1 + len(since))):
        return False
    return all(_sure(workload, one) for one in (base, *since))


def _sure(workload: Any, revision: Revision) -> bool:
    # What brings back an old ReplicaSet may be the delivery itself; kubectl's name stands for an undo.
    if not isinstance(workload, Deployment) or not revision.rollback or revision.basis != "managedFields":
        return True
    return revision.actor == "kubectl"


def _taken(change: FieldChange, workload: Any) -> bool:
    if change.before is None or change.path == RESTARTED_AT:
        return False
    if change.after is not None:
        return _reset(change)
    # Of a list that is one value some items are gone: its writer signs all of it.
    return read_one(workload, change.path) in (None, "", (), {})


def _reset(change: FieldChange) -> bool:
    """Whether the value is the one that stands where nothing is stated."""
    name = change.path.rpartition(".")[2]
    default = default_of((name,))
    return change.after == ("false" if name in _OFF else None if default is None else str(default))


def _began(base: Revision, since: Sequence[Revision], change: FieldChange) -> Revision | None:
    """The revision from which on a leaf is as it is now."""
    found = None
    for revision in reversed(since):
        if change not in template_changes(base.template, revision.template):
            break
        found = revision
    return found


def _by_program(delivery: _Delivery, revision: Revision) -> bool:
    """Whether a controller wrote just then: what it does it is there for."""
    return any(sanctioned(one.actor, delivery.ruled) and _then(one, revision) for one in delivery.others)


def _then(write: _Write, revision: Revision) -> bool:
    return write.at is not None and abs(revision.at - write.at) <= NEAR


def _drift(ref: Ref, resource: str, delivery: _Delivery, gone: _Gone) -> Drift:
    change, base, began = gone
    path = change.path
    word = "removal" if change.after is None else "override"
    hands = [one.actor for one in delivery.others if _then(one, began)]
    who = hands[0] if len(hands) == 1 else None
    names = f"; {', '.join(sorted({tool(one) for one in hands}))} wrote the object then" if hands else ""
    done = "was removed" if change.after is None else "is the default again"
    security = is_security(ref, (path,))
    time = DriftTime(at=began.at, basis="revision")
    last = delivery.last
    return Drift(
        kind=DriftKind.OUT_OF_BAND,
        object=ref,
        path=path,
        change=word,
        before=change.before,
        after=change.after,
        actor=who,
        time=time,
        confidence=Confidence.INFERRED,
        security=security,
        severity=severity(ref, path, word, security=security),
        message=f"{path} {done} after {delivery.ruled} last wrote it; nobody signs a removal{names}",
        next=in_audit_log(ref, resource, time),
        evidence=(
            f"metadata.managedFields[manager={last.actor.manager}].time = {format_time(delivery.at)}",
            f"revision {base.number}: {path} = {change.before}",
        ),
    )
