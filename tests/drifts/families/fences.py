"""Holes in the fence that somebody made: switches and marks that keep drift in place, each with the hand behind it."""

from __future__ import annotations

from k8sview.model.drift import ActorClass
from tests.drifts.case import Case, Drifted
from tests.drifts.deliver import flux
from tests.drifts.families.flux import band
from tests.drifts.families.gitops import HEALING, application, delivered, flux_says, hole, kustomization, release, says
from tests.drifts.families.scaling import keda
from tests.drifts.shapes import IMAGE, NEW, WEB, app, deployment
from tests.drifts.writes import merged, patched, put

CASES: tuple[Case, ...] = (
    Drifted(
        name="flux-suspended",
        what="flux suspend: nothing from the source arrives",
        long_ago=(delivered(kustomization("flux-suspended")),),
        recently=(merged("flux", kustomization("flux-suspended"), {"spec": {"suspend": True}}),),
        now=(flux_says(kustomization("flux-suspended"), reconciled=40),),
        expected=(hole("Kustomization/flux-suspended", "spec.suspend", after="true"),),
    ),
    Drifted(
        name="flux-suspended-by-hand",
        what="kubectl patch suspends a HelmRelease",
        long_ago=(delivered(release("flux-suspended-by-hand", driftDetection={"mode": "enabled"})),),
        recently=(merged("kubectl-patch", release("flux-suspended-by-hand"), {"spec": {"suspend": True}}),),
        now=(flux_says(release("flux-suspended-by-hand")),),
        expected=(
            hole(
                "HelmRelease/flux-suspended-by-hand",
                "spec.suspend",
                after="true",
                manager="kubectl-patch",
                actor=ActorClass.HUMAN,
            ),
        ),
    ),
    Drifted(
        name="flux-object-disabled",
        what="kubectl annotate tells Flux to leave a Deployment alone, and then its image is set",
        long_ago=(flux(deployment()),),
        recently=(
            merged(
                "kubectl-annotate",
                WEB,
                {"metadata": {"annotations": {"kustomize.toolkit.fluxcd.io/reconcile": "disabled"}}},
                note="fence",
            ),
            patched("kubectl-set", WEB, app(image=NEW)),
        ),
        expected=(
            hole(
                "Deployment/web",
                "metadata.annotations[kustomize.toolkit.fluxcd.io/reconcile]",
                after="disabled",
                manager="kubectl-annotate",
                written="fence",
            ),
            band("Deployment/web", IMAGE, "kubectl-set"),
        ),
    ),
    Drifted(
        name="deployment-paused",
        what="kubectl rollout pause: a changed template makes no new pods",
        long_ago=(flux(deployment()),),
        recently=(patched("kubectl-rollout", WEB, {"spec": {"paused": True}}),),
        expected=(hole("Deployment/web", "spec.paused", after="true", manager="kubectl-rollout"),),
    ),
    Drifted(
        name="argo-sync-off",
        what="somebody switches auto-sync off in Argo CD's console",
        long_ago=(delivered(application("argo-sync-off", HEALING)),),
        recently=(
            put(
                "argocd-server",
                application("argo-sync-off"),
                lambda body: body["spec"]["syncPolicy"]["automated"].update(enabled=False),
            ),
        ),
        now=(says("argo-sync-off", "Synced"),),
        expected=(
            hole(
                "Application/argo-sync-off",
                "spec.syncPolicy.automated.enabled",
                after="false",
                manager="argocd-server",
                actor=ActorClass.UI,
            ),
        ),
    ),
    Drifted(
        name="argo-ignoring",
        what="Git itself tells Argo CD to ignore all that the controller manager writes to Deployments",
        long_ago=(
            delivered(
                application(
                    "argo-ignoring",
                    HEALING,
                    ignoreDifferences=[{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}],
                )
            ),
        ),
        now=(says("argo-ignoring", "Synced"),),
        expected=(
            hole("Application/argo-ignoring", "spec.ignoreDifferences[0]", after="/spec/replicas", written="delivered"),
        ),
    ),
    Drifted(
        name="argo-skipped",
        what="kubectl annotate makes Argo CD skip an Application",
        long_ago=(delivered(application("argo-skipped", HEALING)),),
        recently=(
            merged(
                "kubectl-annotate",
                application("argo-skipped"),
                {"metadata": {"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}},
            ),
        ),
        now=(says("argo-skipped", "Synced"),),
        expected=(
            hole(
                "Application/argo-skipped",
                "metadata.annotations[argocd.argoproj.io/skip-reconcile]",
                after="true",
                manager="kubectl-annotate",
            ),
        ),
    ),
    Drifted(
        name="keda-paused",
        what="somebody pauses a ScaledObject of Git's",
        long_ago=(flux(deployment(replicas=2), keda(1, 5)),),
        recently=(
            merged(
                "kubectl-annotate", keda(1, 5), {"metadata": {"annotations": {"autoscaling.keda.sh/paused": "true"}}}
            ),
        ),
        expected=(
            hole(
                "ScaledObject/web",
                "metadata.annotations[autoscaling.keda.sh/paused]",
                after="true",
                manager="kubectl-annotate",
            ),
        ),
    ),
)
