"""The CI summary: causes first, new ones before, never too large, never markup from the cluster."""

from __future__ import annotations

import msgspec

from k8sview.reports.markdown import LIMIT, render
from tests.reports.samples import ALL, NODES, deployment, finding


def test_new_findings_come_first() -> None:
    text = render(ALL["troubled"])
    assert text.index("### New (1)") < text.index("### Causes (1)") < text.index("### Not seen")


def test_a_huge_report_stays_below_the_limit_and_says_what_it_dropped() -> None:
    many = tuple(finding(number, NODES, deployment("shop", f"app-{number}"), "x" * 300) for number in range(20_000))
    text = render(msgspec.structs.replace(ALL["troubled"], findings=many))
    assert LIMIT // 2 < len(text.encode()) < LIMIT
    assert text.count("<details>") == text.count("</details>")
    assert "did not fit" in text


def test_one_enormous_message_does_not_push_out_the_rest() -> None:
    report = ALL["troubled"]
    huge = msgspec.structs.replace(report.findings[0], message="y" * (2 * LIMIT))
    text = render(msgspec.structs.replace(report, findings=(huge, *report.findings[1:])))
    assert "worker-3" in text
    assert len(text.encode()) < LIMIT


def test_words_of_the_cluster_are_not_markup() -> None:
    assert "&lt;script&gt;" in render(ALL["hostile"])
    mention = finding(1, NODES, None, "[click](http://x) @admin <img src=x> *bold*")
    text = render(msgspec.structs.replace(ALL["troubled"], findings=(mention,)))
    assert "\\[click\\](http://x) @<!-- -->admin &lt;img src=x&gt; \\*bold\\*" in text
