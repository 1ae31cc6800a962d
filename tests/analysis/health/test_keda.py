"""KEDA's objects, whose conditions carry no times and whose Ready is not enough."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.health.objects import Raw, judge
from tests.analysis.health.platform_objects import custom


def said(name: str, status: str, reason: str = "", message: str = "") -> Raw:
    return {"type": name, "status": status, "reason": reason, "message": message}


def scaled(*conditions: Raw, kind: str = "ScaledObject", **more: Any) -> Raw:
    spec = {"scaleTargetRef": {"name": "web"}, "fallback": {"replicas": 4}, **more.pop("spec", {})}
    return custom("keda.sh/v1alpha1", kind, "web", spec=spec, status={"conditions": [*conditions]}, **more)


READY = said("Ready", "True", "ScaledObjectReady", "ScaledObject is defined correctly and is ready for scaling")


@pytest.mark.parametrize(
    ("raw", "verdict", "reason"),
    [
        (scaled(READY, said("Active", "False"), said("Fallback", "False")), "Healthy", ""),
        (scaled(READY, said("Fallback", "Unknown"), kind="ScaledJob"), "Healthy", ""),
        (scaled(READY, said("HPAActive", "True", "HPAActive")), "Healthy", ""),
        (scaled(READY, said("HPAActive", "False", "ScalingDisabled")), "Healthy", ""),
        (scaled(said("Ready", "False", "TriggerError", "refused")), "Degraded", "TriggerError"),
        (scaled(said("Ready", "False", "TriggerError", "refused"), age="1m"), "Progressing", "TriggerError"),
        (scaled(said("Ready", "False", "ScaledObjectCheckFailed")), "Degraded", "ScaledObjectCheckFailed"),
        (
            scaled(READY, said("Active", "True"), said("Fallback", "True", "FallbackExists")),
            "Degraded",
            "FallbackExists",
        ),
        (scaled(READY, said("HPAActive", "False", "AmbiguousSelector")), "Degraded", "AmbiguousSelector"),
        (scaled(READY, said("Active", "Unknown"), said("Paused", "True")), "Suspended", "Paused"),
        (scaled(READY, metadata={"annotations": {"autoscaling.keda.sh/paused": "true"}}), "Suspended", "Paused"),
        (scaled(), "Unknown", "NotJudgedYet"),
        (scaled(age="30s"), "Progressing", "NotJudgedYet"),
    ],
)
def test_scaled_objects(raw: Raw, verdict: str, reason: str) -> None:
    health = judge(raw)
    assert (health.verdict, health.reason) == (verdict, reason)


def test_without_times_nothing_began_and_nothing_is_certain() -> None:
    health = judge(scaled(said("Ready", "False", "TriggerError", "connection refused")))
    assert (health.since, health.confidence) == (None, "inferred")
    fallback = judge(scaled(READY, said("Fallback", "True", "FallbackExists")))
    assert fallback.message == "runs on its fallback of 4 replicas: a metric source does not answer"
