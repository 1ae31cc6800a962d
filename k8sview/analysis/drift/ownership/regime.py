"""Who is meant to write an object: without that, no write is out of band. From marks first, then from entries.

A write by anybody else is then out of band. Where nothing manages an object and a person made it, people's writes to
it are how it is meant to be written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from k8sview.analysis.drift.ownership.managers import applies, class_of, person, tool
from k8sview.analysis.drift.ownership.tracking import Tracking
from k8sview.model.drift import Actor, ActorClass

_TOOLS = ("Argo CD", "Flux", "Fleet", "kapp", "Config Sync")
"""Whose marks exclude other tools. Others share their objects."""
_DELIVERS = (ActorClass.GITOPS, ActorClass.HELM, ActorClass.IAC)
_BIRTH = timedelta(seconds=1)  # the resolution of times


class Basis(StrEnum):
    """What tells who manages an object, surest first."""

    MARK = "mark"
    ENTRY = "entry"
    CREATOR = "creator"


class Write(msgspec.Struct, frozen=True):
    """An entry without its fields: who, when last, and of how many leaves (0: not known)."""

    actor: Actor
    time: datetime | None = None
    leaves: int = 0


class Regime(msgspec.Struct, frozen=True):
    """``tool`` and ``application`` as people call them; ``mark``: evidence, as ``path = value`` without the value.

    ``manager``: the one whose writes are meant, where no mark but its entry tells.
    """

    tool: str
    basis: Basis
    application: str = ""
    mark: str = ""
    manager: str = ""

    def __str__(self) -> str:
        return f"{self.tool} ({self.application})" if self.application else self.tool


def regime(marks: Tracking | None, writes: Sequence[Write], created: datetime | None) -> Regime | None:
    """Who manages an object; None where nothing does, or where people do."""
    deliverers = [one for one in writes if one.actor.actor_class in _DELIVERS and not one.actor.subresource]
    if marks is not None and not (marks.tool == "kubectl apply" and deliverers):
        return Regime(marks.tool, Basis.MARK, marks.application, marks.mark)
    if deliverers:
        return _by_entry(deliverers[0].actor, Basis.ENTRY)
    if any(applies(one.actor) for one in writes):
        return Regime("kubectl apply", Basis.ENTRY)
    creator = _creator(writes, created)
    return _by_entry(creator, Basis.CREATOR) if creator is not None and not person(creator) else None


def sanctioned(who: Actor, ruled: Regime) -> bool:
    """Whether a write by this actor is one of those that are meant. What marks of one tool manage, another tool that
    delivers is not meant to write."""
    if who.actor_class in _DELIVERS:
        return ruled.basis is not Basis.MARK or _of(who, ruled)
    if not who.actor_class.suspicious:
        return True
    if ruled.basis is Basis.CREATOR and not person(who):
        return True  # two programs share an object: which of them was meant to, nothing tells
    if ruled.tool in ("kubectl apply", "the addon manager") and applies(who):
        return True
    return bool(ruled.manager) and who.manager == ruled.manager


def delivers(who: Actor, ruled: Regime) -> bool:
    """Whether the actor brings the desired state, so that what it owns as well is agreed upon."""
    brings = who.actor_class in _DELIVERS or who.actor_class.suspicious
    return (brings and sanctioned(who, ruled)) or (bool(ruled.manager) and who.manager == ruled.manager)


def _of(who: Actor, ruled: Regime) -> bool:
    """Whether a deliverer's name is one that the managing tool writes under."""
    managing = ruled.tool
    if class_of(who.manager) not in _DELIVERS:
        return True  # the user says that it delivers
    name = tool(who).partition(" (")[0]
    if who.actor_class is ActorClass.GITOPS and name == who.manager:
        return True  # a tool's own helper (an image updater, say): whose, nothing tells
    if name.startswith(managing) or managing.startswith(name):
        return True
    # Charts are installed by whatever embeds Helm, and by Helm what Flux or Fleet releases.
    if managing == "Helm":
        return who.actor_class in (ActorClass.HELM, ActorClass.IAC) or name == "Flux"
    if who.actor_class is ActorClass.HELM:
        return managing == "Fleet" or ruled.application.startswith("HelmRelease")
    return managing not in _TOOLS


def _by_entry(who: Actor, basis: Basis) -> Regime:
    return Regime(
        tool(who), basis, mark=f"metadata.managedFields[manager={who.manager}].operation", manager=who.manager
    )


def _creator(writes: Sequence[Write], created: datetime | None) -> Actor | None:
    """Who wrote when the object came to be, and most of it where several did: controllers follow within a second."""
    born = [
        one
        for one in writes
        if not one.actor.subresource and one.time is not None and created is not None
        if abs(one.time - created) <= _BIRTH
    ]
    # Without leaves to count, a person is the last guess: whoever asks then looks at the object whole.
    born.sort(key=lambda one: (-one.leaves, person(one.actor)))
    return born[0].actor if born else None
