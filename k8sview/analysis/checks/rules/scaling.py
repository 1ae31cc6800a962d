"""KEDA's ScaledObjects with the autoscalers they make, and the API that serves their metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from k8sview.analysis.checks.custom import conditions, older_than, text
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one
from k8sview.model.objects.meta import Condition
from k8sview.model.times import parse_time

SCALED_OBJECTS = "scaledobjects.keda.sh"
AUTOSCALERS = "horizontalpodautoscalers.autoscaling"
APISERVICES = "apiservices.apiregistration.k8s.io"
_EXTERNAL = "v1beta1.external.metrics.k8s.io"
_OFF = "ScalingDisabled"  # scaled to zero on purpose
_GRACE = timedelta(minutes=5)


class NoParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""


class MetricsParameters(Parameters, frozen=True, kw_only=True):
    """``part``: the component's part whose namespace must serve external metrics."""

    part: str = "metrics-server"


@rule("external-metrics-served", MetricsParameters)
def external_metrics_served(context: Context, parameters: MetricsParameters) -> Iterator[Judged]:
    """The cluster has one API for external metrics. It must be Available, and it must be this component's."""
    table = context.table(APISERVICES)
    service = table.get(_EXTERNAL)
    if service is None:
        message = f"no APIService {_EXTERNAL}: no autoscaler gets an external metric"
        yield Judged(None, fails(message, path=_EXTERNAL, observed="absent", expected="Available"))
        return
    subject, backend = ref_to(table, service), service.spec.service
    homes = {part.namespace for part in context.component.parts if part.name == parameters.part}
    where = f"{backend.namespace}/{backend.name}" if backend else "this API server itself"
    if homes and (backend is None or backend.namespace not in homes):
        words = f"external metrics come from {where}, not from {context.component.title}: its scalers get none"
        expected = f"a Service in {' or '.join(sorted(homes))}"
        yield Judged(subject, fails(words, path="spec.service", observed=where, expected=expected))
        return
    available = next((one for one in service.status.conditions if one.type == "Available"), None)
    yield Judged(subject, _available(available, where))


def _available(said: Condition | None, where: str) -> Outcome:
    path = "status.conditions[type=Available].status"
    if said is None:
        return cannot_tell(f"nothing says whether {where} answers", path=path)
    if said.status == "True":
        return PASS
    detail = f"{said.reason}: {said.message}"
    since = parse_time(said.last_transition_time)
    return fails(f"{where} does not answer: {detail}", path=path, observed=said.status, expected="True", since=since)


@rule("scalers-drive", NoParameters)
def scalers_drive(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """Each ScaledObject's autoscaler exists, computes, and is the only one for its target."""
    table, autoscalers = context.table(SCALED_OBJECTS), context.table(AUTOSCALERS)
    targets: dict[tuple[str, str, str], list[str]] = {}
    for autoscaler in autoscalers:
        target = autoscaler.spec.scale_target_ref
        place = (autoscaler.metadata.namespace or "", target.kind, target.name)
        targets.setdefault(place, []).append(autoscaler.metadata.name)
    for key in sorted(table.objects):
        scaler = table.objects[key]
        name = text(scaler, "status.hpaName")
        kind = text(scaler, "spec.scaleTargetRef.kind") or "Deployment"
        rivals = targets.get((key[0], kind, text(scaler, "spec.scaleTargetRef.name")), [])
        outcome = _driven(scaler, autoscalers.get(name, key[0]) if name else None, rivals, context)
        yield Judged(ref_to(table, scaler), outcome)


def _driven(scaler: Any, autoscaler: Any, rivals: list[str], context: Context) -> Outcome:
    said = conditions(scaler)
    paused = said.get("Paused")
    if paused is not None and paused.status == "True":
        return PASS  # KEDA takes the autoscaler away while paused
    if len(rivals) > 1:
        words = f"autoscalers {' and '.join(sorted(rivals))} scale the same target and work against each other"
        return fails(words, path="spec.scaleTargetRef", observed=str(len(rivals)), expected="1")
    mirrored = said.get("HPAActive")
    if mirrored is not None and mirrored.status == "False" and mirrored.reason != _OFF:
        return fails(
            f"its autoscaler does not work: {mirrored}",
            path="status.conditions[type=HPAActive].status",
            observed="False",
            expected="True",
            since=mirrored.since,
        )
    ready = said.get("Ready")
    if ready is None or ready.status != "True":
        return PASS  # not accepted: the check of Ready says so
    name = read_one(scaler, "status.hpaName")
    if autoscaler is None:
        if not older_than(scaler, _GRACE, context.now):
            return PASS
        return fails(
            f"its autoscaler {name} does not exist" if name else "names no autoscaler: nothing scales its target",
            path="status.hpaName",
            observed=str(name or "not set"),
            expected="an existing HorizontalPodAutoscaler",
        )
    active = next((one for one in autoscaler.status.conditions if one.type == "ScalingActive"), None)
    if active is None or active.status != "False" or active.reason == _OFF:
        return PASS
    return fails(
        f"its autoscaler {name} cannot compute: {active.reason}: {active.message}",
        path="status.hpaName",
        observed=active.reason,
        expected="ScalingActive True",
        since=parse_time(active.last_transition_time),
    )
