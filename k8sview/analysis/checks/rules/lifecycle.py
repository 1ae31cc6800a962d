"""Versions against dated support tables. The tables are data in the catalogue, each with the date it was true: nothing
here knows a release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, passes, ref_to, warns
from k8sview.analysis.checks.pools import by_pool
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.versions import Minor, minor_of, shown
from k8sview.model.fields import read_one
from k8sview.model.resources import Ref
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration, parse_time


def _bad_dates(as_of: str, ends: Iterable[str]) -> str | None:
    bad = [one for one in (as_of, *ends) if parse_time(one) is None]
    return f"{bad[0]!r} is no date (2027-10-28)" if bad else None


def _support(what: str, end: datetime, now: datetime, warn: timedelta, as_of: str) -> Outcome:
    """Past its end fails, within ``warn`` of it warns."""
    told = f"(table of {as_of})"
    if now >= end:
        return fails(
            f"{what} reached its end of life {format_age(now - end)} ago, on {end:%Y-%m-%d} {told}",
            expected="a supported release",
            since=end,
        )
    if now >= end - warn:
        words = f"{what} reaches its end of life in {format_age(end - now)}, on {end:%Y-%m-%d} {told}"
        return warns(words, expected="a release supported for longer", recheck_at=end)
    return passes(recheck_at=end - warn)


class Vendor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A provider with dates of its own, known by a part of the server's version or by a label on its nodes.

    ``paid``: until when a release lives on for extra money.
    """

    name: str
    ends: dict[str, str]
    paid: dict[str, str] = {}
    version: str | None = None
    node_label: str | None = None


class KubernetesSupportedParameters(Parameters, frozen=True, kw_only=True):
    """The server's minor is within its support dates: ``ends`` upstream, ``vendors`` where one is recognised.

    A minor older than all of the table's is past its end; a newer one passes.
    """

    as_of: str
    ends: dict[str, str]
    vendors: tuple[Vendor, ...] = ()
    warn: str = "60d"

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)

    def problem(self) -> str | None:
        if parse_duration(self.warn) is None:
            return f"warn: {self.warn!r} is no duration (60d)"
        dates = [date for vendor in self.vendors for date in (*vendor.ends.values(), *vendor.paid.values())]
        return _bad_dates(self.as_of, (*self.ends.values(), *dates))


@rule("kubernetes-supported", KubernetesSupportedParameters)
def kubernetes_supported(context: Context, parameters: KubernetesSupportedParameters) -> Iterator[Judged]:
    text = context.view.cluster.version
    minor = minor_of(text)
    if minor is None:
        yield Judged(None, cannot_tell("the server did not tell its version"))
        return
    vendor = next((one for one in parameters.vendors if _is_vendor(one, context)), None)
    what = f"Kubernetes {shown(minor)}" + (f" on {vendor.name}" if vendor else "")
    ends = vendor.ends if vendor and shown(minor) in vendor.ends else parameters.ends
    end = _end_of(minor, ends)
    if end is None:
        yield Judged(None, PASS)
        return
    outcome = _support(what, end, context.now, parse_duration(parameters.warn) or timedelta(), parameters.as_of)
    paid = parse_time(vendor.paid.get(shown(minor))) if vendor else None
    if paid is not None and end <= context.now < paid:
        words = f"{what} left standard support on {end:%Y-%m-%d}; extended support costs extra until {paid:%Y-%m-%d}"
        outcome = warns(words, since=end, recheck_at=paid)
    yield Judged(None, msgspec.structs.replace(outcome, observed=text))


def _is_vendor(vendor: Vendor, context: Context) -> bool:
    if vendor.version is not None and vendor.version in context.view.cluster.version:
        return True
    label = vendor.node_label
    return label is not None and any(label in node.metadata.labels for node in context.table("nodes"))


def _end_of(minor: Minor, ends: dict[str, str]) -> datetime | None:
    """The date of a minor; one older than the whole table ended with its oldest entry at the latest."""
    dated = {known: parse_time(end) for text, end in ends.items() if (known := minor_of(text)) is not None}
    if minor in dated:
        return dated[minor]
    return dated[min(dated)] if dated and minor < min(dated) else None


