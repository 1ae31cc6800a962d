"""What YAML tests cannot show: severities, and runs that cover some namespaces only."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.analysis.checks.outcome import Context
from k8sview.analysis.checks.rules.certificates import ExpiryParameters, certificate_expiry
from k8sview.analysis.checks.rules.issuance import IssuersParameters, issuers_ready
from k8sview.catalog import spec as catalogue
from k8sview.catalog.sample import sample_view
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Layer, Severity, Status

NAMED = ("certificates.cert-manager.io", "issuers.cert-manager.io", "clusterissuers.cert-manager.io")


def context_of(*objects: dict[str, Any], namespaces: tuple[str, ...] | None = None, **states: Any) -> Context:
    component = ComponentStatus("cert-manager", "cert-manager", Layer.BASEMENT, Presence.INSTALLED)
    view = sample_view(catalogue.TestSpec(name="sample", expect=Status.PASS, objects=objects, **states), NAMED)
    view = msgspec.structs.replace(view, namespaces=namespaces)
    return Context(view, component, {}, lambda resource, obj: Health(HealthVerdict.UNKNOWN))


def certificate(**status: str) -> dict[str, Any]:
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"secretName": "web-tls", "issuerRef": {"name": "ca", "kind": "ClusterIssuer"}},
        "status": status,
    }


@pytest.mark.parametrize(
    ("end", "severity"),
    [
        ("2026-02-28T00:00:00Z", Severity.CRITICAL),  # over
        ("2026-03-02T00:00:00Z", Severity.CRITICAL),  # a day of ninety
        ("2026-03-09T00:00:00Z", None),  # eight days: as bad as the check says
    ],
)
def test_the_nearer_the_end_the_worse(end: str, severity: Severity | None) -> None:
    context = context_of(certificate(notBefore="2025-12-05T00:00:00Z", notAfter=end))
    (judged,) = certificate_expiry(context, ExpiryParameters())
    assert (judged.outcome.status, judged.outcome.severity) == (Status.FAIL, severity)


def test_a_pass_says_when_to_look_again() -> None:
    context = context_of(certificate(notAfter="2026-05-01T00:00:00Z", renewalTime="2026-04-01T00:00:00Z"))
    (judged,) = certificate_expiry(context, ExpiryParameters())
    assert str(judged.outcome.recheck_at) == "2026-04-01 00:00:00+00:00"


ISSUER = {
    "apiVersion": "cert-manager.io/v1",
    "kind": "ClusterIssuer",
    "metadata": {"name": "ca"},
    "status": {"conditions": [{"type": "Ready", "status": "False", "reason": "ErrGetKeyPair"}]},
}


@pytest.mark.parametrize(
    ("context", "severity"),
    [
        (context_of(ISSUER, certificate()), None),
        (context_of(ISSUER), Severity.LOW),
        (context_of(ISSUER, denied=("certificates.cert-manager.io",)), None),  # who uses it was not seen
    ],
)
def test_only_an_issuer_that_surely_nobody_uses_is_a_small_matter(context: Context, severity: Severity | None) -> None:
    (judged,) = issuers_ready(context, IssuersParameters())
    assert (judged.outcome.status, judged.outcome.severity) == (Status.FAIL, severity)


def test_a_run_over_some_namespaces_is_not_asked_about_cluster_issuers() -> None:
    denied = ("clusterissuers.cert-manager.io",)
    (unseen,) = issuers_ready(context_of(denied=denied), IssuersParameters())
    assert unseen.outcome.status is Status.UNKNOWN
    assert list(issuers_ready(context_of(denied=denied, namespaces=("shop",)), IssuersParameters())) == []
