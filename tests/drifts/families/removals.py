"""What was stated and is gone: nobody signs a removal, and what was stated still tells of it."""

from __future__ import annotations

from typing import Any

from k8sview.model.drift import DriftKind
from tests.drifts.case import Case, Dated, Drifted, Expected
from tests.drifts.deliver import argo, flux, helm, kubectl_apply
from tests.drifts.families.flux import band
from tests.drifts.families.owners import piped
from tests.drifts.place import JSON
from tests.drifts.shapes import (
    SETTINGS,
    WEB,
    app,
    box,
    config,
    deployment,
    named,
    role,
    secret,
    service,
    widget,
)
from tests.drifts.writes import CONTAINER, at_path, deleted, merged, patched, put

Raw = dict[str, Any]
_POD = "spec.template.spec"
_BOX = f"{_POD}.containers[name=app]"
_ENV = [{"name": "LEVEL", "value": "info"}, {"name": "SIZE", "value": "1"}]
_PROBE = {"httpGet": {"path": "/healthz", "port": 8080}}


def _removed(of: str, path: str, kind: DriftKind, before: str | None = None) -> Expected:
    return Expected(kind=kind, of=of, path=path, change="removal", before=before, dated=Dated.AFTER)


CASES: tuple[Case, ...] = (
    Drifted(
        name="helm-env-removed",
        what="a variable of a Helm release's Deployment is removed",
        long_ago=(helm(deployment("web", box(env=_ENV))),),
        recently=(put("kubectl-edit", WEB, at_path(*CONTAINER, "env", 1, None)),),
        expected=(Expected(kind=DriftKind.HELM, of="Deployment/web", path=f"{_BOX}.env[name=SIZE]", change="removal"),),
    ),
    Drifted(
        name="helm-probe-removed",
        what="a probe is removed with a JSON patch",
        long_ago=(helm(deployment("web", box(livenessProbe=_PROBE))),),
        recently=(
            patched(
                "kubectl-patch", WEB, [{"op": "remove", "path": "/spec/template/spec/containers/0/livenessProbe"}], JSON
            ),
        ),
        expected=(Expected(kind=DriftKind.HELM, of="Deployment/web", path=f"{_BOX}.livenessProbe", change="removal"),),
    ),
    Drifted(
        name="applied-limit-removed",
        what="the limits that kubectl apply stated are removed",
        long_ago=(kubectl_apply(deployment("web", box(resources={"limits": {"memory": "1Gi"}}))),),
        recently=(patched("kubectl-patch", WEB, app(resources=None)),),
        expected=(
            Expected(
                kind=DriftKind.LAST_APPLIED,
                of="Deployment/web",
                path=f"{_BOX}.resources",
                change="removal",
            ),
            piped("Deployment/web"),
        ),
    ),
    Drifted(
        name="argo-label-removed",
        what="a label that Argo CD applied is removed",
        long_ago=(argo({**config(), "metadata": {"name": "settings", "labels": {"team": "a"}}}),),
        recently=(merged("kubectl-label", SETTINGS, {"metadata": {"labels": {"team": None}}}),),
        expected=(_removed("ConfigMap/settings", "metadata.labels.team", DriftKind.LAST_APPLIED, "a"),),
    ),
    Drifted(
        name="argo-rule-removed",
        what="a rule of a Role that Argo CD applied is removed",
        long_ago=(
            argo(
                role(
                    "reader",
                    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
                    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]},
                )
            ),
        ),
        recently=(put("kubectl-edit", named(role()), at_path("rules", 1, None)),),
        expected=(band("Role/reader", "rules", "kubectl-edit", security=True),),
    ),
    Drifted(
        name="helm4-widget-key-removed",
        what="a key of a custom resource of a Helm 4 release is removed",
        long_ago=(helm(widget("one", size=1, colour="red"), server_side=True),),
        recently=(merged("k9s", widget(), {"spec": {"colour": None}}),),
        expected=(_removed("Widget/one", "spec.colour", DriftKind.HELM, "red"),),
    ),
    Drifted(
        name="helm-secret-deleted",
        what="the Secret of a release is deleted: that it is gone is seen without its values",
        long_ago=(helm(config(), secret("login", password="chart")),),
        recently=(deleted(secret()),),
        expected=(
            Expected(kind=DriftKind.MISSING, of="Secret/login", change="removal", dated=Dated.UNTOLD, security=True),
        ),
    ),
    Drifted(
        name="twice-stated-deleted",
        what="an object that Flux lists and that a manifest in hand states is deleted: it is missing once",
        long_ago=(flux(config(), of="hourly"),),
        recently=(deleted(SETTINGS),),
        manifests=(config(),),
        expected=(Expected(kind=DriftKind.MISSING, of="ConfigMap/settings", change="removal", dated=Dated.AFTER),),
    ),
    Drifted(
        name="helm-deployment-deleted",
        what="the Deployment of a release is deleted with all its pods",
        long_ago=(helm(deployment(), service(), secret("login", password="chart")),),
        recently=(deleted(WEB),),
        expected=(Expected(kind=DriftKind.MISSING, of="Deployment/web", change="removal", dated=Dated.UNTOLD),),
    ),
)
