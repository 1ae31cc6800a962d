"""The label by which whoever made a node says which pool it belongs to. Data and one question."""

from __future__ import annotations

from collections.abc import Mapping

POOL_LABELS = (
    "karpenter.sh/nodepool",
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "kops.k8s.io/instancegroup",
    "doks.digitalocean.com/node-pool",
    "cluster.x-k8s.io/deployment-name",
    "node-pool",
)


CONTROL_PLANE_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


def pool_label(labels: Mapping[str, str]) -> str | None:
    """The label that names the pool; None where no known one does."""
    return next((label for label in POOL_LABELS if labels.get(label)), None)


def role_of(labels: Mapping[str, str]) -> str:
    """``control plane`` or ``workers``, which differ rightly where nothing names a pool."""
    return "control plane" if any(label in labels for label in CONTROL_PLANE_LABELS) else "workers"
