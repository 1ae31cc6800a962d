"""Namespaces on their way out."""

from __future__ import annotations

import pytest

from tests.analysis.health.objects import Raw, condition, judge
from tests.analysis.health.platform_objects import leaving, named

DISCOVERY = condition(
    "NamespaceDeletionDiscoveryFailure",
    "True",
    reason="DiscoveryFailed",
    message="stale GroupVersion discovery: a.b/v1",
)
FINALIZERS = condition(
    "NamespaceFinalizersRemaining",
    "True",
    reason="SomeFinalizersRemain",
    message="Some content has finalizers remaining: example.com/audit in 1",
)
GONE = condition("NamespaceContentRemaining", "False", reason="ContentRemoved", message="All content removed")


def namespace(*conditions: Raw, phase: str = "Active") -> Raw:
    return {"kind": "Namespace", "metadata": named("shop"), "status": {"phase": phase, "conditions": [*conditions]}}


@pytest.mark.parametrize(
    ("raw", "verdict", "message"),
    [
        (namespace(), "Healthy", ""),
        (leaving(namespace(GONE, phase="Terminating"), span="30s"), "Terminating", "is being deleted"),
        (leaving(namespace(GONE, phase="Terminating"), span="10m"), "Degraded", "is stuck in deletion for 10m"),
        (
            leaving(namespace(FINALIZERS, DISCOVERY, phase="Terminating"), span="10m"),
            "Degraded",
            "is stuck in deletion for 10m: stale GroupVersion discovery: a.b/v1",
        ),
        (
            leaving(namespace(FINALIZERS, phase="Terminating"), span="10m"),
            "Degraded",
            "is stuck in deletion for 10m: Some content has finalizers remaining: example.com/audit in 1",
        ),
    ],
)
def test_namespaces(raw: Raw, verdict: str, message: str) -> None:
    health = judge(raw)
    assert (health.verdict, health.message) == (verdict, message)


def test_its_grace_is_short() -> None:
    health = judge(leaving(namespace(phase="Terminating"), span="30s"))
    assert health.grace is not None
    assert health.grace.total_seconds() == 120
