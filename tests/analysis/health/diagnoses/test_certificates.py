"""Why a certificate is not issued or renewed."""

from __future__ import annotations

from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import Raw, condition
from tests.analysis.health.platform_objects import custom
from tests.analysis.health.test_certificates import (
    DENIED,
    ISSUING,
    NOT_READY,
    READY,
    RENEWING,
    SHARED,
    ahead,
    certificate,
)

CM, ACME = "cert-manager.io/v1", "acme.cert-manager.io/v1"
READY_ISSUER = custom(CM, "ClusterIssuer", "letsencrypt", None, status={"conditions": [condition("Ready", "True")]})
ILL_ISSUER = custom(
    CM,
    "ClusterIssuer",
    "letsencrypt",
    None,
    status={
        "conditions": [condition("Ready", "False", reason="ErrRegisterACMEAccount", message="dial tcp: i/o timeout")]
    },
)
OTHER_ISSUER = custom(CM, "ClusterIssuer", "vault", None)


def request(*conditions: Raw, name: str = "web-1") -> Raw:
    annotations = {"cert-manager.io/certificate-name": "web"}
    return custom(
        CM, "CertificateRequest", name, metadata={"annotations": annotations}, status={"conditions": [*conditions]}
    )


def test_an_issuer_that_is_missing_or_not_ready() -> None:
    missing = why(certificate(NOT_READY, ISSUING), OTHER_ISSUER)
    assert (missing.id, because(missing)) == ("tls.not-issued", ("ClusterIssuer letsencrypt",))
    assert missing.message == "ClusterIssuer letsencrypt does not exist, so Certificate shop/web is not issued"
    ill = why(certificate(NOT_READY, ISSUING), ILL_ISSUER)
    assert because(ill) == ("ClusterIssuer letsencrypt",)
    assert ill.message.startswith(
        "ClusterIssuer letsencrypt is not ready (ErrRegisterACMEAccount): dial tcp: i/o timeout"
    )


def test_a_refusal_comes_from_an_issuer_that_is_there() -> None:
    found = why(certificate(NOT_READY, DENIED), OTHER_ISSUER)
    assert (found.because, found.message) == (
        (),
        "Certificate shop/web is not issued: The CertificateRequest was denied",
    )
    assert because(why(certificate(NOT_READY, DENIED), ILL_ISSUER)) == ("ClusterIssuer letsencrypt",)


def test_issuers_that_may_not_be_seen() -> None:
    found = why(certificate(NOT_READY, ISSUING), OTHER_ISSUER, denied=("clusterissuers.cert-manager.io",))
    assert (found.because, found.confidence) == ((), "inferred")
    assert found.missing == ("clusterissuers.cert-manager.io",)


def test_a_request_that_was_denied_or_waits() -> None:
    denied = request(condition("Approved", "False"), condition("Denied", "True", message="no policy allows it"))
    assert (
        "its request was denied: no policy allows it"
        in why(certificate(NOT_READY, ISSUING), READY_ISSUER, denied).message
    )
    pending = request(condition("Ready", "False", reason="Pending", message="waiting for order web-1-2"))
    order = custom(
        ACME, "Order", "web-1-2", status={"state": "errored", "reason": "rateLimited: too many certificates"}
    )
    found = why(certificate(NOT_READY, ISSUING), READY_ISSUER, pending, order)
    assert found.because == ()
    assert found.message.endswith("its ACME order is errored: rateLimited: too many certificates")
    challenge = custom(
        ACME,
        "Challenge",
        "web-1-2-3",
        spec={"dnsName": "shop.example.com"},
        status={"state": "pending", "reason": "wrong status code 404, expected 200"},
    )
    found = why(certificate(NOT_READY, ISSUING), READY_ISSUER, pending, order, challenge)
    assert found.message.endswith(
        "its ACME challenge for shop.example.com is pending: wrong status code 404, expected 200"
    )
    nobody = why(certificate(NOT_READY, ISSUING), READY_ISSUER, request(condition("Approved", "True")))
    assert "nobody has answered its request" in nobody.message


def test_what_it_means_for_a_certificate_that_there_is() -> None:
    renewing = certificate(READY, RENEWING, notAfter=ahead("20d"), renewalTime=ago("2d"))
    found = why(renewing, ILL_ISSUER)
    assert found.id == "tls.renewal-failed"
    assert found.message.endswith("so Certificate shop/web is not renewed and expires at 2026-03-21 12:00 UTC")
    expired = why(certificate(READY, RENEWING, notAfter=ago("1h"), renewalTime=ago("20d")), READY_ISSUER)
    assert expired.id == "tls.expired"
    shared = why(certificate(SHARED), READY_ISSUER)
    assert (shared.id, shared.message) == (
        "tls.shared-secret",
        'Certificate shop/web shares its Secret with another one: Secret was issued for "other"',
    )
