"""Whether a check may be judged at all: is its component there, and could everything it needs be read?"""

from __future__ import annotations

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.analysis.checks.outcome import Context
from k8sview.model.components import Presence
from k8sview.model.kinds import KINDS
from k8sview.model.status import Reason, Status
from k8sview.model.tables import State
from k8sview.model.view import View


class Applicability(msgspec.Struct, frozen=True):
    """``status`` set: the check ends with it. Else it is judged; ``caveat`` then turns a pass into unknown."""

    status: Status | None = None
    reason: Reason | None = None
    message: str = ""
    caveat: str | None = None


_SKIPPED = {
    Presence.ABSENT: (Reason.NOT_INSTALLED, "{title} is not installed"),
    Presence.LEFTOVER: (Reason.LEFTOVER, "{title} is not running: only its registrations are left"),
    Presence.MANAGED: (Reason.MANAGED, "{title} is run by the provider, out of sight"),
    Presence.INSTALLED: (Reason.NOT_APPLICABLE, "this check is for {title} that is not running"),
}


NO_PROMETHEUS = "asks a Prometheus, and none was named (k8sview check --prometheus URL)"


def applicability(check: Check, context: Context) -> Applicability:
    """Order matters: a component that is surely absent skips before any missing right is noticed."""
    component, namespaces = context.component, context.view.namespaces
    if check.metrics and context.view.metrics is None:
        return Applicability(Status.SKIP, Reason.NOT_APPLICABLE, NO_PROMETHEUS)
    # Figures cannot be narrowed to namespaces: their labels are whatever each installation made them.
    wide = bool(check.metrics) or any(out_of_reach(context.view, name) for name in check.requires)
    if namespaces is not None and wide:
        words = f"looks at the whole cluster; this run covers {', '.join(namespaces)}"
        return Applicability(Status.SKIP, Reason.NOT_APPLICABLE, words)
    if not check.topic and component.state not in check.when:
        if component.state is Presence.UNKNOWN:
            if _judged_by_themselves(check, context):
                return _readable(check, context)
            if namespaces is not None:
                words = f"{component.title} does not run in the namespaces of this run"
                return Applicability(Status.SKIP, Reason.NOT_APPLICABLE, words)
            return _unreadable(check, context)
        reason, message = _SKIPPED[component.state]
        return Applicability(Status.SKIP, reason, message.format(title=component.title))
    return _readable(check, context)


def _judged_by_themselves(check: Check, context: Context) -> bool:
    """Whether objects can be judged by their own state, whoever runs their controller. In the whole cluster there must
    be some: else a component that may not even be there would look sound."""
    if check.each is None or not all(context.table(name).state.state.readable for name in check.requires):
        return False
    return context.view.namespaces is not None or bool(context.table(check.each).objects)


def out_of_reach(view: View, name: str) -> bool:
    """Whether a run of some namespaces leaves a resource out on purpose: it belongs to the cluster as a whole."""
    resource = view.resources.get(name) or (KINDS[name].resource if name in KINDS else None)
    return view.namespaces is not None and resource is not None and not resource.namespaced


def _unreadable(check: Check, context: Context) -> Applicability:
    component = context.component
    states = [f"{name}: {_why(context, name)}" for name in component.unreadable if _why(context, name)]
    reasons = f" ({'; '.join(states[:3])})" if states else ""
    message = f"whether {component.title} is installed could not be seen{reasons}"
    denied = any(context.table(name).state.state is State.DENIED for name in component.unreadable)
    partial = any(context.table(name).partial for name in component.unreadable)
    reason = Reason.FORBIDDEN if denied else Reason.PARTIAL if partial else Reason.READ_FAILED
    return Applicability(Status.UNKNOWN, reason, message)


def _why(context: Context, name: str) -> str:
    """Why a table does not tell everything; "" for one that does."""
    table = context.table(name)
    if context.view.served(name) is None and not table.state.state.readable:
        return "its discovery failed"
    if table.state.state is State.SYNCED:
        return f"read only in part ({table.partial})" if table.partial else ""
    return str(table.state)


def _readable(check: Check, context: Context) -> Applicability:
    caveat: tuple[Reason, str] | None = None
    for name in check.requires:
        table = context.table(name)
        match table.state.state:
            case State.SYNCED:
                if table.partial:
                    caveat = caveat or (Reason.PARTIAL, f"{name} could be read only in part ({table.partial})")
            case State.STALE:
                caveat = caveat or (Reason.STALE, f"{name} is stale: {_lost(context, name)}")
            case State.NOT_SERVED:
                return _not_served(check, context, name)
            case State.DENIED:
                return Applicability(Status.UNKNOWN, Reason.FORBIDDEN, f"{name}: {table.state.reason or 'denied'}")
            case State.FAILED:
                return Applicability(Status.UNKNOWN, Reason.READ_FAILED, f"{name}: {table.state.reason}")
            case State.LOADING | State.IDLE:
                if context.view.served(name) is False:
                    return _not_served(check, context, name)
                return Applicability(Status.UNKNOWN, Reason.TIMEOUT, f"{name} has not been read yet")
    if check.drift is not None and caveat is None:  # what else of these could not be read, the look for drift says
        stale = (name for name in check.wants if context.table(name).state.state is State.STALE)
        caveat = next(((Reason.STALE, f"{name} is stale: {_lost(context, name)}") for name in stale), None)
    answered = _answered(check, context)
    if answered.status is None and caveat is not None:
        return Applicability(reason=caveat[0], caveat=caveat[1])
    return answered


def _lost(context: Context, name: str) -> str:
    return context.table(name).state.reason or "connection lost"


def _answered(check: Check, context: Context) -> Applicability:
    metrics = [context.view.metric(name) for name in check.metrics]
    for metric in metrics:
        if not metric.answered:
            words = f"the metric {metric.name} could not be read ({metric.state.reason or metric.state.state})"
            return Applicability(Status.UNKNOWN, Reason.READ_FAILED, words)
    for metric in metrics:
        if metric.partial:
            words = f"the metric {metric.name} is only part of the answer ({metric.partial})"
            return Applicability(reason=Reason.PARTIAL, caveat=words)
    return Applicability()


def _not_served(check: Check, context: Context, name: str) -> Applicability:
    if context.view.served(name) is None:
        return Applicability(Status.UNKNOWN, Reason.READ_FAILED, f"the discovery of {name} failed")
    return Applicability(Status.SKIP, Reason.NOT_SERVED, f"{name} is not served by this cluster")
