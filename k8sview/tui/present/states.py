"""What to say in place of rows, or above them, when a table is not simply there. Never an empty list, never a 0."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from k8sview.model.tables import State, Table, TableState
from k8sview.tui.present.cells import Role, Span, age


class Notice(NamedTuple):
    """``instead`` replaces the rows; otherwise the notice is a banner above them."""

    span: Span
    instead: bool
    details: tuple[str, ...] = ()


def count_text(table: Table, shown: int) -> str:
    """The number in a table's title: ``12``, ``3/12`` when filtered, ``12+`` while loading, ``?`` if unknown."""
    if table.count is None:
        loaded = len(table.objects) + len(table.malformed)
        return f"{loaded}+" if table.state.state is State.LOADING and loaded else f"? {word(table.state)}"
    return str(table.count) if shown == table.count else f"{shown}/{table.count}"


def word(state: TableState) -> str:
    """A table's state as one or two words."""
    return state.state.value.replace("_", " ")


def notice(table: Table, now: datetime) -> Notice | None:
    """What must be said about a table besides its rows; None where the rows say all."""
    state = table.state
    rows = bool(table.objects or table.malformed)
    reason = state.reason or "no reason given"
    name = table.resource.name
    match state.state:
        case State.DENIED:
            text = f"? DENIED  you may not {state.verb} {name}"
            details = (reason, f"Whether there are any {name}, and how they stand, is not known.")
            return Notice(Span(text, Role.UNKNOWN), not rows, details)
        case State.NOT_SERVED:
            text = f"? NOT SERVED  this cluster does not serve {name}"
            return Notice(Span(text, Role.UNKNOWN), not rows, (reason,) if state.reason else ())
        case State.FAILED:
            text = f"✗ FAILED  {name} could not be read"
            return Notice(Span(text, Role.FAIL), not rows, (reason, "ctrl-r tries again at once."))
        case State.STALE:
            old = f" for {age(state.since, now)}" if state.since else ""
            return Notice(Span(f"! STALE{old}  {reason}", Role.WARN), not rows, ("The last known rows are shown.",))
        case State.LOADING:
            text = f"… LOADING  {len(table.objects)} {name} so far" if rows else f"… LOADING  {name}"
            return Notice(Span(text, Role.MUTED), not rows)
        case State.IDLE:
            return Notice(Span(f"… WAITING  nobody has read {name} yet", Role.MUTED), not rows)
    if table.partial:
        return Notice(Span(f"? PARTIAL  {table.partial}", Role.UNKNOWN), instead=False)
    if not rows:
        return Notice(Span(f"There are no {name} here.", Role.MUTED), instead=True)
    return None
