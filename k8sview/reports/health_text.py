"""The health report for people: causes first with what folds beneath them, then what is on its way, then what was not
seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from k8sview.model.health import HealthVerdict
from k8sview.model.health_report import CauseReport, ChangedBefore, HealthReport, ObjectHealth, Unseen
from k8sview.model.report import ClusterIdentity, Denied, Run
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.text import shorten
from k8sview.model.times import format_age, parse_time
from k8sview.reports.formats import DEFAULT_LOOK, Look
from k8sview.reports.layout import Role, cells, pad, paint, paragraph
from k8sview.reports.order import counted, one_line, resource_of

VERDICTS = {
    HealthVerdict.DOWN: ("✗ Down", Role.FAIL),
    HealthVerdict.DEGRADED: ("✗ Degraded", Role.FAIL),
    HealthVerdict.UNKNOWN: ("? Unknown", Role.UNKNOWN),
    HealthVerdict.PROGRESSING: ("~ Progressing", Role.WARN),
    HealthVerdict.TERMINATING: ("~ Terminating", Role.WARN),
    HealthVerdict.WAITING: ("- Waiting", Role.MUTED),
    HealthVerdict.SUSPENDED: ("- Suspended", Role.MUTED),
    HealthVerdict.HEALTHY: ("✓ Healthy", Role.OK),
}
_FEW_OBJECTS = 4
_MADE = ("Pod", "ReplicaSet")
"""Kinds that workloads make: those tell the same in one line."""
_FEW_LINES = 20
_SILENT = "NoSignal"


def render(report: HealthReport, look: Look = DEFAULT_LOOK) -> str:
    """The whole report, ending in a line feed."""
    return _Writer(report, look).text()


class _Writer:
    def __init__(self, report: HealthReport, look: Look) -> None:
        self._report = report
        self._look = look
        self._now = parse_time(report.run.finished_at)
        self._by_ref = {_whole(one.object): one for one in report.objects}

    def text(self) -> str:
        lines = [*self._head()]
        for cause in self._report.root_causes:
            lines += ["", *self._cause(cause)]
        lines += self._others()
        lines += [*unseen_lines(self._report.unseen, self._report.access.denied, self._look, self._report.errors)]
        return "".join(f"{line.rstrip()}\n" for line in lines)

    def _head(self) -> Iterator[str]:
        yield from head_lines(self._report.cluster, self._report.run, self._look)
        if self._report.selector:
            yield from say(f"labels: {self._report.selector}", self._look, Role.MUTED, indent=0)
        summary = self._report.summary
        faulty = sum(number for name, number in summary.verdicts.items() if HealthVerdict(name).faulty)
        if faulty:
            words, role = f"✗ {counted(summary.root_causes, 'cause')} of {_not_well(faulty)}", Role.FAIL
        elif self._report.unseen or self._report.errors:
            words, role = "? no fault in what could be seen", Role.UNKNOWN
        elif not any(summary.verdicts.values()):
            words, role = "? no fault", Role.UNKNOWN
        else:
            words, role = "✓ no fault", Role.OK
        counts = " · ".join(f"{number} {name}" for name, number in summary.verdicts.items() if number)
        yield f"{paint(words, role, colour=self._look.colour)}  {counts or 'nothing was judged'}"

    def _cause(self, cause: CauseReport) -> Iterator[str]:
        own = self._by_ref.get(_whole(cause.object))
        mark, role = VERDICTS[own.verdict] if own is not None and own.verdict.faulty else ("✗ cause", Role.FAIL)
        since = f"  since {self._since(cause.since)}" if cause.since else ""
        yield from say(f"{mark}  {name_of(cause.object)}{since}", self._look, role, indent=0)
        sure = "" if cause.confidence is Confidence.CERTAIN else f", {cause.confidence}"
        yield from say(cause.message, self._look, indent=4)
        yield from say(f"{cause.diagnosis}{sure}", self._look, Role.MUTED, indent=4)
        if own is not None and own.message and own.message not in cause.message:
            yield from say(own.message, self._look, Role.MUTED, indent=4)
        if cause.affects:
            yield from say(self._affects(cause), self._look, indent=4)
        yield from before_lines(cause.changed_before, self._look, indent=4)
        if self._look.verbose:
            for fact in cause.evidence:
                yield from say(shown(fact.path, fact.value), self._look, Role.MUTED, indent=4)
        if cause.missing:
            yield from say(f"not seen: {', '.join(cause.missing)}", self._look, Role.UNKNOWN, indent=4)
        for line in cause.next.splitlines():
            # On one line however long: it is there to be copied.
            yield paint(f"    next: {line}", Role.ACCENT, colour=self._look.colour)

    def _affects(self, cause: CauseReport) -> str:
        few = cause.objects if self._look.verbose else cause.objects[:_FEW_OBJECTS]
        names = ", ".join(name_of(one) for one in few)
        return f"affects {cause.affects}: {names}{', …' if len(few) < cause.affects else ''}"

    def _since(self, text: str) -> str:
        return since_words(text, self._now)

    def _others(self) -> Iterator[str]:
        """What is neither a fault nor well; kinds that say nothing of themselves only as a number."""
        others = [one for one in self._report.objects if not one.verdict.faulty]
        silent = [one for one in others if one.reason == _SILENT]
        listed = [one for one in others if one.reason != _SILENT or self._look.verbose]
        listed.sort(key=lambda one: -one.verdict.badness)
        if not (listed or silent):
            return
        yield ""
        yield rule("NO FAULT, AND NOT PLAINLY WELL" if not self._has_healthy() else "OBJECTS", self._look)
        shown_here = listed if self._look.verbose else [one for one in listed if one.object.kind not in _MADE]
        shown_here = shown_here[: len(listed) if self._look.verbose else _FEW_LINES]
        yield from self._rows(shown_here)
        kinds = Counter(one.object.kind for one in listed) - Counter(one.object.kind for one in shown_here)
        if kinds:
            more = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
            yield from say(f"… and {more} (--verbose lists all)", self._look, Role.MUTED, indent=2)
        if silent and not self._look.verbose:
            what = counted(len(silent), "object")
            yield from say(f"? {what} of kinds that say nothing of their health", self._look, Role.UNKNOWN, indent=2)

    def _has_healthy(self) -> bool:
        return any(one.verdict is HealthVerdict.HEALTHY for one in self._report.objects)

    def _rows(self, objects: list[ObjectHealth]) -> Iterator[str]:
        width = min(max((cells(name_of(one.object)) for one in objects), default=0), 50)
        room = max(self._look.width - width - 18, 30)
        for one in objects:
            words, role = VERDICTS[one.verdict]
            name = pad(name_of(one.object), width)
            text = one_line(one.message or one.reason)
            text = text if self._look.verbose else shorten(text, room)
            line = f"  {paint(pad(words, 13), role, colour=self._look.colour)} {name}  {text}"
            yield line.rstrip()


def head_lines(cluster: ClusterIdentity, run: Run, look: Look) -> Iterator[str]:
    """Which cluster this is about, and of when."""
    kind = "/".join(filter(None, (cluster.provider, cluster.distribution)))
    source = f"recording of {run.finished_at}" if run.source == "recording" else run.finished_at
    facts = [cluster.context or "(no context)", cluster.version or "version unknown", kind, cluster.server, source]
    yield from say(" · ".join(one_line(fact) for fact in facts if fact), look, Role.MUTED, indent=0)
    if run.selection.namespaces is not None:
        yield from say(f"namespaces: {', '.join(run.selection.namespaces)}", look, Role.MUTED, indent=0)


def before_lines(changes: tuple[ChangedBefore, ...], look: Look, *, indent: int) -> Iterator[str]:
    """What changed in the half hour before."""
    for change in changes:
        at = parse_time(change.at)
        clock = at.strftime("%H:%M:%S") if at is not None else change.at
        yield from say(f"changed before: {clock} {change.sentence or told(change)}", look, Role.WARN, indent=indent)


def told(change: ChangedBefore) -> str:
    """A change in plain words, for those that bring none of their own."""
    values = f"{change.before} → {change.after}" if change.before is not None else change.after or ""
    who = f" by {change.actor}" if change.actor else ""
    return one_line(f"{name_of(change.object)} {change.path} {values}{who}")


def unseen_lines(
    unseen: tuple[Unseen, ...], denied: tuple[Denied, ...], look: Look, errors: tuple[str, ...] = ()
) -> Iterator[str]:
    """What could not be judged, and what could not be asked for more sharpness."""
    judged = {one.resource for one in unseen}
    helpful = [one for one in denied if resource_of(one) not in judged]
    if not (unseen or helpful or errors):
        return
    yield ""
    yield rule("NOT SEEN", look)
    alike: dict[tuple[str, str], list[Unseen]] = {}
    for one in unseen:
        alike.setdefault((one.state, _without(one.reason, one.resource)), []).append(one)
    for (state, reason), those in alike.items():
        names = ", ".join(one.resource for one in those)
        words = reason if len(those) > 1 else those[0].reason
        yield from say(f"? {state}  {names}: {words or 'not read'}", look, Role.UNKNOWN, indent=2)
    asked: dict[tuple[str, str], list[str]] = {}
    for refused in helpful:
        where = f" in namespace {refused.namespace}" if refused.namespace else ""
        asked.setdefault((refused.verb, where), []).append(resource_of(refused))
    for (verb, where), resources in asked.items():
        words = f"? denied  {verb} {', '.join(resources)}{where}: causes may be less sure"
        yield from say(words, look, Role.UNKNOWN, indent=2)
    for error in errors:
        yield from say(f"? ERROR  {error}", look, Role.FAIL, indent=2)
    if denied:
        yield from say("next: k8sview access --health (the smallest role that sees all)", look, Role.ACCENT, indent=2)


def _without(reason: str, resource: str) -> str:
    """A reason that does not repeat which resource it is about, so that many read alike."""
    return one_line(reason.replace(f"list {resource} ", "list ").replace(f"watch {resource} ", "watch "))


def say(text: str, look: Look, role: Role = Role.PLAIN, *, indent: int) -> Iterator[str]:
    """A paragraph in one colour."""
    for line in paragraph(text, width=look.width, indent=indent, hanging=2):
        yield paint(line, role, colour=look.colour)


def rule(title: str, look: Look) -> str:
    """A headline over the whole width."""
    line = "─" * max(0, look.width - cells(title) - 2)
    return f"{paint(title, Role.TITLE, colour=look.colour)}  {paint(line, Role.MUTED, colour=look.colour)}"


def name_of(ref: Ref) -> str:
    """``Deployment shop/api (container app)``."""
    where = f"{ref.namespace}/" if ref.namespace else ""
    inner = f" (container {ref.container})" if ref.container else ""
    return f"{ref.kind} {where}{ref.name}{inner}"


def since_words(text: str, now: datetime | None) -> str:
    """``02:10:05 (35m)``; with the day where it was another."""
    moment = parse_time(text)
    if moment is None or now is None:
        return text
    clock = f"{moment:%H:%M:%S}" if moment.date() == now.date() else f"{moment:%Y-%m-%d %H:%M}"
    return f"{clock} ({format_age(max(now - moment, now - now))})"


def shown(path: str, value: str) -> str:
    return f"{path} = {value}" if path else value


def _whole(ref: Ref) -> tuple[str, str | None, str]:
    return (ref.kind, ref.namespace, ref.name)


def _not_well(number: int) -> str:
    return "1 object that is not well" if number == 1 else f"{number} objects that are not well"
