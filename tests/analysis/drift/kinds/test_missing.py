"""What inventories of Flux list and is not there."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.kinds.missing import missing, not_checkable
from k8sview.model.times import parse_time
from tests.analysis.clusters import ago, view_of
from tests.analysis.drift.kinds.gitops_objects import helm_release, kustomization
from tests.analysis.drift.shapes import Raw

SETTINGS = {"kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop", "uid": "settings"}}
CLUSTER_ROLE = {"kind": "ClusterRole", "metadata": {"name": "system:shop", "uid": "role"}}
GONE = "shop_gone__ConfigMap"


def inventory(*ids: str, spec: Raw | None = None) -> Raw:
    found = kustomization(spec=spec, inventory={"entries": [{"id": one, "v": "v1"} for one in ids]})
    found["status"]["history"][0]["lastReconciledStatus"] = "ReconciliationSucceeded"
    return found


def test_what_is_listed_and_gone() -> None:
    (one,) = missing(view_of(inventory("shop_settings__ConfigMap", GONE), SETTINGS))
    assert (one.object.kind, one.object.namespace, one.object.name) == ("ConfigMap", "shop", "gone")
    assert (one.change, one.path) == ("removal", "")
    assert one.time.not_before == parse_time(ago("3m")), "Flux had just made it then"
    assert "every 10m" in one.why_not_reverted
    assert one.evidence == (
        f"kustomizations.kustomize.toolkit.fluxcd.io/flux-system/apps status.inventory.entries[id={GONE}].v = v1",
    )


def test_releases_keep_inventories_as_well() -> None:
    (one,) = missing(view_of(helm_release(inventory={"entries": [{"id": GONE, "v": "v1"}]}), SETTINGS))
    assert one.object.name == "gone"


def test_nothing_is_made_anew_while_it_is_suspended() -> None:
    (one,) = missing(view_of(inventory(GONE, spec={"suspend": True}), SETTINGS))
    assert one.why_not_reverted == "the Kustomization flux-system/apps is suspended"


INNOCENT = [
    ("it is there", inventory("shop_settings__ConfigMap")),
    ("colons are doubled underscores", inventory("_system__shop_rbac.authorization.k8s.io_ClusterRole")),
    ("applied to another cluster", inventory(GONE, spec={"kubeConfig": {"secretRef": {"name": "other"}}})),
    ("a Job may remove itself", inventory("shop_once_batch_Job")),
    ("no such kind is served", inventory("shop_x_gone.example.org_Widget")),
    ("no identity at all", inventory("nonsense")),
]


@pytest.mark.parametrize("owner", [case[1] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_what_is_not_missing(owner: Raw) -> None:
    jobs = {"kind": "Job", "metadata": {"name": "other", "namespace": "shop", "uid": "job"}}
    assert list(missing(view_of(owner, SETTINGS, CLUSTER_ROLE, jobs))) == []


def test_kinds_that_cannot_be_seen() -> None:
    view = view_of(inventory(GONE, "shop_x_gone.example.org_Widget"), SETTINGS, denied=("configmaps",))
    assert list(missing(view)) == []
    reasons = [one.reason for one in not_checkable(view)]
    assert any(one.startswith("configmaps: denied") for one in reasons), reasons
    assert "Widget.gone.example.org: it is not served, and an inventory lists one" in reasons
