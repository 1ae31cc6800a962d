"""``healthy``: the verdict of the lists as a check's outcome."""

from __future__ import annotations

import pytest

from k8sview.analysis.checks.outcome import Context
from k8sview.analysis.checks.predicates.verdicts import HealthyParameters, healthy
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Layer, Status
from tests.analysis.clusters import ago, read, view_of

NAMESPACE = {"kind": "Namespace", "metadata": {"name": "shop", "creationTimestamp": ago("1h")}}


def judged(health: Health, parameters: HealthyParameters) -> Status:
    status = ComponentStatus("test", "Test", Layer.BUILDING, Presence.INSTALLED)
    asked: list[str] = []

    def verdict(resource: str, obj: object) -> Health:
        asked.append(resource)
        return health

    context = Context(view_of(NAMESPACE), status, {}, verdict)
    outcome = healthy(parameters)(read(NAMESPACE)[1], context)
    assert asked == ["namespaces"]
    return outcome.status


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (HealthVerdict.DOWN, Status.FAIL),
        (HealthVerdict.DEGRADED, Status.FAIL),
        (HealthVerdict.UNKNOWN, Status.UNKNOWN),
        (HealthVerdict.PROGRESSING, Status.PASS),
        (HealthVerdict.WAITING, Status.PASS),
        (HealthVerdict.SUSPENDED, Status.PASS),
        (HealthVerdict.TERMINATING, Status.PASS),
        (HealthVerdict.HEALTHY, Status.PASS),
    ],
)
def test_every_verdict_has_its_outcome(verdict: HealthVerdict, expected: Status) -> None:
    assert judged(Health(verdict, "Why"), HealthyParameters()) is expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (HealthyParameters(reasons=("Why", "Other")), Status.FAIL),
        (HealthyParameters(reasons=("Other",)), Status.PASS),
        (HealthyParameters(except_reasons=("Why",)), Status.PASS),
        (HealthyParameters(except_reasons=("Other",)), Status.FAIL),
    ],
)
def test_reasons_choose_what_counts(parameters: HealthyParameters, expected: Status) -> None:
    assert judged(Health(HealthVerdict.DOWN, "Why"), parameters) is expected


def test_what_cannot_be_told_may_be_left_to_others() -> None:
    assert judged(Health(HealthVerdict.UNKNOWN), HealthyParameters(unknown=False)) is Status.PASS
