"""JUnit as CI servers read it: a parseable file, right counts, one outcome per case, no pass that was not looked at."""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree as ET

import pytest

from k8sview.model.status import Status
from k8sview.reports.junit import render
from tests.reports.samples import ALL

_OUTCOMES = {"failure", "error", "skipped"}
_ELEMENT = {
    Status.FAIL: "failure",
    Status.ERROR: "error",
    Status.SKIP: "skipped",
    Status.UNKNOWN: "skipped",
    Status.WARN: "system-out",
    Status.PASS: None,
}


@pytest.mark.parametrize("sample", ALL)
def test_counts_are_those_of_the_cases(sample: str) -> None:
    root = ET.fromstring(render(ALL[sample]))
    for element in (root, *root.iter("testsuite")):
        cases = list(element.iter("testcase"))
        assert int(element.attrib["tests"]) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.attrib[attribute]) == sum(case.find(tag) is not None for case in cases)
    assert int(root.attrib["tests"]) == len(ALL[sample].checks)


@pytest.mark.parametrize("sample", ALL)
def test_each_check_is_one_case_with_the_outcome_of_its_status(sample: str) -> None:
    cases = {case.attrib["name"]: case for case in ET.fromstring(render(ALL[sample])).iter("testcase")}
    for check in ALL[sample].checks:
        case = cases[check.id]
        assert case.attrib["classname"] == f"{check.layer}.{check.component}"
        assert len([child for child in case if child.tag in _OUTCOMES]) <= 1
        assert [child.tag for child in case] == ([tag] if (tag := _ELEMENT[check.status]) else [])


def test_unknown_is_skipped_with_its_reason() -> None:
    skipped = ET.fromstring(render(ALL["blind"])).find(".//skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "unknown: nodes: list nodes is forbidden"


def test_suites_have_a_time() -> None:
    for suite in ET.fromstring(render(ALL["troubled"])).iter("testsuite"):
        assert datetime.fromisoformat(suite.attrib["timestamp"]) == datetime(2026, 3, 1, 12)
        assert float(suite.attrib["time"]) >= 0
