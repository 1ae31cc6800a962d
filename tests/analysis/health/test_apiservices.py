"""Aggregated APIs: available, not yet, or down."""

from __future__ import annotations

import pytest

from tests.analysis.health.objects import Raw, condition, judge
from tests.analysis.health.platform_objects import api_service, available, leaving

LOCAL = available(reason="Local", message="Local APIServices are always available")


@pytest.mark.parametrize(
    ("raw", "verdict", "reason"),
    [
        (api_service("", LOCAL, local=True, version="v1"), "Healthy", ""),
        (api_service("", local=True, version="v1"), "Healthy", ""),
        (api_service("metrics.k8s.io", available()), "Healthy", ""),
        (api_service("metrics.k8s.io", available("False", "1h", "MissingEndpoints")), "Down", "MissingEndpoints"),
        (
            api_service("metrics.k8s.io", available("False", "1m", "MissingEndpoints")),
            "Progressing",
            "MissingEndpoints",
        ),
        (api_service("metrics.k8s.io", available("False", "1h", "ServicePortError")), "Down", "ServicePortError"),
        (api_service("metrics.k8s.io", condition("Available", "Unknown")), "Unknown", "NotJudgedYet"),
        (api_service("metrics.k8s.io"), "Unknown", "NotJudgedYet"),
        (leaving(api_service("metrics.k8s.io", available()), span="1m"), "Terminating", "Terminating"),
    ],
)
def test_api_services(raw: Raw, verdict: str, reason: str) -> None:
    health = judge(raw)
    assert (health.verdict, health.reason) == (verdict, reason)


def test_a_failure_just_now_is_excused_for_a_while() -> None:
    health = judge(api_service("metrics.k8s.io", available("False", "1m", "FailedDiscoveryCheck", "no response")))
    assert health.grace is not None
    assert health.recheck_at is not None
    assert health.message == "is not available since 11:59 UTC: no response"
