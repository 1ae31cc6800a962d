"""Writes that only managedFields and creation times tell of: who and when, not what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.drift.window import CORE, NEAR, Window, born, written
from k8sview.model.health import ChangeBefore
from k8sview.model.resources import Ref
from k8sview.model.times import parse_time

# Subresources that change what a living pod runs.
_LIVING = {
    "ephemeralcontainers": ("spec.ephemeralContainers", "was given a debugging container"),
    "resize": ("spec.containers[*].resources", "was resized in place"),
}


def writes_of(ref: Ref, obj: Any, window: Window) -> Iterator[ChangeBefore]:
    """An object's creation and the last write of each manager within a window.

    What another object controls is created and written by its controller: only what people do to it counts.
    """
    owned = obj.metadata.controller is not None
    created = born(obj)
    if created is not None and window.holds(created) and not owned:
        makers = [entry.manager for at, entry in written(obj) if abs(at - created) <= NEAR]
        every = {entry.manager for entry in obj.metadata.managed_fields if not entry.subresource}
        # Whoever made it may have written it since: then its entry has the later time.
        actor = makers[0] if makers else next(iter(every), "") if len(every) == 1 else ""
        if not (every and every <= CORE):
            words = f"{ref} was created" + (f" by {actor}" if actor else "")
            yield ChangeBefore(at=created, object=ref, path="", actor=actor, sentence=words, basis="creation")
    for at, entry in written(obj):
        made = created is not None and at - created <= NEAR
        if window.holds(at) and not made and (not owned or entry.manager.startswith("kubectl")):
            words = f"{ref} was written by {entry.manager}"
            yield ChangeBefore(at=at, object=ref, path="", actor=entry.manager, sentence=words)


def living_writes(ref: Ref, pod: Any, window: Window) -> Iterator[ChangeBefore]:
    """What was done to a pod while it ran: a debugging container, a resize in place."""
    for entry in pod.metadata.managed_fields:
        at, told = parse_time(entry.time), _LIVING.get(entry.subresource)
        if told is not None and at is not None and window.holds(at):
            words = f"{ref} {told[1]} by {entry.manager}"
            yield ChangeBefore(at=at, object=ref, path=told[0], actor=entry.manager, sentence=words)


def deletion_of(ref: Ref, obj: Any, window: Window) -> Iterator[ChangeBefore]:
    """That somebody began to delete it; the API never says who."""
    at = parse_time(obj.metadata.deletion_timestamp)
    if at is not None and window.holds(at) and obj.metadata.controller is None:
        path = "metadata.deletionTimestamp"
        words = f"{ref} was deleted; it is not gone yet"
        yield ChangeBefore(at=at, object=ref, path=path, sentence=words, basis="field")
