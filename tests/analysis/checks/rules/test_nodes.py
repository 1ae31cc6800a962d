"""What the catalogue's own tests of nodes cannot show: severities, ties, and changes that were watched."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.status import Severity, Status
from k8sview.model.times import parse_duration
from k8sview.model.view import Change
from tests.analysis.checks.rules.running import judged_by, not_passed
from tests.analysis.clusters import NOON, ago


def node(name: str, ready: str = "True", kubelet: str = "v1.37.1", **labels: str) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": ago("1h")}]
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "creationTimestamp": ago("90d")},
        "status": {"conditions": conditions, "nodeInfo": {"kubeletVersion": kubelet}},
    }


def test_one_of_many_nodes_is_left_to_the_checks_own_severity() -> None:
    nodes = [node(f"n{number}") for number in range(9)]
    (lost,) = not_passed(judged_by("nodes-ready", {}, *nodes, node("lost", "Unknown"))).values()
    assert lost.outcome.severity is None


def test_a_fifth_of_the_nodes_or_the_control_plane_is_critical() -> None:
    many = [node("a"), node("b"), node("c", "False")]
    assert not_passed(judged_by("nodes-ready", {}, *many))["c"].outcome.severity is Severity.CRITICAL
    nodes = [node(f"n{number}") for number in range(9)]
    control = {**node("cp", "False")}
    control["metadata"]["labels"]["node-role.kubernetes.io/control-plane"] = ""
    assert not_passed(judged_by("nodes-ready", {}, *nodes, control))["cp"].outcome.severity is Severity.CRITICAL


def test_of_two_equal_halves_always_the_same_one_is_odd() -> None:
    halves = [node("a", kubelet="v1.37.1"), node("b", kubelet="v1.37.2")]
    for order in (halves, halves[::-1]):
        assert list(not_passed(judged_by("pools-uniform", {}, *order))) == ["a"]


def test_a_change_that_was_watched_counts_as_a_roll() -> None:
    pool = [node("a"), node("b"), node("c", kubelet="v1.37.2")]
    hour = parse_duration("1h")
    assert hour is not None
    change = Change(NOON - hour, "nodes", ("", "c"), "status.nodeInfo.kubeletVersion", "v1.37.1", "v1.37.2")
    assert list(not_passed(judged_by("pools-uniform", {}, *pool))) == ["c"]
    judged = judged_by("pools-uniform", {}, *pool, changes=(change,))
    assert not not_passed(judged)
    assert {one.outcome.recheck_at for one in judged if one.outcome.recheck_at} == {NOON - hour + 24 * hour}


@pytest.mark.parametrize(
    ("kubelet", "status", "severity"),
    [
        ("v1.38.0", Status.FAIL, Severity.CRITICAL),
        ("v1.37.9", Status.PASS, None),
        ("v1.36.0", Status.PASS, None),
        ("v1.35.0", Status.WARN, Severity.LOW),
        ("v1.34.0", Status.FAIL, None),
        ("v1.33.0", Status.FAIL, Severity.CRITICAL),
        ("v2.0.0", Status.FAIL, Severity.CRITICAL),
        ("odd", Status.UNKNOWN, None),
    ],
)
def test_kubelet_skew(kubelet: str, status: Status, severity: Severity | None) -> None:
    (judged,) = judged_by("kubelet-skew", {}, node("a", kubelet=kubelet), version="v1.37.2-eks-1")
    assert (judged.outcome.status, judged.outcome.severity) == (status, severity)


def test_before_1_25_a_kubelet_may_be_two_minors_older() -> None:
    (judged,) = judged_by("kubelet-skew", {}, node("a", kubelet="v1.24.0"), version="v1.27.0")
    assert judged.outcome.severity is Severity.CRITICAL


def test_a_server_that_tells_no_version() -> None:
    (judged,) = judged_by("kubelet-skew", {}, node("a"), version="")
    assert judged.outcome.status is Status.UNKNOWN
