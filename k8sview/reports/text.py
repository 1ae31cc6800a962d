"""The report for people, read from the ground up: floors in order, causes first, effects folded, coverage said plainly.

Nothing is told by colour alone: every state has its word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from k8sview.model.components import Presence
from k8sview.model.report import CheckResult, ComponentReport, Denied, Finding, Report
from k8sview.model.status import Layer, Status, Verdict
from k8sview.reports.formats import DEFAULT_LOOK, Look
from k8sview.reports.layout import Role, cells, pad, paint, paragraph
from k8sview.reports.order import causes, counted, effects, in_order, one_line, resource_of, subject, told, unjudged

_VERDICTS = {
    Verdict.READY: ("✓ READY", Role.OK),
    Verdict.READY_WITH_WARNINGS: ("! READY WITH WARNINGS", Role.WARN),
    Verdict.NOT_READY: ("✗ NOT READY", Role.FAIL),
    Verdict.INCOMPLETE: ("? INCOMPLETE", Role.UNKNOWN),
}
_STATUSES = {
    Status.PASS: ("✓ pass", Role.OK),
    Status.WARN: ("! warn", Role.WARN),
    Status.FAIL: ("✗ FAIL", Role.FAIL),
    Status.UNKNOWN: ("? unknown", Role.UNKNOWN),
    Status.SKIP: ("- skip", Role.MUTED),
    Status.ERROR: ("? ERROR", Role.FAIL),
}
_PRESENCE = {
    Presence.LEFTOVER: "left over: no workload",
    Presence.MANAGED: "run by the provider",
    Presence.UNKNOWN: "presence could not be seen",
}
_MORE_COUNTS = ("new", "resolved", "exempted")
_FEW = 5  # objects of one check that are spelled out
_FEWER = 3  # effects that are named beneath a cause
_BLIND = 20  # lines on what could not be judged


def render(report: Report, look: Look = DEFAULT_LOOK) -> str:
    """The whole report, ending in a line feed."""
    return _Writer(in_order(report), look).text()


class _Row(NamedTuple):
    """One component or topic of a floor; ``status`` is the worst of its checks."""

    title: str
    version: str
    state: str
    status: Status | None


class _Writer:
    def __init__(self, report: Report, look: Look) -> None:
        self._report = report
        self._look = look
        self._effects = effects(report)
        self._checks = {check.id: check for check in report.checks}
        self._causes = causes(report)

    def text(self) -> str:
        lines = [*self._head()]
        for layer in Layer:
            own = (one.layer for one in self._report.components)
            if layer in {*own, *(check.layer for check in self._report.checks)}:
                lines += ["", *self._floor(layer)]
        lines += self._unseen()
        return "".join(f"{line.rstrip()}\n" for line in lines)

    def _paint(self, text: str, role: Role) -> str:
        return paint(text, role, colour=self._look.colour)

    def _say(self, text: str, role: Role = Role.PLAIN, *, indent: int, hanging: int = 2) -> Iterator[str]:
        for line in paragraph(text, width=self._look.width, indent=indent, hanging=hanging):
            yield self._paint(line, role)

    def _head(self) -> Iterator[str]:
        cluster, run, summary = self._report.cluster, self._report.run, self._report.summary
        kind = "/".join(filter(None, (cluster.provider, cluster.distribution)))
        source = f"recording of {run.started_at}" if run.source == "recording" else run.started_at
        facts = [cluster.context or "(no context)", cluster.version or "version unknown", kind, cluster.server, source]
        yield from self._say(" · ".join(one_line(fact) for fact in facts if fact), Role.MUTED, indent=0)
        if run.selection.namespaces is not None:
            yield from self._say(f"namespaces: {', '.join(run.selection.namespaces)}", Role.MUTED, indent=0)
        words, role = _VERDICTS[summary.verdict]
        yield f"{self._paint(words, role)}  {self._counts()}"
        yield from self._coverage()
        first = self._lowest()
        if first is not None:
            yield from self._say(f"Begin at the {first}: it is the lowest floor that is not ready.", indent=0)

    def _counts(self) -> str:
        summary = self._report.summary
        words = [f"{summary.checks[status]} {status}" for status in Status if summary.checks.get(status)]
        extra = [f"{summary.findings[name]} {name}" for name in _MORE_COUNTS if summary.findings.get(name)]
        return f"checks: {', '.join(words) or 'none'}" + (f"; findings: {', '.join(extra)}" if extra else "")

    def _coverage(self) -> Iterator[str]:
        found = self._report.summary.coverage
        if not found.applicable:
            yield from self._say(f"Coverage: none of {counted(found.selected, 'check')} applies here.", indent=0)
            return
        percent = f" ({found.percent:g} %)" if found.percent is not None else ""
        blind = found.applicable - found.evaluated
        words = f"Coverage: {found.evaluated} of {counted(found.applicable, 'applicable check')} judged{percent}"
        if blind:
            yield from self._say(f"{words}; {blind} could not be, see below.", Role.UNKNOWN, indent=0)
        else:
            yield from self._say(f"{words}.", indent=0)

    def _lowest(self) -> Layer | None:
        failing = [one.id for one in self._report.summary.layers if one.verdict is Verdict.NOT_READY]
        return min(failing, key=lambda layer: layer.floor) if len(failing) > 1 else None

    def _floor(self, layer: Layer) -> Iterator[str]:
        verdict = next((one.verdict for one in self._report.summary.layers if one.id is layer), None)
        words, role = _VERDICTS[verdict] if verdict else ("- no check selected", Role.MUTED)
        rule = "─" * max(0, self._look.width - cells(f"{layer.upper()}  {words}  "))
        yield f"{self._paint(layer.upper(), Role.TITLE)}  {self._paint(words, role)}  {self._paint(rule, Role.MUTED)}"
        yield from self._components(layer)
        by_check: dict[str, list[Finding]] = {}
        for finding in self._causes:
            if (check := self._checks.get(finding.check_id)) and check.layer is layer:
                by_check.setdefault(finding.check_id, []).append(finding)
        for check_id, found in by_check.items():
            yield ""
            yield from self._check(self._checks[check_id], found)
        folded = [one for one in self._folded_checks(layer) if one.id not in by_check]
        if folded:
            yield ""
            for check in folded:
                causes_of = ", ".join(check.caused_by)
                yield from self._say(f"↳ {check.title} ({check.id}): follows from {causes_of}", Role.MUTED, indent=2)
        if self._look.verbose:
            yield from self._quiet_checks(layer)

    def _folded_checks(self, layer: Layer) -> Iterable[CheckResult]:
        return (one for one in self._report.checks if one.layer is layer and one.caused_by)

    def _components(self, layer: Layer) -> Iterator[str]:
        own = [one for one in self._report.components if one.layer is layer]
        rows = [self._row(one) for one in own if one.state is not Presence.ABSENT] + self._topics(layer)
        names = max((cells(row.title) for row in rows), default=0)
        versions = max((cells(row.version) for row in rows), default=0)
        for row in sorted(rows, key=lambda row: -row.status.badness if row.status else -Status.PASS.badness):
            words, role = _STATUSES[row.status] if row.status else ("- no check", Role.MUTED)
            line = f"{pad(row.title, names)}  {pad(row.version, versions)}  {row.state}"
            yield f"  {self._paint(pad(words, 10), role)} {line}".rstrip()
        absent = [one.title for one in own if one.state is Presence.ABSENT]
        if absent:
            yield from self._say(f"not installed: {', '.join(absent)}", Role.MUTED, indent=2)

    def _row(self, component: ComponentReport) -> _Row:
        worst = self._worst(component.id, component.layer)
        if component.state is Presence.UNKNOWN and (worst is None or worst.badness < Status.UNKNOWN.badness):
            worst = Status.UNKNOWN
        state = _PRESENCE.get(component.state, "")
        return _Row(one_line(component.title), one_line(component.version or ""), state, worst)

    def _topics(self, layer: Layer) -> list[_Row]:
        """Checks of no component (nodes, webhooks) stand on their floor all the same."""
        known = {one.id for one in self._report.components}
        topics = dict.fromkeys(one.component for one in self._report.checks if one.layer is layer)
        return [_Row(topic, "", "", self._worst(topic, layer)) for topic in topics if topic not in known]

    def _worst(self, component: str, layer: Layer) -> Status | None:
        """Of a component; of a topic on this floor, for it may be met on several."""
        places = (check for check in self._report.checks if check.layer is layer)
        own = (check.weight for check in places if check.component == component)
        return max(own, key=lambda status: status.badness, default=None)

    def _check(self, check: CheckResult, found: list[Finding]) -> Iterator[str]:
        words, role = _STATUSES[found[0].status]
        worst = min((one.severity for one in found), key=lambda severity: severity.rank)
        yield from self._say(f"{words}  {worst}  {check.title}", role, indent=2)
        yield from self._say(check.id, Role.MUTED, indent=4)
        if self._look.verbose:
            yield from self._say(f"why: {check.why}", Role.MUTED, indent=4)
        shown = found if self._look.verbose else found[:_FEW]
        for finding in shown:
            yield from self._finding(finding)
        if len(found) > len(shown):
            yield from self._say(f"… and {len(found) - len(shown)} more (--verbose lists all)", indent=4)
        if self._look.verbose and check.url:
            yield from self._say(f"see: {check.url}", Role.MUTED, indent=4)

    def _finding(self, finding: Finding) -> Iterator[str]:
        mark = "new: " if finding.state == "new" else ""
        yield from self._say(f"• {mark}{told(finding)}", indent=4)
        owner = finding.owner
        if owner is not None and (owner.team or owner.gitops):
            yield from self._say(f"owner: {' '.join(filter(None, (owner.team, owner.gitops)))}", Role.MUTED, indent=6)
        if self._look.verbose:
            for line in finding.evidence:
                yield from self._say(line, Role.MUTED, indent=6)
        folded = self._effects.get(finding.fingerprint, ())
        if finding.affects:
            few = folded if self._look.verbose else folded[:_FEWER]
            names = ", ".join(dict.fromkeys(subject(one) for one in few))
            more = finding.affects > len(few)
            yield from self._say(f"affects {finding.affects}: {names}{', …' if more else ''}", indent=6)
        if finding.next:
            # On one line however long: it is there to be copied.
            yield self._paint(f"      next: {one_line(finding.next)}", Role.ACCENT)

    def _quiet_checks(self, layer: Layer) -> Iterator[str]:
        quiet = [one for one in self._report.checks if one.layer is layer and one.status in (Status.PASS, Status.SKIP)]
        if quiet:
            yield ""
        for check in quiet:
            words, role = _STATUSES[check.status]
            seen = counted(check.evaluated_objects, "object") if check.status is Status.PASS else check.message
            yield from self._say(f"{words}  {check.id}  {seen}", role, indent=2)

    def _unseen(self) -> Iterator[str]:
        blind = unjudged(self._report)
        denied = self._report.access.denied
        known = {check.id for check, _ in blind}
        # The engine's errors begin with the id of their check, and those are told as what could not be judged.
        errors = [one for one in self._report.errors if one.partition(":")[0] not in known]
        if not (blind or denied or errors):
            return
        yield ""
        rule = "─" * max(0, self._look.width - len("NOT SEEN  "))
        yield f"{self._paint('NOT SEEN', Role.TITLE)}  {self._paint(rule, Role.MUTED)}"
        yield from self._few((self._say(_refusal(one), Role.UNKNOWN, indent=2) for one in denied), len(denied))
        groups: dict[tuple[str, Status, str], list[CheckResult]] = {}
        for check, words in blind:
            status = Status.UNKNOWN if check.status.evaluated else check.status
            groups.setdefault((check.component, status, words), []).append(check)
        yield from self._few((self._group(*key, checks) for key, checks in groups.items()), len(groups))
        for error in errors:
            yield from self._say(f"? ERROR  {error}", Role.FAIL, indent=2, hanging=4)
        if denied:
            scope = self._report.run.selection.namespaces
            where = f" -n {','.join(scope)}" if scope else ""
            yield from self._say(
                f"next: k8sview access{where} (the smallest role that sees all)", Role.ACCENT, indent=2
            )

    def _group(self, component: str, status: Status, words: str, checks: list[CheckResult]) -> Iterator[str]:
        badge, role = _STATUSES[status]
        name = checks[0].id if len(checks) == 1 else f"{component} ({counted(len(checks), 'check')})"
        return self._say(f"{badge}  {name}: {words}", role, indent=2, hanging=4)

    def _few(self, blocks: Iterable[Iterator[str]], number: int) -> Iterator[str]:
        """The first of many, and how many more there are."""
        most = number if self._look.verbose else _BLIND
        for block in islice(blocks, most):
            yield from block
        if number > most:
            yield from self._say(f"… and {number - most} more (--verbose lists all)", indent=2)


def _refusal(denied: Denied) -> str:
    where = f" in namespace {denied.namespace}" if denied.namespace else ""
    hides = f": hides {counted(len(denied.affects), 'check')}" if denied.affects else ""
    return f"? denied: {denied.verb} {resource_of(denied)}{where}{hides}"
