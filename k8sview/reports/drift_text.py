"""The drift report for people: one change card for each leaf, worst first, then what could not be looked at."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.model.drift import DriftKind
from k8sview.model.drift_report import DriftEntry, DriftReport, Unlooked
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_age, parse_time
from k8sview.reports.formats import DEFAULT_LOOK, Look
from k8sview.reports.health_text import head_lines, name_of, rule, say
from k8sview.reports.layout import Role, paint
from k8sview.reports.order import counted, one_line, resource_of

_UNKNOWN, _NOTHING = "?", "-"
_LEGEND = {_UNKNOWN: "not known", _NOTHING: "nothing there"}
_BASIS = {"managedFields": "field sets"}
"""What dates a drift, where its word in the document is none that people say."""
_ROLES = {Severity.CRITICAL: Role.FAIL, Severity.HIGH: Role.FAIL, Severity.MEDIUM: Role.WARN}


def render(report: DriftReport, look: Look = DEFAULT_LOOK) -> str:
    """The whole report, ending in a line feed."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(report, look))


def headline(report: DriftReport) -> str:
    """One line: how much drifted, and how much could not be looked at."""
    summary = report.summary
    blind = len({one.drift for one in report.not_checkable if one.asked})
    if summary.drifted:
        words = f"✗ {counted(summary.drifted, 'drift')} of {counted(summary.objects, 'object')}"
    elif blind:
        words = "? no drift in what could be looked at"
    else:
        words = "✓ no drift"
    more = [f"{counted(summary.unmanaged, 'unmanaged object')}"] if summary.unmanaged else []
    if summary.managed_percent is not None:
        more.append(f"{summary.managed_percent}% of what was read is managed")
    if summary.ignored:
        more.append(f"{summary.ignored} ignored by rules")
    if blind:
        more.append(f"{counted(blind, 'kind')} not checkable, wholly or in part")
    return " · ".join((words, *more))


def change_line(one: DriftEntry) -> str:
    """``before → after``; what is not known is a question mark, what is not there a dash."""
    sides = _sides(one)
    return one_line(" → ".join(text if text is not None else sign for text, sign in sides)) if sides else ""


def signs(one: DriftEntry) -> frozenset[str]:
    """Which of ``?`` and ``-`` its change line has for want of a value."""
    return frozenset(sign for text, sign in _sides(one) if text is None)


def _sides(one: DriftEntry) -> tuple[tuple[str | None, str], ...]:
    """Both values, each with what stands for it where there is none; nothing where no value is known at all."""
    if one.before is None and one.after is None:
        return ()
    before = _NOTHING if one.change == "addition" else _UNKNOWN
    after = _NOTHING if one.change == "removal" else _UNKNOWN
    return (one.before, before), (one.after, after)


def who(one: DriftEntry) -> str:
    """Class and tool; the API never stores the user."""
    if one.actor is None:
        return "by whom: nothing tells"
    through = f" through /{one.actor.subresource}" if one.actor.subresource else ""
    return f"by {one.actor.manager or '(no name)'} ({one.actor.actor_class}{through})"


def when(one: DriftEntry, now: str) -> str:
    """The exact time, or its bounds, with what dates it."""
    at, after = one.time.at, one.time.not_before
    if at is None and after is None:
        return "when: nothing tells"
    moment, end = parse_time(at or ""), parse_time(now)
    age = f" ({format_age(max(end - moment, end - end))} ago)" if moment is not None and end is not None else ""
    basis = f", dated by {_BASIS.get(one.time.basis, one.time.basis)}" if one.time.basis != "none" else ""
    if after is not None:
        bounds = f"between {after} and {at}" if at is not None else f"after {after}"
        return f"{bounds}{age}{basis}"
    return f"at {at}{age}{basis}"


def _by_and_when(one: DriftEntry, now: str) -> str:
    if one.actor is None and one.time.at is None and one.time.not_before is None:
        return "by whom and when: nothing tells"
    return f"{who(one)} · {when(one, now)}"


