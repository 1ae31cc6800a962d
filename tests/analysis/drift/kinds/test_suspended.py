"""Every hole in the fence; and what is none."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.kinds.suspended import fences, not_checkable, suspended
from k8sview.model.times import parse_time
from tests.analysis.clusters import ago, view_of
from tests.analysis.drift.kinds.gitops_objects import HEALS, application, helm_release, kustomization
from tests.analysis.drift.shapes import Raw, deployment, entry


def marked(key: str, value: str) -> Raw:
    raw = deployment(entry("kubectl-annotate", "2d"), age="9d")
    raw["metadata"]["annotations"] = {key: value}
    return raw


def custom(kind: str, api: str, spec: Raw, **metadata: str) -> Raw:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "x", "namespace": "shop", **metadata}, "spec": spec}


HOLES = [
    (marked("kustomize.toolkit.fluxcd.io/reconcile", "disabled"), "Flux does not reconcile it"),
    (marked("kustomize.toolkit.fluxcd.io/ssa", "Ignore"), "Flux ignores it"),
    (marked("kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent"), "never corrects"),
    (marked("kustomize.toolkit.fluxcd.io/ssa", "Merge"), "fields that others add"),
    (marked("helm.toolkit.fluxcd.io/driftDetection", "disabled"), "does not look for drift"),
    (marked("argocd.argoproj.io/compare-options", "ServerSideDiff=true,IgnoreExtraneous"), "out of sync"),
    (marked("argocd.argoproj.io/sync-options", "Prune=false"), "does not delete"),
    (marked("crossplane.io/paused", "true"), "Crossplane"),
    (deployment(paused=True), "makes no new pods"),
    (kustomization(spec={"suspend": True}), "suspended"),
    (helm_release(spec={"suspend": True}), "suspended"),
    (helm_release(mode="warn"), "does not correct it"),
    (helm_release(mode="disabled"), "does not look for drift"),
    (
        helm_release(
            spec={"driftDetection": {"ignore": [{"paths": ["/spec/replicas"], "target": {"kind": "Deployment"}}]}}
        ),
        "Flux ignores differences there (Deployment)",
    ),
    (application(policy={"automated": {"enabled": False}}), "auto-sync is switched off"),
    (application(policy={"automated": {"selfHeal": False}}), "self-heal is switched off"),
    (
        application(
            policy=HEALS,
            spec={"ignoreDifferences": [{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}]},
        ),
        "Argo CD ignores differences there (Deployment.apps)",
    ),
    (
        application(policy=HEALS, spec={"ignoreDifferences": [{"kind": "Service", "managedFieldsManagers": ["k9s"]}]}),
        "(Service)",
    ),
    (application(policy={**HEALS, "syncOptions": ["Prune=false"]}), "deletes nothing"),
    (
        application(policy=HEALS, metadata={"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}),
        "does not reconcile",
    ),
    (
        custom("AppProject", "argoproj.io/v1alpha1", {"syncWindows": [{"kind": "deny", "schedule": "0 2 * * *"}]}),
        "does not sync in this window",
    ),
    (
        custom(
            "ClusterVersion",
            "config.openshift.io/v1",
            {"overrides": [{"kind": "Deployment", "namespace": "x", "name": "y", "unmanaged": True}]},
        ),
        "the cluster's own operator",
    ),
]


@pytest.mark.parametrize(("raw", "words"), HOLES)
def test_a_hole_that_somebody_made(raw: Raw, words: str) -> None:
    (one,) = suspended(view_of(raw))
    assert words in one.message
    assert one.evidence[0].startswith(f"{one.path} = ")


def test_its_age_has_bounds() -> None:
    (one,) = suspended(view_of(marked("kustomize.toolkit.fluxcd.io/ssa", "Ignore")))
    assert (one.time.at, one.time.not_before) == (parse_time(ago("2d")), parse_time(ago("9d")))
    assert one.time.basis == "managedFields"
    assert one.message.endswith("for 2d or longer")


def test_bookkeeping_of_controllers_dates_nothing() -> None:
    hole = kustomization(
        spec={"suspend": True}, entries=(entry("kubectl-edit", "3d"), entry("kustomize-controller", "1h"))
    )
    (one,) = suspended(view_of(hole))
    assert one.time.at == parse_time(ago("3d"))


BY_DEFAULT = [application(), application(policy={"automated": {}}), helm_release(mode=None)]


@pytest.mark.parametrize("raw", BY_DEFAULT)
def test_what_was_never_switched_on_is_a_hole_but_no_drift(raw: Raw) -> None:
    view = view_of(raw)
    assert [one.by_default for one in fences(view)] == [True]
    assert list(suspended(view)) == []


WHOLE = [
    kustomization(),
    helm_release(),
    application(policy=HEALS),
    deployment(),
    marked("argocd.argoproj.io/sync-options", "ServerSideApply=true"),
    marked("kustomize.toolkit.fluxcd.io/reconcile", "enabled"),
    application(policy=HEALS, spec={"ignoreDifferences": [{"kind": "Service"}]}),
]


@pytest.mark.parametrize("raw", WHOLE)
def test_no_hole(raw: Raw) -> None:
    assert list(fences(view_of(raw))) == []


def test_what_may_not_be_read_is_said() -> None:
    hidden = ("kustomizations.kustomize.toolkit.fluxcd.io", "deployments.apps", "configmaps")
    assert {one.reason.partition(":")[0] for one in not_checkable(view_of(kustomization(), denied=hidden))} == {
        "kustomizations.kustomize.toolkit.fluxcd.io",
        "deployments.apps",
        "marks on objects of configmaps",
    }
