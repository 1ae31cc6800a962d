"""The comparison of two sides for people: part by part, worst first, alike differences once, then what was not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from k8sview.model.diff import Part, Side, Unlikeness
from k8sview.model.diff_report import DiffEntry, DiffReport, NotComparable, SideReport
from k8sview.model.drift import DriftKind
from k8sview.model.status import Severity
from k8sview.reports.diff_folding import Group, folded
from k8sview.reports.formats import DEFAULT_LOOK, Look
from k8sview.reports.health_text import name_of, rule, say
from k8sview.reports.layout import Role
from k8sview.reports.order import counted, one_line

_ROLES = {Severity.CRITICAL: Role.FAIL, Severity.HIGH: Role.FAIL, Severity.MEDIUM: Role.WARN}
_FEW = 4
_FEW_ENTRIES = 20
_NOUNS = {Part.CLUSTER: "cluster fact", Part.COMPONENTS: "component", Part.KINDS: "kind", Part.CHECKS: "check"}
_WHERE = {Unlikeness.ONLY_A: "only in A", Unlikeness.ONLY_B: "only in B"}
_SIDES = {Side.A: "A", Side.B: "B", Side.BOTH: "A and B"}


def render(report: DiffReport, look: Look = DEFAULT_LOOK) -> str:
    """The whole report, ending in a line feed."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(report, look))


def headline(report: DiffReport) -> str:
    """One line: how much differs, and how much could not be compared."""
    summary = report.summary
    if summary.differences:
        words = f"✗ {counted(summary.differences, 'difference')}"
    elif report.not_comparable:
        words = "? nothing differs in what could be compared"
    else:
        words = "✓ no difference"
    parts = ((_NOUNS[Part(part)], number) for part, number in summary.parts.items() if part != Part.OBJECTS)
    more = [counted(number, noun) for noun, number in parts if number]
    if summary.objects:
        more.append(f"in {counted(summary.objects, 'object')}")
    more.append(f"{summary.equal:,} of {counted(summary.compared, 'pair')} of objects equal")
    if summary.intended:
        more.append(f"{summary.intended:,} intended")
    if report.not_comparable:
        more.append(f"{counted(len(report.not_comparable), 'gap')}")
    return " · ".join((words, *more))


def change_line(one: DiffEntry) -> str:
    """``a → b``; a dash where a side has nothing."""
    if one.a is None and one.b is None:
        return ""
    return one_line(" → ".join(side if side is not None else "-" for side in (one.a, one.b)))


def side_line(name: str, side: SideReport) -> str:
    """What a side is, in one line."""
    cluster = side.cluster
    kind = "/".join(filter(None, (cluster.provider, cluster.distribution)))
    when = f"recording of {side.at}" if side.source == "recording" else f"live at {side.at}"
    facts = (cluster.context or side.operand, cluster.version or "version unknown", kind, cluster.server, when)
    title = f" ({side.title})" if side.title else ""
    return one_line(f"{name}  {side.operand}: {' · '.join(fact for fact in facts if fact)}{title}")


def gap_line(one: NotComparable) -> str:
    """``what (which side): why, of what``."""
    number = f" [{counted(one.objects, 'object')}]" if one.objects else ""
    return one_line(f"{one.what} ({_SIDES[one.side]}): {one.reason}{number}")


def _lines(report: DiffReport, look: Look) -> Iterator[str]:
    yield from say(side_line("A", report.sides.a), look, Role.MUTED, indent=0)
    yield from say(side_line("B", report.sides.b), look, Role.MUTED, indent=0)
    what = "one cluster at two moments" if report.comparison is DriftKind.BASELINE else "two clusters"
    yield from say(" · ".join((what, *_narrowed(report))), look, Role.MUTED, indent=0)
    for note in report.notes:
        yield from say(f"note: {note}", look, Role.WARN, indent=0)
    role = Role.FAIL if report.summary.differences else Role.UNKNOWN if report.not_comparable else Role.OK
    yield from say(headline(report), look, role, indent=0)
    for part in report.parts:
        if part is not Part.OBJECTS:
            yield from _facts(part, report, look)
    groups = folded(report)
    if groups:
        yield ""
        yield rule("OBJECTS", look)
        for group in groups:
            yield from _group(group, look)
    yield from _intended(report, look)
    yield from _gaps(report, look)
    yield from _left_out(report, look)


def _narrowed(report: DiffReport) -> Iterator[str]:
    a, b = report.sides.a.namespaces, report.sides.b.namespaces
    if a is not None and b is not None:
        yield f"namespaces: {', '.join(a)}" + ("" if a == b else f" (in B: {', '.join(b)})")
    if report.selector:
        yield f"labels: {report.selector}"
    if report.kinds is not None:
        yield f"kinds: {', '.join(report.kinds)}"


def _facts(part: Part, report: DiffReport, look: Look) -> Iterator[str]:
    those = [one for one in report.differences if one.part is part and one.intended_by is None]
    if not those:
        return
    yield ""
    yield rule(str(part).upper(), look)
    shown = those if look.verbose else [one for one in those if one.severity is not Severity.INFO][:_FEW_ENTRIES]
    for one in shown:
        role = _ROLES.get(one.severity, Role.PLAIN)
        if part is Part.CHECKS:
            line = f"{one.severity} {one.name} {change_line(one)}: {one_line(one.message.partition(': ')[2])}"
        elif one.unlike in _WHERE and not (one.a or one.b):
            line = f"{one.severity} {one.name}: {_WHERE[one.unlike]}"
        elif part is Part.CLUSTER:
            line = f"{one.severity} {one.path}: {change_line(one)}"
        else:
            line = f"{one.severity} {one.name}: {one_line(one.message)}"
        yield from say(line, look, role, indent=0)
    if hidden := len(those) - len(shown):
        yield from say(f"… and {hidden:,} more of less weight (--verbose lists all)", look, Role.MUTED, indent=0)


