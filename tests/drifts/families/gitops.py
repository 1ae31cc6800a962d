"""What Argo CD and Flux say as their controllers write it: drifted, looping, stale, failed."""

from __future__ import annotations

from typing import Any

from k8sview.model.drift import DriftKind
from k8sview.model.status import Confidence
from tests.drifts.case import Case, Dated, Drifted, Expected, Step
from tests.drifts.deliver import argo
from tests.drifts.families.flux import band
from tests.drifts.place import Place
from tests.drifts.shapes import IMAGE, NEW, WEB, app, config, deployment, made
from tests.drifts.writes import applied, patched

Raw = dict[str, Any]
HEALING = {"automated": {"prune": True, "selfHeal": True}}
_SURE = (Confidence.CERTAIN, Confidence.OBSERVED)
_ARGO = "argocd-application-controller"


def application(name: str, policy: Raw | None = None, **spec: Any) -> Raw:
    """``policy``: of syncing."""
    destination = {"server": "https://kubernetes.default.svc", "namespace": name}
    source = {"repoURL": "https://git.example.org/shop", "path": name, "targetRevision": "main"}
    whole = {"project": "default", "destination": destination, "source": source, "syncPolicy": policy or {}, **spec}
    return made("argoproj.io/v1alpha1", "Application", name, spec=whole)


def app_status(at: Place, sync: str, *listed: Raw, compared: float = 0.2, synced: float = 2880, **more: Any) -> Raw:
    """As argocd-application-controller writes it; times in minutes before the judgement."""
    operation = {
        "phase": "Succeeded",
        "startedAt": at.world.before(synced + 0.1),
        "finishedAt": at.world.before(synced),
        "operation": {"sync": {"revision": "4f2c"}, "initiatedBy": {"automated": True}},
        "syncResult": {"revision": "4f2c", "source": {"repoURL": "https://git.example.org/shop"}},
        **more.pop("operation", {}),
    }
    return {
        "sync": {"status": sync, "revision": more.pop("revision", "4f2c")},
        "health": {"status": "Healthy"},
        "reconciledAt": at.world.before(compared),
        "sourceType": "Kustomize",
        "resources": list(listed),
        "operationState": operation,
        **more,
    }


def says(name: str, sync: str, *listed: Raw, **more: Any) -> Step:
    """The controller's word on an Application, as fresh as its rhythm asks."""

    async def step(at: Place) -> None:
        target = application(name)
        own = [{**one, "namespace": at.name} for one in listed]
        await at.status(_ARGO, target, app_status(at, sync, *own, **more))

    return step


def listed(kind: str, name: str, status: str = "Synced", group: str = "", **more: Any) -> Raw:
    return {"group": group, "version": "v1", "kind": kind, "name": name, "status": status, **more}


def kustomization(name: str, **spec: Any) -> Raw:
    source = {"kind": "GitRepository", "name": "fleet"}
    whole = {"interval": "10m", "path": f"./{name}", "prune": True, "sourceRef": source, **spec}
    return made("kustomize.toolkit.fluxcd.io/v1", "Kustomization", name, spec=whole)


def release(name: str, **spec: Any) -> Raw:
    """A HelmRelease."""
    source = {"spec": {"chart": "web", "version": "1.2.3", "sourceRef": {"kind": "HelmRepository", "name": "charts"}}}
    return made("helm.toolkit.fluxcd.io/v2", "HelmRelease", name, spec={"interval": "10m", "chart": source, **spec})


