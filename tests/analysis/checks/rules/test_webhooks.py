"""What YAML tests cannot show: how bad a webhook without a backend is, and which certificates of a bundle count."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from k8sview.analysis.checks.outcome import Context
from k8sview.analysis.checks.rules.webhooks import WebhookBackendsParameters, webhook_backends
from k8sview.catalog import spec as catalogue
from k8sview.catalog.sample import sample_view
from k8sview.model.bundles import Bundle, read_bundle
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Layer, Severity, Status

PODS = {"apiGroups": [""], "operations": ["CREATE"], "resources": ["pods"]}
EXEC = {"apiGroups": [""], "operations": ["CONNECT"], "resources": ["pods/exec"]}
EVERYTHING = {"apiGroups": ["*"], "operations": ["*"], "resources": ["*"]}
OWN = {"apiGroups": ["example.test"], "operations": ["CREATE"], "resources": ["*/*"]}
NOT_SYSTEM = {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["x"]}]}
OPTED_IN = {"matchLabels": {"inject": "true"}}


def context_of(*objects: dict[str, Any]) -> Context:
    topic = ComponentStatus("webhooks", "Webhooks", Layer.BASEMENT, Presence.INSTALLED)
    view = sample_view(catalogue.TestSpec(name="sample", expect=Status.PASS, objects=objects), ())
    return Context(view, topic, {"webhooks": topic}, lambda resource, obj: Health(HealthVerdict.UNKNOWN))


def configuration(*webhooks: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "guard"},
        "webhooks": list(webhooks),
    }


def webhook(rule: dict[str, Any], name: str = "w.test", service: str = "gone", **more: Any) -> dict[str, Any]:
    return {"name": name, "clientConfig": {"service": {"namespace": "guard", "name": service}}, "rules": [rule], **more}


@pytest.mark.parametrize(
    ("one", "severity"),
    [
        (webhook(PODS), Severity.CRITICAL),
        (webhook(EVERYTHING), Severity.CRITICAL),
        (webhook(PODS, namespaceSelector=NOT_SYSTEM), Severity.CRITICAL),
        (webhook(PODS, namespaceSelector=OPTED_IN), Severity.HIGH),
        (webhook(PODS, objectSelector=OPTED_IN), Severity.HIGH),
        (webhook(OWN), Severity.HIGH),
        (webhook(EXEC), Severity.HIGH),
        (webhook(EVERYTHING, failurePolicy="Ignore"), Severity.MEDIUM),
    ],
)
def test_how_bad_it_is_that_nobody_answers(one: dict[str, Any], severity: Severity) -> None:
    context = context_of(configuration(one))
    (judged,) = webhook_backends(context, WebhookBackendsParameters())
    assert (judged.outcome.status, judged.outcome.severity) == (Status.FAIL, severity)


def test_webhooks_of_one_service_are_one_finding_as_bad_as_the_worst() -> None:
    both = configuration(webhook(OWN, "own.test"), webhook(PODS, "pods.test"), webhook(OWN, "else.test", "other"))
    first, second = webhook_backends(context_of(both), WebhookBackendsParameters())
    assert (first.outcome.severity, first.outcome.path) == (
        Severity.CRITICAL,
        "webhooks[name=pods.test].clientConfig.service",
    )
    assert (second.outcome.severity, second.outcome.next) == (
        Severity.HIGH,
        "kubectl get service,endpointslices,pods -n guard",
    )


def test_what_a_service_with_an_external_name_answers_is_out_of_sight() -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "gone", "namespace": "guard"},
        "spec": {"type": "ExternalName", "externalName": "hooks.example.test"},
    }
    (judged,) = webhook_backends(context_of(configuration(webhook(PODS)), service), WebhookBackendsParameters())
    assert judged.outcome.status is Status.UNKNOWN


def pem(end: datetime) -> bytes:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = builder.serial_number(1).not_valid_before(datetime(2025, 1, 1, tzinfo=UTC)).not_valid_after(end)
    return made.sign(key, None).public_bytes(Encoding.PEM)


def test_the_latest_end_in_a_bundle_counts_while_authorities_change() -> None:
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    bundle = base64.b64encode(pem(old) + pem(new)).decode()
    assert read_bundle(bundle) == Bundle(ends=new)


@pytest.mark.parametrize("text", ["", None, "not base64!", base64.b64encode(b"no certificate").decode()])
def test_what_is_no_bundle_says_so(text: str | None) -> None:
    assert read_bundle(text).problem
    assert read_bundle(text).ends is None
