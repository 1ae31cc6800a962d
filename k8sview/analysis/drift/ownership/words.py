"""The sentences of a drift that ownership tells, and what to look at next; made of its arguments alone."""

from __future__ import annotations

from k8sview.analysis.drift.ownership.managers import tool
from k8sview.analysis.drift.ownership.regime import Basis, Regime
from k8sview.model.drift import Actor, DriftTime
from k8sview.model.resources import Ref
from k8sview.model.times import format_time

UNSCHEDULABLE = "spec.unschedulable"
"""Set by whoever cordons a node: maintenance, as a rule."""

_DONE = {"override": "changed", "addition": "added", "removal": "removed"}


def sentence(who: Actor | None, path: str, change: str | None, ruled: Regime | None) -> str:
    """Who did what, and who was meant to."""
    doer = tool(who) if who is not None else "somebody"
    said = f"{doer} {_DONE.get(change or '', 'wrote')} {path}"
    if ruled is None:
        return said
    if ruled.basis is Basis.CREATOR:
        return f"{said}; {ruled} made the object"
    return f"{said}; {ruled} manages the object"


def on_a_node(who: Actor, path: str, change: str | None) -> str:
    """Who changed a living node; it has nobody else to write its fields."""
    if path == UNSCHEDULABLE:
        return f"{'kubectl cordon or drain' if who.manager == 'kubectl' else tool(who)} keeps new pods off the node"
    return f"{tool(who)} {_DONE.get(change or '', 'wrote')} {path} of a living node, in place"


def deed(who: Actor, path: str) -> str | None:
    """What writes through certain subresources mean; None for all others."""
    if who.subresource == "ephemeralcontainers":
        return f"{tool(who)} put a debugging container into the pod"
    if who.subresource == "resize":
        return f"{tool(who)} resized a container in place"
    return f"{tool(who)} wrote the status by hand ({path})" if who.subresource == "status" or _status(path) else None


def in_audit_log(ref: Ref, resource: str, time: DriftTime, subresource: str = "") -> str:
    """Where the user's name is: the API stores none, the audit log does."""
    what = (resource.partition(".")[0] or f"the {ref.kind}") + (f"/{subresource}" if subresource else "")
    where = f" in {ref.namespace}" if ref.namespace else ""
    when = ""
    if time.at is not None:
        when = f" at {format_time(time.at)}"
        if time.not_before is not None:
            when = f" between {format_time(time.not_before)} and {format_time(time.at)}"
    elif time.not_before is not None:
        when = f" after {format_time(time.not_before)}"
    return f"look in the audit log for the user: update or patch of {what} {ref.name}{where}{when}"


def _status(path: str) -> bool:
    return path == "status" or path.startswith(("status.", "status["))
