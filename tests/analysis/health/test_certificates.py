"""Certificates of cert-manager: judged by their own renewal time."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.times import format_time, parse_duration
from tests.analysis.clusters import NOON, ago
from tests.analysis.health.objects import Raw, condition, judge
from tests.analysis.health.platform_objects import custom


def ahead(span: str) -> str:
    length = parse_duration(span)
    assert length is not None
    return format_time(NOON + length)


def certificate(*conditions: Raw, **status: Any) -> Raw:
    spec = {"secretName": "web-tls", "issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"}}
    return custom("cert-manager.io/v1", "Certificate", "web", spec=spec, status={**status, "conditions": [*conditions]})


READY = condition("Ready", "True", "60d", reason="Ready")
NOT_READY = condition(
    "Ready", "False", "1h", reason="DoesNotExist", message="Issuing certificate as Secret does not exist"
)
RENEWING = condition(
    "Issuing", "True", "2d", reason="Renewing", message="Renewing certificate as renewal was scheduled"
)
ISSUING = condition("Issuing", "True", "1h", reason="DoesNotExist")
DENIED = condition("Issuing", "False", "1h", reason="Denied", message="The CertificateRequest was denied")
SHARED = condition("Ready", "False", "1h", reason="IncorrectCertificate", message='Secret was issued for "other"')
GOOD = {"notAfter": ahead("30d"), "renewalTime": ahead("10d")}


@pytest.mark.parametrize(
    ("raw", "verdict", "reason"),
    [
        (certificate(READY, **GOOD), "Healthy", ""),
        # An hour is a lifetime, too.
        (certificate(READY, notAfter=ahead("20m"), renewalTime=ahead("5m")), "Healthy", ""),
        (certificate(READY, RENEWING, notAfter=ahead("20d"), renewalTime=ago("2d")), "Degraded", "RenewalFailing"),
        (certificate(READY, notAfter=ahead("20d"), renewalTime=ago("2d")), "Degraded", "RenewalFailing"),
        (certificate(READY, RENEWING, notAfter=ahead("20d"), renewalTime=ago("3m")), "Progressing", "Renewing"),
        (certificate(READY, RENEWING, notAfter=ago("1h"), renewalTime=ago("20d")), "Down", "Expired"),
        (certificate(NOT_READY, ISSUING), "Degraded", "DoesNotExist"),
        (certificate(NOT_READY, condition("Issuing", "True", "1m")), "Progressing", "DoesNotExist"),
        (certificate(NOT_READY, DENIED), "Degraded", "Denied"),
        (certificate(SHARED), "Degraded", "IncorrectCertificate"),
        (certificate(), "Degraded", "NotIssued"),
    ],
)
def test_certificates(raw: Raw, verdict: str, reason: str) -> None:
    health = judge(raw)
    assert (health.verdict, health.reason) == (verdict, reason)


def test_how_long_it_is_overdue_and_how_long_it_lasts() -> None:
    health = judge(certificate(READY, RENEWING, notAfter=ahead("20d"), renewalTime=ago("2d")))
    words = "its renewal fails, due since 2026-02-27 12:00 UTC; it expires at 2026-03-21 12:00 UTC"
    assert health.message.startswith(words)
    assert health.since is not None
    assert judge(certificate(READY, **GOOD)).recheck_at is not None
