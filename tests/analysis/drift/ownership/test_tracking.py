"""The marks that tools leave, and who is meant to write an object."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.ownership.managers import actor
from k8sview.analysis.drift.ownership.regime import Basis, Regime, Write, delivers, regime, sanctioned
from k8sview.analysis.drift.ownership.tracking import LAST_APPLIED, Subject, Tracking, tracking
from k8sview.model.times import parse_time
from tests.analysis.clusters import ago

WEB = Subject("apps", "Deployment", "shop", "web")
ARGO = "argocd.argoproj.io/tracking-id"
HELM = {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}
FLUX_HELM = {"helm.toolkit.fluxcd.io/name": "web", "helm.toolkit.fluxcd.io/namespace": "flux-system"}
OBJECTSET = "objectset.rio.cattle.io"


@pytest.mark.parametrize(
    ("labels", "notes", "tool", "application"),
    [
        ({}, {ARGO: "shop:apps/Deployment:shop/web"}, "Argo CD", "Application shop"),
        ({"argocd.argoproj.io/instance": "shop"}, {}, "Argo CD", "Application shop"),
        ({"kustomize.toolkit.fluxcd.io/name": "apps"}, {}, "Flux", "Kustomization shop/apps"),
        (FLUX_HELM, HELM, "Flux", "HelmRelease flux-system/web"),
        ({}, HELM, "Helm", "release shop/web"),
        ({f"{OBJECTSET}/hash": "1"}, {f"{OBJECTSET}/id": "default-web"}, "Fleet", "Bundle default-web"),
        (
            {f"{OBJECTSET}/hash": "1"},
            {f"{OBJECTSET}/owner-gvk": "k3s.cattle.io/v1, Kind=Addon", f"{OBJECTSET}/owner-name": "dns"},
            "k3s",
            "Addon dns",
        ),
        ({"kapp.k14s.io/app": "170"}, {}, "kapp", "app 170"),
        ({}, {"configmanagement.gke.io/managed": "enabled"}, "Config Sync", ""),
        ({"addonmanager.kubernetes.io/mode": "Reconcile"}, {}, "the addon manager", ""),
        ({"olm.owner": "x.v1"}, {}, "Operator Lifecycle Manager", "ClusterServiceVersion x.v1"),
        ({}, {LAST_APPLIED: "{}"}, "kubectl apply", ""),
        ({}, {LAST_APPLIED: "{}", **HELM}, "Helm", "release shop/web"),
    ],
)
def test_a_mark_names_its_tool(labels: dict[str, str], notes: dict[str, str], tool: str, application: str) -> None:
    found = tracking(WEB, labels, notes)
    assert found is not None
    assert (found.tool, found.application) == (tool, application)
    assert found.mark.startswith(("metadata.labels[", "metadata.annotations["))


@pytest.mark.parametrize(
    ("labels", "notes"),
    [
        ({}, {}),
        ({}, {ARGO: "shop:apps/Deployment:shop/other"}),  # copied from another object
        ({}, {ARGO: "nonsense"}),
        ({"app.kubernetes.io/instance": "web", "app.kubernetes.io/managed-by": "Helm"}, {}),  # charts' templates say so
    ],
)
def test_no_mark_or_a_copied_one_names_nobody(labels: dict[str, str], notes: dict[str, str]) -> None:
    assert tracking(WEB, labels, notes) is None


def write(manager: str, age: str | None, operation: str = "Update", leaves: int = 0) -> Write:
    return Write(actor({"manager": manager, "operation": operation}), parse_time(ago(age)) if age else None, leaves)


BORN = parse_time(ago("10d"))


def test_marks_outlive_entries_and_entries_stand_in_for_marks() -> None:
    mark = Tracking("Flux", "Kustomization a/b", "metadata.labels[x]")
    by_mark = regime(mark, [write("kubectl-edit", "1h")], BORN)
    assert by_mark == Regime("Flux", Basis.MARK, "Kustomization a/b", "metadata.labels[x]")
    by_entry = regime(None, [write("kubectl-edit", "1h"), write("Terraform", "2d")], BORN)
    assert by_entry is not None
    assert (by_entry.tool, by_entry.basis, by_entry.manager) == ("Terraform", Basis.ENTRY, "Terraform")
    over = regime(Tracking("kubectl apply"), [write("helm", "2d")], BORN)
    assert over is not None
    assert over.tool == "Helm"


def test_the_creator_stands_in_for_both_unless_it_was_a_person() -> None:
    made = regime(None, [write("ci-bot", "10d"), write("kubectl-edit", "1h")], BORN)
    assert made is not None
    assert (made.tool, made.basis) == ("ci-bot", Basis.CREATOR)
    assert regime(None, [write("kubectl-create", "10d"), write("some-controller", "1h")], BORN) is None
    assert (
        regime(None, [write("kubectl-create", "10d", leaves=9), write("x-controller", "10d", leaves=1)], BORN) is None
    )
    assert regime(None, [write("kubectl-create", "9d")], BORN) is None
    assert regime(None, [], None) is None


def test_who_is_meant_to_write() -> None:
    edit, applied = write("kubectl-edit", "1h").actor, write("kubectl", "1h", "Apply").actor
    flux, injector, bot = (write(name, "1h").actor for name in ("kustomize-controller", "x-injector", "ci-bot"))
    ruled = Regime("Flux", Basis.MARK)
    assert [sanctioned(one, ruled) for one in (edit, applied, flux, injector, bot)] == [
        False,
        False,
        True,
        False,
        False,
    ]
    by_apply = Regime("kubectl apply", Basis.MARK)
    assert [sanctioned(one, by_apply) for one in (edit, applied)] == [False, True]
    made = Regime("ci-bot", Basis.CREATOR, manager="ci-bot")
    assert [sanctioned(one, made) for one in (edit, injector, bot)] == [False, True, True]
    assert [delivers(one, made) for one in (edit, injector, bot, flux)] == [False, True, True, True]
    assert [delivers(one, by_apply) for one in (edit, applied)] == [False, True]
