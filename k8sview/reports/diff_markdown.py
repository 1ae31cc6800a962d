"""The comparison of two sides as Markdown, for a pull request or a chat: a table for each part, then what was not seen.

Words of the clusters stand in code spans with pipes replaced, so that nothing of theirs is markup.
"""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.model.diff import Part, Unlikeness
from k8sview.model.diff_report import DiffEntry, DiffReport
from k8sview.reports.diff_text import change_line, gap_line, headline, side_line
from k8sview.reports.drift_markdown import code
from k8sview.reports.health_text import name_of

_MOST_ROWS = 500


def render(report: DiffReport) -> str:
    """GitHub-flavoured Markdown, ending in a line feed."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: DiffReport) -> Iterator[str]:
    yield f"## k8sview diff: {headline(report)}"
    yield ""
    yield f"- {code(side_line('A', report.sides.a))}"
    yield f"- {code(side_line('B', report.sides.b))}"
    yield from (f"- {code(note)}" for note in report.notes)
    for part in report.parts:
        those = [one for one in report.differences if one.part is part and one.intended_by is None]
        if those:
            yield from _table(part, those)
    if report.summary.intended:
        yield ""
        yield f"{report.summary.intended} more are intended."
    for title, lines in (("Rules", _rules(report)), ("Not comparable", map(gap_line, report.not_comparable))):
        found = [f"- {code(line)}" for line in lines]
        if found:
            yield from ("", f"### {title}", "", *found)


def _table(part: Part, those: list[DiffEntry]) -> Iterator[str]:
    yield from ("", f"### {str(part).capitalize()}", "")
    yield "| Severity | What | Field | A → B |"
    yield "|---|---|---|---|"
    for one in those[:_MOST_ROWS]:
        what = name_of(one.object) if one.object is not None else one.name
        change = change_line(one) if one.a or one.b else str(one.unlike).replace("-", " ")
        if one.unlike is Unlikeness.RECREATED:
            change = f"recreated {change}"
        yield f"| {one.severity} | {code(what)} | {code(one.path)} | {code(change)} |"
    if len(those) > _MOST_ROWS:
        yield ""
        yield f"… and {len(those) - _MOST_ROWS:,} more: `-o json` lists all."


def _rules(report: DiffReport) -> Iterator[str]:
    return (f"{one.problem}: {one.rule}: {one.message}" for one in report.rules)
