"""Every format: its golden file, the same bytes each time, and nothing hostile left in it."""

from __future__ import annotations

import re

import msgspec
import pytest

from k8sview.model.report import Report
from k8sview.reports.formats import FORMATS, Look
from tests.reports.golden_files import assert_golden
from tests.reports.samples import ALL

_ENDINGS = {"text": "txt", "json": "json", "ndjson": "ndjson", "markdown": "md", "junit": "xml"}
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("sample", ["troubled", "healthy", "blind", "empty"])
def test_golden(name: str, sample: str) -> None:
    assert_golden(f"{sample}.{_ENDINGS[name]}", FORMATS[name](ALL[sample], Look()))


@pytest.mark.parametrize("name", FORMATS)
def test_text_from_the_cluster_is_harmless(name: str) -> None:
    rendered = FORMATS[name](ALL["hostile"], Look())
    assert not _CONTROL.search(rendered)
    assert rendered.encode()  # no half surrogate pair either


@pytest.mark.parametrize("name", FORMATS)
def test_order_of_input_does_not_matter(name: str) -> None:
    report = ALL["troubled"]
    turned = msgspec.structs.replace(
        report, checks=report.checks[::-1], findings=report.findings[::-1], components=report.components[::-1]
    )
    assert FORMATS[name](turned, Look()) == FORMATS[name](report, Look())


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "text"])
def test_documents_for_machines_do_not_depend_on_the_terminal(name: str) -> None:
    looks = (Look(), Look(width=40, colour=True, verbose=True))
    assert len({FORMATS[name](ALL["troubled"], look) for look in looks}) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_many_findings_render_in_one_pass(name: str) -> None:
    report: Report = ALL["troubled"]
    crowd = msgspec.structs.replace(report, findings=report.findings * 500)
    assert FORMATS[name](crowd, Look())
