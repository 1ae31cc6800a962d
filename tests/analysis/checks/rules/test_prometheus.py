"""``metric-within``: bounds, and figures that are none."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from k8sview.analysis.checks.outcome import Context
from k8sview.analysis.checks.rules.prometheus import MetricWithinParameters, metric_within
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.metrics import Metric, Sample
from k8sview.model.status import Layer, Status
from k8sview.model.tables import SYNCED
from k8sview.model.view import View


def judged(bounds: dict[str, float], *values: float) -> list[Any]:
    metric = Metric("load", SYNCED, tuple(Sample({"job": "a"}, value) for value in values))
    view = View(datetime(2026, 3, 1, tzinfo=UTC), metrics={"load": metric})
    component = ComponentStatus("prometheus", "Prometheus", Layer.BASEMENT, Presence.INSTALLED)
    context = Context(view, component, {}, lambda resource, obj: pytest.fail("no health is asked"))
    parameters = MetricWithinParameters(metric="load", says="load is {value}", **bounds)
    return [one.outcome for one in metric_within(context, parameters)]


@pytest.mark.parametrize(
    ("bounds", "value", "status", "expected"),
    [
        ({"max": 0}, 0, Status.PASS, None),
        ({"max": 0}, 1, Status.FAIL, "at most 0"),
        ({"min": 1}, 1, Status.PASS, None),
        ({"min": 1}, 0, Status.FAIL, "at least 1"),
        ({"min": 1, "max": 2}, 3, Status.FAIL, "at least 1 and at most 2"),
        ({"max": 5}, math.inf, Status.FAIL, "at most 5"),
        ({"min": 5}, -math.inf, Status.FAIL, "at least 5"),
        ({"max": 5}, math.nan, Status.UNKNOWN, None),
    ],
)
def test_bounds(bounds: dict[str, float], value: float, status: Status, expected: str | None) -> None:
    (outcome,) = judged(bounds, value)
    assert (outcome.status, outcome.expected) == (status, expected)


def test_a_failure_names_its_series_and_figure() -> None:
    _, outcome = judged({"max": 0}, 0, 1.25)
    assert outcome.message == '{job="a"}: load is 1.25'
    assert outcome.path == 'load{job="a"}'


def test_no_figures_are_no_good_news() -> None:
    assert [one.status for one in judged({"max": 0})] == [Status.UNKNOWN]


def test_bounds_are_needed() -> None:
    assert MetricWithinParameters(metric="load", says="").problem() is not None
