"""The metrics API: figures for every node, not only an API that answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.custom import born, moment, text
from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    fails,
    not_applicable,
    passes,
    ref_to,
)
from k8sview.analysis.checks.parts import main_ref
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration

_FIGURES = "nodes.metrics.k8s.io"
_APISERVICES = "apiservices.apiregistration.k8s.io"
_GROUP = "metrics.k8s.io"


class NodeMetricsParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long a new node may be without figures, and how old figures may be."""

    grace: str = "5m"

    def reads(self) -> tuple[str, ...]:
        return ("nodes", _FIGURES)

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) else f"grace: {self.grace!r} is no duration (5m, 1h)"


@rule("node-metrics", NodeMetricsParameters)
def node_metrics(context: Context, parameters: NodeMetricsParameters) -> Iterator[Judged]:
    """Every Ready node has fresh figures. None for any node is one finding, about whoever should give them."""
    nodes, figures = context.table("nodes"), context.table(_FIGURES)
    grace = parse_duration(parameters.grace) or timedelta(minutes=5)
    ready = [nodes.objects[key] for key in sorted(nodes.objects) if _is_ready(nodes.objects[key], context.now, grace)]
    if not ready:
        yield Judged(None, not_applicable("no node has been Ready for long enough"))
    elif not figures.objects:
        outcome = fails(
            f"the metrics API answers, but has figures for none of {len(ready)} nodes: "
            "autoscaling gets no metrics although the APIService is Available",
            path=_FIGURES,
            observed="0 NodeMetrics",
            expected=f"{len(ready)}",
            severity=Severity.HIGH,
        )
        yield Judged(main_ref(context.component), outcome)
    else:
        for node in ready:
            found = figures.get(node.metadata.name)
            yield Judged(ref_to(nodes, node), _fresh(found, context.now, grace))


def _is_ready(node: Any, now: datetime, grace: timedelta) -> bool:
    created = born(node)
    if created is not None and now - created < grace:
        return False
    return any(one.type == "Ready" and one.status == "True" for one in node.status.conditions)


def _fresh(figures: Any, now: datetime, grace: timedelta) -> Outcome:
    if figures is None:
        return fails("is Ready, but the metrics API has no figures for it", path=_FIGURES, expected="NodeMetrics")
    taken = moment(figures, "timestamp")
    if taken is None:
        return PASS
    if now - taken <= grace:
        return passes(recheck_at=taken + grace)
    return fails(
        f"its figures are {format_age(now - taken)} old",
        path=f"{_FIGURES}.timestamp",
        observed=text(figures, "timestamp"),
        expected=f"younger than {format_age(grace)}",
        since=taken + grace,
    )


class OfferedParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_APISERVICES,)


@rule("metrics-offered", OfferedParameters)
def metrics_offered(context: Context, parameters: OfferedParameters) -> Iterator[Judged]:
    """The cluster has registered the metrics API. Whether it answers is told elsewhere."""
    table = context.table(_APISERVICES)
    found = next((one for one in table if one.spec.group == _GROUP), None)
    words = "no APIService of metrics.k8s.io: there is no kubectl top, and no autoscaling by CPU or memory"
    outcome = PASS if found is not None else fails(words, path=_APISERVICES, observed="absent", expected="registered")
    yield Judged(ref_to(table, found) if found is not None else None, outcome)
