"""The values of one object's history: what a room that judges writes and rooms that show read. No rules here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from k8sview.model.resources import Ref


class MomentKind(StrEnum):
    """What sort of thing happened. The order is that of cause and effect within one second."""

    CREATION = "creation"
    WRITE = "write"
    REVISION = "revision"
    SCALING = "scaling"
    NODE = "node"
    CONTAINER = "container"  # one started or ended
    EVENT = "event"
    CONDITION = "condition"
    DELETION = "deletion"


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to an object, or to what it depends on.

    ``sentence`` is one line without the object's name: whoever shows it says of whom it is where ``object`` is not the
    one that was asked about. Text of the cluster in it is as the cluster has it.
    """

    at: datetime
    kind: MomentKind
    object: Ref
    sentence: str
    bad: bool = False
