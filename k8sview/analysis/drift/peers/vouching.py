"""What proves that a living object was not written between two moments, so that what is covered is the same still.

Only of one object (one uid) seen twice. Each answer is a proof or no answer; "not proven" is never "changed".
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from k8sview.model.resources import Key
from k8sview.model.times import parse_time

_COUNTED = frozenset(
    {
        "deployments.apps",
        "statefulsets.apps",
        "daemonsets.apps",
        "replicasets.apps",
        "jobs.batch",
        "cronjobs.batch",
        "poddisruptionbudgets.policy",
        "ingresses.networking.k8s.io",
        "networkpolicies.networking.k8s.io",
    }
)
"""Whose ``generation`` grows with every change of the spec. Some kinds have one that never grows."""


def counted(resource: str, definitions: Collection[Key]) -> bool:
    """Whether the API server counts the changes of a resource: some of its own, and whatever a CRD defines.
    ``definitions``: the keys of all CRDs."""
    return resource in _COUNTED or ("", resource) in definitions


def untouched(a: Any, b: Any) -> bool:
    """Whether nothing at all was written: the same resourceVersion."""
    return bool(a.uid and a.uid == b.uid and a.resource_version and a.resource_version == b.resource_version)


def same_spec(a: Any, b: Any) -> bool:
    """Whether everything but metadata and status is the same, of a resource that is ``counted``."""
    return bool(a.uid and a.uid == b.uid and a.generation and a.generation == b.generation)


def unwritten(a: Any, b: Any, earlier: datetime) -> bool:
    """Whether nobody signed a write of anything but the status, as managedFields tell to the second. ``earlier``: the
    moment of the older side; a write in that very second may have come after it."""
    if not a.uid or a.uid != b.uid:
        return False
    before, after = _signatures(a), _signatures(b)
    if not before or before != after:
        return False
    times = [parse_time(one[2]) for one in before]
    limit = earlier - timedelta(seconds=1)
    return all(one is not None and one < limit for one in times)


def last_writers(a: Any, b: Any) -> tuple[str, ...]:
    """``manager at time`` of the writes that one side has and the other has not, newest first."""
    news = sorted(_signatures(b) ^ _signatures(a), key=lambda one: one[2] or "", reverse=True)
    return tuple(dict.fromkeys(f"{manager or 'somebody'} at {at}" for manager, _, at, _ in news if at))


def _signatures(metadata: Any) -> frozenset[tuple[str, str, str | None, str]]:
    return frozenset(
        (one.manager, one.operation, one.time, one.subresource)
        for one in metadata.managed_fields
        if one.subresource != "status"
    )