def _group(group: Group, look: Look) -> Iterator[str]:
    role = _ROLES.get(group.severity, Role.PLAIN)
    mark = " · security" if group.security else ""
    first = group.first
    number = len(group.entries)
    kind = first.object.kind if first.object is not None else ""
    if group.namespace is not None:
        rest = Counter(one.object.kind for one in group.entries if one.object is not None) - Counter(["Namespace"])
        inside = ", ".join(f"{count} {kind}" for kind, count in sorted(rest.items()))
        words = f"Namespace {group.namespace} {_WHERE[first.unlike]}{f', with {inside}' if inside else ''}"
        yield from say(f"{group.severity} {words}{mark}", look, role, indent=0)
        yield from _names(group.entries, look) if look.verbose else ()
    elif first.unlike in _WHERE:
        named = counted(number, f"{kind} object") if number > 1 else _name(first)
        yield from say(f"{group.severity} {_WHERE[first.unlike]}: {named}{mark}", look, role, indent=0)
        yield from _names(group.entries, look) if number > 1 else ()
    elif group.shared:
        what = f"{one_line(first.path)}: {change_line(first)}"
        yield from say(f"{group.severity} {what} in {counted(number, f'{kind} object')}{mark}", look, role, indent=0)
        yield from _names(group.entries, look)
    else:
        again = " · recreated" if any(one.unlike is Unlikeness.RECREATED for one in group.entries) else ""
        yield from say(f"{group.severity} {_name(first)}{again}{mark}", look, role, indent=0)
        for one in group.entries:
            if one.unlike is not Unlikeness.RECREATED:
                by = f" (held by {', '.join(one.managers)})" if look.verbose and one.managers else ""
                yield from say(f"{one_line(one.path)}: {change_line(one)}{by}", look, indent=4)


def _names(entries: Iterable[DiffEntry], look: Look) -> Iterator[str]:
    those = tuple(entries)
    alike = len({one.object.kind for one in those if one.object is not None}) == 1
    names = [_name(one).partition(" ")[2] if alike else _name(one) for one in those]
    shown = names if look.verbose else names[:_FEW]
    more = f" and {len(names) - len(shown):,} more (--verbose)" if len(names) > len(shown) else ""
    yield from say(f"{', '.join(shown)}{more}", look, Role.MUTED, indent=4)


def _name(one: DiffEntry) -> str:
    if one.object is None:
        return one.name
    other = f" (in A: {name_of(one.object_in_a)})" if one.object_in_a is not None else ""
    return one_line(f"{name_of(one.object)}{other}")


def _intended(report: DiffReport, look: Look) -> Iterator[str]:
    by_rule = Counter(one.intended_by for one in report.differences if one.intended_by is not None)
    if not (by_rule or report.rules):
        return
    yield ""
    yield rule("INTENDED", look)
    for name, number in sorted(by_rule.items(), key=str):
        yield from say(f"{name}: {counted(number, 'difference')}", look, Role.MUTED, indent=2)
    if look.verbose:
        for one in report.differences:
            if one.intended_by is not None:
                words = f"{_name(one)} {one.path} {change_line(one) or one.message} ({one.intended_by})"
                yield from say(one_line(words), look, Role.MUTED, indent=4)
    for note in report.rules:
        yield from say(f"{note.problem}: {note.rule}: {one_line(note.message)}", look, Role.WARN, indent=2)


def _gaps(report: DiffReport, look: Look) -> Iterator[str]:
    if not report.not_comparable:
        return
    yield ""
    yield rule("NOT COMPARABLE", look)
    alike: dict[tuple[Part, Side, str], list[NotComparable]] = {}
    for one in report.not_comparable:
        alike.setdefault((one.part, one.side, one.reason.replace(one.what, "it")), []).append(one)
    for (part, side, _), those in alike.items():
        whats = [one.what for one in those]
        named = whats if look.verbose else whats[:_FEW]
        more = f" and {len(whats) - len(named):,} more" if len(whats) > len(named) else ""
        number = sum(one.objects for one in those)
        objects = f" [{counted(number, 'object')}]" if number else ""
        line = f"? {part}: {', '.join(named)}{more} ({_SIDES[side]}): {one_line(those[0].reason)}{objects}"
        yield from say(line, look, Role.UNKNOWN, indent=2)
        examples = [text for one in those for text in one.examples]
        for text in examples if look.verbose else examples[:2]:
            yield from say(one_line(text), look, Role.MUTED, indent=6)


def _left_out(report: DiffReport, look: Look) -> Iterator[str]:
    if not report.left_out:
        return
    yield ""
    a, b = sum(one.a for one in report.left_out), sum(one.b for one in report.left_out)
    words = f"left out: {a:,} objects of A and {b:,} of B that nobody wrote down (--all compares them)"
    yield from say(words, look, Role.MUTED, indent=0)
    if look.verbose:
        for one in report.left_out:
            yield from say(f"{one.resource}: {one.a:,} and {one.b:,}, {one.reason}", look, Role.MUTED, indent=2)
