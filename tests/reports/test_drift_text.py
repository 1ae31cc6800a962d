"""The drift report for people who have never seen one: every sign is explained, and nothing is said twice."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.model.drift import Actor, ActorClass, DriftKind, DriftSummary
from k8sview.model.drift_report import DriftEntry, DriftReport, Unlooked, WrittenAt
from k8sview.model.report import Access
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity
from k8sview.reports.drift_text import headline, render
from tests.reports.samples import healthy

EDITED = WrittenAt("2026-02-02T10:00:00Z", None, "managedFields")
AUDIT = "look in the audit log for the user: update of deployments web"


def card(**more: Any) -> DriftEntry:
    what: dict[str, Any] = {
        "fingerprint": "f",
        "drift": DriftKind.OUT_OF_BAND,
        "change": "override",
        "object": Ref("apps/v1", "Deployment", "shop", "web"),
        "path": "spec.replicas",
        "before": "2",
        "after": "4",
        "actor": Actor(ActorClass.HUMAN, "kubectl-edit", "Update"),
        "time": EDITED,
        "confidence": Confidence.CERTAIN,
        "why_not_reverted": "",
        "next_upgrade_repairs": None,
        "security": False,
        "severity": Severity.MEDIUM,
        "message": "somebody changed it",
        "next": AUDIT,
        "ignored_by": None,
    }
    return DriftEntry(**(what | more))


def report(*cards: DriftEntry, unlooked: tuple[Unlooked, ...] = ()) -> DriftReport:
    sample = healthy()
    return DriftReport(
        api_version="",
        kind="DriftReport",
        schema_version="",
        tool=sample.tool,
        run=sample.run,
        cluster=sample.cluster,
        summary=DriftSummary(drifted=len(cards), objects=len(cards), managed_percent=40.0),
        drifts=cards,
        not_checkable=unlooked,
        access=Access(),
    )


def text(*cards: DriftEntry, unlooked: tuple[Unlooked, ...] = ()) -> str:
    return " ".join(render(report(*cards, unlooked=unlooked)).split())


@pytest.mark.parametrize(
    ("changed", "legend"),
    [
        ({}, ""),
        ({"before": None}, "in what changed: ? not known"),
        ({"before": None, "change": "addition"}, "in what changed: - nothing there"),
        ({"after": None, "change": "removal"}, "in what changed: - nothing there"),
        ({"before": None, "after": None}, ""),
        ({"before": "?", "after": "-"}, ""),
    ],
)
def test_signs_are_explained_where_they_occur(changed: dict[str, Any], legend: str) -> None:
    told = text(card(**changed))
    assert legend in told
    assert ("in what changed" in told) is bool(legend)


def test_both_signs_are_explained_in_one_line() -> None:
    told = text(card(before=None), card(before=None, change="addition"))
    assert told.count("in what changed: ? not known, - nothing there") == 1


def test_what_dates_a_drift_is_not_taken_for_who_made_it() -> None:
    assert "dated by field sets" in text(card())
    assert "by whom and when: nothing tells" in text(card(actor=None, time=WrittenAt()))
    assert "by whom: nothing tells · at 2026" in text(card(actor=None))


def test_the_same_advice_stands_once() -> None:
    told = text(card(), card(path="spec.paused"), card(path="spec.paused", time=WrittenAt()))
    assert told.count(AUDIT) == 2
    assert told.count("next: as above") == 1


def test_what_helm_does_about_it_is_said_once() -> None:
    advice = "the next helm upgrade puts it back; to keep the change, state it in the chart's values"
    assert text(card(next=advice, next_upgrade_repairs=True)).count("helm upgrade puts it back") == 1
    assert "the next helm upgrade does not put it back" in text(card(next_upgrade_repairs=False))


def test_where_something_was_not_looked_at_nothing_is_ticked_off() -> None:
    gap = Unlooked(DriftKind.MISSING, "secrets: denied")
    nothing = report(unlooked=(gap,))
    assert headline(nothing).startswith("? no drift in what could be looked at")
    assert "NOT CHECKABLE (makes the exit code 3)" in text(unlooked=(gap,))
    assert "NOT CHECKABLE (the answer is not whole)" in text(card(), unlooked=(gap,))
    assert headline(msgspec.structs.replace(nothing, not_checkable=())).startswith("✓")
    assert "40.0% of what was read is managed" in headline(nothing)
