"""Objects of Argo CD and Flux as their controllers write them."""

from __future__ import annotations

from typing import Any

from tests.analysis.clusters import ago
from tests.analysis.drift.shapes import Raw, entry


def _metadata(name: str, namespace: str, *entries: Raw, **more: Any) -> Raw:
    metadata = {"name": name, "namespace": namespace, "uid": name, "creationTimestamp": ago("30d"), "generation": 3}
    return {**metadata, "managedFields": list(entries), **more}


def application(
    sync: str = "Synced",
    *resources: Raw,
    policy: Raw | None = None,
    reconciled: str | None = "1m",
    operation: Raw | None = None,
    spec: Raw | None = None,
    name: str = "shop",
    metadata: Raw | None = None,
    **status: Any,
) -> Raw:
    """An Application of this cluster that was synced two days ago; ``policy``: ``spec.syncPolicy``."""
    done = {
        "phase": "Succeeded",
        "startedAt": ago("49h"),
        "finishedAt": ago("48h"),
        "syncResult": {"revision": "aaa"},
    }
    destination = {"server": "https://kubernetes.default.svc", "namespace": "shop"}
    found: Raw = {"sync": {"status": sync, "revision": "aaa"}, "resources": list(resources), **status}
    if reconciled is not None:
        found["reconciledAt"] = ago(reconciled)
    found["operationState"] = {**done, **(operation or {})}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": _metadata(name, "argocd", entry("kubectl-edit", "3d"), **(metadata or {})),
        "spec": {"destination": destination, "syncPolicy": policy or {}, **(spec or {})},
        "status": found,
    }


def listed(kind: str = "Deployment", name: str = "web", status: str = "OutOfSync", **more: Any) -> Raw:
    return {"group": "apps", "version": "v1", "kind": kind, "namespace": "shop", "name": name, "status": status, **more}


HEALS = {"automated": {"selfHeal": True, "prune": True}}


def ready(status: str = "True", reason: str = "ReconciliationSucceeded", message: str = "", generation: int = 3) -> Raw:
    found = {"type": "Ready", "status": status, "reason": reason, "message": message, "observedGeneration": generation}
    return {**found, "lastTransitionTime": ago("1m")}


def kustomization(
    *conditions: Raw,
    reconciled: str | None = "3m",
    spec: Raw | None = None,
    entries: tuple[Raw, ...] = (),
    name: str = "apps",
    **status: Any,
) -> Raw:
    history = [{"lastReconciled": ago(reconciled), "firstReconciled": ago("9d")}] if reconciled else []
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": _metadata(name, "flux-system", *entries),
        "spec": {"interval": "10m", "prune": True, **(spec or {})},
        "status": {"conditions": list(conditions or (ready(),)), "history": history, **status},
    }


def helm_release(
    *conditions: Raw, mode: str | None = "enabled", spec: Raw | None = None, name: str = "web", **status: Any
) -> Raw:
    found: Raw = {"interval": "10m", **(spec or {})}
    if mode is not None:
        found["driftDetection"] = {"mode": mode, **found.get("driftDetection", {})}
    return {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": _metadata(name, "shop"),
        "spec": found,
        "status": {"conditions": list(conditions or (ready(),)), **status},
    }