def flux_says(target: Raw, *conditions: Raw, reconciled: float = 2, **more: Any) -> Step:
    """A Flux controller's word: Ready with the generation it saw, unless the conditions say otherwise."""

    async def step(at: Place) -> None:
        found = await at.get(target)
        generation = more.pop("seen", found["metadata"]["generation"])
        known = {
            "type": "Ready",
            "status": "True",
            "reason": "ReconciliationSucceeded",
            "message": "Applied revision: main@sha1:4f2c",
        }
        told = [
            {**known, **one, "observedGeneration": generation, "lastTransitionTime": at.world.before(reconciled)}
            for one in conditions or ({},)
        ]
        kept = {"conditions": told, "observedGeneration": generation, "lastAppliedRevision": "main@sha1:4f2c"}
        if target["kind"] == "Kustomization":
            history = {"lastReconciled": at.world.before(reconciled), "firstReconciled": at.world.before(9000)}
            kept["history"] = [
                {
                    "digest": "sha256:0",
                    "totalReconciliations": 9,
                    "lastReconciledStatus": "ReconciliationSucceeded",
                    "lastReconciledDuration": "1s",
                    **history,
                }
            ]
        manager = "kustomize-controller" if target["kind"] == "Kustomization" else "helm-controller"
        await at.status(manager, target, {**kept, **more})

    return step


def _gitops(of: str, path: str = "", **more: Any) -> Expected:
    known: dict[str, Any] = {"change": None, "written": "", "sure": _SURE, **more}
    return Expected(kind=DriftKind.GITOPS, of=of, path=path, **known)


def hole(of: str, path: str, **more: Any) -> Expected:
    """A hole in the fence that somebody made."""
    known: dict[str, Any] = {"change": (None, "addition", "override"), "dated": Dated.BOUNDED, **more}
    return Expected(kind=DriftKind.SUSPENDED, of=of, path=path, **known)


def delivered(raw: Raw) -> Step:
    """What stands in Git about a tool's own object."""
    return applied("kustomize-controller", raw, "delivered")


