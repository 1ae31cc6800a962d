"""The health screen's values: rows in the order they were ranked, and words that never claim more than was seen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from k8sview.model.health import ClusterHealth, Diagnosis, Health, HealthVerdict, Judged, RootCause
from k8sview.model.health_report import Unseen
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.tables import State, TableState
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.columns import Surroundings
from k8sview.tui.present.health import (
    CAUSE,
    HEALTH,
    badge_of,
    blind_lines,
    cause_place,
    counts_line,
    entries,
    entry_lines,
    headline,
)
from k8sview.tui.present.rows import Rows
from tests.tui.pictures import NOW, ClusterBuilder

API = Ref("apps/v1", "Deployment", "shop", "api", "app")
SETTINGS = Ref("v1", "ConfigMap", "shop", "settings")
WEB, JOB = Ref("apps/v1", "Deployment", "shop", "web"), Ref("batch/v1", "Job", "shop", "load")
POD = Ref("v1", "Pod", "shop", "api-1")
CERTIFICATE = Ref("cert-manager.io/v1", "Certificate", "shop", "tls")


def whole(ref: Ref) -> Ref:
    return Ref(ref.api_version, ref.kind, ref.namespace, ref.name)


def judged(resource: str, ref: Ref, verdict: HealthVerdict, *, cause: str | None = None, reason: str = "Why") -> Judged:
    diagnosis = Diagnosis(id="some.rule", message=f"{ref.name} is not well", next="kubectl get it")
    return Judged(
        resource=resource, object=whole(ref), health=Health(verdict, reason), diagnosis=diagnosis, cause=cause
    )


def cause(name: str, ref: Ref, *objects: Ref, **more: object) -> RootCause:
    values = {"since": NOW - timedelta(minutes=5), "next": "kubectl logs it\nkubectl get it", **more}
    return RootCause(id=name, diagnosis="container.exits", object=ref, message="it exits", objects=objects, **values)  # type: ignore[arg-type]


def cluster() -> ClusterHealth:
    """Two causes, the second first by rank; a Job on its way; a kind that says nothing; a pod below its cause."""
    return ClusterHealth(
        taken_at=NOW,
        counts={
            HealthVerdict.HEALTHY: 9,
            HealthVerdict.DOWN: 2,
            HealthVerdict.PROGRESSING: 1,
            HealthVerdict.UNKNOWN: 1,
        },
        causes=(cause("c2", SETTINGS, WEB, POD), cause("c1", API, POD, confidence=Confidence.OBSERVED)),
        judged=(
            judged("certificates.cert-manager.io", CERTIFICATE, HealthVerdict.UNKNOWN, reason="NoSignal"),
            judged("deployments.apps", API, HealthVerdict.DOWN, cause="c1"),
            judged("jobs.batch", JOB, HealthVerdict.PROGRESSING),
            judged("pods", POD, HealthVerdict.DOWN, cause="c1"),
        ),
    )


def rows_of(health: ClusterHealth, *, faults_only: bool) -> list[tuple[str, ...]]:
    rows = Rows(HEALTH)
    view = ClusterBuilder().view()
    rows.update(entries(health, faults_only=faults_only, before={}), Surroundings(view, lambda obj: None), NOW)
    return [tuple(span.text for span in rows.cells(key, NOW)) for key in rows.order]


def test_causes_stand_as_they_were_ranked_and_their_effects_fold_beneath() -> None:
    assert [row[:5] for row in rows_of(cluster(), faults_only=True)] == [
        ("✗ cause", "ConfigMap shop/settings", "5m", "2", "container.exits"),
        ("✗ Down", "Deployment shop/api", "5m", "1", "container.exits"),
    ]


def test_without_faults_only_also_what_is_on_its_way_and_at_the_end_what_says_nothing() -> None:
    rows = rows_of(cluster(), faults_only=False)
    assert [row[:2] for row in rows[2:]] == [("» Progressing", "Job shop/load"), ("? Unknown", "Certificate shop/tls")]
    assert rows[2][3] == "-"  # it is no cause, so it affects nobody; that is not 0


def test_a_fault_without_a_cause_stands_for_itself() -> None:
    health = ClusterHealth(taken_at=NOW, counts={}, judged=(judged("pods", POD, HealthVerdict.DEGRADED),))
    assert rows_of(health, faults_only=True)[0][:2] == ("! Degraded", "Pod shop/api-1")


def test_a_row_that_is_as_before_is_the_same_value() -> None:
    before = entries(cluster(), faults_only=False, before={})
    after = entries(cluster(), faults_only=False, before=before)
    assert all(after[key] is before[key] for key in before)


def test_where_rows_lead() -> None:
    found = entries(cluster(), faults_only=False, before={})
    assert found["", "c1"].place == places.cause("c1", "Deployment/api") == cause_place(cluster().causes[1])
    assert found["jobs.batch shop", "load"].place == places.thing("jobs.batch", ("shop", "load"), "explain")
    assert places.cause("c1", "Deployment/api").crumb == "cause Deployment/api"


@pytest.mark.parametrize(
    ("health", "badge"),
    [
        (None, CAUSE),
        (Health(HealthVerdict.HEALTHY), CAUSE),  # a quota that is full is well, and a cause
        (Health(HealthVerdict.DEGRADED), Span("! Degraded", Role.WARN)),
    ],
)
def test_a_cause_that_is_well_or_does_not_exist_is_called_a_cause(health: Health | None, badge: Span) -> None:
    assert badge_of(health) == badge


UNSEEN = (Unseen("services", "denied", "forbidden"),)
FINE = ClusterHealth(taken_at=NOW, counts={HealthVerdict.HEALTHY: 3})


@pytest.mark.parametrize(
    ("health", "unseen", "words"),
    [
        (None, (), Span("… not judged yet", Role.MUTED)),
        (cluster(), (), Span("✗ 2 causes of 2 objects that are not well", Role.FAIL)),
        (FINE, UNSEEN, Span("? no fault in what could be seen", Role.UNKNOWN)),
        (ClusterHealth(taken_at=NOW, counts={}), (), Span("? nothing was judged", Role.UNKNOWN)),
        (FINE, (), Span("✓ no fault", Role.OK)),
    ],
)
def test_the_headline_is_well_only_where_everything_was_seen(
    health: ClusterHealth | None, unseen: tuple[Unseen, ...], words: Span
) -> None:
    assert headline(health, unseen) == words


def test_counts_by_word_where_there_is_room_and_whole_numbers_always() -> None:
    assert counts_line(cluster(), (), 120).text.endswith("✗ 2 Down  ? 1 Unknown  » 1 Progressing  ✓ 9 Healthy")
    assert counts_line(cluster(), (), 60).text.endswith("✗2 ?1 »1 ✓9")


def test_what_could_not_be_looked_at_is_named_with_verb_and_resource() -> None:
    view = ClusterBuilder().state("services", TableState(State.DENIED, "forbidden")).view()
    (told,) = blind_lines((*UNSEEN, Unseen("pods.metrics.k8s.io", "failed", "no answer")), view, 100)
    assert told.text == " ? could not look: list services (denied), pods.metrics.k8s.io (failed: no answer)"
    many = tuple(Unseen(f"kind{number}.example.com", "failed", "no answer") for number in range(30))
    lines = blind_lines(many, view, 78)
    assert len(lines) == 2
    assert lines[1].text.endswith("… 30 kinds in all: k8sview access --health")
    assert len(lines[1].text) <= 80
    assert blind_lines((), view, 78) == []


def test_the_row_in_full_has_its_commands_whole() -> None:
    entry = entries(cluster(), faults_only=True, before={})["", "c1"]
    lines = entry_lines(entry, NOW, 24)
    assert [line.copy for line in lines if line.copy] == ["kubectl logs it", "kubectl get it"]
    text = " ".join(line.text for line in entry_lines(entry, NOW, 200))
    assert "affects 1: Pod shop/api-1" in text
    assert "Deployment shop/api (container app) for 5m · container.exits, observed" in text


def test_hostile_words_stay_plain() -> None:
    entry = entries(
        ClusterHealth(taken_at=NOW, counts={}, causes=(cause("x", API, next="a\x1b[2Jb", missing=("\x07",)),)),
        faults_only=True,
        before={},
    )["", "x"]
    assert all("\x1b" not in line.text and "\x07" not in line.text for line in entry_lines(entry, NOW, 80))
