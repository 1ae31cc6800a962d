"""The answer to "why is it like this?", to be read in ten seconds: the chain down to the cause, and the next step."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.model.health_report import StepReport, WhyReport
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.reports.formats import DEFAULT_LOOK, Look
from k8sview.reports.health_text import (
    VERDICTS,
    before_lines,
    head_lines,
    name_of,
    say,
    shown,
    since_words,
    unseen_lines,
)
from k8sview.reports.layout import Role, paint

_FEW_EVIDENCE = 8


def render(report: WhyReport, look: Look = DEFAULT_LOOK) -> str:
    """The whole answer, ending in a line feed."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(report, look))


def _lines(report: WhyReport, look: Look) -> Iterator[str]:
    yield from head_lines(report.cluster, report.run, look)
    now = parse_time(report.run.finished_at)
    one = report.object
    words, role = VERDICTS[one.verdict]
    since = f"  since {since_words(one.since, now)}" if one.since else ""
    yield from say(f"{words}  {name_of(one.object)}{since}", look, role, indent=0)
    if one.message or one.reason:
        yield from say(one.message or one.reason, look, indent=4)
    told = one.message if len(report.chain) == 1 else ""
    for number, step in enumerate(report.chain):
        yield from _step(step, number, look, last=number == len(report.chain) - 1, told=told)
    cause = report.root_cause
    evidence = cause.evidence if cause is not None else one.evidence
    if evidence:
        yield ""
        for line in evidence if look.verbose else evidence[:_FEW_EVIDENCE]:
            yield from say(f"evidence: {shown(line.path, line.value)}", look, Role.MUTED, indent=2)
    if cause is not None:
        if cause.confidence is not Confidence.CERTAIN:
            yield from say(f"confidence: {cause.confidence}", look, Role.MUTED, indent=2)
        if cause.affects > 1:
            yield from say(f"the same cause affects {cause.affects} objects", look, indent=2)
        yield from before_lines(cause.changed_before, look, indent=2)
        for text in cause.next.splitlines():
            yield paint(f"  next: {text}", Role.ACCENT, colour=look.colour)
    missing = dict.fromkeys((*one.missing, *(cause.missing if cause is not None else ())))
    if missing:
        yield from say(f"not seen: {', '.join(missing)}: the answer may be incomplete", look, Role.UNKNOWN, indent=2)
    if one.compare is not None:
        other = one.compare
        argocd = other.argocd or "says nothing"
        yield from say(f"kstatus: {other.kstatus} · Argo CD: {argocd} · {other.rule}", look, Role.MUTED, indent=2)
    if look.verbose:
        yield from unseen_lines(report.unseen, report.access.denied, look)


def _step(step: StepReport, number: int, look: Look, *, last: bool, told: str) -> Iterator[str]:
    """One link; ``told``: the head's words, which the object's own cause need not repeat."""
    if number == 0 and not last:
        return  # the head has said it
    verdict = "" if step.verdict is None else f" is {step.verdict}"
    text = f"└ because {name_of(step.object)}{verdict}: {step.message}" if number else step.message
    if last:
        cause = f"← root cause [{step.diagnosis}]" if step.diagnosis else "← root cause"
        text = cause if told and text == told else f"{text}  {cause}"
    yield from say(text, look, Role.TITLE if last else Role.PLAIN, indent=2 * max(number, 1))
