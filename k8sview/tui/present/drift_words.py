"""How drift is worded everywhere in the app: headline, severity, who, when, old → new. The values are the session's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from k8sview.model.drift import Actor, Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.living_drift import LivingDrift, SeenChange
from k8sview.model.status import Severity
from k8sview.reports.order import counted
from k8sview.tui.present.cells import Role, Span, age

_BADGES = {
    Severity.CRITICAL: Span("✗ critical", Role.FAIL),
    Severity.HIGH: Span("✗ high", Role.FAIL),
    Severity.MEDIUM: Span("! medium", Role.WARN),
    Severity.LOW: Span("· low", Role.PLAIN),
    Severity.INFO: Span("- info", Role.MUTED),
}
_KUBECTL = {
    "": "kubectl",
    "scale": "kubectl scale",
    "ephemeralcontainers": "kubectl debug",
    "status": "kubectl (status)",
}


def severity_badge(severity: Severity) -> Span:
    """Glyph and word of a drift's severity."""
    return _BADGES[severity]


def headline(drift: LivingDrift | None) -> Span:
    """The whole cluster in one phrase; never none where something could not be looked at."""
    if drift is None:
        return Span("… drift: not looked at yet", Role.MUTED)
    counts = drift.summary
    if counts.drifted:
        worst = min((one.severity for one in listed(drift.drifts)), key=lambda one: one.rank, default=Severity.MEDIUM)
        badge = _BADGES[worst]
        role = badge.role if badge.role in (Role.FAIL, Role.WARN) else Role.WARN
        words = f"{counted(counts.drifted, 'drift')} of {counted(counts.objects, 'object')}"
        return Span(f"{'✗' if role is Role.FAIL else '!'} {words}", role)
    if drift.waiting:
        return Span(f"… no drift so far, {counted(drift.waiting, 'suspect')} still to read", Role.UNKNOWN)
    if drift.unfollowed or any(one.blind for one in drift.not_checkable):
        return Span("? no drift in what could be looked at", Role.UNKNOWN)
    return Span("✓ no drift", Role.OK)


def listed(drifts: Iterable[Drift]) -> list[Drift]:
    """What counts as drifted: no rule ignores it, and it is not merely unmanaged."""
    return [one for one in drifts if one.ignored_by is None and one.kind is not DriftKind.UNMANAGED]


def holes_text(drift: LivingDrift) -> str:
    """``3 holes, 5 more by default``; no number where there was none in what could be looked at."""
    if not drift.holes and any(one.kind is DriftKind.SUSPENDED and one.blind for one in drift.not_checkable):
        return "? holes not all looked at"
    made = sum(not one.fence.by_default for one in drift.holes)
    rest = len(drift.holes) - made
    return counted(made, "hole") + (f", {rest} more by default" if rest else "")


def blind_kinds(reasons: Iterable[NotCheckable]) -> dict[str, list[str]]:
    """Kinds of drift by the reason why they could not be looked at. Where there is nothing of a kind, or one look
    cannot have it, nothing is missing."""
    found: dict[str, list[str]] = {}
    for one in (each for each in reasons if each.blind):
        kinds = found.setdefault(one.reason, [])
        if one.kind.value not in kinds:
            kinds.append(one.kind.value)
    return found


def who(actor: Actor | None) -> str:
    """The program's name; the API never stores the user."""
    if actor is None:
        return "?"
    if actor.manager == "kubectl":
        named = "kubectl apply -s" if actor.operation == "Apply" else _KUBECTL.get(actor.subresource)
        return named or f"kubectl ({actor.subresource})"
    if actor.manager.startswith("kubectl-"):
        return f"kubectl {actor.manager.removeprefix('kubectl-')}"
    return actor.manager or "(no name)"


def who_at_length(actor: Actor | None) -> str:
    """With the kind of program it stands for, and the way it came."""
    if actor is None:
        return "nothing tells by whom"
    through = f", through /{actor.subresource}" if actor.subresource else ""
    return f"by {who(actor)} ({actor.actor_class.value}{through})"


def change_text(before: str | None, after: str | None, change: str | None) -> str:
    """``old → new``; what is not known is a question mark, what is not there a dash."""
    if before is None and after is None:
        return ""
    absent = {"addition": ("-", "?"), "removal": ("?", "-")}.get(change or "", ("?", "?"))
    return f"{before if before is not None else absent[0]} → {after if after is not None else absent[1]}"


_TEMPLATE = "spec.template.spec."


def short_path(path: str) -> str:
    """A path for a narrow cell, without what tells least: how a workload's paths begin, how most items are named."""
    short = f"…{path.removeprefix(_TEMPLATE)}" if path.startswith(_TEMPLATE) else path
    return short.replace("[name=", "[")


def short_change(before: str | None, after: str | None, change: str | None) -> str:
    """The same for a narrow cell: the registry that both images come from is left out."""
    if before is not None and after is not None:
        start = before.rpartition("/")[0]
        if start and start == after.rpartition("/")[0]:
            return f"{before[len(start) + 1 :]} → {after[len(start) + 1 :]}"
    return change_text(before, after, change)


def happened(one: SeenChange) -> str:
    """What a change that was seen did, where it has no values: ``created``, ``deleted``, ``changed``."""
    if not one.path:
        return {"addition": "created", "removal": "deleted"}.get(one.change, "changed")
    told = change_text(one.before, one.after, one.change)
    if told:
        return told
    return "content changed (never read)" if one.path == "data" else "changed in a field that is not kept"


def when(time: DriftTime, now: datetime) -> str:
    """The exact time or its bounds, how long ago, and what dates it."""
    if time.at is None and time.not_before is None:
        return "when: nothing tells"
    basis = "" if time.basis == "none" else f", by {_BASES.get(time.basis, time.basis)}"
    ago = f" ({age(time.at, now)} ago)" if time.at is not None else ""
    if time.not_before is None:
        return f"at {clock(time.at, now) if time.at is not None else '?'}{ago}{basis}"
    if time.at is None:
        return f"after {clock(time.not_before, now)}{basis}"
    return f"between {clock(time.not_before, now)} and {clock(time.at, now)}{ago}{basis}"


_BASES = {"watch": "our own watch", "managedFields": "managedFields"}


def clock(at: datetime, now: datetime) -> str:
    """Seconds for today, with the day for what is older; UTC."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    if at.date() == now.date():
        return f"{at:%H:%M:%S}"
    return f"{at:%m-%d %H:%M:%S}" if at.year == now.year else f"{at:%Y-%m-%d %H:%M}"
