"""What is known to differ, for a reason, by somebody's word, until a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from k8sview.analysis.drift.ignore import apply_rules, path_matches
from k8sview.model.drift import Actor, ActorClass, Drift, DriftKind, IgnoreRule
from k8sview.model.kinds import ref_to
from tests.analysis.clusters import NOON

IMAGE = "spec.template.spec.containers[name=istio-proxy].image"

MEETS = [
    ("/spec/replicas", "spec.replicas"),
    ("/spec/template/spec/containers/0/image", IMAGE),
    ("/metadata/annotations/x.io~1y", "metadata.annotations[x.io/y]"),
    ("spec.replicas", "spec.replicas"),
    ("spec.template.spec.containers[name=istio-*].image", IMAGE),
    ("spec.template.spec.containers[*].image", IMAGE),
    ("spec.template", IMAGE),
    ("**.image", IMAGE),
    ("**", IMAGE),
    ("metadata.annotations[x.io/*]", "metadata.annotations[x.io/y]"),
    ("spec.ports[port=80].nodePort", "spec.ports[port=80,protocol=TCP].nodePort"),
]
MISSES = [
    ("/spec/replicas", "spec.replicasX"),
    ("spec.template.spec.containers[name=app].image", IMAGE),
    ("spec.template.spec.containers[image=istio-proxy].image", IMAGE),
    (IMAGE, "spec.template"),
    ("**.tag", IMAGE),
    ("metadata.annotations[x.io/*]", "metadata.labels[x.io/y]"),
    ("spec.ports[port=80]", "spec.ports[port=443,protocol=TCP]"),
    ("spec.replicas", ""),
]


@pytest.mark.parametrize(("pattern", "path"), MEETS)
def test_a_pattern_that_meets(pattern: str, path: str) -> None:
    assert path_matches(pattern, path)


@pytest.mark.parametrize(("pattern", "path"), MISSES)
def test_a_pattern_that_does_not(pattern: str, path: str) -> None:
    assert not path_matches(pattern, path)


def rule(**criteria: Any) -> IgnoreRule:
    return IgnoreRule(id="r1", reason="the mesh rewrites it", owner="platform", **criteria)


def drift(path: str = "spec.replicas") -> Drift:
    who = Actor(ActorClass.HUMAN, "kubectl-edit", "Update")
    return Drift(kind=DriftKind.OUT_OF_BAND, object=ref_to("Deployment", "shop", "web"), path=path, actor=who)


@pytest.mark.parametrize(
    "criteria",
    [
        {},
        {"path": "spec.replicas", "kind": "Deployment", "namespace": "sh*", "name": "web"},
        {"manager": "kubectl-*"},
        {"drift": DriftKind.OUT_OF_BAND},
        {"expires": NOON + timedelta(days=1)},
    ],
)
def test_a_rule_marks_what_it_covers_and_keeps_it(criteria: dict[str, Any]) -> None:
    found = apply_rules([drift()], [rule(**criteria)], NOON)
    assert [one.ignored_by for one in found.drifts] == ["r1"]
    assert found.problems == ()


@pytest.mark.parametrize(
    "criteria",
    [{"path": "spec.paused"}, {"kind": "Service"}, {"namespace": "x"}, {"manager": "k9s"}, {"drift": DriftKind.HELM}],
)
def test_a_rule_that_covers_nothing_is_told(criteria: dict[str, Any]) -> None:
    found = apply_rules([drift()], [rule(**criteria)], NOON)
    assert [one.ignored_by for one in found.drifts] == [None]
    assert [one.problem for one in found.problems] == ["unused"]
    assert "platform may take it away" in found.problems[0].message


@pytest.mark.parametrize(("path", "words"), [("", "there still"), ("spec.paused", "nothing needs it")])
def test_an_expired_rule_ignores_nothing(path: str, words: str) -> None:
    found = apply_rules([drift()], [rule(path=path, expires=NOON - timedelta(days=1))], NOON)
    assert [one.ignored_by for one in found.drifts] == [None]
    (problem,) = found.problems
    assert problem.problem == "expired"
    assert words in problem.message


def test_a_rule_in_force_beside_an_expired_one() -> None:
    old = IgnoreRule(id="old", reason="x", owner="y", expires=NOON)
    assert [one.ignored_by for one in apply_rules([drift()], [old, rule()], NOON).drifts] == ["r1"]
