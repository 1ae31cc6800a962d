"""What is kept of field sets where bodies are not."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.drift.ownership.fieldsets import field_set
from k8sview.analysis.drift.ownership.summary import Share, Summaries, leaf_count, summary
from k8sview.model.drift import ActorClass
from k8sview.model.times import parse_time
from tests.analysis.clusters import ago
from tests.analysis.drift.ownership.bodies import entry, flux
from tests.analysis.drift.ownership.scenes import recorded


def test_leaves_and_newest_time_by_class() -> None:
    entries = [
        flux("3d", "spec/a", "spec/b", "spec/."),
        entry("kubectl-edit", "2h", "spec/c"),
        entry("kubectl", None, "spec/replicas", subresource="scale"),
        entry("odd", "1h", "status/x", subresource="status"),
        entry("odd", "1h", "spec/d"),
    ]
    assert summary(entries) == (
        Share(ActorClass.CONTROLLER, 1, parse_time(ago("1h"))),
        Share(ActorClass.GITOPS, 2, parse_time(ago("3d"))),
        Share(ActorClass.HUMAN, 2, parse_time(ago("2h"))),
    )


def test_the_count_is_that_of_the_paths() -> None:
    for scene, body in recorded().items():
        for one in body["metadata"].get("managedFields", []):
            assert leaf_count(one["fieldsV1"]) == len(field_set(one["fieldsV1"]).leaves), scene


def test_what_is_malformed_owns_nothing() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"f:a": deep}
    broken: tuple[Any, ...] = (None, [], "x", 5, {}, {"f:a": None}, deep)
    assert [leaf_count(one) for one in broken] == [0, 0, 0, 0, 0, 0, 1]
    assert summary([None, 7, {"manager": 3}]) == (Share(ActorClass.UNKNOWN, 0, None),)


def test_equal_summaries_are_one() -> None:
    kept = Summaries({"bot": ActorClass.GITOPS})
    first, second = (kept.summary([entry("bot", "1h", "spec/a")]) for _ in range(2))
    assert first is second
    assert first[0].actor_class is ActorClass.GITOPS
