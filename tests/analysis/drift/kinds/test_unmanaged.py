"""What somebody made by hand, what its deliverer forgot; and what nobody ever wrote down."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.kinds import orphans, unmanaged
from k8sview.model.drift import ActorClass
from k8sview.model.status import Severity
from tests.analysis.clusters import ago, view_of
from tests.analysis.drift.kinds.gitops_objects import application, kustomization, listed
from tests.analysis.drift.shapes import Raw, entry

RELEASE = {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}
FLUX = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}


def made(*entries: Raw, kind: str = "ConfigMap", name: str = "settings", age: str = "9d", **metadata: Any) -> Raw:
    stated = {"name": name, "namespace": "shop", "uid": f"{kind}-{name}", "creationTimestamp": ago(age)}
    return {"kind": kind, "metadata": {**stated, "managedFields": list(entries), **metadata}}


DELIVERED = made(entry("helm", "9d"), kind="Service", name="web", annotations=RELEASE)


def test_what_a_person_made_in_a_cluster_that_is_delivered() -> None:
    (one,) = unmanaged.unmanaged(view_of(DELIVERED, made(entry("kubectl-create", "9d"))))
    assert (one.object.kind, one.object.name, one.severity) == ("ConfigMap", "settings", Severity.LOW)
    assert one.actor is not None
    assert one.actor.actor_class is ActorClass.HUMAN
    (applied,) = unmanaged.unmanaged(view_of(DELIVERED, made(entry("kubectl-client-side-apply", "1d"))))
    assert applied.severity is Severity.INFO  # may well be a pipeline's


def test_a_pod_that_nothing_owns() -> None:
    loose = made(entry("kubectl-run", "9d"), kind="Pod", name="shell")
    (one,) = unmanaged.unmanaged(view_of(DELIVERED, loose))
    assert (one.object.kind, one.object.name) == ("Pod", "shell")
    done = {**loose, "status": {"phase": "Succeeded"}}
    owned = made(entry("kubectl-run", "9d"), kind="Pod", ownerReferences=[{"kind": "Job", "name": "x", "uid": "x"}])
    assert list(unmanaged.unmanaged(view_of(DELIVERED, done, owned))) == []


def test_whoever_applied_is_likelier_to_have_made_it_than_who_edited() -> None:
    raw = made(entry("kubectl-patch", "2d"), entry("kubectl-client-side-apply", "1d"))
    (one,) = unmanaged.unmanaged(view_of(DELIVERED, raw))
    assert one.actor is not None
    assert one.actor.manager == "kubectl-client-side-apply"


INNOCENT = [
    ("delivered by a tool without marks", made(entry("Terraform", "9d"))),
    (
        "made by a controller, edited by a person",
        made(entry("cert-manager-controller", "9d"), entry("kubectl-edit", "1d")),
    ),
    ("the cluster's certificates", made(entry("kubectl-edit", "9d"), name="kube-root-ca.crt")),
    ("default accounts", made(entry("kubectl-edit", "9d"), kind="ServiceAccount", name="default")),
    (
        "a token",
        made(entry("unknown", "9d"), kind="Secret", annotations={"kubernetes.io/service-account.name": "x"}),
    ),
    (
        "a release of Helm",
        made(entry("unknown", "9d"), kind="Secret", name="sh.helm.release.v1.web.v1", labels={"owner": "helm"}),
    ),
    ("a lease", made(entry("kubectl-create", "9d"), kind="Lease")),
    ("endpoints", made(entry("kubectl-create", "9d"), kind="EndpointSlice")),
    ("owned by another", made(entry("kubectl-create", "9d"), ownerReferences=[{"kind": "X", "name": "x", "uid": "x"}])),
    ("nobody knows who", made()),
    ("a name that is anybody's", made(entry("manager", "9d"))),
    ("on its way out", made(entry("kubectl-create", "9d"), deletionTimestamp=ago("1m"))),
]  # fmt: skip


@pytest.mark.parametrize("raw", [case[1] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_what_nobody_made_by_hand(raw: Raw) -> None:
    assert list(unmanaged.unmanaged(view_of(DELIVERED, raw))) == []


def test_how_much_is_delivered() -> None:
    mine, controllers, nobodys = (
        made(entry("kubectl-create", "9d")),
        made(entry("kube-controller-manager", "9d"), name="b"),
        made(name="c"),
    )
    told = unmanaged.coverage(view_of(DELIVERED, mine, controllers, nobodys, denied=("secrets",)))
    assert (told.total, told.managed, told.unmanaged) == (3, 1, 1)
    assert told.percent == 33.3
    assert told.missing == ("secrets",)


def test_where_nothing_is_delivered_nothing_is_unmanaged() -> None:
    view = view_of(made(entry("kubectl-create", "9d")), denied=("secrets",))
    assert list(unmanaged.unmanaged(view)) == []
    hidden, none = unmanaged.not_checkable(view)
    assert hidden.reason == "secrets: list denied or failed"
    assert "nothing to be measured against" in none.reason


def tracked(told: str = ":/ConfigMap:shop/settings", **more: Any) -> Raw:
    return made(annotations={"argocd.argoproj.io/tracking-id": f"shop{told}"}, **more)


def inventory(*names: str) -> Raw:
    return kustomization(inventory={"entries": [{"id": f"shop_{name}__ConfigMap", "v": "v1"} for name in names]})


@pytest.mark.parametrize(
    ("raws", "words"),
    [
        ([made(labels=FLUX), inventory("other")], "Kustomization flux-system/apps does not list it"),
        ([made(labels=FLUX), kustomization(name="other")], "Kustomization flux-system/apps does not exist"),
        ([tracked(), application("Synced", listed())], "Application shop does not list it"),
        ([tracked(), application(name="other")], "Application shop does not exist here"),
    ],
)
def test_what_its_deliverer_forgot(raws: list[Raw], words: str) -> None:
    (one,) = orphans.orphans(view_of(*raws))
    assert one.message.startswith(words)
    assert one.object.name == "settings"


OWN = {"group": "", "kind": "ConfigMap", "namespace": "shop", "name": "settings", "status": "Synced"}


@pytest.mark.parametrize(
    "raws",
    [
        [made(labels=FLUX), inventory("settings")],
        [made(labels=FLUX), kustomization()],
        [made(labels=FLUX)],
        [tracked(), application("Synced", OWN)],
        [tracked(":/ConfigMap:shop/other"), application("Synced", listed())],
        [tracked(), application("Unknown", listed())],
        [made(labels=FLUX, ownerReferences=[{"kind": "X", "name": "x", "uid": "x"}]), inventory("other")],
    ],
)
def test_what_is_no_orphan(raws: list[Raw]) -> None:
    assert list(orphans.orphans(view_of(*raws))) == []


def test_an_application_may_be_in_a_namespace_that_nobody_looked_into() -> None:
    view = msgspec.structs.replace(view_of(tracked(), application(name="other")), namespaces=("shop",))
    assert list(orphans.orphans(view)) == []


def test_inventories_that_may_not_be_read() -> None:
    (one,) = orphans.not_checkable(view_of())
    assert "nobody keeps an inventory" in one.reason
    view = view_of(tracked(), application(name="other"), denied=("applications.argoproj.io",))
    assert list(orphans.orphans(view)) == []
    assert [one.reason for one in orphans.not_checkable(view)] == ["applications.argoproj.io: list denied"]


def test_figures_are_nobodys_objects() -> None:
    blind = unmanaged.not_checkable(view_of(DELIVERED, denied=("nodes.metrics.k8s.io", "pods.metrics.k8s.io")))
    assert list(blind) == []
