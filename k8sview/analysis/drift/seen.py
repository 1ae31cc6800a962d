"""What changed between two states of one object that was followed: old and new of each field, and who signed it.

Values are never secret: of ConfigMaps and Secrets only that they changed is told, as everywhere. A status is no
change, nor are the notes that tools leave for themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.security import is_secured
from k8sview.analysis.drift.covering import COVERED, is_secret_place
from k8sview.analysis.drift.fields import FieldChange, differences
from k8sview.analysis.drift.ownership.bookkeeping import is_note
from k8sview.analysis.drift.ownership.managers import actor, own_controllers
from k8sview.model.drift import Actor, Drift, DriftTime
from k8sview.model.living_drift import SeenChange
from k8sview.model.objects.core import MetadataOnly
from k8sview.model.objects.meta import Custom, Malformed, ManagedFieldsEntry, ObjectMeta
from k8sview.model.resources import Ref, Resource
from k8sview.model.text import shorten
from k8sview.model.times import parse_time

IGNORED = frozenset(
    {
        "events",
        "events.events.k8s.io",
        "componentstatuses",
        "endpoints",
        "endpointslices.discovery.k8s.io",
        "leases.coordination.k8s.io",
        "replicasets.apps",
        "controllerrevisions.apps",
        "csinodes.storage.k8s.io",
        "volumeattachments.storage.k8s.io",
    }
)
"""Written all day by programs, out of something else."""

_LONGEST = 200
_SAME_SECOND = timedelta(seconds=2)
_SCALE = "scale"


def between(resource: Resource, before: Any, after: Any, at: datetime, *, exact: bool = True) -> Iterator[SeenChange]:
    """The changes from one state of an object to the next; of two objects of one name, that it was replaced."""
    if resource.name in IGNORED or isinstance(before, Malformed) or isinstance(after, Malformed):
        return
    old, new = before.metadata, after.metadata
    if old.uid != new.uid:
        yield from deleted(resource, before, at, exact=exact)
        yield from created(resource, after, at, exact=exact)
        return
    if _as_it_was(before, after):
        return
    for one in _fields(before, after):
        yield _told(resource, after, one, old, at, exact=exact)


def created(resource: Resource, obj: Any, at: datetime, *, exact: bool = True) -> Iterator[SeenChange]:
    """An object that came; what another one controls comes and goes by its controller's work, which is not told."""
    if resource.name not in IGNORED and obj.metadata.controller is None:
        who = _signed(ObjectMeta(), obj.metadata, "", at)
        yield _change(resource, obj.metadata, "addition", who, at, exact=exact)


def deleted(resource: Resource, obj: Any, at: datetime, *, exact: bool = True) -> Iterator[SeenChange]:
    """An object that went. The API never says by whom."""
    if resource.name not in IGNORED and obj.metadata.controller is None:
        yield _change(resource, obj.metadata, "removal", None, at, exact=exact)


def as_watched(drift: Drift, changes: tuple[SeenChange, ...]) -> Drift:
    """A drift with what our own watch saw of it: the value before, the exact time, who signed.

    ``changes``: of the drift's object, newest first. What contradicts the drift (another value, another author) is of
    an earlier change, and says nothing.
    """
    for one in changes:
        if not _same_leaf(one, drift.path) or not one.exact or one.change == "removal":
            continue
        if drift.after is not None and one.after is not None and drift.after != one.after:
            return drift
        if drift.actor is not None and one.actor is not None and drift.actor.manager != one.actor.manager:
            return drift
        return msgspec.structs.replace(
            drift,
            before=drift.before if drift.before is not None else one.before,
            after=drift.after if drift.after is not None else one.after,
            actor=drift.actor or one.actor,
            change=drift.change or one.change,
            time=DriftTime(at=one.at, basis="watch"),
            evidence=(*drift.evidence, f"watched {one.path} = {one.before or '?'} → {one.after or '?'}"),
        )
    return drift


def _same_leaf(one: SeenChange, path: str) -> bool:
    """Whether a change is of that leaf; where only a whole part is known to have changed, of any leaf in it."""
    if one.path == path:
        return True
    whole = bool(one.path) and one.before is None and one.after is None
    return whole and path.startswith((f"{one.path}.", f"{one.path}["))


def _as_it_was(before: Any, after: Any) -> bool:
    """The cheap answer, for what arrives hundreds of times a second is a new status."""
    old, new = before.metadata, after.metadata
    if old.labels != new.labels or old.annotations != new.annotations:
        return False
    if old.deletion_timestamp != new.deletion_timestamp:
        return False
    return old.generation is not None and old.generation == new.generation


