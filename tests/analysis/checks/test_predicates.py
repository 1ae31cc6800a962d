"""Each predicate on single objects: what passes, what fails, what cannot be told, and when to look again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

import k8sview.analysis.checks.predicates  # noqa: F401 - fills the table of predicates
from k8sview.analysis.checks.outcome import Context, Outcome
from k8sview.analysis.checks.registry import PREDICATES, predicate
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Layer, Status
from k8sview.model.times import parse_duration
from tests.analysis.clusters import NOON, ago, read, view_of

TEST = ComponentStatus("test", "Test", Layer.FOUNDATION, Presence.INSTALLED)


def judge(
    name: str,
    parameters: dict[str, Any],
    raw: dict[str, Any],
    *others: dict[str, Any],
    verdict: HealthVerdict = HealthVerdict.HEALTHY,
    denied: tuple[str, ...] = (),
) -> Outcome:
    """The outcome of a predicate, with parameters as YAML states them, on one object beside others."""
    entry = PREDICATES[name]
    bound = msgspec.convert(parameters, entry.parameters)
    assert bound.problem() is None
    view = view_of(raw, *others, denied=denied)
    context = Context(view, TEST, {"test": TEST}, lambda resource, obj: Health(verdict, message=f"{resource} is odd"))
    resource, obj = read(raw)
    return entry.build(bound)(view.get(resource.name, obj.metadata.name, obj.metadata.namespace) or obj, context)


def widget(status: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    named = {"name": "w", "namespace": "shop", **metadata}
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": named, "status": status or {}}


def said(status: str, **more: Any) -> dict[str, Any]:
    return {"conditions": [{"type": "Ready", "status": status, **more}]}


@pytest.mark.parametrize(
    ("parameters", "raw", "status"),
    [
        ({}, widget(said("True")), Status.PASS),
        ({}, widget(said("False")), Status.FAIL),
        ({}, widget(said("Unknown")), Status.FAIL),
        ({"is": ["True", "Unknown"]}, widget(said("Unknown")), Status.PASS),
        ({"is": "False"}, widget(said("True")), Status.FAIL),
        ({"grace": "10m"}, widget(said("False", lastTransitionTime=ago("5m"))), Status.PASS),
        ({"grace": "10m"}, widget(said("False", lastTransitionTime=ago("11m"))), Status.FAIL),
        # Some controllers write no transition time: the object's age then counts.
        ({"grace": "10m"}, widget(said("False"), creationTimestamp=ago("5m")), Status.PASS),
        ({"grace": "10m"}, widget(said("False"), creationTimestamp=ago("1h")), Status.FAIL),
        ({"grace": "10m"}, widget(said("False")), Status.FAIL),
        # Nobody has said anything: grey, not green.
        ({}, widget(), Status.UNKNOWN),
        ({"missing": "fail"}, widget(), Status.FAIL),
        ({"missing": "pass"}, widget(), Status.PASS),
        ({"grace": "10m"}, widget(creationTimestamp=ago("5m")), Status.PASS),
        # A condition of an older generation is news of yesterday.
        ({}, widget(said("True", observedGeneration=1), generation=2), Status.UNKNOWN),
        ({}, widget(said("True", observedGeneration=2), generation=2), Status.PASS),
        ({"reasons": ["Broken"]}, widget(said("False", reason="Busy")), Status.PASS),
        ({"reasons": ["Broken"]}, widget(said("False", reason="Broken")), Status.FAIL),
        ({"except_reasons": ["Busy"]}, widget(said("False", reason="Busy")), Status.PASS),
        # Wrongly typed parts read as nothing.
        ({}, widget({"conditions": [{"type": "Ready", "status": True}]}), Status.FAIL),
        ({}, widget({"conditions": "none"}), Status.UNKNOWN),
    ],
)
def test_condition(parameters: dict[str, Any], raw: dict[str, Any], status: Status) -> None:
    assert judge("condition", {"type": "Ready", **parameters}, raw).status is status


def test_condition_tells_how_long_why_and_when_to_look_again() -> None:
    raw = widget(said("False", reason="Down", message="no disk", lastTransitionTime=ago("3h")))
    assert judge("condition", {"type": "Ready"}, raw).message == "Ready is False for 3h: Down: no disk"
    raw = widget(said("False", lastTransitionTime=ago("4m")))
    six = parse_duration("6m")
    assert six is not None
    assert judge("condition", {"type": "Ready", "grace": "10m"}, raw).recheck_at == NOON + six


SPAN = {"path": "status.notAfter", "start": "status.notBefore", "warn": "21d", "fail": "7d"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"notAfter": "2026-06-01T12:00:00Z"}, Status.PASS),
        ({"notAfter": "2026-03-15T12:00:00Z"}, Status.WARN),
        ({"notAfter": "2026-03-04T12:00:00Z"}, Status.FAIL),
        ({"notAfter": "2026-02-04T12:00:00Z"}, Status.FAIL),
        ({"notAfter": "2026-03-01T12:40:00Z", "notBefore": "2026-03-01T11:40:00Z"}, Status.PASS),
        ({"notAfter": "2026-03-01T12:15:00Z", "notBefore": "2026-03-01T11:15:00Z"}, Status.WARN),
        ({"notAfter": "2026-03-01T12:05:00Z", "notBefore": "2026-03-01T11:05:00Z"}, Status.FAIL),
        ({}, Status.UNKNOWN),
        ({"notAfter": 7}, Status.UNKNOWN),
    ],
)
def test_expiry(status: dict[str, Any], expected: Status) -> None:
    assert judge("expiry", SPAN, widget(status)).status is expected


@pytest.mark.parametrize(
    ("parameters", "raw", "expected"),
    [
        ({"max": "1h"}, widget(creationTimestamp=ago("30m")), Status.PASS),
        ({"max": "1h"}, widget(creationTimestamp=ago("2h")), Status.FAIL),
        ({"min": "1h"}, widget(creationTimestamp=ago("30m")), Status.FAIL),
        ({"max": "1h"}, widget(), Status.PASS),
    ],
)
def test_age(parameters: dict[str, Any], raw: dict[str, Any], expected: Status) -> None:
    assert judge("age", parameters, raw).status is expected


@pytest.mark.parametrize(
    ("parameters", "status", "expected"),
    [
        ({"is": "ok"}, {"state": "ok"}, Status.PASS),
        ({"is": "ok"}, {"state": "bad"}, Status.FAIL),
        ({"is": "ok"}, {}, Status.PASS),
        ({"is": "ok", "missing": "fail"}, {}, Status.FAIL),
        ({"is": "ok", "missing": "unknown"}, {}, Status.UNKNOWN),
        ({"not": "bad"}, {"state": "bad"}, Status.FAIL),
        ({"in": ["a", "b"]}, {"state": "c"}, Status.FAIL),
        ({"not_in": ["a", "b"]}, {"state": "b"}, Status.FAIL),
        ({"matches": "^o"}, {"state": "ok"}, Status.PASS),
        ({"not_matches": "^o"}, {"state": "ok"}, Status.FAIL),
        ({"min": 2}, {"state": 1}, Status.FAIL),
        ({"max": 2}, {"state": 1}, Status.PASS),
        ({"max": 2}, {"state": "one"}, Status.FAIL),
    ],
)
def test_field(parameters: dict[str, Any], status: dict[str, Any], expected: Status) -> None:
    assert judge("field", {"path": "status.state", **parameters}, widget(status)).status is expected


def test_field_over_several_values() -> None:
    raw = widget({"parts": [{"up": True}, {"up": False}]})
    path = {"path": "status.parts[*].up", "is": True}
    assert judge("field", path, raw).message == "status.parts[*].up is false, expected true"
    assert judge("field", {**path, "any": True}, raw).status is Status.PASS


@pytest.mark.parametrize("value", ["", [], {}, None])
def test_exists_and_absent_take_empty_for_absent(value: Any) -> None:
    raw = widget({"error": value})
    assert judge("exists", {"path": "status.error"}, raw).status is Status.FAIL
    assert judge("absent", {"path": "status.error"}, raw).status is Status.PASS
    raw = widget({"error": "x"})
    assert judge("exists", {"path": "status.error"}, raw).status is Status.PASS
    assert judge("absent", {"path": "status.error"}, raw).status is Status.FAIL


def test_label() -> None:
    assert judge("label", {"any_of": ["team", "owner"]}, widget(labels={"owner": "a"})).status is Status.PASS
    assert judge("label", {"any_of": ["team", "owner"]}, widget(labels={"owner": ""})).status is Status.FAIL


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2Gi", Status.PASS), ("500Mi", Status.FAIL), ("lots", Status.UNKNOWN), (None, Status.PASS)],
)
def test_quantity(value: str | None, expected: Status) -> None:
    assert judge("quantity", {"path": "status.size", "min": "1Gi"}, widget({"size": value})).status is expected


def test_ref() -> None:
    raw = widget({"secret": "key"})
    secret = {"kind": "Secret", "metadata": {"name": "key", "namespace": "shop"}}
    parameters = {"path": "status.secret", "resource": "secrets"}
    assert judge("ref", parameters, raw, secret).status is Status.PASS
    assert judge("ref", parameters, raw).message == "Secret shop/key does not exist"
    assert judge("ref", parameters, raw, denied=("secrets",)).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("seen", "reason", "expected"),
    [("5m", "Failed", Status.FAIL), ("5m", "Pulled", Status.PASS), ("2h", "Failed", Status.PASS)],
)
def test_event(seen: str, reason: str, expected: Status) -> None:
    event = {
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "shop"},
        "involvedObject": {"uid": "u1"},
        "reason": reason,
        "lastTimestamp": ago(seen),
    }
    assert judge("event", {"reasons": ["Failed"]}, widget(uid="u1"), event).status is expected


def test_events_that_cannot_be_read() -> None:
    assert judge("event", {"reasons": ["Failed"]}, widget(uid="u1"), denied=("events",)).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (HealthVerdict.HEALTHY, Status.PASS),
        (HealthVerdict.PROGRESSING, Status.PASS),
        (HealthVerdict.DEGRADED, Status.FAIL),
        (HealthVerdict.DOWN, Status.FAIL),
        (HealthVerdict.SUSPENDED, Status.WARN),
        (HealthVerdict.UNKNOWN, Status.UNKNOWN),
    ],
)
def test_replicas_follow_the_health_verdict(verdict: HealthVerdict, expected: Status) -> None:
    raw = {"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}
    assert judge("replicas", {}, raw, verdict=verdict).status is expected


def test_every_predicate_has_its_own_name() -> None:
    entry = PREDICATES["label"]
    with pytest.raises(ValueError, match="two predicates are called 'label'"):
        predicate("label", entry.parameters)(entry.build)