CASES: tuple[Case, ...] = (
    Drifted(
        name="argo-out-of-sync",
        what="an image set by hand; Argo CD sees it and does nothing, for auto-sync is off",
        long_ago=(
            delivered(application("argo-out-of-sync")),
            argo(deployment(), of="argo-out-of-sync", server_side=True, listed=False),
        ),
        recently=(patched("kubectl-set", WEB, app(image=NEW)),),
        now=(says("argo-out-of-sync", "OutOfSync", listed("Deployment", "web", "OutOfSync", "apps")),),
        expected=(
            band("Deployment/web", IMAGE, "kubectl-set"),
            _gitops("Deployment/web", says="auto-sync is off"),
        ),
    ),
    Drifted(
        name="argo-object-missing",
        what="Argo CD misses a Service that somebody deleted",
        long_ago=(delivered(application("argo-object-missing")),),
        now=(
            says(
                "argo-object-missing", "OutOfSync", listed("Service", "web", "OutOfSync", health={"status": "Missing"})
            ),
        ),
        expected=(_gitops("Service/web", change="removal", says="does not exist"),),
    ),
    Drifted(
        name="argo-not-pruned",
        what="an object left the source, and pruning is off",
        long_ago=(
            delivered(application("argo-not-pruned", {"automated": {"prune": False, "selfHeal": True}})),
            argo(config(), of="argo-not-pruned", server_side=True, listed=False),
        ),
        now=(says("argo-not-pruned", "OutOfSync", listed("ConfigMap", "settings", "OutOfSync", requiresPruning=True)),),
        expected=(_gitops("ConfigMap/settings", change="addition", says="prun"),),
    ),
    Drifted(
        name="argo-loop",
        what="Argo CD heals with success again and again: something writes the difference anew",
        long_ago=(
            delivered(application("argo-loop", HEALING)),
            argo(deployment(), of="argo-loop", server_side=True, listed=False),
        ),
        now=(
            says(
                "argo-loop",
                "OutOfSync",
                listed("Deployment", "web", "OutOfSync", "apps"),
                synced=1,
                operation={
                    "operation": {
                        "sync": {"revision": "4f2c", "autoHealAttemptsCount": 7},
                        "initiatedBy": {"automated": True},
                    }
                },
            ),
        ),
        expected=(
            _gitops("Application/argo-loop", "status.sync.status", before="Synced", after="OutOfSync", says="loop"),
            _gitops("Deployment/web", says="loop"),
        ),
    ),
    Drifted(
        name="argo-blind",
        what="Argo CD cannot compare: drift of all it deploys is invisible",
        long_ago=(delivered(application("argo-blind", HEALING)),),
        now=(
            says(
                "argo-blind",
                "Unknown",
                conditions=[
                    {
                        "type": "ComparisonError",
                        "message": "failed to generate manifest",
                        "lastTransitionTime": "2026-01-01T00:00:00Z",
                    }
                ],
            ),
        ),
        expected=(
            _gitops("Application/argo-blind", "status.sync.status", after="Unknown", says="ComparisonError|manifest"),
        ),
    ),
    Drifted(
        name="argo-stale",
        what="the verdict on one Application is three hours old, those on all others are fresh",
        long_ago=(delivered(application("argo-stale", HEALING)),),
        now=(says("argo-stale", "Synced", compared=180),),
        expected=(_gitops("Application/argo-stale", "status.reconciledAt", says="3h"),),
    ),
    Drifted(
        name="flux-stale",
        what="Flux reconciled a Kustomization two hours ago, and every ten minutes is asked for",
        long_ago=(delivered(kustomization("flux-stale")),),
        now=(flux_says(kustomization("flux-stale"), reconciled=120),),
        expected=(_gitops("Kustomization/flux-stale", "status.history[0].lastReconciled", says="120m"),),
    ),
    Drifted(
        name="flux-behind",
        what="the source's object changed half an hour ago, and its controller still speaks of what was before",
        long_ago=(delivered(kustomization("flux-behind")),),
        recently=(applied("kustomize-controller", kustomization("flux-behind", path="./other")),),
        now=(flux_says(kustomization("flux-behind"), seen=1),),
        expected=(
            _gitops(
                "Kustomization/flux-behind",
                "status.conditions[type=Ready].observedGeneration",
                before="2",
                after="1",
                written="drift",
            ),
        ),
    ),
    Drifted(
        name="flux-not-applied",
        what="Flux could not apply the newest revision: an older one runs",
        long_ago=(delivered(kustomization("flux-not-applied")),),
        now=(
            flux_says(
                kustomization("flux-not-applied"),
                {"status": "False", "reason": "ReconciliationFailed", "message": "Deployment/web dry-run failed"},
                lastAttemptedRevision="main@sha1:9999",
            ),
        ),
        expected=(
            _gitops(
                "Kustomization/flux-not-applied",
                "status.lastAppliedRevision",
                before="main@sha1:9999",
                after="main@sha1:4f2c",
            ),
        ),
    ),
    Drifted(
        name="flux-release-drifted",
        what="helm-controller sees drift and was told only to warn",
        long_ago=(delivered(release("flux-release-drifted", driftDetection={"mode": "warn"})),),
        now=(
            flux_says(
                release("flux-release-drifted"),
                {"reason": "UpgradeSucceeded", "message": "Helm upgrade succeeded"},
                {"type": "Drifted", "status": "True", "reason": "DriftDetected", "message": "Deployment/web changed"},
            ),
        ),
        expected=(
            _gitops(
                "HelmRelease/flux-release-drifted", "status.conditions[type=Drifted].status", after="True", says="warn"
            ),
            hole("HelmRelease/flux-release-drifted", "spec.driftDetection.mode", after="warn", written="delivered"),
        ),
    ),
    Drifted(
        name="flux-release-remediated",
        what="an upgrade failed and was rolled back: an older version runs",
        long_ago=(delivered(release("flux-release-remediated", driftDetection={"mode": "enabled"})),),
        now=(
            flux_says(
                release("flux-release-remediated"),
                {"status": "False", "reason": "UpgradeFailed", "message": "Helm upgrade failed: timed out"},
                {
                    "type": "Remediated",
                    "status": "True",
                    "reason": "RollbackSucceeded",
                    "message": "Helm rollback succeeded",
                },
                lastAttemptedRevision="1.3.0",
            ),
        ),
        expected=(
            _gitops(
                "HelmRelease/flux-release-remediated", "status.conditions[type=Remediated].status", says="older version"
            ),
        ),
    ),
)
