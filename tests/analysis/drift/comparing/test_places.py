"""Paths, patterns, spellings and severities."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.analysis.drift.comparing.equality import folded, nanoseconds, plain_json, same
from k8sview.analysis.drift.comparing.places import generic_of, matches
from k8sview.analysis.drift.comparing.severity import PathClass, class_of, severity_of
from k8sview.model.status import Severity


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("spec.ports[*].nodePort", "spec.ports[port=80].nodePort", True),
        ("spec.ports[*].nodePort", "spec.ports[0].nodePort", True),
        ("spec.ports[*].nodePort", "spec.ports.a.nodePort", False),
        ("**.image", "spec.template.spec.containers[name=a].image", True),
        ("**.image", "image", True),
        ("status.**", "status", True),
        ("status.**", "spec.status", False),
        ("metadata.annotations[field.cattle.io/*]", "metadata.annotations[field.cattle.io/creator]", True),
        ("metadata.annotations[field.cattle.io/*]", "metadata.annotations[other.io/creator]", False),
        ("metadata.labels.*", "metadata.labels[a.b/c]", True),
        ("metadata.labels.*", "metadata.labels", False),
        ("**.a.**.b", "x.a.y.z.b", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, generic_of(path)) is expected


def test_a_path_that_is_none_matches_nothing() -> None:
    assert generic_of("a[") == ("a[",)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h", 3600),
        ("60m", 3600),
        ("1h0m0s", 3600),
        ("1.5h", 5400),
        ("90m", 5400),
        ("-1s", -1),
        (".5s", Decimal("0.5")),
    ],
)
def test_durations_as_go_writes_them(text: str, seconds: Any) -> None:
    assert nanoseconds(text) == Decimal(seconds) * 10**9


@pytest.mark.parametrize("text", ["", "5", "1d", "1 h", "h", "1h30", "1H", "0.5"])
def test_what_is_no_duration(text: str) -> None:
    assert nanoseconds(text) is None


@given(st.integers(0, 10**6), st.sampled_from([("h", "m"), ("m", "s"), ("s", "ms")]))
def test_a_bigger_unit_is_the_same_span(number: int, units: tuple[str, str]) -> None:
    factor = 1000 if units[1] == "ms" else 60
    assert nanoseconds(f"{number}{units[0]}") == nanoseconds(f"{number * factor}{units[1]}")


def test_truth_is_no_number() -> None:
    assert not same(True, 1)
    assert not same([False], [0])
    assert same({"a": [1.0]}, {"a": [1]})


def test_yaml_values_as_json() -> None:
    from datetime import UTC, date, datetime

    assert plain_json({2: (date(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)), True: None}) == {
        "2": ["2024-01-01", "2024-01-01T00:00:00Z"],
        "true": None,
    }


def test_string_data_wins_over_data() -> None:
    assert folded({"data": {"a": "eA==", "b": None}, "stringData": {"a": "y", "c": 5}}) == {
        "data": {"a": "eQ==", "b": "", "c": "NQ=="}
    }


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("spec.template.spec.containers[name=a].securityContext.privileged", "Deployment.apps", PathClass.SECURITY),
        ("rules", "ClusterRole.rbac.authorization.k8s.io", PathClass.SECURITY),
        ("data.password", "Secret", PathClass.SECURITY),
        ("data.password", "ConfigMap", PathClass.BEHAVIOUR),
        ("spec.template.spec.containers[name=a].image", "Deployment.apps", PathClass.AVAILABILITY),
        ("spec.replicas", "Deployment.apps", PathClass.AVAILABILITY),
        ("", "Deployment.apps", PathClass.AVAILABILITY),
        ("spec.template.spec.containers[name=a].args", "Deployment.apps", PathClass.BEHAVIOUR),
        ("spec.template.metadata.labels.app", "Deployment.apps", PathClass.BEHAVIOUR),
        ("metadata.labels.team", "Deployment.apps", PathClass.COSMETIC),
        ("metadata.labels[pod-security.kubernetes.io/enforce]", "Namespace", PathClass.SECURITY),
    ],
)
def test_the_class_of_a_path(path: str, kind: str, expected: PathClass) -> None:
    name, _, group = kind.partition(".")
    assert class_of(path, name, group) is expected


def test_severity_falls_with_the_class_and_with_the_change() -> None:
    paths = ("spec.hostNetwork", "spec.replicas", "spec.args", "metadata.labels.a")
    table = [[severity_of(path, change).rank for change in ("override", "removal", "addition")] for path in paths]
    assert all(row == sorted(row) for row in table)
    assert all(list(column) == sorted(column) for column in zip(*table, strict=True))
    assert severity_of("spec.hostNetwork", None) is Severity.HIGH
