"""A named small cluster that drifted, and what following its drift found: what tests of the drift screens look at."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from k8sview.analysis.health.reads import HEALTH_READS
from k8sview.model.drift import (
    Actor,
    ActorClass,
    Coverage,
    Drift,
    DriftKind,
    DriftSummary,
    DriftTime,
    Fence,
    NotCheckable,
)
from k8sview.model.living_drift import Hole, LivingDrift, SeenChange
from k8sview.model.objects.core import Namespace, NamespaceStatus
from k8sview.model.objects.meta import ManagedFieldsEntry
from k8sview.model.resources import Ref
from k8sview.model.status import Severity
from k8sview.session.picture import Picture
from tests.tui.pictures import CREATED, NOW, ClusterBuilder, deployment, meta, node, picture, workload


def drifted_view() -> ClusterBuilder:
    """A cluster that Flux delivers: somebody edits an image and a role by hand, and one Kustomization is suspended."""
    flux = {
        "kustomize.toolkit.fluxcd.io/name": "shop",
        "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
        "app": "web",
    }
    by_hand = ManagedFieldsEntry("kubectl-edit", "Update", "2026-03-01T11:58:00Z")
    by_flux = ManagedFieldsEntry("kustomize-controller", "Apply", CREATED)
    web = deployment(workload("web"), 1)
    web = replace(web, metadata=replace(web.metadata, labels=flux, managed_fields=(by_flux, by_hand)))
    return (
        ClusterBuilder()
        .tables(*HEALTH_READS)
        .table("namespaces", [Namespace(meta("shop", None), status=NamespaceStatus("Active"))])
        .table("nodes", [node("n1")])
        .table("deployments.apps", [web])
        .table("replicasets.apps", [workload("web")])
    )


_IMAGE = "spec.template.spec.containers[name=app].image"
_WEB = Ref("apps/v1", "Deployment", "shop", "web")
_SHOP = Ref("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "flux-system", "shop")


def living_drift(now: datetime = NOW) -> LivingDrift:
    """What was found there: an image by hand two minutes ago, a wider role, a bucket that nothing manages, a hole."""
    human = Actor(ActorClass.HUMAN, "kubectl-edit", "Update")
    seen = SeenChange(
        at=now - timedelta(minutes=2),
        resource="deployments.apps",
        object=_WEB,
        change="override",
        path=_IMAGE,
        before="registry/app:1",
        after="registry/app:2-debug",
        actor=human,
    )
    image = Drift(
        kind=DriftKind.OUT_OF_BAND,
        object=_WEB,
        path=_IMAGE,
        change="override",
        before=seen.before,
        after=seen.after,
        actor=human,
        time=DriftTime(at=seen.at, basis="watch"),
        why_not_reverted="Kustomization flux-system/shop is suspended",
        message=f"kubectl edit changed {_IMAGE}; Flux manages the object",
        next="look in the audit log for the user: update or patch of deployments web in shop at 2026-03-01T11:58:00Z",
        evidence=(f"{_IMAGE} = registry/app:2-debug",),
    )
    role = Drift(
        kind=DriftKind.OUT_OF_BAND,
        object=Ref("rbac.authorization.k8s.io/v1", "Role", "shop", "deployer"),
        path="rules[1]",
        change="addition",
        after='{"apiGroups":[""],"resources":["secrets"],"verbs":["*"]}',
        actor=Actor(ActorClass.UI, "node-fetch", "Update"),
        time=DriftTime(at=now - timedelta(hours=3), not_before=now - timedelta(hours=5), basis="managedFields"),
        security=True,
        severity=Severity.HIGH,
        message="a desktop console (Lens or its kin) added rules[1]; Flux manages the object",
        next="look in the audit log for the user: update or patch of roles deployer in shop",
    )
    loose = Drift(
        kind=DriftKind.UNMANAGED,
        object=Ref("v1", "ConfigMap", "shop", "tmp"),
        change="addition",
        actor=Actor(ActorClass.HUMAN, "kubectl-create", "Update"),
        time=DriftTime(at=now - timedelta(days=9), basis="managedFields"),
        severity=Severity.LOW,
        message="made by kubectl create; nothing that delivers this cluster knows it",
    )
    fence = Fence(
        object=_SHOP,
        path="spec.suspend",
        value="true",
        message="it is suspended: nothing from its source arrives",
        covers="everything it applies",
        time=DriftTime(at=now - timedelta(days=2), basis="managedFields"),
        severity=Severity.MEDIUM,
    )
    release = Ref("helm.toolkit.fluxcd.io/v2", "HelmRelease", "flux-system", "redis")
    unset = Fence(
        object=release,
        path="spec.driftDetection.mode",
        value="not set",
        message="drift detection is not configured: changes made in the cluster stay",
        covers="everything it applies",
        by_default=True,
        severity=Severity.INFO,
    )
    routine = SeenChange(
        at=now - timedelta(minutes=1),
        resource="configmaps",
        object=Ref("v1", "ConfigMap", "shop", "leader"),
        change="override",
        path="data",
        actor=Actor(ActorClass.CONTROLLER, "kube-controller-manager", "Update"),
        routine=True,
    )
    return LivingDrift(
        taken_at=now,
        drifts=(role, image, loose),
        not_checkable=(NotCheckable(DriftKind.OUT_OF_BAND, "4 of secrets: their values are never read"),),
        closed=(NotCheckable(DriftKind.MANIFEST, "needs manifests: k8sview drift -f DIR, FILE or -"),),
        holes=(Hole(fence, 12, 1), Hole(unset, 7, 0)),
        coverage=Coverage(20, 18, 1),
        summary=DriftSummary(2, 2, 1, 90.0, 0),
        seen=(routine, seen),
        watched_since=now - timedelta(minutes=10),
    )


def drifted() -> Picture:
    """That cluster, judged, with its drift."""
    return replace(picture(drifted_view().view()), drift=living_drift())
