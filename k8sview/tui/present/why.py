"""Why is it like this: one object's verdict, the chain to its root cause, and what to do next, as lines.

The values are those of ``k8sview why``: texts are plain already.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from k8sview.model.health import Health, HealthVerdict, RootCause
from k8sview.model.health_report import CauseReport, ObjectHealth, StepReport, WhyReport
from k8sview.model.status import Confidence
from k8sview.reports.health_text import name_of, since_words
from k8sview.tui.present import places
from k8sview.tui.present.causes import before_lines, evidence_lines, missing_lines, next_lines
from k8sview.tui.present.cells import Role, Span, age, verdict_badge
from k8sview.tui.present.health import CAUSE, cause_place
from k8sview.tui.present.lines import BLANK, Line, fit, heading, line, wrapped
from k8sview.tui.present.links import explain_place
from k8sview.tui.present.measure import width_of
from k8sview.tui.present.objects import axes_text


def why_lines(why: WhyReport, now: datetime, width: int) -> list[Line]:
    """The answer, readable in ten seconds: verdict, chain, next step first; what it rests on below."""
    own, cause = why.object, why.root_cause
    lines = _head(own, now, width)
    lines += _chain(why, width)
    if cause is not None:
        lines += [_cause_link(cause)]
        lines += next_lines(cause.next, width)
        lines += before_lines(cause.changed_before, now, width)
    first = cause.evidence if cause is not None else why.chain[-1].evidence if why.chain else ()
    lines += evidence_lines("EVIDENCE OF THE CAUSE" if cause is not None else "EVIDENCE", first, width)
    more = tuple(one for one in own.evidence if one not in first)
    lines += evidence_lines("EVIDENCE OF ITS VERDICT" if first else "EVIDENCE", more, width)
    lines += missing_lines((*own.missing, *(cause.missing if cause is not None else ())), width)
    return [*lines, *_compared(own, width)]


def _head(own: ObjectHealth, now: datetime, width: int) -> list[Line]:
    badge = verdict_badge(own.verdict)
    since = f"  since {since_words(own.since, now)}" if own.since else ""
    grace = f"  excused for {own.grace}" if own.grace and not own.verdict.faulty else ""
    room = max(20, width - width_of(badge.text) - 2 - len(since) - len(grace))
    name = fit(name_of(own.object), room)
    lines = [line(Span(f"{badge.text}  {name}", badge.role), Span(f"{since}{grace}", Role.MUTED), key="verdict")]
    if own.message or own.reason:
        reason = own.reason if own.reason not in own.message else ""
        lines += wrapped(": ".join(filter(None, (reason, own.message))), width)
    elif own.verdict is HealthVerdict.HEALTHY:
        lines.append(line("It is well."))
    axes = axes_text(own.axes.rollout, own.axes.availability, own.axes.stability) if own.axes is not None else ""
    sure = "" if own.confidence is Confidence.CERTAIN else f"confidence: {own.confidence.value}"
    if axes or sure:
        lines.append(line(Span(" · ".join(filter(None, (axes, sure))), Role.MUTED)))
    return lines


def _chain(why: WhyReport, width: int) -> list[Line]:
    steps = why.chain
    if not steps:
        if why.object.verdict.faulty:
            return [BLANK, line(Span("? no diagnosis explains it", Role.UNKNOWN))]
        return []
    lines = [BLANK, heading("WHY")]
    rooted = why.root_cause is not None
    for number, step in enumerate(steps):
        following = steps[number + 1] if number + 1 < len(steps) else None
        # What fails by another object is told in that object's words: once is enough.
        silent = following is not None and following.message == step.message
        lines += _step(step, number, width, last=rooted and following is None, silent=silent)
    return lines


def _step(step: StepReport, number: int, width: int, *, last: bool, silent: bool) -> list[Line]:
    """One link: the object, what became of it, in words; Enter explains it in turn."""
    indent = "  " * number
    turn = f"{indent[:-2]}└ " if number else ""
    verdict = step.verdict
    badge = verdict_badge(verdict) if verdict is not None else CAUSE
    lines = [
        line(
            Span(f"{turn}{'because ' if number else ''}", Role.MUTED),
            Span(name_of(step.object), Role.TITLE if last else Role.PLAIN),
            Span(f"  {badge.text}", badge.role),
            Span("  ← root cause" if last else "", Role.TITLE),
            target=explain_place(step.object),
            key=f"step:{number}",
        )
    ]
    if silent:
        return lines
    if step.message:
        lines += wrapped(step.message, width, indent=f"{indent}  ")
    if step.diagnosis:
        lines.append(line(Span(f"{indent}  {step.diagnosis}", Role.MUTED)))
    return lines


def _cause_link(cause: CauseReport) -> Line:
    """To the page of the cause, where all that suffers from it is listed."""
    target = places.cause(cause.id, f"{cause.object.kind}/{cause.object.name}")
    others = "object" if cause.affects == 1 else "objects"
    affects = f"it affects {cause.affects} {others}" if cause.affects else "it affects nothing else"
    sure = "" if cause.confidence is Confidence.CERTAIN else f", {cause.confidence.value}"
    return line(Span(f"→ {affects}{sure}", Role.ACCENT), target=target, key="cause")


def _compared(own: ObjectHealth, width: int) -> list[Line]:
    other = own.compare
    if other is None:
        return []
    head = f"kstatus: {other.kstatus} · Argo CD: {other.argocd or 'says nothing'}"
    return [BLANK, heading("AS OTHERS SEE IT"), line(head), *wrapped(other.rule, width, Role.MUTED, indent="  ")]


def verdict_only(health: Health, now: datetime, width: int, *, pending: bool) -> list[Line]:
    """Before the whole was judged: the verdict alone. The chain is not known then, and that is said."""
    badge = verdict_badge(health.verdict)
    reason = f"  {health.reason}" if health.reason else ""
    since = f"  for {age(health.since, now)}" if health.since is not None else ""
    lines = [line(Span(f"{badge.text}{reason}", badge.role), Span(since, Role.MUTED), key="verdict")]
    lines += wrapped(health.message, width) if health.message else []
    if pending:
        lines.append(line(Span("… the cause is not judged yet", Role.MUTED)))
    for one in health.evidence:
        lines += wrapped(one, width, Role.MUTED, indent="  ")
    return [*lines, *missing_lines(health.missing, width)]


def not_judged(kind: str, causes: Sequence[RootCause], now: datetime, width: int) -> list[Line]:
    """A kind without health of its own; whether it is well shows on what uses it. It can be a cause all the same."""
    text = f"- The kind {kind} has no health of its own: whether one is well shows on what uses it."
    return [*wrapped(text, width, Role.MUTED), *cause_links(causes, now, width)]


def cause_links(causes: Sequence[RootCause], now: datetime, width: int) -> list[Line]:
    """The root causes that blame one object, each a link to its page."""
    lines: list[Line] = []
    for cause in causes:
        since = f", for {age(cause.since, now)}" if cause.since is not None else ""
        objects = "object" if cause.affects == 1 else "objects"
        lines += [
            BLANK,
            line(
                Span("✗ ROOT CAUSE", Role.FAIL),
                Span(f"  of {cause.affects} {objects} that are not well{since}", Role.PLAIN),
                target=cause_place(cause),
                key=f"cause:{cause.id}",
            ),
            *wrapped(cause.message, width, indent="  "),
            *next_lines(cause.next, width),
        ]
    return lines
