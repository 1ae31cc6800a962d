"""Which words of the judges mean the same, how the sentence is made, and what is not compared at all."""

from __future__ import annotations

import pytest

from k8sview.analysis.health.compare.compare import compare
from k8sview.model.health import Comparison, Health, HealthVerdict
from k8sview.model.objects.meta import Malformed, ObjectMeta
from tests.analysis.clusters import ago, view_of
from tests.analysis.health.compare.judges import beside, words
from tests.analysis.health.objects import condition, deployment, node, pod, rolling

GOOD = pod()  # Current, Healthy
STARTING = pod({"name": "app", "ready": False, "state": {"running": {}}})  # InProgress, Progressing
CRASHING = pod(
    {"name": "app", "ready": False, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
)  # Failed, Degraded
LEAVING = pod(metadata={"deletionTimestamp": ago("10s")})  # Terminating, Progressing
LOST = pod(phase="Unknown")  # Unknown, Unknown
PAUSED = deployment(2, spec={"paused": True})  # InProgress, Suspended
GONE_NODE = node("n1", "False")  # InProgress, no health


@pytest.mark.parametrize(
    ("raw", "same"),
    [
        (GOOD, {"Healthy", "Waiting"}),
        (STARTING, {"Progressing"}),
        (CRASHING, {"Degraded", "Down"}),
        (LEAVING, {"Terminating"}),
        (LOST, {"Unknown"}),
        (PAUSED, set()),
        (GONE_NODE, set()),
        (node(), {"Healthy", "Waiting", "Suspended"}),
    ],
)
def test_verdicts_that_mean_the_same_as_both_words(raw: dict[str, object], same: set[str]) -> None:
    assert {verdict for verdict in HealthVerdict if beside(raw, verdict) is None} == same


def test_only_the_judge_that_differs_is_explained() -> None:
    suspended = beside(GOOD, HealthVerdict.SUSPENDED)
    assert suspended is not None
    assert (suspended.kstatus, suspended.argocd) == ("Current", "Healthy")
    assert suspended.rule.startswith("Argo CD says Healthy: ")
    assert "kstatus" not in suspended.rule


def test_one_sentence_explains_both_where_both_differ() -> None:
    found = beside(STARTING, HealthVerdict.DOWN)
    assert found == Comparison(
        kstatus="InProgress",
        argocd="Progressing",
        rule="kstatus says InProgress: a Running pod that is not Ready is InProgress there unless a main container "
        "waits in CrashLoopBackOff; Argo CD says Progressing: a Running pod that is not Ready and never restarted is "
        "Progressing there without limit",
    )


def test_a_deletion_has_no_limit_of_time_with_either() -> None:
    stuck = beside(LEAVING, HealthVerdict.DEGRADED)
    assert stuck is not None
    assert (stuck.kstatus, stuck.argocd) == ("Terminating", "Progressing")
    assert stuck.rule.count("however long it lasts") == 2


def test_argo_judges_the_hooks_that_it_keeps_while_they_are_deleted() -> None:
    kept = {"deletionTimestamp": ago("10s"), "finalizers": ["argocd.argoproj.io/hook-finalizer"]}
    assert words(pod(metadata=kept)) == ("Terminating", "Healthy")


def test_kstatus_waits_for_the_latest_generation_of_anything_that_states_one() -> None:
    behind = deployment(2, 2, 2, rolling("1d", "NewReplicaSetAvailable"), metadata={"generation": 5})
    assert words(behind) == ("InProgress", "Progressing")
    assert "observedGeneration 1 is not metadata.generation 5" in (beside(behind, HealthVerdict.DOWN) or GONE).rule


GONE = Comparison("", None, "")


def test_what_could_not_be_read_is_not_compared() -> None:
    broken = Malformed(ObjectMeta(name="web"), "spec.replicas: expected int, got str")
    for verdict in HealthVerdict:
        assert compare(view_of(), "deployments.apps", broken, Health(verdict)) is None


def test_no_health_counts_as_a_difference_once_something_is_wrong() -> None:
    pressed = node("n1", "True", condition("DiskPressure", "True"))
    found = beside(pressed, HealthVerdict.DEGRADED)
    assert found is not None
    assert (found.kstatus, found.argocd) == ("Current", None)
    assert found.rule.endswith("Argo CD says nothing: it has no health for kind Node")
