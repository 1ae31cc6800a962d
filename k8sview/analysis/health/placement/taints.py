"""Taints that tell of a node's state rather than of what it is meant for: nobody tolerates them to place an app."""

from __future__ import annotations

from functools import lru_cache

from k8sview.model.objects.core import Taint

_CONDITIONS = {
    "node.kubernetes.io/not-ready": "is not ready",
    "node.kubernetes.io/unreachable": "no longer reports",
    "node.kubernetes.io/memory-pressure": "is short of memory",
    "node.kubernetes.io/disk-pressure": "is short of disk space",
    "node.kubernetes.io/pid-pressure": "is short of process ids",
    "node.kubernetes.io/network-unavailable": "has no network yet",
    "node.kubernetes.io/out-of-service": "was declared out of service",
    "node.cloudprovider.kubernetes.io/uninitialized": "was not initialised by the cloud controller yet",
    "node.cloudprovider.kubernetes.io/shutdown": "was shut down at the provider",
}
_LEAVING = {
    "ToBeDeletedByClusterAutoscaler": "is being removed by the cluster autoscaler",
    "DeletionCandidateOfClusterAutoscaler": "is a candidate for removal by the cluster autoscaler",
    "karpenter.sh/disrupted": "is being removed by Karpenter",
    "karpenter.sh/unregistered": "has not registered with Karpenter yet",
}
_CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


def state_of(taint: Taint) -> str | None:
    """What a taint says of its node's state ("is not ready"); None for one that says whom the node is meant for."""
    known = _CONDITIONS.get(taint.key) or _LEAVING.get(taint.key)
    if known is not None:
        return known
    if taint.key.endswith(("agent-not-ready", "not-ready", "startup-taint")):
        return f"waits for the agent that lifts taint {taint.key}"
    return None


def for_control_plane(taint: Taint) -> bool:
    """Whether a taint keeps everything but the control plane off a node."""
    return taint.key in _CONTROL_PLANE


@lru_cache(maxsize=4096)
def parsed(text: str) -> Taint:
    """A taint from kubectl's form, ``key=value:Effect``."""
    rest, _, effect = text.rpartition(":")
    key, _, value = rest.partition("=")
    return Taint(key=key, value=value, effect=effect)
