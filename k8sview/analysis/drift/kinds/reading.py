"""Reading what the kinds of drift share: free-form values of any shape, the last edit of an object, unread tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from k8sview.analysis.drift.window import CORE, born
from k8sview.model.drift import DriftTime
from k8sview.model.fields import read_one
from k8sview.model.tables import State
from k8sview.model.times import parse_time
from k8sview.model.view import View

_DERIVED = frozenset(
    {
        "events",
        "events.events.k8s.io",
        "pods",
        "replicasets.apps",
        "controllerrevisions.apps",
        "endpoints",
        "endpointslices.discovery.k8s.io",
        "leases.coordination.k8s.io",
        "nodes",
        "csinodes.storage.k8s.io",
        "volumeattachments.storage.k8s.io",
        "componentstatuses",
    }
)
"""What nobody writes down: made by the cluster out of something else."""

_FIGURES = ".metrics.k8s.io"


def text(obj: Any, path: str) -> str:
    """The text at ``path``, or nothing."""
    value = read_one(obj, path)
    return value if isinstance(value, str) else ""


def moment(obj: Any, path: str) -> datetime | None:
    return parse_time(read_one(obj, path))


def mapping(obj: Any, path: str) -> dict[str, Any] | None:
    """The mapping at ``path``; None where there is none."""
    value = read_one(obj, path)
    return value if isinstance(value, dict) else None


def items(obj: Any, path: str) -> list[dict[str, Any]]:
    """The mappings in the list at ``path``."""
    value = read_one(obj, path)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []


def texts(obj: Any, path: str) -> list[str]:
    """The texts in the list at ``path``."""
    value = read_one(obj, path)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def condition(obj: Any, kind: str) -> dict[str, Any]:
    """A custom resource's condition of that type; empty where there is none."""
    return next((one for one in items(obj, "status.conditions") if one.get("type") == kind), {})


def edited(obj: Any, *, by_itself: Iterable[str] = ()) -> DriftTime:
    """When a field that stands now was written at the latest: the last write of anything but the status.

    ``by_itself``: controllers that write bookkeeping into their own objects, whose Updates date nothing.
    """
    own = frozenset(by_itself) | CORE
    created = born(obj)
    times = [
        at
        for entry in obj.metadata.managed_fields
        if entry.subresource != "status"
        and not (entry.operation == "Update" and entry.manager in own)
        and (at := parse_time(entry.time)) is not None
    ]
    newest = max(times, default=None)
    if newest is None:
        return DriftTime(not_before=created) if created else DriftTime()
    if created is not None and newest <= created:
        return DriftTime(at=newest, basis="managedFields")
    return DriftTime(at=newest, not_before=created, basis="managedFields")


def unread(view: View, resources: Iterable[str]) -> Iterator[str]:
    """Why some of these could not be read as a whole, in the words of the report. What is not served is no gap."""
    for name in resources:
        if view.served(name) is False:
            continue
        table = view.table(name)
        state = table.state
        if state.state is State.DENIED:
            yield f"{name}: {state.verb} denied"
        elif state.state is State.IDLE or state.state is State.LOADING:
            yield f"{name}: not read"
        elif not state.state.readable:
            yield f"{name}: {state.reason or state.state}"
        elif table.partial:
            yield f"{name}: {table.partial}"


def refused(view: View, resources: Iterable[str]) -> tuple[str, ...]:
    """Which of these somebody asked for in vain. Unlike ``unread``, what nobody asked for is left out."""
    return tuple(name for name in resources if view.state(name).state in (State.DENIED, State.FAILED))


def absent(view: View, resources: Iterable[str]) -> bool:
    """Whether the cluster serves none of these."""
    return all(view.served(name) is False for name in resources)


def declared(view: View) -> tuple[str, ...]:
    """The resources whose objects somebody may have written down, sorted by name. Figures are nobody's."""
    return tuple(sorted(name for name in view.resources if name not in _DERIVED and not name.endswith(_FIGURES)))
