"""Why a namespace does not go."""

from __future__ import annotations

from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import Raw, condition, pod
from tests.analysis.health.platform_objects import (
    api_service,
    available,
    configuration,
    custom,
    leaving,
    named,
    webhook,
)

DISCOVERY = condition(
    "NamespaceDeletionDiscoveryFailure",
    "True",
    reason="DiscoveryFailed",
    message="Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: "
    "things.example.com/v1: stale GroupVersion discovery: things.example.com/v1",
)
FINALIZERS = condition(
    "NamespaceFinalizersRemaining",
    "True",
    reason="SomeFinalizersRemain",
    message="Some content in the namespace has finalizers remaining: example.com/audit in 1 resource instances",
)


def content(*names: str) -> Raw:
    left = ", ".join(f"{name} has 1 resource instances" for name in names)
    return condition(
        "NamespaceContentRemaining",
        "True",
        reason="SomeResourcesRemain",
        message=f"Some resources are remaining: {left}",
    )


def namespace(*conditions: Raw) -> Raw:
    raw = {
        "kind": "Namespace",
        "metadata": named("shop"),
        "status": {"phase": "Terminating", "conditions": [*conditions]},
    }
    return leaving(raw, span="30m")


LEDGER = leaving({"kind": "ConfigMap", "metadata": named("ledger", "shop")}, "example.com/audit", span="30m")
WIDGET = leaving(custom("example.org/v1", "Widget", "one"), "example.com/audit", span="30m")
THINGS = api_service("things.example.com", available("False"), version="v1")


def test_an_api_that_cannot_be_discovered() -> None:
    found = why(namespace(DISCOVERY), THINGS, api_service("fine.example.com", available(), version="v1"))
    assert (found.id, because(found)) == ("namespace.api-broken", ("APIService v1.things.example.com",))
    assert found.message.startswith(
        "APIService v1.things.example.com is not available, so namespace shop cannot be deleted: Discovery failed"
    )
    assert found.next == "kubectl get apiservice v1.things.example.com -o yaml"
    blind = why(namespace(DISCOVERY), denied=("apiservices.apiregistration.k8s.io",))
    assert because(blind) == ("APIService v1.things.example.com",)
    assert (blind.confidence, blind.missing) == ("inferred", ("apiservices.apiregistration.k8s.io",))


def test_what_keeps_its_finalizer() -> None:
    found = why(namespace(content("configmaps."), FINALIZERS), LEDGER)
    assert (found.id, because(found)) == ("namespace.finalizers-left", ("ConfigMap shop/ledger",))
    assert found.message == (
        "ConfigMap shop/ledger (example.com/audit) keeps its finalizer, "
        "so namespace shop (deleted at 11:30 UTC) cannot go"
    )
    assert found.next == "kubectl get configmaps ledger -n shop -o yaml"
    assert because(why(namespace(content("widgets.example.org"), FINALIZERS), WIDGET)) == ("Widget shop/one",)


def test_both_at_once() -> None:
    found = why(namespace(DISCOVERY, content("configmaps."), FINALIZERS), LEDGER, THINGS)
    assert because(found) == ("ConfigMap shop/ledger",)
    assert "ConfigMap shop/ledger" in found.message
    assert "APIService v1.things.example.com" in found.message


def test_what_is_left_may_be_out_of_sight() -> None:
    found = why(namespace(content("configmaps."), FINALIZERS), denied=("configmaps",))
    assert (found.id, found.because) == ("namespace.content-left", ())
    assert (found.missing, found.confidence) == (("configmaps",), "inferred")
    assert found.next == "kubectl get configmaps -n shop"


def test_conditions_that_say_all_is_gone_are_not_believed() -> None:
    gone = condition("NamespaceContentRemaining", "False", reason="ContentRemoved", message="All content removed")
    held = leaving(pod(), "example.com/drain", span="30m")
    found = why(namespace(gone), WIDGET, held)
    assert (found.id, because(found)) == ("namespace.finalizers-left", ("Pod shop/web-0", "Widget shop/one"))
    silent = why(namespace(gone))
    assert (silent.id, silent.because, silent.confidence) == ("namespace.content-left", (), "inferred")


def test_a_webhook_that_refuses_deletions() -> None:
    refused = condition(
        "NamespaceDeletionContentFailure",
        "True",
        reason="ContentDeletionFailed",
        message='1 remaining: failed calling webhook "pods.example.com": no endpoints',
    )
    found = why(namespace(refused), configuration(webhook()))
    assert (found.id, because(found)) == ("namespace.content-refused", ("ValidatingWebhookConfiguration policy",))
