"""Disruption budgets: only their counts tell, for the condition says the same of three different things."""

from __future__ import annotations

import pytest

from tests.analysis.health.objects import Raw, condition, deployment, judge, pod, waiting
from tests.analysis.health.platform_objects import budget, leaving, named

READY = [pod(name=f"web-{one}") for one in range(3)]
CRASHED = pod(waiting("CrashLoopBackOff"), name="web-2")
STARTING = pod(ready="False", name="web-2", age="1m")
AT_ZERO = {**deployment(0), "spec": {"replicas": 0, "template": {"metadata": {"labels": {"app": "web"}}}}}
SYNC_FAILED = condition("DisruptionAllowed", "False", reason="SyncFailed", message="found no controllers for pod web-0")


@pytest.mark.parametrize(
    ("raw", "others", "verdict", "reason"),
    [
        (budget(), READY, "Healthy", ""),
        # maxUnavailable 0, minAvailable 100 %, minAvailable above the replicas: all want every pod.
        (budget(3, 3, 3), READY, "Degraded", "BlocksEveryDrain"),
        (budget(3, 2, 3), READY, "Degraded", "BlocksEveryDrain"),
        (budget(1, 1, 2, spec={"maxUnavailable": None, "minAvailable": 2}), READY[:1], "Degraded", "BlocksEveryDrain"),
        (budget(3, 2, 2), [*READY[:2], CRASHED], "Degraded", "InsufficientPods"),
        (budget(3, 1, 2), [*READY[:1], CRASHED], "Degraded", "InsufficientPods"),
        # A rollout, or a pod that has just been rescheduled, takes the budget up for a while.
        (budget(3, 2, 2, since="3m"), [*READY[:2], STARTING], "Progressing", "InsufficientPods"),
        (budget(3, 2, 2, since="20m"), [*READY[:2], STARTING], "Degraded", "InsufficientPods"),
        (budget(0, 0, 0), [AT_ZERO], "Waiting", "NoPods"),
        (budget(0, 0, 0), [], "Degraded", "SelectsNothing"),
        (budget(0, 0, 0, age="1m"), [], "Waiting", "NoPods"),
        (
            budget(0, 0, 0, metadata={"ownerReferences": [{"kind": "Cluster", "name": "db", "uid": "db"}]}),
            [],
            "Waiting",
            "NoPods",
        ),
        (budget(conditions=[SYNC_FAILED]), READY, "Degraded", "SyncFailed"),
        (budget(observedGeneration=0, age="1m"), READY, "Progressing", "NotObserved"),
        (leaving(budget(), span="1m"), READY, "Terminating", "Terminating"),
    ],
)
def test_budgets(raw: Raw, others: list[Raw], verdict: str, reason: str) -> None:
    health = judge(raw, *others)
    assert (health.verdict, health.reason) == (verdict, reason)
    assert bool(health.message) is (verdict != "Healthy")


def test_two_budgets_over_one_pod() -> None:
    more = budget(name="web-too", age="1d")
    assert judge(budget(), more, *READY).reason == "Overlap"
    assert judge(more, budget(), *READY).reason == "Overlap"
    elsewhere = budget(name="db", spec={"selector": {"matchLabels": {"app": "db"}}})
    assert judge(budget(), elsewhere, *READY).verdict == "Healthy"
    nothing = budget(name="none", spec={"selector": None})
    assert judge(budget(), nothing, *READY).verdict == "Healthy"
    everything = budget(name="all", spec={"selector": {}})
    assert judge(budget(), everything, *READY).reason == "Overlap"
    assert judge(everything, budget(), *READY).reason == "Overlap"


def test_without_the_right_to_see_pods_the_counts_still_tell() -> None:
    health = judge(budget(3, 3, 3), denied=("pods",))
    assert (health.reason, health.missing) == ("BlocksEveryDrain", ("pods",))
    assert judge(budget(0, 0, 0), denied=("deployments.apps",)).verdict == "Waiting"


def test_an_overlap_that_cannot_be_seen_is_no_health() -> None:
    unseen = judge(budget(), budget(name="db", spec={"selector": {"matchLabels": {"tier": "db"}}}), denied=("pods",))
    assert (unseen.verdict, unseen.missing) == ("Unknown", ("pods",))
    alike = judge(budget(), budget(name="too"), denied=("pods",))
    assert (alike.verdict, alike.reason, alike.confidence) == ("Degraded", "Overlap", "inferred")
    assert judge(budget(), denied=("pods",)).verdict == "Healthy"


def test_pods_of_nobody_cannot_be_counted() -> None:
    bare = pod()
    health = judge(budget(0, 0, 0), bare)
    assert (health.verdict, health.reason) == ("Degraded", "UnmanagedPods")
    assert judge(budget(0, 0, 0, age="1m"), bare).verdict == "Waiting"
    owned = pod(metadata={"ownerReferences": [{"kind": "ReplicaSet", "uid": "r", "controller": True}]})
    assert judge(budget(0, 0, 0), owned).verdict == "Waiting"


def test_a_budget_for_the_pods_of_runs_to_come() -> None:
    template = {"template": {"metadata": {"labels": {"app": "web"}}}}
    nightly = {"kind": "CronJob", "metadata": named("nightly", "shop"), "spec": {"jobTemplate": {"spec": template}}}
    assert judge(budget(0, 0, 0), nightly).verdict == "Waiting"


def test_a_stateful_workload_that_rests_has_a_budget_all_the_same() -> None:
    spec = {"replicas": 0, "template": {"metadata": {"labels": {"app": "web"}}}}
    resting = {"kind": "StatefulSet", "metadata": named("web", "shop"), "spec": spec}
    assert judge(budget(0, 0, 0), resting).verdict == "Waiting"
