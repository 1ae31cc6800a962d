"""The report as a CI summary or a comment: verdict, causes (new ones first), what was not seen; the rest folded away.

Never larger than a mebibyte, which is where such summaries are refused: the last parts go first, and it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from k8sview.model.report import Finding, Report
from k8sview.model.status import Status, Verdict
from k8sview.reports.formats import DEFAULT_LOOK, Look
from k8sview.reports.order import causes, counted, effects, in_order, one_line, resource_of, subject, unjudged

LIMIT = 1024 * 1024
_RESERVE = 512  # room for the sentence that says what was left out
_LONGEST = 2000  # of one text

_VERDICTS = {
    Verdict.READY: "✅ Ready",
    Verdict.READY_WITH_WARNINGS: "⚠️ Ready with warnings",
    Verdict.NOT_READY: "❌ Not ready",
    Verdict.INCOMPLETE: "❔ Incomplete",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$])")
_FEW = 20


def render(report: Report, look: Look = DEFAULT_LOOK) -> str:
    """GitHub-flavoured Markdown, ending in a line feed."""
    return _within(LIMIT, _parts(in_order(report)))


def _parts(report: Report) -> Iterator[str]:
    """Each part can stand or fall alone; most important first."""
    summary = report.summary
    yield f"## k8sview: {_VERDICTS[summary.verdict]}\n\n"
    where = " · ".join(_code(one) for one in (report.cluster.context, report.cluster.version) if one)
    yield f"{where}{' · ' if where else ''}{_coverage(report)}\n\n"
    if summary.layers:
        rows = "".join(f"| {layer.id} | {_VERDICTS[layer.verdict]} |\n" for layer in summary.layers)
        yield f"| Floor | Verdict |\n|---|---|\n{rows}\n"
    found = causes(report)
    titles = {check.id: check.title for check in report.checks}
    failing = [one for one in found if one.status is Status.FAIL]
    new = [one for one in failing if one.state == "new"]
    yield from _section("New", new, titles)
    yield from _section("Causes", [one for one in failing if one.state != "new"], titles)
    yield from _not_seen(report)
    warnings = [one for one in found if one.status is Status.WARN]
    yield from _folded("Warnings", [_finding(one, titles) for one in warnings])
    folded = [one for cause in effects(report).values() for one in cause]
    yield from _folded("Effects of the causes above", [_brief(one) for one in folded])
    exempted = [one for one in report.findings if one.exemption is not None]
    yield from _folded("Exempted", [_exempted(one) for one in exempted])


def _coverage(report: Report) -> str:
    found = report.summary.coverage
    if not found.applicable:
        return f"none of {counted(found.selected, 'check')} applies here"
    blind = found.applicable - found.evaluated
    rest = f", **{blind} could not be**" if blind else ""
    return f"{found.evaluated} of {counted(found.applicable, 'applicable check')} judged{rest}"


def _section(title: str, findings: list[Finding], titles: Mapping[str, str]) -> Iterator[str]:
    if not findings:
        return
    yield f"### {title} ({len(findings)})\n\n"
    for number, finding in enumerate(findings):
        if number == _FEW:
            rest = [_finding(one, titles) for one in findings[_FEW:]]
            yield from _folded("more", rest)
            return
        yield _finding(finding, titles)
    yield "\n"


def _finding(finding: Finding, titles: Mapping[str, str]) -> str:
    title = titles.get(finding.check_id, finding.check_id)
    affects = f" *(affects {finding.affects})*" if finding.affects else ""
    step = f"\n  Next: {_code(finding.next)}" if finding.next else ""
    head = f"- **{finding.severity}** {_text(title)} ({_code(finding.check_id)})"
    return f"{head}{affects}\n  {_told(finding)}{step}\n"


def _told(finding: Finding) -> str:
    return f"{_code(subject(finding))}: {_text(finding.message)}" if finding.object else _text(finding.message)


def _brief(finding: Finding) -> str:
    return f"- {_told(finding)} ({_code(finding.check_id)})\n"


def _exempted(finding: Finding) -> str:
    exemption = finding.exemption
    why = (
        f": {_text(exemption.reason)} ({_text(exemption.owner)}, until {_text(exemption.expires)})" if exemption else ""
    )
    return f"- {_told(finding)}{why}\n"


def _not_seen(report: Report) -> Iterator[str]:
    blind = unjudged(report)
    denied = report.access.denied
    if not blind and not denied:
        return
    yield f"### Not seen ({counted(len(blind), 'check')})\n\n"
    for one in denied:
        where = f" in {_code(one.namespace)}" if one.namespace else ""
        hides = f", hides {counted(len(one.affects), 'check')}" if one.affects else ""
        yield f"- denied: {_code(f'{one.verb} {resource_of(one)}')}{where}{hides}\n"
    lines = [f"- {_code(check.id)}: {_text(words)}\n" for check, words in blind]
    yield from lines[:_FEW]
    yield from _folded("more", lines[_FEW:])
    yield "\n"


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A closed block; each of its pieces is whole, so that cutting leaves no open tag."""
    kept = list(lines)
    chunk = 200
    for start in range(0, len(kept), chunk):
        block = "".join(kept[start : start + chunk])
        span = (
            f" {start + 1} to {min(start + chunk, len(kept))} of {len(kept)}"
            if len(kept) > chunk
            else f" ({len(kept)})"
        )
        yield f"\n<details><summary>{title}{span}</summary>\n\n{block}\n</details>\n\n"


def _within(limit: int, parts: Iterator[str]) -> str:
    kept, used, left_out = [], 0, 0
    for part in parts:
        size = len(part.encode())
        if left_out or used + size > limit - _RESERVE:
            left_out += 1
            continue
        kept.append(part)
        used += size
    if left_out:
        kept.append("\n*The rest did not fit into a summary: see the JSON report.*\n")
    return "".join(kept)


def _text(text: str) -> str:
    """Words of the cluster as words: nothing in them is markup, a link, a mention or a tag."""
    cut = _cut(one_line(text))
    escaped = _SPECIAL.sub(r"\\\1", cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return escaped.replace("@", "@<!-- -->")


def _code(text: str) -> str:
    """A code span whose fence is longer than any run of backticks inside."""
    cut = _cut(one_line(text)).replace("|", "¦")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", cut)), default=0))
    edge = " " if cut.startswith("`") or cut.endswith("`") else ""
    return f"{fence}{edge}{cut}{edge}{fence}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
