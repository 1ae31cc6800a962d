"""Objects that somebody made by hand although the cluster is delivered, and objects whose deliverer forgot them.

Managed is what carries the mark of a delivery tool, or an entry of one. Where nothing in the cluster is, nothing is
unmanaged either: there is nothing to be measured against, and that is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from k8sview.analysis.drift.comparing.security import is_secured
from k8sview.analysis.drift.kinds.generated import generated
from k8sview.analysis.drift.kinds.reading import declared, refused
from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.ownership.managers import actor, applies, own_controllers, tool
from k8sview.analysis.drift.ownership.triage import marks_of
from k8sview.analysis.drift.window import born
from k8sview.model.drift import Actor, ActorClass, Coverage, Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.objects.pods import Pod
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import parse_time
from k8sview.model.view import View

_DELIVERS = (ActorClass.GITOPS, ActorClass.HELM, ActorClass.IAC)
_BIRTH = timedelta(seconds=2)
_LOOSE = ("pods", "replicasets.apps")
"""Mostly derived; one that nothing owns somebody made."""
_ENDED = ("Succeeded", "Failed")
_APPLY = "kubectl apply"  # a person's or a pipeline's: not what delivers a cluster


class _Judged(NamedTuple):
    resource: str
    obj: Any
    creator: Actor | None
    managed: bool
    application: str


def coverage(view: View) -> Coverage:
    """How much of what somebody decided to have is delivered."""
    judged = [one for one in _all(view) if one.managed or not _program(one.creator)]
    return Coverage(
        total=len(judged),
        managed=sum(one.managed for one in judged),
        unmanaged=sum(not one.managed and one.creator is not None for one in judged),
        missing=refused(view, _resources(view)),
    )


def delivered_by(view: View) -> Counter[str]:
    """How many objects carry the mark of each application, release or bundle, as ``tracking`` words it."""
    return Counter(one.application for one in _all(view) if one.application)


def unmanaged(view: View) -> Iterator[Drift]:
    """What a person or a script made in a cluster that is delivered otherwise."""
    judged = list(_all(view))
    if not any(one.managed for one in judged):
        return
    for one in judged:
        if one.managed or one.creator is None or _program(one.creator):
            continue
        created = born(one.obj)
        piped = applies(one.creator)
        subject = ref_of(view, one.resource, one.obj)
        security = is_secured("", subject.kind, subject.api_version.rpartition("/")[0])
        by_hand = Severity.MEDIUM if security else Severity.LOW
        yield Drift(
            kind=DriftKind.UNMANAGED,
            object=subject,
            change="addition",
            actor=one.creator,
            time=DriftTime(at=created, basis="managedFields" if created is not None else "none"),
            confidence=Confidence.INFERRED if piped else Confidence.OBSERVED,
            security=security,
            severity=Severity.INFO if piped else by_hand,
            message=f"made by {tool(one.creator)}; nothing that delivers this cluster knows it",
            why_not_reverted="nothing owns it",
            next="take it into the source that delivers the cluster, or delete it",
            evidence=(f"metadata.managedFields[manager={one.creator.manager}].operation = {one.creator.operation}",),
        )


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Kinds that could not be read; a cluster in which nothing is delivered."""
    hidden = refused(view, _resources(view))
    if hidden:
        yield NotCheckable(DriftKind.UNMANAGED, f"{', '.join(hidden)}: list denied or failed")
    if not any(one.managed for one in _all(view)):
        words = "nothing that could be read carries the mark of a delivery tool: nothing to be measured against"
        yield NotCheckable(DriftKind.UNMANAGED, words, blind=False)


def _resources(view: View) -> tuple[str, ...]:
    return tuple(sorted({*declared(view), *(name for name in _LOOSE if name in view.resources)}))


def prepare(view: View) -> Iterator[None]:
    """What is managed and what is not, object by object, for whoever must pause; computed once for a view."""
    if _JUDGED in view.derived:
        return
    judged = []
    for one in _judge(view):
        if one is not None:
            judged.append(one)
        yield
    view.once(_JUDGED, lambda whole: judged)


_JUDGED = "drift.unmanaged"


def _all(view: View) -> list[_Judged]:
    return view.once(_JUDGED, lambda whole: [one for one in _judge(whole) if one is not None])


def _judge(view: View) -> Iterator[_Judged | None]:
    """None: an object that does not count."""
    for name in _resources(view):
        resource = view.resources[name]
        for obj in view.table(name):
            metadata = obj.metadata
            if isinstance(obj, Pod) and obj.status.phase in _ENDED:
                yield None  # it does nothing any more
                continue
            if metadata.owner_references or metadata.deletion_timestamp is not None or generated(name, metadata):
                yield None
                continue
            marks = marks_of(resource, metadata)
            entries = _entries(metadata)
            managed = marks is not None and marks.tool != _APPLY
            managed = managed or any(who.actor_class in _DELIVERS for who, _ in entries)
            yield _Judged(name, obj, _creator(obj, entries), managed, marks.application if marks is not None else "")


def _entries(metadata: Any) -> list[tuple[Actor, Any]]:
    raw = [
        ({"manager": one.manager, "operation": one.operation, "subresource": one.subresource}, parse_time(one.time))
        for one in metadata.managed_fields
    ]
    controllers = own_controllers([actor(entry) for entry, _ in raw])
    found = [(actor(entry, own_controllers=controllers), at) for entry, at in raw]
    return [(who, at) for who, at in found if not who.subresource]


def _creator(obj: Any, entries: list[tuple[Actor, Any]]) -> Actor | None:
    """Who made an object: who wrote when it came to be; else whoever wrote, where all that did are of one sort."""
    created = born(obj)
    first = [who for who, at in entries if at is not None and created is not None and abs(at - created) <= _BIRTH]
    found = first or [who for who, _ in entries]
    programs = [who for who in found if _program(who)]
    if programs:
        return programs[0]
    # Who applies states the object as a whole: of those that are left, it is the likeliest to have made it.
    found = sorted(found, key=lambda who: not applies(who)) if not first else found
    # A name that is anybody's accuses nobody.
    return next((who for who in found if who.actor_class is not ActorClass.UNKNOWN), None)


def _program(who: Actor | None) -> bool:
    return who is not None and not who.actor_class.suspicious
