"""The drift report as Markdown, for a pull request or a chat: a table of leaves, then what could not be looked at.

Words of the cluster stand in code spans with pipes replaced, so that nothing of theirs is markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from k8sview.model.drift import DriftKind
from k8sview.model.drift_report import DriftReport
from k8sview.reports.drift_text import change_line, headline, when, who
from k8sview.reports.health_text import name_of
from k8sview.reports.order import one_line

_LONGEST = 300
_MOST = 1000
"""Rows: pages that take Markdown cut it at a mebibyte. Unmanaged objects are counted in the headline alone."""


def render(report: DriftReport) -> str:
    """GitHub-flavoured Markdown, ending in a line feed."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: DriftReport) -> Iterator[str]:
    yield f"## k8sview drift: {headline(report)}"
    shown = [one for one in report.drifts if one.drift is not DriftKind.UNMANAGED]
    if shown:
        yield ""
        yield "| Severity | Drift | Object | Field | Change | Who | When | Still there because |"
        yield "|---|---|---|---|---|---|---|---|"
    for one in shown[:_MOST]:
        cells = (
            name_of(one.object),
            one.path,
            change_line(one),
            who(one),
            when(one, report.run.finished_at),
            one.why_not_reverted,
        )
        yield f"| {one.severity} | {one.drift} | {' | '.join(code(text) for text in cells)} |"
    if len(shown) > _MOST:
        yield ""
        yield f"{len(shown) - _MOST} more are in the JSON report."
    if report.rules:
        yield ""
        yield "### Ignore rules to look at"
        yield ""
        for entry in report.rules:
            yield f"- {code(entry.rule)}: {code(entry.message)}"
    if report.not_checkable:
        yield ""
        yield "### Not looked at"
        yield ""
        for each in report.not_checkable:
            yield f"- {each.drift}: {code(each.reason)}{'' if each.asked else ' (left out)'}"


def code(text: str) -> str:
    """A code span whose fence is longer than any run of backticks inside; nothing for nothing."""
    cut = one_line(text).replace("|", "¦")[:_LONGEST]
    if not cut:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", cut)), default=0))
    space = " " if cut.startswith("`") or cut.endswith("`") else ""
    return f"{fence}{space}{cut}{space}{fence}"
