"""The published schema: valid itself, kept in a golden file, true of every report, open to later keys."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest

from k8sview.model.report import Report
from k8sview.model.status import Reason
from k8sview.reports import json as json_report
from k8sview.reports import ndjson
from k8sview.reports.schema import render, schema
from tests.reports.golden_files import assert_golden
from tests.reports.samples import ALL


def validate(document: Any) -> None:
    jsonschema.Draft202012Validator(schema()).validate(document)


def test_golden() -> None:
    assert_golden("check-report-v1.schema.json", render())


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("sample", ALL)
def test_reports_are_valid_and_round_trip(sample: str) -> None:
    text = json_report.render(ALL[sample])
    validate(json.loads(text))
    if sample != "hostile":
        assert msgspec.json.decode(text, type=Report).summary == ALL[sample].summary


def test_null_keys_are_written() -> None:
    document = json.loads(json_report.render(ALL["troubled"]))
    for finding in document["findings"]:
        assert set(finding) == {
            field.encode_name for field in msgspec.structs.fields(type(ALL["troubled"].findings[0]))
        }
    assert document["run"]["profile"] is None


def test_later_keys_and_reasons_are_welcome() -> None:
    document = json.loads(json_report.render(ALL["troubled"]))
    document["later"] = document["checks"][0]["later"] = {"a": 1}
    document["checks"][0]["reason"] = "SomethingNew"
    assert "SomethingNew" not in {*Reason}
    validate(document)


@pytest.mark.parametrize(
    ("place", "value"),
    [("apiVersion", "k8sview.io/v2"), ("checks", [{"id": "x"}]), ("summary", {}), ("findings", None)],
)
def test_what_is_no_report_is_refused(place: str, value: object) -> None:
    document = json.loads(json_report.render(ALL["troubled"]))
    document[place] = value
    with pytest.raises(jsonschema.ValidationError):
        validate(document)


def test_an_unknown_status_is_refused() -> None:
    document = json.loads(json_report.render(ALL["troubled"]))
    document["checks"][0]["status"] = "ok"
    with pytest.raises(jsonschema.ValidationError):
        validate(document)


def test_lines_hold_the_values_of_the_document() -> None:
    report = ALL["troubled"]
    document = json.loads(json_report.render(report))
    events = [json.loads(line) for line in ndjson.render(report).splitlines()]
    names = [event.pop("event") for event in events]
    assert names[0] == "run"
    assert names[-1] == "summary"
    for name, key in (("component", "components"), ("check", "checks"), ("finding", "findings")):
        assert [event for event, told in zip(events, names, strict=True) if told == name] == document[key]
    assert {**events[0], **events[-1]} == {
        key: value for key, value in document.items() if key not in ("components", "checks", "findings")
    }
