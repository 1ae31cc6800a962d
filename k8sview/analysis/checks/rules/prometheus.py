"""Figures that a Prometheus gave: each within its bounds, and none at all never good news."""

from __future__ import annotations

import math
from collections.abc import Iterator

from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.metrics import Metric, Sample

_VALUE = "{value}"


class MetricWithinParameters(Parameters, frozen=True, kw_only=True):
    """``metric``: the named query. ``says``: what a figure out of bounds means, with ``{value}`` in it."""

    metric: str
    says: str
    min: float | None = None
    max: float | None = None

    def metrics(self) -> tuple[str, ...]:
        return (self.metric,)

    def problem(self) -> str | None:
        return "a figure needs min or max" if self.min is None and self.max is None else None


@rule("metric-within", MetricWithinParameters)
def metric_within(context: Context, parameters: MetricWithinParameters) -> Iterator[Judged]:
    """Every figure that Prometheus gives for `metric` lies between `min` and `max`. No figure at all is unknown."""
    metric = context.view.metric(parameters.metric)
    if not metric.samples:
        words = f"Prometheus answers, but has no figures for {metric.name}: it does not read what would tell them"
        yield Judged(None, cannot_tell(words, path=metric.name, evidence=_asked(metric)))
    for sample in metric.samples:
        yield Judged(None, _judged(metric, sample, parameters))


def _judged(metric: Metric, sample: Sample, parameters: MetricWithinParameters) -> Outcome:
    path = f"{metric.name}{sample}"
    if math.isnan(sample.value):
        return cannot_tell(f"{sample}: Prometheus gives no number for {metric.name}", path=path)
    low, high = parameters.min, parameters.max
    if (low is None or sample.value >= low) and (high is None or sample.value <= high):
        return PASS
    observed = f"{sample.value:.3g}"
    bounds = [f"at least {low:g}" if low is not None else "", f"at most {high:g}" if high is not None else ""]
    return fails(
        f"{sample}: {parameters.says.replace(_VALUE, observed)}",
        path=path,
        observed=observed,
        expected=" and ".join(one for one in bounds if one),
        evidence=_asked(metric),
    )


def _asked(metric: Metric) -> tuple[str, ...]:
    return (f"asked: {metric.query}",) if metric.query else ()
