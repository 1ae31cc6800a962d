"""Drift that is followed: what drifted as of now, what changed before our eyes, and what nobody could look at.

Values alone: an engine in the session writes them, screens and checks read them.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from k8sview.model.drift import Actor, Coverage, Drift, DriftKind, DriftSummary, Fence, NotCheckable
from k8sview.model.resources import Key, Ref


class SeenChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field (or, with ``path`` "", the object as a whole) that changed while it was followed.

    ``at``: when it arrived here. ``exact`` false: it happened while nobody watched, some time before. ``change``:
    ``override`` | ``addition`` | ``removal``. ``actor`` None: nobody signed it. ``routine``: a controller's or a
    deliverer's own work. ``before`` and ``after`` are None where a side has no such field, or where its value is never
    read (what a ConfigMap or a Secret holds).
    """

    at: datetime
    resource: str
    object: Ref
    change: str
    path: str = ""
    before: str | None = None
    after: str | None = None
    actor: Actor | None = None
    routine: bool = False
    security: bool = False
    exact: bool = True

    @property
    def key(self) -> Key:
        """The object's key in its table."""
        return (self.object.namespace or "", self.object.name)


class Hole(msgspec.Struct, frozen=True):
    """A hole in the fence, and how much lies behind it as far as marks tell: ``objects`` None: nothing tells."""

    fence: Fence
    objects: int | None = None
    drifts: int | None = None


class LivingDrift(msgspec.Struct, frozen=True):
    """``drifts`` and ``holes`` worst first, ``seen`` newest first.

    ``waiting``: suspects that are still to be read whole. ``unfollowed``: kinds that somebody may write down and whose
    tables nobody reads now. ``unlisted``: how many drifts of a kind are counted in ``summary`` and not listed.
    ``closed``: kinds that this look does not even try, with what does. ``watched_since`` None: nobody watched, it is a
    recording.
    """

    taken_at: datetime
    drifts: tuple[Drift, ...] = ()
    not_checkable: tuple[NotCheckable, ...] = ()
    closed: tuple[NotCheckable, ...] = ()
    holes: tuple[Hole, ...] = ()
    coverage: Coverage | None = None
    summary: DriftSummary = DriftSummary()
    seen: tuple[SeenChange, ...] = ()
    watched_since: datetime | None = None
    waiting: int = 0
    unfollowed: tuple[str, ...] = ()
    unlisted: dict[DriftKind, int] = {}

    @property
    def pending(self) -> bool:
        """Whether some suspects were not looked at yet."""
        return self.waiting > 0
