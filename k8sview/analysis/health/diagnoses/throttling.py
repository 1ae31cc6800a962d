"""CPU limits that are too tight: the API itself says nothing of them, so only metrics can tell, and their lack is told.

Asked for where a container answers its probes too late, which is what throttling looks like from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.suspects import Suspect, suspects
from k8sview.analysis.health.diagnoses.wording import since, word
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.meta import Custom
from k8sview.model.objects.pods import Pod
from k8sview.model.quantities import parse_quantity
from k8sview.model.status import Confidence
from k8sview.model.view import View

_FIGURES = "pods.metrics.k8s.io"
_METRIC = "cpu-throttled"
_MUCH = 0.25  # a quarter of all periods, as the kubernetes-mixin alerts
_NEARLY = 0.9
_LATE = re.compile(r"deadline exceeded|timed? ?out|no answer in time", re.IGNORECASE)


class _Brake(NamedTuple):
    words: str
    evidence: str
    confidence: Confidence


def held_back(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """A container that answers too late, and of which metrics say that its CPU limit holds it back."""
    if not health.verdict.faulty:
        return None
    for one in suspects(pod):
        limit = one.spec.resources.limits.get("cpu")
        event = next(
            (event for event in told.told(view, pod, "Unhealthy", container=one.name) if _is_late(event)), None
        )
        if limit is None or event is None or not told.fresh(view, event, told.TIME_TO_LIVE):
            continue
        brake = next(_brakes(view, pod, one, limit), None)
        if brake is None:
            continue
        beginning = told.first(event)
        probe = told.text(event).partition(" ")[0].lower()
        top = f"kubectl top pod -n {word(pod.metadata.namespace)} {word(pod.metadata.name)} --containers"
        return Diagnosis(
            id="container.cpu-throttled",
            message=f"{one.words} answers its {probe} probe too late{since(view, beginning)}: {brake.words}",
            next=f"{top}; raise or remove the CPU limit of {limit}",
            container=one.name,
            since=beginning,
            confidence=brake.confidence,
            evidence=(brake.evidence, told.quoted(event)),
        )
    return None


def _is_late(event: Any) -> bool:
    return bool(_LATE.search(told.text(event)))


def _brakes(view: View, pod: Pod, one: Suspect, limit: str | float) -> Iterator[_Brake]:
    measured = view.metric(_METRIC) if view.metrics is not None else None
    for sample in measured.samples if measured is not None and measured.answered else ():
        place = (sample.labels.get("namespace"), sample.labels.get("container"))
        if place == (pod.metadata.namespace, one.name) and sample.value >= _MUCH:
            words = f"its CPU limit of {limit} held it back in {sample.value:.0%} of the last hour's periods"
            yield _Brake(words, f"metrics[{_METRIC}]{sample} = {sample.value:.2f}", Confidence.OBSERVED)
    used, allowed = _use(view, pod, one), parse_quantity(limit)
    if used is not None and allowed and float(used) >= _NEARLY * float(allowed):
        shown = f"{_FIGURES}/{pod.metadata.name} containers[name={one.name}].usage.cpu = {float(used):.3f}"
        words = f"it uses {float(used) / float(allowed):.0%} of its CPU limit of {limit}, which holds it back"
        yield _Brake(words, shown, Confidence.INFERRED)


def _use(view: View, pod: Pod, one: Suspect) -> Any:
    figures = view.get(_FIGURES, pod.metadata.name, pod.metadata.namespace)
    containers = figures.body.get("containers") if isinstance(figures, Custom) else None
    for container in containers if isinstance(containers, list) else ():
        if isinstance(container, dict) and container.get("name") == one.name:
            usage = container.get("usage")
            return parse_quantity(usage.get("cpu")) if isinstance(usage, dict) else None
    return None


def untold(view: View, one: Suspect, said: str) -> tuple[str, tuple[str, ...]]:
    """What is to be added to "no answer in time" where a CPU limit may be why and nothing can tell: clause, missing."""
    limit = one.spec.resources.limits.get("cpu")
    measured = view.readable(_FIGURES) or (view.metrics is not None and view.metric(_METRIC).answered)
    if limit is None or measured or not _LATE.search(said):
        return "", ()
    return f"; whether its CPU limit of {limit} holds it back cannot be told without metrics", (_FIGURES,)


FAMILY = Family(
    known=(
        Known("container.cpu-throttled", "Slow, because its CPU limit holds it back", "Raise or remove the CPU limit."),
    ),
    rules={"pods": (held_back,)},
)