class Cycle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Values that ``match`` (a regular expression) reach their end on ``ends``; ``last_minor`` is the newest
    Kubernetes minor that still works with them."""

    match: str
    name: str
    ends: str | None = None
    last_minor: str | None = None
    severity: Severity | None = None


class NodesSupportedParameters(Parameters, frozen=True, kw_only=True):
    """What every node says at ``path`` is not past the end of its ``cycles``; what no cycle matches passes.

    Nodes of one pool with the same value are one finding, on the first of them.
    """

    path: str
    as_of: str
    cycles: tuple[Cycle, ...]
    warn: str = "60d"

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)

    def problem(self) -> str | None:
        if not self.path.startswith("status.nodeInfo."):
            return f"path: {self.path!r} is not below status.nodeInfo"
        if parse_duration(self.warn) is None:
            return f"warn: {self.warn!r} is no duration (60d)"
        return _bad_dates(self.as_of, (cycle.ends for cycle in self.cycles if cycle.ends)) or _bad_patterns(
            cycle.match for cycle in self.cycles
        )


def _bad_patterns(patterns: Iterable[str]) -> str | None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            return f"{pattern!r} is no regular expression: {error}"
    return None


@rule("nodes-supported", NodesSupportedParameters)
def nodes_supported(context: Context, parameters: NodesSupportedParameters) -> Iterator[Judged]:
    warn = parse_duration(parameters.warn) or timedelta()
    server = minor_of(context.view.cluster.version)

    def judge(value: str) -> Outcome:
        cycle = next((one for one in parameters.cycles if re.search(one.match, value)), None)
        if not value:
            return cannot_tell(f"{parameters.path} is empty")
        if cycle is None:
            return PASS
        last = minor_of(cycle.last_minor)
        outcome = PASS
        if last is not None and server is not None and server >= last:
            words = f"{cycle.name}: Kubernetes {shown(last)} is the last minor that supports it"
            outcome = fails(words if server == last else f"{words}, this is {shown(server)}", severity=cycle.severity)
        end = parse_time(cycle.ends)
        if end is not None and outcome is PASS:
            outcome = _support(cycle.name, end, context.now, warn, parameters.as_of)
            outcome = msgspec.structs.replace(outcome, severity=outcome.severity or cycle.severity)
        return outcome

    yield from by_pool(context, lambda node: str(read_one(node, parameters.path) or ""), judge, parameters.path)


class NodesMatchParameters(Parameters, frozen=True, kw_only=True):
    """What every node says at ``path`` matches ``pattern``; ``otherwise`` words what it means if not.

    ``except_matching`` leaves nodes out. Nodes of one pool with the same value are one finding.
    """

    path: str
    pattern: str
    otherwise: str
    except_matching: str | None = None

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)

    def problem(self) -> str | None:
        return _bad_patterns(one for one in (self.pattern, self.except_matching) if one is not None)


@rule("nodes-match", NodesMatchParameters)
def nodes_match(context: Context, parameters: NodesMatchParameters) -> Iterator[Judged]:
    def judge(value: str) -> Outcome:
        if not value:
            return cannot_tell(f"{parameters.path} is empty")
        if parameters.except_matching and re.search(parameters.except_matching, value):
            return PASS
        return PASS if re.search(parameters.pattern, value) else fails(f"{value}: {parameters.otherwise}")

    yield from by_pool(context, lambda node: str(read_one(node, parameters.path) or ""), judge, parameters.path)


class ComponentSupportedParameters(Parameters, frozen=True, kw_only=True):
    """The component's running minor is within ``ends`` (dates by minor). Older than ``oldest`` is past its end too."""

    as_of: str
    oldest: str
    ends: dict[str, str] = {}
    warn: str = "60d"

    def problem(self) -> str | None:
        if minor_of(self.oldest) is None:
            return f"oldest: {self.oldest!r} is no version (1.18)"
        if parse_duration(self.warn) is None:
            return f"warn: {self.warn!r} is no duration (60d)"
        return _bad_dates(self.as_of, self.ends.values())


@rule("component-supported", ComponentSupportedParameters)
def component_supported(context: Context, parameters: ComponentSupportedParameters) -> Iterator[Judged]:
    component = context.component
    subject = _subject(context)
    minor, oldest = minor_of(component.version), minor_of(parameters.oldest)
    if minor is None:
        yield Judged(subject, cannot_tell(f"the running version of {component.title} cannot be told from its images"))
        return
    what = f"{component.title} {shown(minor)}"
    end = parse_time(parameters.ends.get(shown(minor)))
    if end is not None:
        outcome = _support(what, end, context.now, parse_duration(parameters.warn) or timedelta(), parameters.as_of)
    elif oldest is not None and minor < oldest:
        words = (
            f"{what} is no longer supported: {parameters.oldest} is the oldest that is (table of {parameters.as_of})"
        )
        outcome = fails(words, expected=f"{parameters.oldest} or newer")
    else:
        outcome = PASS
    yield Judged(subject, msgspec.structs.replace(outcome, observed=component.version))


def _subject(context: Context) -> Ref | None:
    for part in context.component.parts:
        table = context.table(part.resource)
        workload = table.get(part.workload, part.namespace)
        if workload is not None:
            return ref_to(table, workload)
    return None
