"""The same hands over what other tools deliver: Argo CD, Terraform, Pulumi, kapp, Fleet, and plain kubectl apply."""

from __future__ import annotations

from k8sview.model.drift import DriftKind
from k8sview.model.status import Confidence
from tests.drifts.case import Case, Dated, Drifted, Expected
from tests.drifts.deliver import argo, kubectl_apply, kubectl_apply_again, posted
from tests.drifts.families.flux import ADDITION, OVERRIDE, SCRIPT, UI, band
from tests.drifts.shapes import (
    DB,
    IMAGE,
    NEW,
    OLD,
    SETTINGS,
    WEB,
    app,
    binding,
    box,
    config,
    deployment,
    ingress,
    made,
    named,
    secret,
    service,
    stateful,
)
from tests.drifts.writes import CONTAINER, agent, at_path, merged, patched, put


def piped(of: str) -> Expected:
    """What ``kubectl apply`` made is unmanaged by whatever delivers the cluster, as far as anybody can tell."""
    return Expected(
        kind=DriftKind.UNMANAGED,
        of=of,
        change="addition",
        manager="kubectl-client-side-apply",
        written="delivered",
        sure=(Confidence.INFERRED,),
    )


CASES: tuple[Case, ...] = (
    Drifted(
        name="argo-image-set",
        what="kubectl set image over Argo CD, which applies client-side and keeps what it applied",
        long_ago=(argo(deployment()),),
        recently=(patched("kubectl-set", WEB, app(image=NEW)),),
        expected=(band("Deployment/web", IMAGE, "kubectl-set", before=OLD, after=NEW),),
    ),
    Drifted(
        name="argo-console",
        what="a resource edited in Argo CD's own console, under its server's name",
        long_ago=(argo(service(), server_side=True),),
        recently=(merged("argocd-server", named(service()), {"spec": {"sessionAffinity": "ClientIP"}}),),
        expected=(
            band("Service/web", "spec.sessionAffinity", "argocd-server", UI, change=("override", None, "addition")),
        ),
    ),
    Drifted(
        name="argo-key-removed",
        what="a key of a ConfigMap is removed: nobody signs that, but what was applied is known",
        long_ago=(argo(config(level="info", size="1")),),
        recently=(put("kubectl-edit", SETTINGS, at_path("data", "size", None)),),
        expected=(
            Expected(
                kind=DriftKind.LAST_APPLIED,
                of="ConfigMap/settings",
                path="data.size",
                change="removal",
                before="1",
                dated=Dated.AFTER,
            ),
        ),
    ),
    Drifted(
        name="argo-secret",
        what="a Secret that Argo CD applied is edited; even the annotation of what was applied holds its value",
        long_ago=(argo(secret("login", password="first")),),
        recently=(merged("kubectl-edit", named(secret()), {"stringData": {"password": "s3ntinel-other"}}),),
        expected=(band("Secret/login", "data.password", "kubectl-edit", change=OVERRIDE, security=True),),
    ),
    Drifted(
        name="terraform-edited",
        what="kubectl edit over what Terraform made",
        long_ago=(posted("Terraform", config(level="info", size="1")),),
        recently=(merged("kubectl-edit", SETTINGS, {"data": {"level": "debug"}}),),
        expected=(band("ConfigMap/settings", "data.level", "kubectl-edit", change=OVERRIDE),),
    ),
    Drifted(
        name="pulumi-edited",
        what="Headlamp scales memory over what Pulumi applied under its long name",
        long_ago=(posted("pulumi-kubernetes-1a2b3c4d", stateful()),),
        recently=(agent("headlamp/0.30", DB, {"spec": {"minReadySeconds": 9}}),),
        expected=(band("StatefulSet/db", "spec.minReadySeconds", "headlamp", UI, change=ADDITION),),
    ),
    Drifted(
        name="kapp-edited",
        what="a generated client writes over what kapp labelled",
        long_ago=(
            posted(
                "kapp-server-side-apply",
                {**ingress(), "metadata": {"name": "web", "labels": {"kapp.k14s.io/app": "1700000000"}}},
            ),
        ),
        recently=(agent("OpenAPI-Generator/29.0.0/python", named(ingress()), {"spec": {"ingressClassName": "other"}}),),
        expected=(band("Ingress/web", "spec.ingressClassName", "OpenAPI-Generator", SCRIPT, change=ADDITION),),
    ),
    Drifted(
        name="fleet-edited",
        what="Rancher's console edits what Fleet brought",
        long_ago=(
            posted(
                "fleetagent",
                {
                    **deployment(),
                    "metadata": {
                        "name": "web",
                        "labels": {"objectset.rio.cattle.io/hash": "0a1b"},
                        "annotations": {"objectset.rio.cattle.io/id": "default-shop"},
                    },
                },
            ),
        ),
        recently=(put("rancher", WEB, at_path(*CONTAINER, "imagePullPolicy", "Always")),),
        expected=(
            band("Deployment/web", f"{IMAGE.removesuffix('image')}imagePullPolicy", "rancher", UI, change=OVERRIDE),
        ),
    ),
    Drifted(
        name="pipeline-edited",
        what="what a deployment program made under its own name is edited by hand: who rules is inferred",
        long_ago=(posted("acme-deploy-controller", config(level="info", size="1")),),
        recently=(merged("kubectl-edit", SETTINGS, {"data": {"level": "debug"}}),),
        expected=(
            band("ConfigMap/settings", "data.level", "kubectl-edit", change=OVERRIDE, sure=(Confidence.INFERRED,)),
        ),
    ),
    Drifted(
        name="applied-image-edited",
        what="kubectl edit after kubectl apply",
        long_ago=(kubectl_apply(deployment()),),
        recently=(put("kubectl-edit", WEB, at_path(*CONTAINER, "image", NEW)),),
        expected=(band("Deployment/web", IMAGE, "kubectl-edit", before=OLD, after=NEW), piped("Deployment/web")),
    ),
    Drifted(
        name="applied-key-removed",
        what="a console removes a key that kubectl apply stated",
        long_ago=(kubectl_apply(config(level="info", size="1")),),
        recently=(put("node-fetch", SETTINGS, at_path("data", "level", None)),),
        expected=(
            Expected(
                kind=DriftKind.LAST_APPLIED,
                of="ConfigMap/settings",
                path="data.level",
                change="removal",
                before="info",
                dated=Dated.AFTER,
            ),
            piped("ConfigMap/settings"),
        ),
    ),
    Drifted(
        name="applied-container-removed",
        what="a sidecar that kubectl apply stated is taken out",
        long_ago=(kubectl_apply(deployment("web", box(), box("r/s:1", "side"))),),
        recently=(put("kubectl-edit", WEB, at_path("spec", "template", "spec", "containers", 1, None)),),
        expected=(
            Expected(
                kind=DriftKind.LAST_APPLIED,
                of="Deployment/web",
                path="spec.template.spec.containers[name=side]",
                change="removal",
                dated=Dated.AFTER,
            ),
            piped("Deployment/web"),
        ),
    ),
    Drifted(
        name="applied-binding-edited",
        what="kubectl edit adds a subject to a ClusterRoleBinding that kubectl apply made",
        long_ago=(
            kubectl_apply(
                binding("applied-binding-edited", "view", "anna", kind="ClusterRoleBinding", of="ClusterRole")
            ),
        ),
        recently=(
            put(
                "kubectl-edit",
                made("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "applied-binding-edited"),
                lambda body: body["subjects"].append(
                    {"kind": "Group", "name": "system:authenticated", "apiGroup": "rbac.authorization.k8s.io"}
                ),
            ),
        ),
        expected=(
            band(
                "ClusterRoleBinding/applied-binding-edited",
                "subjects",
                "kubectl-edit",
                change=(None, "override", "addition"),
                security=True,
            ),
            piped("ClusterRoleBinding/applied-binding-edited"),
        ),
    ),
    Drifted(
        name="applied-server-side",
        what="Mozilla edits what kubectl apply --server-side states",
        long_ago=(kubectl_apply(config(level="info", size="1"), server_side=True),),
        recently=(agent("Mozilla/5.0 (Macintosh)", SETTINGS, {"data": {"level": "debug"}}),),
        expected=(
            band("ConfigMap/settings", "data.level", "Mozilla", UI, change=OVERRIDE),
            Expected(
                kind=DriftKind.UNMANAGED,
                of="ConfigMap/settings",
                change="addition",
                manager="kubectl",
                written="delivered",
                sure=(Confidence.INFERRED,),
            ),
        ),
    ),
    Drifted(
        name="applied-twice-edited-between",
        what="kubectl apply again of another field: what was edited in between stays, and is older than the last apply",
        long_ago=(kubectl_apply(config(level="info", size="1")),),
        recently=(
            merged("kubectl-patch", SETTINGS, {"data": {"extra": "by hand"}}),
            kubectl_apply_again(config(level="info", size="2"), note="again"),
        ),
        expected=(
            band("ConfigMap/settings", "data.extra", "kubectl-patch", change="addition", after="by hand"),
            piped("ConfigMap/settings"),
        ),
    ),
)