def _lines(report: DriftReport, look: Look) -> Iterator[str]:
    yield from head_lines(report.cluster, report.run, look)
    if report.selector:
        yield from say(f"labels: {report.selector}", look, Role.MUTED, indent=0)
    role = Role.FAIL if report.summary.drifted else Role.OK
    if not report.summary.drifted and any(one.asked for one in report.not_checkable):
        role = Role.UNKNOWN
    yield from say(headline(report), look, role, indent=0)
    quiet = [] if look.verbose else [one for one in report.drifts if one.drift is DriftKind.UNMANAGED]
    shown = [one for one in report.drifts if look.verbose or one.drift is not DriftKind.UNMANAGED]
    met = frozenset(sign for one in shown for sign in signs(one))
    if met:
        words = ", ".join(f"{sign} {meaning}" for sign, meaning in _LEGEND.items() if sign in met)
        yield from say(f"in what changed: {words}", look, Role.MUTED, indent=0)
    for before, one in zip((None, *shown), shown, strict=False):
        yield ""
        yield from _card(one, report.run.finished_at, look, before)
    if quiet:
        yield ""
        words = f"{counted(len(quiet), 'object')} that nothing manages (--verbose lists them)"
        yield from say(words, look, Role.MUTED, indent=0)
    if report.rules:
        yield ""
        yield rule("IGNORE RULES", look)
        for entry in report.rules:
            yield from say(f"! {entry.rule}: {one_line(entry.message)}", look, Role.WARN, indent=2)
    yield from _unseen(report, look)


def _card(one: DriftEntry, now: str, look: Look, before: DriftEntry | None = None) -> Iterator[str]:
    """``before``: the card above it."""
    what = "/".join(filter(None, (str(one.drift), one.change)))
    marks = "  security" if one.security else ""
    marks += f"  ignored by {one.ignored_by}" if one.ignored_by is not None else ""
    role = Role.MUTED if one.ignored_by is not None else _ROLES.get(one.severity, Role.PLAIN)
    yield from say(f"{one.severity} {what}  {name_of(one.object)}{marks}", look, role, indent=0)
    if leaf := ": ".join(filter(None, (one_line(one.path), change_line(one)))):
        yield from say(leaf, look, indent=4)
    yield from say(one_line(one.message), look, indent=4)
    sure = "" if one.confidence is Confidence.CERTAIN else f" · {one.confidence}"
    yield from say(f"{_by_and_when(one, now)}{sure}", look, Role.MUTED, indent=4)
    if one.why_not_reverted:
        yield from say(f"still there: {one_line(one.why_not_reverted)}", look, Role.MUTED, indent=4)
    if one.next_upgrade_repairs is not None and "helm upgrade" not in one.next:
        words = "puts it back" if one.next_upgrade_repairs else "does not put it back"
        yield from say(f"the next helm upgrade {words}", look, Role.MUTED, indent=4)
    if look.verbose:
        for fact in one.evidence:
            yield from say(one_line(fact), look, Role.MUTED, indent=4)
    again = before is not None and (one.object, one.time, one.next) == (before.object, before.time, before.next)
    for line in ["as above"] if again and one.next else one.next.splitlines():
        yield paint(f"    next: {line}", Role.ACCENT, colour=look.colour)


def _unseen(report: DriftReport, look: Look) -> Iterator[str]:
    # A drift that was found has the louder exit code, and is no whole answer all the same.
    effect = "the answer is not whole" if report.summary.drifted else "makes the exit code 3"
    sections = ((f"NOT CHECKABLE ({effect})", True, Role.UNKNOWN), ("LEFT OUT", False, Role.MUTED))
    for title, asked, role in sections:
        those = [one for one in report.not_checkable if one.asked is asked]
        if those:
            yield ""
            yield rule(title, look)
            for reason, kinds in _alike(those).items():
                yield from say(f"? {', '.join(kinds)}: {one_line(reason)}", look, role, indent=2)
    if report.access.denied:
        denied = ", ".join(dict.fromkeys(f"{one.verb} {resource_of(one)}" for one in report.access.denied))
        yield from say(f"? denied: {denied}", look, Role.UNKNOWN, indent=2)


def _alike(those: list[Unlooked]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in those:
        found.setdefault(one.reason, []).append(str(one.drift))
    return found
