"""Leases that kubelets renew: what they tell before, or instead of, a node's own conditions."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.health.conditions import find
from k8sview.model.objects.core import Node
from k8sview.model.objects.extension import Lease
from k8sview.model.times import parse_time
from k8sview.model.view import View

LEASES = "leases.coordination.k8s.io"
_NAMESPACE = "kube-node-lease"
_SILENCE = timedelta(seconds=50)
"""After which the node controller gives a node up (kube-controller-manager, ``--node-monitor-grace-period``)."""
_TOLERANCE = timedelta(seconds=10)
"""Kubelets renew every ten seconds: only after another's renewal it shows that one did not."""


class Silence(msgspec.Struct, frozen=True):
    """A kubelet that no longer renews its lease."""

    since: datetime
    evidence: str


def renewed(view: View, node: Node) -> datetime | None:
    """When a node's kubelet last renewed its lease; None where nothing tells."""
    lease = view.get(LEASES, node.metadata.name, _NAMESPACE)
    return parse_time(lease.spec.renew_time) if isinstance(lease, Lease) else None


def lease_path(node: Node) -> str:
    """Where the renewal is found, as evidence names it."""
    return f"{LEASES}/{node.metadata.name} spec.renewTime"


def next_beat(view: View, node: Node) -> datetime | None:
    """When to look again although nothing has changed: silence is no change. None where it is silent already."""
    own = renewed(view, node)
    due = own + _SILENCE + _TOLERANCE if own is not None else None
    return due if due is not None and due > view.taken_at else None


def fell_silent(view: View, node: Node) -> Silence | None:
    """A kubelet that is silent although its node counts as ready.

    Measured by the newest renewal of any node, not by the view's time: leases may have been read minutes ago.
    """
    own = renewed(view, node)
    newest = view.once("newest node lease", _newest)
    if own is None or newest is None or newest - own <= _SILENCE:
        return None
    ready = find(node.status.conditions, "Ready")
    reported = parse_time(ready.last_heartbeat_time) if ready is not None else None
    if reported is not None and newest - reported <= _SILENCE:
        return None
    return Silence(own, f"{lease_path(node)} = {own:%Y-%m-%dT%H:%M:%SZ}")


def _newest(view: View) -> datetime | None:
    renewals = (
        parse_time(one.spec.renew_time) for one in view.in_namespace(LEASES, _NAMESPACE) if isinstance(one, Lease)
    )
    return max((one for one in renewals if one is not None), default=None)
