"""Autoscalers: those without figures, those at their ceiling, and those that merely rest."""

from __future__ import annotations

import pytest

from tests.analysis.health.objects import Raw, condition, deployment, judge, rolling
from tests.analysis.health.platform_objects import ABLE, autoscaler, inactive, leaving

ACTIVE = condition("ScalingActive", "True", reason="ValidMetricFound")
NO_SCALE = condition("AbleToScale", "False", reason="FailedGetScale", message='deployments.apps "web" not found')
FEW = condition("ScalingLimited", "True", reason="TooFewReplicas")
MANY = condition("ScalingLimited", "True", reason="TooManyReplicas")


@pytest.mark.parametrize(
    ("raw", "verdict", "reason"),
    [
        (autoscaler(ABLE, ACTIVE), "Healthy", ""),
        (autoscaler(ABLE, ACTIVE, condition("ScalingLimited", "False", reason="DesiredWithinRange")), "Healthy", ""),
        (autoscaler(ABLE, ACTIVE, FEW), "Healthy", ""),
        (autoscaler(ABLE, ACTIVE, MANY), "Degraded", "AtMaximum"),
        (
            autoscaler(ABLE, ACTIVE, {**MANY, "lastTransitionTime": ACTIVE["lastTransitionTime"]}),
            "Degraded",
            "AtMaximum",
        ),
        (autoscaler(ABLE, ACTIVE, condition("ScalingLimited", "True", "10m", reason="TooManyReplicas")), "Healthy", ""),
        # One number for both bounds is a wish, not a ceiling.
        (autoscaler(ABLE, ACTIVE, MANY, spec={"minReplicas": 5}), "Healthy", ""),
        (
            autoscaler(ABLE, inactive("ScalingDisabled", "scaling is disabled since the replica count is zero")),
            "Suspended",
            "ScalingDisabled",
        ),
        (autoscaler(ABLE, inactive("FailedGetResourceMetric")), "Degraded", "FailedGetResourceMetric"),
        (autoscaler(ABLE, inactive("FailedGetResourceMetric", since="4m")), "Progressing", "FailedGetResourceMetric"),
        (autoscaler(ABLE, inactive("AmbiguousSelector")), "Degraded", "AmbiguousSelector"),
        (autoscaler(NO_SCALE), "Degraded", "FailedGetScale"),
        (
            autoscaler({**NO_SCALE, "lastTransitionTime": autoscaler(age="30s")["metadata"]["creationTimestamp"]}),
            "Progressing",
            "FailedGetScale",
        ),
        (autoscaler(), "Unknown", "NotJudgedYet"),
        (autoscaler(age="20s"), "Progressing", "NotJudgedYet"),
        (leaving(autoscaler(ABLE, ACTIVE), span="1m"), "Terminating", "Terminating"),
    ],
)
def test_autoscalers(raw: Raw, verdict: str, reason: str) -> None:
    health = judge(raw, deployment())
    assert (health.verdict, health.reason) == (verdict, reason)
    assert bool(health.message) is (verdict != "Healthy")


def test_a_rollout_excuses_missing_figures_as_long_as_it_moves() -> None:
    raw = autoscaler(ABLE, inactive("FailedGetResourceMetric"))
    health = judge(raw, deployment(2, 1, 2, rolling("2m")))
    assert (health.verdict, health.message) == (
        "Progressing",
        "gets no figures to scale by while its target is rolling",
    )
    assert judge(raw, deployment(2, 1, 1, rolling("2h", "ProgressDeadlineExceeded", "False"))).verdict == "Degraded"


def test_a_grace_is_told() -> None:
    health = judge(autoscaler(ABLE, inactive("FailedGetResourceMetric", since="4m")), deployment())
    assert health.grace is not None
    assert health.recheck_at is not None
