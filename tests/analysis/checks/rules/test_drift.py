"""Drifts become findings: with their own severity and name, told apart from what could not be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from k8sview.analysis.checks.check import Check
from k8sview.analysis.checks.engine import Engine, Evaluation
from k8sview.analysis.checks.findings import findings_of
from k8sview.analysis.checks.outcome import nobody_looked
from k8sview.analysis.checks.rules.drift import DriftParameters, drift
from k8sview.analysis.drift.summary import fingerprint_of
from k8sview.catalog import spec
from k8sview.catalog.sample import sample_view
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.drift import Drift, DriftKind, Drifts, DriftTime, NotCheckable
from k8sview.model.report import Finding
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Layer, Reason, Severity, Status
from k8sview.model.view import View

KIND = DriftKind.REPLICAS
API = Ref("apps/v1", "Deployment", "shop", "api")
AT = datetime(2026, 2, 1, tzinfo=UTC)
FOUND = Drift(
    kind=KIND,
    object=API,
    path="spec.replicas",
    before="2",
    after="5",
    time=DriftTime(at=AT, basis="managedFields"),
    confidence=Confidence.OBSERVED,
    severity=Severity.MEDIUM,
    message="scaled by kubectl scale",
    why_not_reverted="nothing reconciles it",
    next="kubectl get deployment -n shop api",
    evidence=("spec.replicas = 5",),
)
HIDDEN = NotCheckable(KIND, "events: list denied")
NOTHING_HERE = NotCheckable(KIND, "nothing scales here", blind=False)


def changed(**changes: Any) -> Drift:
    return msgspec.structs.replace(FOUND, **changes)


def view(*names: str) -> View:
    objects = tuple(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "shop"}}
        for name in names
    )
    return sample_view(spec.TestSpec(name="view", expect=Status.PASS, objects=objects), ())


def a_check(identity: str = "building.drift.replicas", **changes: Any) -> Check:
    parameters = DriftParameters(kind=KIND, of=("deployments.apps",))
    made = Check(
        id=identity,
        title="As many as wanted",
        layer=Layer.BUILDING,
        component="drift",
        severity=Severity.HIGH,
        requires=(),
        wants=("deployments.apps",),
        topic=True,
        drift=KIND,
        rule=lambda context: drift(context, parameters),
        next="k8sview drift",
    )
    return msgspec.structs.replace(made, **changes)


def evaluated(
    found: Drifts | Callable[[DriftKind], Drifts], *checks: Check, seen: View | None = None
) -> list[Evaluation]:
    def of_kind(kind: DriftKind) -> Drifts:
        assert kind is KIND
        return found(kind) if callable(found) else found

    engine = Engine(checks or (a_check(),))
    there = {"drift": ComponentStatus("drift", "Drift", Layer.BUILDING, Presence.INSTALLED)}
    return list(
        engine.run_all(seen or view("api", "web"), there, lambda resource, obj: pytest.fail("no health"), of_kind)
    )


def told(evaluations: Iterable[Evaluation]) -> list[Finding]:
    return list(findings_of(evaluations, view("api", "web"), {}))


def test_a_drift_is_a_finding_and_what_has_none_passes() -> None:
    evaluations = evaluated(Drifts((FOUND,)))
    assert (evaluations[0].status, evaluations[0].evaluated) == (Status.FAIL, 2)
    (finding,) = told(evaluations)
    assert (finding.object, finding.path, finding.expected, finding.observed) == (API, "spec.replicas", "2", "5")
    assert (finding.severity, finding.confidence) == (Severity.MEDIUM, Confidence.OBSERVED)
    assert finding.message == "scaled by kubectl scale; still there: nothing reconciles it"
    assert (finding.since, finding.evidence, finding.next) == ("2026-02-01T00:00:00Z", FOUND.evidence, FOUND.next)


@pytest.mark.parametrize("path", ["spec.replicas", ""])
def test_a_drift_has_one_name_in_both_doors(path: str) -> None:
    one = changed(path=path)
    (finding,) = told(evaluated(Drifts((one,))))
    assert finding.fingerprint == fingerprint_of(view("api", "web"), one)


@pytest.mark.parametrize(
    ("severity", "status"),
    [
        (Severity.CRITICAL, Status.FAIL),
        (Severity.MEDIUM, Status.FAIL),
        (Severity.LOW, Status.WARN),
        (Severity.INFO, Status.WARN),
    ],
)
def test_each_finding_has_its_own_severity_and_what_is_low_warns(severity: Severity, status: Status) -> None:
    (evaluation,) = evaluated(Drifts((changed(severity=severity),)))
    assert evaluation.status is status
    assert told([evaluation])[0].severity is severity


def test_what_was_hidden_is_unknown_and_never_hides_what_was_found() -> None:
    (blind,) = evaluated(Drifts((), (HIDDEN,)))
    assert (blind.status, blind.message) == (Status.UNKNOWN, "events: list denied")
    (half,) = evaluated(Drifts((FOUND,), (HIDDEN,)))
    assert half.status is Status.FAIL
    assert {one.status for one in told([half])} == {Status.FAIL, Status.UNKNOWN}


def test_what_does_not_apply_is_a_skip_unless_something_was_hidden_or_found() -> None:
    (skipped,) = evaluated(Drifts((), (NOTHING_HERE,)))
    assert (skipped.status, skipped.reason, skipped.message) == (
        Status.SKIP,
        Reason.NOT_APPLICABLE,
        "nothing scales here",
    )
    assert evaluated(Drifts((), (NOTHING_HERE, HIDDEN)))[0].status is Status.UNKNOWN
    assert evaluated(Drifts((FOUND,), (NOTHING_HERE,)))[0].status is Status.FAIL


def test_what_a_rule_ignores_is_no_finding() -> None:
    (evaluation,) = evaluated(Drifts((changed(ignored_by="known"),)))
    assert (evaluation.status, evaluation.judged) == (Status.PASS, ())


def test_where_nobody_looks_nothing_passes() -> None:
    assert evaluated(nobody_looked)[0].status is Status.UNKNOWN


def test_a_look_that_crashes_is_an_error_of_this_check_alone() -> None:
    def broken(kind: DriftKind) -> Drifts:
        raise ZeroDivisionError("odd")

    (evaluation,) = evaluated(broken)
    assert (evaluation.status, evaluation.reason) == (Status.ERROR, Reason.CRASHED)
    assert "odd" in evaluation.message


def test_what_was_found_anew_is_judged_anew_though_no_table_changed() -> None:
    engine, seen = Engine((a_check(),)), view("api")
    there = {"drift": ComponentStatus("drift", "Drift", Layer.BUILDING, Presence.INSTALLED)}
    newest = Drifts()

    def status() -> Status:
        (one,) = engine.run_all(seen, there, lambda resource, obj: pytest.fail("no health"), lambda kind: newest)
        return one.status

    assert status() is Status.PASS
    newest = Drifts((FOUND,))
    assert status() is Status.FAIL
    newest = Drifts()
    assert status() is Status.PASS


def test_a_stale_table_behind_it_is_no_pass() -> None:
    stale = sample_view(spec.TestSpec(name="view", expect=Status.UNKNOWN, stale=("deployments.apps",)), ())
    (evaluation,) = evaluated(Drifts(), seen=stale)
    assert (evaluation.status, evaluation.reason) == (Status.UNKNOWN, Reason.STALE)


def test_the_same_fact_folds_under_the_check_that_tells_it_of_the_same_object() -> None:
    other = a_check("building.scaling.fits", drift=None)
    (above,) = evaluated(Drifts((FOUND,)), other)
    (below,) = evaluated(
        Drifts((FOUND, changed(object=Ref("apps/v1", "Deployment", "shop", "web")))),
        a_check(depends_on=("building.scaling.fits",)),
    )
    by_name = {(one.check_id, one.object.name if one.object else ""): one for one in told([above, below])}
    cause = by_name["building.scaling.fits", "api"].fingerprint
    assert by_name["building.drift.replicas", "api"].caused_by == cause
    assert by_name["building.drift.replicas", "web"].caused_by is None


def test_ill_health_neither_explains_a_drift_nor_follows_from_it() -> None:
    node = Ref("v1", "Node", None, "n1")
    (drifted,) = evaluated(Drifts((FOUND,)))
    (ill,) = evaluated(Drifts((changed(object=node),)), a_check("foundation.nodes.ready", drift=None))
    found = findings_of([drifted, ill], view("api"), {}, lambda ref: (node,) if ref == API else (API,))
    assert [one.caused_by for one in found] == [None, None]
