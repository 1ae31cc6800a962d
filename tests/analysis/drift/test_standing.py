"""Why a change is still there: what the tool behind the object does about it, and what keeps it from that."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.standing import deliverers as deliverers_of
from k8sview.analysis.drift.standing import explained
from k8sview.model.drift import Actor, ActorClass, Drift, DriftKind, DriftTime
from k8sview.model.resources import Ref
from tests.analysis.clusters import NOON, view_of
from tests.analysis.drift.kinds.gitops_objects import HEALS, application, helm_release, kustomization, ready
from tests.analysis.drift.shapes import Raw, deployment, entry, workload

APPLICATIONS, KUSTOMIZATIONS = "applications.argoproj.io", "kustomizations.kustomize.toolkit.fluxcd.io"
ARGO = {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web"}}
FLUX = {"labels": {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}}
RELEASE = {"labels": {"helm.toolkit.fluxcd.io/name": "web", "helm.toolkit.fluxcd.io/namespace": "shop"}}
HELM = {"annotations": {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}}
EDIT = Actor(ActorClass.HUMAN, "kubectl-edit", "Update")


def web(marks: Raw, *entries: Raw) -> Raw:
    found = deployment(*(entries or (entry("argocd-controller", "9d"),)), age="30d")
    found["metadata"] |= marks
    return found


def why(
    *raws: Raw,
    path: str = "spec.replicas",
    change: str | None = "override",
    denied: tuple[str, ...] = (),
    actor: Actor = EDIT,
) -> str:
    drift = Drift(
        kind=DriftKind.OUT_OF_BAND,
        object=Ref("apps/v1", "Deployment", "shop", "web"),
        path=path,
        change=change,
        actor=actor,
        time=DriftTime(at=NOON, basis="managedFields"),
    )
    (found,) = explained(view_of(*raws, denied=denied), (drift,))
    return found.why_not_reverted


def ignoring(**what: Any) -> Raw:
    return {"ignoreDifferences": [{"group": "apps", "kind": "Deployment", **what}]}


@pytest.mark.parametrize(
    ("app", "told"),
    [
        (application(), "Application shop: auto-sync is off: it is synced by hand"),
        (application(policy={"automated": {"enabled": False}}), "auto-sync is switched off"),
        (application(policy={"automated": {}}), "self-heal is off"),
        (application(policy=HEALS, spec=ignoring(jsonPointers=["/spec/replicas"])), "(spec.ignoreDifferences[0])"),
        (application(policy=HEALS, spec=ignoring(jqPathExpressions=[".spec.replicas"])), "ignores differences there"),
        (application(policy=HEALS, spec=ignoring(managedFieldsManagers=["kubectl-edit"])), "ignores differences"),
        (application(policy=HEALS, spec=ignoring(jsonPointers=["/spec/paused"])), "Argo CD has not looked since"),
        (application(policy=HEALS, spec=ignoring(name="other", jsonPointers=["/spec"])), "has not looked since"),
        (application(policy=HEALS, spec=ignoring(jqPathExpressions=['.spec | select(.x=="y")'])), "not looked since"),
        (application(policy=HEALS), "self-heal of Application shop is on: Argo CD has not looked since"),
        (application(policy=HEALS, operation={"phase": "Failed", "message": "x"}), "the last sync failed: x"),
        (application(name="other"), "its Application shop does not exist"),
    ],
)
def test_argo_cd_reverts_only_where_it_is_told_to(app: Raw, told: str) -> None:
    assert told in why(app, web(ARGO))


def test_an_addition_stays_whatever_heals() -> None:
    assert "puts back only what it states" in why(application(policy=HEALS), web(ARGO), change="addition")


def test_an_application_outside_argo_cds_namespace_is_known_by_both_names() -> None:
    marks = {"annotations": {"argocd.argoproj.io/tracking-id": "argocd_shop:apps/Deployment:shop/web"}}
    assert "Application argocd_shop: auto-sync is off" in why(application(), web(marks))


def test_a_controller_that_does_not_run_reverts_nothing() -> None:
    stopped = workload("StatefulSet", "argocd-application-controller")
    assert why(application(policy=HEALS), web(ARGO), stopped) == "argocd-application-controller does not run"
    running = {**stopped, "status": {"readyReplicas": 1}}
    assert "has not looked since" in why(application(policy=HEALS), web(ARGO), running)


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (kustomization(spec={"suspend": True}), "the Kustomization flux-system/apps is suspended"),
        (kustomization(ready("False", "BuildFailed", "no such file")), "fails: no such file"),
        (kustomization(), "Flux puts it back when it reconciles the Kustomization flux-system/apps next, every 10m"),
        (kustomization(name="other"), "does not exist: nothing puts it back"),
    ],
)
def test_flux_reverts_with_its_next_reconciliation(resource: Raw, told: str) -> None:
    assert told in why(resource, web(FLUX, entry("kustomize-controller", "9d")))


@pytest.mark.parametrize(
    ("release", "told"),
    [
        (helm_release(mode=None), "drift detection is off"),
        (helm_release(mode="warn"), "drift is seen and not corrected"),
        (helm_release(), "Flux puts it back when it reconciles the HelmRelease"),
        (
            helm_release(spec={"driftDetection": {"mode": "enabled", "ignore": [{"paths": ["/spec/replicas"]}]}}),
            "it ignores differences there (spec.driftDetection.ignore[0])",
        ),
    ],
)
def test_a_helm_release_corrects_only_where_detection_is_on(release: Raw, told: str) -> None:
    release["metadata"]["namespace"] = "shop"
    assert told in why(release, web(RELEASE, entry("helm-controller", "9d")))


def test_a_switch_on_the_object_itself_speaks_first() -> None:
    marks = {**FLUX, "annotations": {"kustomize.toolkit.fluxcd.io/reconcile": "disabled"}}
    assert why(kustomization(), web(marks)) == "Flux does not reconcile it"
    pruned = {**FLUX, "annotations": {"kustomize.toolkit.fluxcd.io/prune": "disabled"}}
    assert "puts it back" in why(kustomization(), web(pruned)), "that keeps nothing but the object"


@pytest.mark.parametrize(
    ("marks", "entries", "told"),
    [
        (HELM, (entry("helm", "9d"),), "Helm compares with the cluster only while it upgrades"),
        ({}, (entry("kubectl-client-side-apply", "9d"),), "it stays until somebody applies again"),
        ({}, (entry("terraform", "9d", operation="Apply"),), "Terraform compares only when somebody plans"),
        ({"labels": {"olm.owner": "x"}}, (entry("olm", "9d"),), "nothing here tells whether Operator Lifecycle"),
        ({}, (entry("kubectl-create", "9d"),), ""),
    ],
)
def test_tools_that_look_only_when_somebody_runs_them(marks: Raw, entries: tuple[Raw, ...], told: str) -> None:
    found = why(web(marks, *entries))
    assert told in found
    assert bool(found) is bool(told)


def test_what_may_not_be_read_is_said() -> None:
    assert why(web(ARGO), application(), denied=(APPLICATIONS,)) == (
        f"whether Argo CD puts it back could not be read ({APPLICATIONS})"
    )
    assert "could not be read" in why(web(FLUX), kustomization(), denied=(KUSTOMIZATIONS,))


def test_a_status_is_its_controllers_to_write() -> None:
    assert "writes the status anew" in why(web(ARGO), path="status.readyReplicas")


BACK = "Flux puts it back when it reconciles the Kustomization flux-system/apps next, every 10m"
CURL = Actor(ActorClass.UNKNOWN, "curl", "Update")
SCALED = Actor(ActorClass.HUMAN, "kubectl", "Update", "scale")


@pytest.mark.parametrize(
    ("actor", "change", "told"),
    [
        (EDIT, "addition", BACK),
        (EDIT, None, BACK),
        (Actor(ActorClass.UNKNOWN, "before-first-apply", "Update"), "addition", BACK),
        (CURL, "override", BACK),
        (CURL, "removal", BACK),
        (CURL, "addition", "Flux leaves what other managers add: it puts back only what its source states"),
        (CURL, None, f"if its source states it, {BACK}; else it stays"),
        (SCALED, None, f"if its source states it, {BACK}; else it stays"),
    ],
)
def test_flux_folds_in_what_kubectl_wrote_and_leaves_what_others_add(
    actor: Actor, change: str | None, told: str
) -> None:
    assert why(kustomization(), web(FLUX, entry("kustomize-controller", "9d")), change=change, actor=actor) == told


def elsewhere(*deliverers: Any, marks: Raw) -> tuple[list[tuple[str, str, str]], str]:
    """Which deliverers are to be asked for where one namespace was read, and what is told with these."""
    view = msgspec.structs.replace(view_of(web(marks), denied=[APPLICATIONS, KUSTOMIZATIONS]), namespaces=("shop",))
    drift = Drift(
        kind=DriftKind.OUT_OF_BAND,
        object=Ref("apps/v1", "Deployment", "shop", "web"),
        path="spec.replicas",
        change="override",
        actor=EDIT,
        time=DriftTime(at=NOON, basis="managedFields"),
    )
    places = list(deliverers_of(view, (drift,)))
    owners = dict(zip(places, deliverers, strict=False))
    (found,) = explained(view, (drift,), owners=owners)
    return places, found.why_not_reverted


def deliverer(raw: Raw) -> Any:
    view = view_of(raw)
    (found,) = (one for name in (APPLICATIONS, KUSTOMIZATIONS) for one in view.each(name))
    return found


def test_a_deliverer_of_another_namespace_is_asked_for_by_its_name() -> None:
    places, told = elsewhere(deliverer(kustomization()), marks=FLUX)
    assert (places, told) == ([(KUSTOMIZATIONS, "flux-system", "apps")], BACK)
    assert "does not exist: nothing puts it back" in elsewhere(None, marks=FLUX)[1]
    assert "could not be read" in elsewhere(marks=FLUX)[1]
    places, told = elsewhere(deliverer(application()), marks=ARGO)
    assert places == [(APPLICATIONS, "argocd", "shop")]
    assert "auto-sync is off" in told
    assert "could not be read" in elsewhere(None, marks=ARGO)[1], "it may lie in any namespace"
    there = {"annotations": {"argocd.argoproj.io/tracking-id": "team_shop:apps/Deployment:shop/web"}}
    assert (APPLICATIONS, "team", "shop") in elsewhere(marks=there)[0]
