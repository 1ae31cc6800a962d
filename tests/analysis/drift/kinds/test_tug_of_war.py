"""Two hands on one field; and hands that only follow each other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.kinds.tug_of_war import not_checkable, tug_of_war
from k8sview.model.drift import Drift
from k8sview.model.status import Confidence
from k8sview.model.view import Change
from tests.analysis.clusters import NOON, view_of
from tests.analysis.drift.shapes import Raw, deployment, entry

ARGO = entry("argocd-controller", "2m", operation="Apply")
OTHER = entry("some-operator", "1m")


def web(*entries: Raw, generation: int = 500, age: str = "1d", **more: Any) -> Raw:
    raw = deployment(*entries, age=age, **more)
    raw["metadata"]["generation"] = generation
    return raw


def found(*raws: Raw, changes: tuple[Change, ...] = ()) -> list[Drift]:
    return list(tug_of_war(msgspec.structs.replace(view_of(*raws), changes=changes)))


def turn(minute: int, before: str, after: str, path: str = "spec.paused") -> Change:
    at = NOON - timedelta(minutes=60 - minute)
    return Change(at, "deployments.apps", ("shop", "web"), path, before, after)


BACK_AND_FORTH = (turn(1, "a", "b"), turn(2, "b", "a"), turn(4, "a", "b"))


def test_a_field_that_goes_back_and_forth() -> None:
    (one,) = found(deployment(), changes=BACK_AND_FORTH)
    assert (one.path, one.before, one.after) == ("spec.paused", "a", "b")
    assert one.message == "it went back and forth 3 times within 3m"
    assert one.time.basis == "watch"


@pytest.mark.parametrize(
    "changes",
    [
        (turn(1, "a", "b"), turn(2, "b", "a")),
        (turn(1, "a", "b"), turn(2, "b", "c"), turn(3, "c", "d")),
        (turn(1, "a", "b"), turn(8, "b", "a"), turn(20, "a", "b")),
        (turn(1, "a", "b"), turn(2, "b", "a"), turn(3, "a", "b", "spec.x")),
    ],
)
def test_changes_that_are_no_war(changes: tuple[Change, ...]) -> None:
    assert found(deployment(), changes=changes) == []


def test_one_look_has_a_hint() -> None:
    (one,) = found(web(ARGO, OTHER))
    assert one.confidence is Confidence.INFERRED
    assert "both argocd-controller and some-operator have just written it" in one.message


SCALER: Raw = {
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "web", "namespace": "shop", "uid": "hpa"},
    "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}},
}


@pytest.mark.parametrize(
    "raws",
    [
        [web(ARGO, OTHER, generation=3)],
        [web(ARGO, OTHER, age="300d")],
        [web(ARGO, entry("some-operator", "3h"))],
        [web(ARGO, entry("kube-controller-manager", "1m", "status"))],
        [web(OTHER, entry("kubectl-edit", "1m"))],
        [web(ARGO, OTHER), SCALER],
        [web(ARGO, OTHER, entry("some-operator", "1m", "status"))],
    ],
)
def test_hands_that_do_not_fight(raws: list[Raw]) -> None:
    assert found(*raws) == []


def test_what_one_look_cannot_tell_is_said() -> None:
    (one,) = not_checkable(view_of())
    assert "only hints" in one.reason
    assert list(not_checkable(msgspec.structs.replace(view_of(), changes=BACK_AND_FORTH))) == []


def test_kinds_that_could_not_be_read_are_told() -> None:
    blind = [one.reason for one in not_checkable(view_of(denied=("services",))) if one.blind]
    assert blind == ["services: list denied or failed"]
