"""Objects that should be there and are not, that nobody delivers, or that their deliverer forgot; manifests in hand."""

from __future__ import annotations

from typing import Any

from k8sview.model.drift import ActorClass, DriftKind
from k8sview.model.status import Confidence
from tests.drifts.case import Case, Dated, Drifted, Expected
from tests.drifts.deliver import argo, flux, posted
from tests.drifts.shapes import (
    IMAGE,
    NEW,
    OLD,
    SETTINGS,
    WEB,
    app,
    binding,
    config,
    deployment,
    named,
    pod,
    role,
    service,
)
from tests.drifts.writes import deleted, merged, patched


def unmanaged(of: str, manager: str, actor: ActorClass = ActorClass.HUMAN, **more: Any) -> Expected:
    return Expected(
        kind=DriftKind.UNMANAGED,
        of=of,
        change="addition",
        manager=manager,
        actor=actor,
        written="delivered",
        sure=(Confidence.OBSERVED, Confidence.INFERRED),
        **more,
    )


def _orphan(of: str, path: str, **more: Any) -> Expected:
    return Expected(
        kind=DriftKind.ORPHAN,
        of=of,
        path=path,
        change=None,
        dated=Dated.UNTOLD,
        sure=(Confidence.OBSERVED, Confidence.INFERRED),
        **more,
    )


_MARK = "metadata.labels[kustomize.toolkit.fluxcd.io/name]"
_TRACKED = "metadata.annotations[argocd.argoproj.io/tracking-id]"

CASES: tuple[Case, ...] = (
    Drifted(
        name="flux-object-deleted",
        what="an object of Flux' inventory is deleted by hand, and its Kustomization reconciles once an hour",
        long_ago=(flux(config(), service(), of="hourly"),),
        recently=(deleted(SETTINGS),),
        expected=(
            Expected(
                kind=DriftKind.MISSING,
                of="ConfigMap/settings",
                change="removal",
                dated=Dated.UNTOLD,
                sure=(Confidence.CERTAIN, Confidence.OBSERVED),
                says="hourly",
            ),
        ),
    ),
    Drifted(
        name="flux-orphan",
        what="an object carries the mark of a Kustomization that no longer lists it",
        long_ago=(flux(config(), listed=False),),
        expected=(_orphan("ConfigMap/settings", _MARK, says="does not list it"),),
    ),
    Drifted(
        name="flux-orphan-of-nobody",
        what="an object carries the mark of a Kustomization that is gone",
        long_ago=(flux(config(), listed=False, of="removed-last-year"),),
        expected=(_orphan("ConfigMap/settings", _MARK, says="does not exist"),),
    ),
    Drifted(
        name="argo-orphan",
        what="an object carries the tracking id of an Application that no longer lists it",
        long_ago=(argo(service(), server_side=True, listed=False),),
        expected=(_orphan("Service/web", _TRACKED, says="does not list it"),),
    ),
    Drifted(
        name="made-by-kubectl",
        what="kubectl create makes a ConfigMap in a cluster that is delivered",
        recently=(posted("kubectl-create", config()),),
        expected=(unmanaged("ConfigMap/settings", "kubectl-create"),),
    ),
    Drifted(
        name="made-by-kubectl-run",
        what="somebody left a pod behind that kubectl run made",
        recently=(posted("kubectl-run", pod("shell")),),
        expected=(unmanaged("Pod/shell", "kubectl-run"),),
    ),
    Drifted(
        name="made-by-script",
        what="a script made a Deployment",
        recently=(posted("python-requests", deployment()),),
        expected=(unmanaged("Deployment/web", "python-requests", ActorClass.SCRIPT),),
    ),
    Drifted(
        name="made-admin",
        what="kubectl create clusterrolebinding gives somebody the cluster",
        recently=(
            posted(
                "kubectl-create",
                binding("made-admin", "cluster-admin", "eve", kind="ClusterRoleBinding", of="ClusterRole"),
            ),
        ),
        expected=(unmanaged("ClusterRoleBinding/made-admin", "kubectl-create", security=True),),
    ),
    Drifted(
        name="made-and-edited",
        what="a person's own object, edited by people since: unmanaged, and nobody's edit is out of band",
        long_ago=(posted("kubectl-create", role()),),
        recently=(merged("k9s", named(role()), {"metadata": {"labels": {"team": "a"}}}),),
        expected=(unmanaged("Role/reader", "kubectl-create"),),
    ),
    Drifted(
        name="manifest-image",
        what="the manifest in hand states another image than what runs",
        long_ago=(flux(deployment()),),
        recently=(patched("kubectl-set", WEB, app(image=NEW)),),
        manifests=(deployment(),),
        expected=(
            Expected(
                kind=DriftKind.OUT_OF_BAND,
                of="Deployment/web",
                path=IMAGE,
                before=OLD,
                after=NEW,
                manager="kubectl-set",
            ),
        ),
    ),
    Drifted(
        name="manifest-unapplied",
        what="the manifest in hand was changed and not applied: no hand is to blame",
        long_ago=(flux(config(level="info")),),
        manifests=(config(level="debug"),),
        expected=(
            Expected(
                kind=DriftKind.MANIFEST,
                of="ConfigMap/settings",
                path="data.level",
                before="debug",
                after="info",
                dated=Dated.UNTOLD,
            ),
        ),
    ),
    Drifted(
        name="manifest-missing",
        what="the manifest in hand states an object that is not there",
        manifests=(config("absent"),),
        expected=(Expected(kind=DriftKind.MISSING, of="ConfigMap/absent", change="removal", written=""),),
    ),
    Drifted(
        name="manifest-opened",
        what="what runs has more rights than the manifest in hand states",
        long_ago=(flux(role()),),
        manifests=(role("reader", {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}),),
        expected=(
            Expected(
                kind=DriftKind.MANIFEST,
                of="Role/reader",
                path="rules",
                change=("override", "addition"),
                security=True,
                dated=Dated.UNTOLD,
            ),
        ),
    ),
)
