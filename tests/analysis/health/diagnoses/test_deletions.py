"""Why what was deleted does not go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import Raw, deployment, event, node, pod
from tests.analysis.health.platform_objects import custom, definition, leaving, named, serving

CLAIM: Raw = {"kind": "PersistentVolumeClaim", "metadata": named("db", "shop"), "status": {"phase": "Bound"}}
USER = pod(name="db-0", spec={"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "db"}}]})


def widget(*finalizers: str, api: str = "example.org/v1", kind: str = "Widget", span: str = "1h") -> Raw:
    return leaving(custom(api, kind, "one"), *finalizers, span=span)


def worker(*finalizers: str) -> Raw:
    return leaving(pod(), *finalizers, span="10m")


def part_of_flux(name: str, ready: int) -> Raw:
    raw = serving(1, ready, name, "system")
    raw["metadata"]["labels"] = {"app.kubernetes.io/part-of": "flux"}
    return raw


def test_a_pod_whose_node_is_gone_or_silent() -> None:
    gone = why(worker())
    assert (gone.id, because(gone)) == ("deletion.node-gone", ("Node n1",))
    silent = why(worker(), node("n1", "Unknown"))
    assert (silent.id, because(silent)) == ("deletion.node-down", ("Node n1",))
    unseen = why(worker(), denied=("nodes",))
    assert (unseen.id, unseen.because, unseen.missing) == ("deletion.pod-does-not-end", (), ("nodes",))
    assert unseen.confidence == "inferred"


def test_a_pod_that_does_not_end() -> None:
    failed = event("web-0", "FailedKillPod", "error killing pod: context deadline exceeded")
    found = why(worker(), node(), failed)
    assert (found.id, found.because) == ("deletion.pod-does-not-end", ())
    assert found.message.endswith("error killing pod: context deadline exceeded")
    held = why(worker("example.com/drain-queue"), node())
    assert held.id == "deletion.finalizer"
    assert "keeps the finalizer example.com/drain-queue" in held.message


def test_a_claim_that_pods_use() -> None:
    protected = leaving(CLAIM, "kubernetes.io/pvc-protection")
    found = why(protected, USER)
    assert (found.id, found.because) == ("deletion.claim-in-use", ())
    assert found.message == "PersistentVolumeClaim shop/db was deleted at 11:00 UTC but pod db-0 still uses it"
    unseen = why(protected, USER, denied=("pods",))
    assert (unseen.id, unseen.missing, unseen.confidence) == ("deletion.claim-in-use", ("pods",), "inferred")
    assert why(protected).id == "deletion.finalizer"


def test_a_volume_that_is_bound() -> None:
    volume = {
        "kind": "PersistentVolume",
        "metadata": named("pv-1"),
        "spec": {"claimRef": {"namespace": "shop", "name": "db"}},
        "status": {"phase": "Bound"},
    }
    found = why(leaving(volume, "kubernetes.io/pv-protection"))
    assert (found.id, "claim shop/db is bound to it" in found.message) == ("deletion.volume-bound", True)


def test_what_it_owns_goes_first() -> None:
    owner: Any = {"kind": "Deployment", "name": "web", "uid": "web", "controller": True}
    replicas = {"kind": "ReplicaSet", "metadata": named("web-1", "shop", ownerReferences=[owner])}
    found = why(leaving(deployment(), "foregroundDeletion"), leaving(replicas, "example.com/keep"))
    assert (found.id, because(found)) == ("deletion.dependents", ("ReplicaSet shop/web-1",))
    assert why(leaving(deployment(), "foregroundDeletion"), replicas).because == ()


@pytest.mark.parametrize(
    ("raw", "others", "slug", "blamed"),
    [
        (widget("example.org/hold"), (), "deletion.finalizer", ()),
        (
            widget("finalizer.keda.sh", api="keda.sh/v1alpha1", kind="ScaledObject"),
            (serving(0, 0, "keda-operator", "keda"), serving(1, 1, "keda-metrics-apiserver", "keda")),
            "deletion.controller-down",
            ("Deployment keda/keda-operator",),
        ),
        (
            widget("finalizer.keda.sh", api="keda.sh/v1alpha1", kind="ScaledObject"),
            (serving(1, 1, "keda-operator", "keda"),),
            "deletion.finalizer",
            (),
        ),
        (
            widget("finalizers.fluxcd.io", api="kustomize.toolkit.fluxcd.io/v1", kind="Kustomization"),
            (part_of_flux("kustomize-controller", 0),),
            "deletion.controller-down",
            ("Deployment system/kustomize-controller",),
        ),
        (
            widget("resources-finalizer.argocd.argoproj.io", api="argoproj.io/v1alpha1", kind="Application"),
            (
                serving(1, 0, "argocd-application-controller", "argocd", "StatefulSet"),
                serving(1, 1, "argocd-server", "argocd"),
            ),
            "deletion.controller-down",
            ("StatefulSet argocd/argocd-application-controller",),
        ),
    ],
)
def test_who_should_take_a_finalizer_off(raw: Raw, others: tuple[Raw, ...], slug: str, blamed: tuple[str, ...]) -> None:
    found = why(raw, *others)
    assert (found.id, because(found)) == (slug, blamed)
    assert found.recheck_at is not None


@pytest.mark.parametrize(
    ("finalizer", "words"),
    [
        ("service.kubernetes.io/load-balancer-cleanup", "Kubernetes' own controllers take it off, or the cloud's"),
        ("orphan", "Kubernetes' own controllers"),
        ("external-attacher/disk-csi-example-com", "its CSI driver takes it off"),
        ("example.org/hold", "is its controller gone?"),
        ("finalizer.stocks.example.org", "is its controller gone?"),
    ],
)
def test_whose_business_a_finalizer_is(finalizer: str, words: str) -> None:
    assert words in why(widget(finalizer)).message


def test_controllers_that_may_not_be_seen_are_not_gone() -> None:
    found = why(widget("example.org/hold"), denied=("deployments.apps",))
    assert (found.missing, found.confidence) == (("deployments.apps",), "inferred")


def test_a_definition_goes_after_its_last_object() -> None:
    raw = leaving(definition(), "customresourcecleanup.apiextensions.k8s.io")
    held = why(raw, widget("example.org/hold"))
    assert (held.id, because(held)) == ("deletion.instances-left", ("Widget shop/one",))
    assert held.message == ("CRD widgets.example.org cannot be deleted while 1 object of it is left: Widget shop/one")
    unread = why(raw)
    assert unread.missing == ("widgets.example.org",)


def test_what_was_only_just_deleted_is_told_the_same_way() -> None:
    assert why(widget("example.org/hold", span="30s")).id == "deletion.finalizer"
    assert why(leaving(pod(), span="10s"), node()).id == "object.not-well"
