"""Why webhooks, aggregated APIs and definitions are not well, and by whom."""

from __future__ import annotations

import pytest

from tests.analysis.clusters import NOON
from tests.analysis.health.authorities import bundle
from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import Raw, condition, pod, waiting
from tests.analysis.health.platform_objects import (
    TWO_VERSIONS,
    api_service,
    autoscaler,
    available,
    configuration,
    converted,
    definition,
    endpoints,
    leaving,
    named,
    service,
    serving,
    webhook,
)

TRUSTED = {"caBundle": bundle(NOON.year + 5)}
HOOK = configuration(webhook(client=TRUSTED))
CRASHING = pod(
    waiting("CrashLoopBackOff"),
    name="adapter-0",
    metadata={"namespace": "platform", "labels": {"app": "adapter"}},
)
DOWN = api_service("metrics.k8s.io", available("False", "1h", "MissingEndpoints", "endpoints have no addresses"))


@pytest.mark.parametrize(
    ("others", "blamed"),
    [
        ((), ("Service platform/adapter",)),
        ((service(),), ("Service platform/adapter",)),
        ((service(), serving(0)), ("Deployment platform/adapter",)),
        ((service(), endpoints(False), serving(1), CRASHING), ("Service platform/adapter",)),
        ((service(), serving(0, kind="StatefulSet")), ("StatefulSet platform/adapter",)),
    ],
)
def test_whose_fault_a_dead_backend_is(others: tuple[Raw, ...], blamed: tuple[str, ...]) -> None:
    assert because(why(HOOK, *others)) == blamed
    assert because(why(DOWN, *others)) == blamed


def test_a_webhook_that_blocks() -> None:
    found = why(HOOK, service())
    assert found.id == "webhook.blocks"
    assert "refuses CREATE of pods cluster-wide (ValidatingWebhookConfiguration policy)" in found.message
    assert "webhooks[name=pods.example.com].failurePolicy = Fail" in found.evidence
    mutating = configuration(webhook(client=TRUSTED, failurePolicy="Ignore"), kind="MutatingWebhookConfiguration")
    skipped = why(mutating, service())
    assert skipped.id == "webhook.skipped"
    assert skipped.message.endswith("is skipped by it and passes unchecked (MutatingWebhookConfiguration policy)")


def test_a_webhook_that_nobody_trusts() -> None:
    expired = configuration(webhook(client={"caBundle": bundle(NOON.year - 1)}))
    found = why(expired, service(), endpoints(True))
    assert (found.id, found.because) == ("webhook.untrusted", ())
    assert "expired" in found.message
    assert found.since is not None


def test_a_backend_out_of_sight_lowers_the_confidence() -> None:
    found = why(HOOK, service(), endpoints(True), denied=("services",))
    assert found.missing == ("services",)


def test_an_api_that_is_down_names_whom_it_harms() -> None:
    gone = leaving({"kind": "Namespace", "metadata": named("old"), "status": {"phase": "Terminating"}})
    found = why(DOWN, autoscaler(), autoscaler(name="api"), gone)
    assert found.id == "apiservice.no-backend"
    assert "harms 2 autoscalers without figures and 1 namespace that cannot be deleted" in found.message
    assert found.message.startswith("Service platform/adapter does not exist, so APIService v1beta1.metrics.k8s.io")


def test_an_api_whose_server_is_there_but_does_not_answer() -> None:
    said = "failing or missing response from https://10.0.0.1:443/apis: x509: certificate has expired"
    raw = api_service("metrics.k8s.io", available("False", "1h", "FailedDiscoveryCheck", said))
    found = why(raw, service(), endpoints(True))
    assert (found.id, found.because) == ("apiservice.no-answer", ())
    assert "x509: certificate has expired" in found.message
    blind = why(raw, service(), endpoints(True), denied=("endpointslices.discovery.k8s.io",))
    assert blind.confidence == "inferred"
    assert blind.missing == ("endpointslices.discovery.k8s.io",)


def test_the_word_of_the_api_server_counts_where_services_may_not_be_read() -> None:
    found = why(DOWN, denied=("services",))
    assert (found.id, because(found)) == ("apiservice.no-endpoints", ("Service platform/adapter",))
    assert (found.missing, found.confidence) == (("services",), "inferred")


def test_definitions() -> None:
    refused = [
        condition("NamesAccepted", "False", reason="ListKindConflict", message='"WidgetList" is already in use'),
        condition("Established", "False", reason="NotAccepted"),
    ]
    clash = why(definition(*refused, name="gadgets"), definition())
    assert clash.id == "crd.names-conflict"
    assert clash.message.startswith("CRD gadgets.example.org claims names that CRD widgets.example.org has already")
    conversion = converted(**TRUSTED)
    unread = why(definition(versions=TWO_VERSIONS, conversion=conversion), service(), serving(0))
    assert (unread.id, because(unread)) == ("crd.conversion-down", ("Deployment platform/adapter",))
    assert unread.message.endswith("so widgets stored in another version cannot be read")
    assert why(definition(stored=["v1", "v0"])).id == "crd.stored-version-not-served"
    violations = condition("NonStructuralSchema", "True", message="spec.x: must not be empty")
    schema = why(definition(condition("NamesAccepted", "True"), condition("Established", "True"), violations))
    assert schema.id == "crd.schema-not-structural"
    silent = why(definition(condition("NamesAccepted", "True"), condition("Established", "False", reason="Installing")))
    assert silent.id == "crd.not-established"
