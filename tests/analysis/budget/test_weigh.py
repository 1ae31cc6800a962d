"""What components weigh; every number that nobody could read is None, never 0."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from k8sview.analysis.budget.weigh import Weight, weigh
from k8sview.analysis.components.component import Component
from k8sview.model.components import ComponentStatus, Part, Presence
from k8sview.model.status import Layer
from tests.analysis.clusters import view_of

CERTS = Component(
    id="cert-manager",
    title="cert-manager",
    layer=Layer.BASEMENT,
    seed="certificate management",
    api_groups=("cert-manager.io",),
    webhooks=("cert-manager-webhook",),
    use=("certificates.cert-manager.io",),
)
PART = Part("controller", "deployments.apps", "certs", "cert-manager")
CRDS = "customresourcedefinitions.apiextensions.k8s.io"
VALIDATING = "validatingwebhookconfigurations.admissionregistration.k8s.io"

DEPLOYMENT = {
    "kind": "Deployment",
    "metadata": {"name": "cert-manager", "namespace": "certs"},
    "spec": {"selector": {"matchLabels": {"app": "cm"}}},
}
DEFINITION = {
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "certificates.cert-manager.io"},
    "spec": {"group": "cert-manager.io", "names": {"plural": "certificates", "kind": "Certificate"}},
}
HOOKS = {
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "cert-manager-webhook"},
    "webhooks": [{"name": "a"}, {"name": "b"}],
}
CERTIFICATE = {
    "apiVersion": "cert-manager.io/v1",
    "kind": "Certificate",
    "metadata": {"name": "shop", "namespace": "shop"},
}


def pod(name: str, phase: str = "Running", init: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    requests = {"cpu": "100m", "memory": "64Mi"}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "certs", "labels": {"app": "cm"}},
        "spec": {"containers": [{"name": "c", "resources": {"requests": requests}}], "initContainers": init or []},
        "status": {"phase": phase},
    }


def weight(*raws: dict[str, Any], state: Presence = Presence.INSTALLED, denied: tuple[str, ...] = ()) -> Weight:
    parts = (PART,) if state is Presence.INSTALLED else ()
    status = ComponentStatus("cert-manager", "cert-manager", Layer.BASEMENT, state, parts=parts)
    (found,) = weigh([CERTS], {"cert-manager": status}, view_of(*raws, denied=denied))
    return found


ALL = (DEPLOYMENT, DEFINITION, HOOKS, CERTIFICATE, pod("a"), pod("b"), pod("old", "Failed"))


def test_an_installed_component() -> None:
    found = weight(*ALL)
    assert (found.workloads, found.pods, found.api_types, found.webhooks, found.used) == (1, 2, 1, 2, 1)
    assert (found.cpu_requested, found.memory_requested) == (Decimal("0.2"), 128 * 1024**2)
    assert found.idle is False


def test_init_containers_count_as_the_scheduler_counts_them() -> None:
    large = {"name": "i", "resources": {"requests": {"cpu": "1"}}}
    sidecar = {"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": "0.5"}}}
    assert weight(DEPLOYMENT, pod("a", init=[large])).cpu_requested == 1
    assert weight(DEPLOYMENT, pod("a", init=[sidecar])).cpu_requested == Decimal("0.6")


def test_weight_without_use() -> None:
    unused = weight(DEPLOYMENT, DEFINITION, {**CERTIFICATE, "kind": "Issuer"})
    assert unused.used == 0
    assert unused.idle is True


def test_numbers_that_nobody_could_read_are_none() -> None:
    assert weight(*ALL, denied=("pods",)).pods is None
    assert weight(*ALL, denied=("pods",)).memory_requested is None
    assert weight(*ALL, denied=("statefulsets.apps",)).workloads is None
    assert weight(*ALL, denied=(VALIDATING,)).webhooks is None
    denied = weight(*ALL, denied=("certificates.cert-manager.io",))
    assert (denied.used, denied.idle) == (None, None)


def test_api_types_fall_back_on_discovery() -> None:
    assert weight(*ALL, denied=(CRDS,)).api_types == 1


def test_what_a_provider_hides_has_no_known_weight() -> None:
    managed = weight(CERTIFICATE, state=Presence.MANAGED)
    assert (managed.workloads, managed.pods, managed.used) == (None, None, 1)
    assert weight(state=Presence.UNKNOWN).pods is None


def test_leftovers_weigh_their_api_types_alone() -> None:
    left = weight(DEFINITION, HOOKS, state=Presence.LEFTOVER)
    assert (left.workloads, left.pods, left.api_types, left.webhooks) == (0, 0, 1, 2)


def test_absent_components_are_not_on_the_scales() -> None:
    status = ComponentStatus("cert-manager", "cert-manager", Layer.BASEMENT, Presence.ABSENT)
    assert weigh([CERTS], {"cert-manager": status}, view_of()) == ()
