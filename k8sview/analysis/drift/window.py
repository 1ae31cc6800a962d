"""A span of time in which changes count, and the managers whose writes are no changes at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from k8sview.model.objects.meta import ManagedFieldsEntry
from k8sview.model.times import parse_time

NEAR = timedelta(seconds=5)
"""Two things of one cause: times have a resolution of a second, and controllers act within seconds."""

_SLACK = timedelta(seconds=2)  # the clocks of kubelets and API servers differ

# What the control plane and the kubelet write by themselves, and entries that are sums of forgotten ones.
CORE = frozenset(
    {
        "kube-controller-manager",
        "kube-scheduler",
        "kube-apiserver",
        "kubelet",
        "cloud-controller-manager",
        "k3s",  # all of them in one program, as the next
        "kubelite",
        "before-first-apply",
        "ancient-changes",
    }
)


class Window(msgspec.Struct, frozen=True):
    """From ``start`` to ``end``, both included."""

    start: datetime
    end: datetime

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at <= self.end


def before(since: datetime, within: timedelta) -> Window:
    """The span that ends at ``since``, give or take the differences of clocks."""
    return Window(since - within, since + _SLACK)


def born(obj: Any) -> datetime | None:
    """When an object was created."""
    return parse_time(obj.metadata.creation_timestamp)


def written(obj: Any) -> Iterator[tuple[datetime, ManagedFieldsEntry]]:
    """The dated writes of an object's own fields by anybody but the control plane and its own controller.

    Who writes an object's status is its controller: what it writes beside is bookkeeping. People who write a status by
    kubectl are still people.
    """
    entries = obj.metadata.managed_fields
    controllers = {
        entry.manager for entry in entries if entry.subresource == "status" and not entry.manager.startswith("kubectl")
    }
    for entry in entries:
        at = parse_time(entry.time)
        if at is not None and not entry.subresource and entry.manager not in CORE | controllers:
            yield at, entry


def writer_at(obj: Any, at: datetime) -> str:
    """The manager whose write of an object's own fields something at ``at`` followed; "" where nobody is known.

    What follows a write is never before it: both times are the API server's.
    """
    near = [(at - when, entry.manager) for when, entry in written(obj) if timedelta() <= at - when <= NEAR]
    return min(near)[1] if near else ""