def _fields(before: Any, after: Any) -> Iterator[FieldChange]:
    old, new = before.metadata, after.metadata
    if old.deletion_timestamp is None and new.deletion_timestamp is not None:
        yield FieldChange("metadata.deletionTimestamp", None, new.deletion_timestamp)
    yield from differences(old.labels, new.labels, "metadata.labels")
    noted = [_without_notes(one.annotations) for one in (old, new)]
    yield from differences(noted[0], noted[1], "metadata.annotations")
    found = list(_below(before, after))
    yield from found
    if isinstance(after, MetadataOnly):
        if _content_changed(old, new):
            yield FieldChange("data", None, None)
    elif not found and old.generation != new.generation:
        yield FieldChange("spec", None, None)  # a field that is not kept here


def _below(before: Any, after: Any) -> Iterator[FieldChange]:
    """All but metadata and status, whatever the kind calls it."""
    if isinstance(before, Custom) and isinstance(after, Custom):
        for name in sorted({*before.body, *after.body} - {"status"}):
            yield from differences(before.body.get(name), after.body.get(name), name)
    elif type(before) is type(after) and not isinstance(after, MetadataOnly):
        for name, written in zip(after.__struct_fields__, after.__struct_encode_fields__, strict=True):
            if name not in ("metadata", "status"):
                yield from differences(getattr(before, name), getattr(after, name), written)


def _content_changed(old: ObjectMeta, new: ObjectMeta) -> bool:
    """Whether something besides the metadata was written: a version that nothing in the metadata explains."""
    same = (old.labels, old.annotations, old.finalizers, old.deletion_timestamp, old.owner_references) == (
        new.labels,
        new.annotations,
        new.finalizers,
        new.deletion_timestamp,
        new.owner_references,
    )
    return same and old.resource_version != new.resource_version


def _without_notes(annotations: dict[str, str]) -> dict[str, str]:
    return {name: one for name, one in annotations.items() if not is_note(("metadata", "annotations", name))}


def _told(
    resource: Resource, after: Any, one: FieldChange, old: ObjectMeta, at: datetime, *, exact: bool
) -> SeenChange:
    gone, new = one.before is None, one.after is None
    change = "addition" if gone and not new else "removal" if new and not gone else "override"
    who = _signed(old, after.metadata, one.path, at)
    return _change(resource, after.metadata, change, who, at, exact=exact, leaf=one)


def _change(
    resource: Resource,
    metadata: ObjectMeta,
    change: str,
    who: Actor | None,
    at: datetime,
    *,
    exact: bool,
    leaf: FieldChange = FieldChange("", None, None),  # noqa: B008  # frozen
) -> SeenChange:
    suspicious = who.actor_class.suspicious if who is not None else metadata.controller is None
    return SeenChange(
        at=at,
        resource=resource.name,
        object=Ref(resource.api_version, resource.kind, metadata.namespace, metadata.name),
        change=change,
        path=leaf.path,
        before=_shown(leaf.path, leaf.before),
        after=_shown(leaf.path, leaf.after),
        actor=who,
        routine=not suspicious,
        security=bool(leaf.path) and is_secured(leaf.path, resource.kind, resource.group),
        exact=exact,
    )


def _shown(path: str, value: str | None) -> str | None:
    if value is None or path.endswith(".image"):
        return value
    hidden = value not in ("true", "false") and is_secret_place(path, value)
    return COVERED if hidden else shorten(value, _LONGEST)


def _signed(old: ObjectMeta, new: ObjectMeta, path: str, at: datetime) -> Actor | None:
    """Who wrote: the entry that is new. Where none is, the newest of this second; nobody signs a removal."""
    mine = [one for one in new.managed_fields if one.subresource != "status"]
    scaling = [one for one in mine if one.subresource == _SCALE] if path == "spec.replicas" else []
    fresh = [one for one in mine if one not in old.managed_fields]
    signed = [one for one in fresh if one in scaling] or [one for one in fresh if one.subresource != _SCALE] or fresh
    if not signed:
        recent = [one for one in mine if (told := parse_time(one.time)) is not None and at - told <= _SAME_SECOND]
        # A write through /scale has no time of its own.
        signed = recent or scaling
    if not signed:
        return None
    newest = max(signed, key=lambda one: one.time or "")
    people = [actor(_raw(one)) for one in new.managed_fields]
    return actor(_raw(newest), own_controllers=own_controllers(people))


def _raw(entry: ManagedFieldsEntry) -> dict[str, str]:
    return {"manager": entry.manager, "operation": entry.operation, "subresource": entry.subresource}
