"""What controllers write into custom resources: conditions, suspension, the time of the last edit. Reading only.

Every reader takes any value at any place: a field that is absent or of another type reads as nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from k8sview.analysis.checks.applicability import out_of_reach
from k8sview.analysis.checks.outcome import Context, Judged, Outcome, cannot_tell, ref_to
from k8sview.model.fields import read_one
from k8sview.model.status import Status
from k8sview.model.tables import State
from k8sview.model.times import parse_time


class Said(msgspec.Struct, frozen=True):
    """One condition as a controller wrote it. ``since``: its transition, where the controller keeps one."""

    type: str
    status: str = ""
    reason: str = ""
    message: str = ""
    since: datetime | None = None
    generation: int | None = None

    def __str__(self) -> str:
        """``reason: message``, as much of it as there is."""
        return ": ".join(part for part in (self.reason, self.message) if part)


def text(obj: Any, path: str) -> str:
    """The text at ``path``, or nothing."""
    value = read_one(obj, path)
    return value if isinstance(value, str) else ""


def moment(obj: Any, path: str) -> datetime | None:
    return parse_time(read_one(obj, path))


def items(obj: Any, path: str) -> list[dict[str, Any]]:
    """The mappings in the list at ``path``."""
    value = read_one(obj, path)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def conditions(obj: Any, path: str = "status.conditions") -> dict[str, Said]:
    """By type, in the order written. Conditions without a type are left out."""
    found = {}
    for one in items(obj, path):
        kind = one.get("type")
        if isinstance(kind, str) and kind:
            found[kind] = Said(
                type=kind,
                status=_text(one.get("status")),
                reason=_text(one.get("reason")),
                message=_text(one.get("message")),
                since=parse_time(one.get("lastTransitionTime")),
                generation=_number(one.get("observedGeneration")),
            )
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def born(obj: Any) -> datetime | None:
    return parse_time(obj.metadata.creation_timestamp)


def older_than(obj: Any, span: timedelta, now: datetime) -> bool:
    """Whether the object has existed for longer than ``span``; one without a date counts as old."""
    created = born(obj)
    return created is None or now - created > span


def edited(obj: Any) -> datetime | None:
    """When anything but the status was last written, as far as the ownership summary tells."""
    times = (parse_time(entry.time) for entry in obj.metadata.managed_fields if entry.subresource != "status")
    return max((at for at in times if at is not None), default=None)


def unseen(context: Context, resources: Iterable[str]) -> Iterator[Judged]:
    """One "cannot tell" for each wanted resource that is served but was not wholly read, and each of its objects
    that could not be understood. For rules that judge several kinds, not all of which need to be served."""
    for name in resources:
        table = context.table(name)
        state = table.state
        for key in sorted(table.malformed):
            broken = table.malformed[key]
            message = f"this object could not be read: {broken.problem}"
            yield Judged(ref_to(table, broken), Outcome(status=Status.ERROR, message=message))
        if state.state is State.NOT_SERVED or (state.state is State.IDLE and out_of_reach(context.view, name)):
            continue
        if state.state in (State.IDLE, State.LOADING) and context.view.served(name) is False:
            continue
        if state.state is not State.SYNCED or table.partial:
            detail = table.partial or state.reason or f"is {state.state}"
            yield Judged(None, cannot_tell(f"{name}: {detail}", path=name))
