"""Why nobody may be evicted."""

from __future__ import annotations

from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import condition, pod, waiting
from tests.analysis.health.platform_objects import budget

READY = [pod(name=f"web-{one}") for one in range(3)]


def test_arithmetic_that_nothing_can_meet() -> None:
    found = why(budget(3, 3, 3, spec={"maxUnavailable": 0}), *READY)
    assert (found.id, found.because) == ("budget.blocks-every-drain", ())
    assert found.message == (
        "PodDisruptionBudget shop/web asks for maxUnavailable 0 of 3 pods (on n1): "
        "it allows no eviction even when all are healthy, and will block every drain"
    )
    percent = why(budget(2, 2, 2, spec={"maxUnavailable": None, "minAvailable": "100%"}), *READY[:2])
    assert "minAvailable 100% of 2 pods" in percent.message


def test_pods_that_are_not_well_are_blamed_not_the_budget() -> None:
    crashed = pod(waiting("CrashLoopBackOff"), name="web-2")
    found = why(budget(3, 2, 2), *READY[:2], crashed)
    assert (found.id, because(found)) == ("budget.pods-unhealthy", ("Pod shop/web-2",))
    assert "2 of 3 pods healthy, 2 needed; not ready: web-2" in found.message


def test_without_the_right_to_see_pods() -> None:
    found = why(budget(3, 1, 2), denied=("pods",))
    assert (found.id, found.because) == ("budget.pods-unhealthy", ())
    assert (found.missing, found.confidence) == (("pods",), "inferred")


def test_of_two_budgets_the_younger_is_one_too_many() -> None:
    younger = budget(name="web-too", age="1d")
    assert because(why(budget(), younger, *READY)) == ("PodDisruptionBudget shop/web-too",)
    own = why(younger, budget(), *READY)
    assert (own.id, own.because) == ("budget.overlap", ())
    assert "PodDisruptionBudget shop/web-too selects pods that web selects as well" in own.message


def test_what_cannot_be_computed_and_what_selects_nothing() -> None:
    failed = condition("DisruptionAllowed", "False", reason="SyncFailed", message="found no controllers for pod web-0")
    found = why(budget(conditions=[failed]), *READY)
    assert found.id == "budget.not-computed"
    assert found.message.endswith("found no controllers for pod web-0")
    assert why(budget(0, 0, 0)).id == "budget.selects-nothing"
    assert why(budget(0, 0, 0), pod()).id == "budget.unmanaged-pods"
