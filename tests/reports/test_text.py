"""The report for people: the order of the house, folding, coverage in words, width and colour."""

from __future__ import annotations

import re

import msgspec
import pytest

from k8sview.model.report import Access, Denied, Report
from k8sview.model.status import Layer, Status, Verdict
from k8sview.reports.formats import Look
from k8sview.reports.layout import cells
from k8sview.reports.text import render
from tests.reports.samples import ALL, NODES, check, deployment, finding, report


def test_floors_stand_in_order_from_the_ground_up() -> None:
    lines = render(ALL["troubled"]).splitlines()
    floors = [line.split()[0] for line in lines if line.startswith(("FOUNDATION", "BASEMENT", "BUILDING"))]
    assert floors == ["FOUNDATION", "BASEMENT", "BUILDING"]
    assert "Begin at the foundation: it is the lowest floor that is not ready." in lines


def test_a_topic_of_several_floors_has_on_each_what_is_found_there() -> None:
    checks = (check("foundation.drift.node-pool", Status.PASS), check("building.drift.replicas", Status.FAIL))
    verdicts = {Layer.FOUNDATION: Verdict.READY, Layer.BUILDING: Verdict.NOT_READY}
    lines = [line.split() for line in render(report(checks, verdicts=verdicts)).splitlines()]
    assert [line[:2] for line in lines if line[2:] == ["drift"]] == [["✓", "pass"], ["✗", "FAIL"]]


def test_effects_fold_beneath_their_cause() -> None:
    text = render(ALL["troubled"])
    assert "affects 5: Deployment kube-system/coredns, Deployment shop/web-0, Deployment shop/web-1, …" in text
    assert "• Deployment kube-system/coredns" not in text
    assert "CoreDNS is up (foundation.coredns.workloads-ready): follows from foundation.nodes.ready" in text


def test_exempted_findings_are_counted_and_not_told() -> None:
    text = render(ALL["troubled"])
    assert "1 exempted" in text
    assert "shop/old" not in text


def test_what_could_not_be_seen_is_said_with_verb_and_resource() -> None:
    text = render(ALL["troubled"])
    assert "5 of 7 applicable checks judged (71.4 %); 2 could not be, see below." in text
    assert "? denied: list secrets: hides 1 check" in text
    assert "? unknown basement.external-secrets.synced: secrets: list secrets is forbidden" in text


def test_a_single_broken_object_of_a_judged_check_is_not_lost() -> None:
    report = ALL["troubled"]
    broken = finding(99, NODES, deployment("shop", "odd"), "cannot be decoded", status=report.checks[6].status)
    text = render(msgspec.structs.replace(report, findings=(*report.findings, broken)))
    assert "? unknown foundation.nodes.ready: Deployment shop/odd: cannot be decoded" in text


def test_somebody_without_rights_gets_a_list_that_can_be_read() -> None:
    report = ALL["blind"]
    denied = tuple(Denied("", f"things-{number}", "list", None, ()) for number in range(60))
    checks = tuple(check(f"basement.part-{number}.ready", Status.UNKNOWN, message="denied") for number in range(60))
    crowd = msgspec.structs.replace(report, checks=checks, access=Access(denied))
    assert render(crowd).count("… and 40 more (--verbose lists all)") == 2
    assert "basement.part-59.ready: denied" in render(crowd, Look(verbose=True))


def test_a_finding_of_the_whole_cluster_names_no_object() -> None:
    whole = finding(1, NODES, None, "the cluster has no node")
    assert "    • the cluster has no node\n" in render(msgspec.structs.replace(ALL["troubled"], findings=(whole,)))


def test_errors_that_belong_to_no_check_are_told() -> None:
    text = render(msgspec.structs.replace(ALL["healthy"], errors=("the clock ran backwards",)))
    assert "? ERROR the clock ran backwards" in text


def test_every_cause_has_one_next_step_on_one_line() -> None:
    lines = render(ALL["troubled"], Look(width=40)).splitlines()
    assert "      next: kubectl describe certificate -n shop web" in lines


@pytest.mark.parametrize("width", [80, 100, 120, 200])
@pytest.mark.parametrize("sample", ["troubled", "blind"])
def test_lines_keep_to_the_width(width: int, sample: str) -> None:
    for line in render(ALL[sample], Look(width=width)).splitlines():
        room = max((len(word) for word in line.split()), default=0) + 8
        assert cells(line) <= max(width, room) or "next:" in line or not line.startswith(" "), line


def test_colour_only_adds_codes() -> None:
    coloured = render(ALL["troubled"], Look(colour=True))
    assert "\x1b[31m✗ NOT READY\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == render(ALL["troubled"])


def test_verbose_also_tells_passes_skips_reasons_and_evidence() -> None:
    text = render(ALL["troubled"], Look(verbose=True))
    for words in (
        "✓ pass basement.velero.backups-recent 3 objects",
        "- skip building.keda.scalers-active KEDA is not installed",
        "why: Because it matters.",
        "last heartbeat 2026-03-01T11:47:31Z",
        "Deployment shop/web-3",
    ):
        assert words in text


def test_many_findings_of_one_check_are_cut_and_counted() -> None:
    report: Report = ALL["troubled"]
    crowd = tuple(finding(1000 + number, NODES, deployment("shop", f"app-{number}"), "bad") for number in range(30))
    text = render(msgspec.structs.replace(report, findings=crowd))
    assert "… and 25 more (--verbose lists all)" in text
    assert "app-29" in render(msgspec.structs.replace(report, findings=crowd), Look(verbose=True))
