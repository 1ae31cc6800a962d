"""The two lines above every screen: where we are and how fresh it is, and how the three floors stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from k8sview.model.report import CheckResult, Report
from k8sview.model.status import Layer, Status, Verdict
from k8sview.model.times import format_age
from k8sview.model.view import View
from k8sview.tui.present.cells import Role, Span, age
from k8sview.tui.present.lines import Line, fit
from k8sview.tui.present.measure import width_of

FLOOR_BADGE = {
    Verdict.READY: Span("✓ OK", Role.OK),
    Verdict.READY_WITH_WARNINGS: Span("! WARN", Role.WARN),
    Verdict.NOT_READY: Span("✗ FAIL", Role.FAIL),
    Verdict.INCOMPLETE: Span("? UNKNOWN", Role.UNKNOWN),
}
"""How a layer's verdict is written everywhere in the app."""

NOT_JUDGED = Span("… NOT JUDGED YET", Role.MUTED)

_COUNTED = (
    (Status.FAIL, "✗", Role.FAIL),
    (Status.ERROR, "E", Role.FAIL),
    (Status.UNKNOWN, "?", Role.UNKNOWN),
    (Status.WARN, "!", Role.WARN),
    (Status.PASS, "✓", Role.OK),
)


class _Part(NamedTuple):
    span: Span
    worth: int  # the least worthy parts leave first when the line is too long


def status_line(view: View | None, now: datetime, width: int, *, target: str = "") -> Line:
    """Context, version, user, scope, read-only mark, freshness, API budget; as much as fits, the worthiest first."""
    if view is None:
        parts = [
            _Part(Span(target or "k8sview", Role.TITLE), 9),
            _READ_ONLY,
            _Part(Span("… connecting", Role.MUTED), 9),
        ]
        return _fitted(parts, width)
    cluster = view.cluster
    parts = [_Part(Span(cluster.context or target or cluster.title or "no context", Role.TITLE), 8)]
    parts.append(_Part(Span(cluster.version or "version ?"), 4))
    if cluster.user:
        parts.append(_Part(Span(cluster.user), 2))
    parts.append(_Part(Span(scope_text(view.namespaces)), 6))
    parts.append(_READ_ONLY)
    parts.append(_Part(freshness(view, now), 9))
    usage = view.usage
    if usage.requests_cap or usage.requests:
        cap = f"/{usage.requests_cap:g}" if usage.requests_cap else ""
        parts.append(_Part(Span(f"{usage.requests_per_second:.1f}{cap} req/s", Role.MUTED), 3))
        watches = f"{usage.watches}/{usage.watches_cap}" if usage.watches_cap else f"{usage.watches}"
        parts.append(_Part(Span(f"{watches} watches", Role.MUTED), 1))
        parts.append(_Part(Span(f"{usage.received_bytes / 1e6:.1f} MB", Role.MUTED), 2))
    parts.append(_Part(Span(f"last event {view.taken_at:%H:%M:%S}Z", Role.MUTED), 1))
    return _fitted(parts, width)


_READ_ONLY = _Part(Span("[RO]", Role.ACCENT), 5)


def scope_text(namespaces: tuple[str, ...] | None) -> str:
    """The namespaces looked at, in words."""
    if not namespaces:
        return "all namespaces"
    return f"ns {namespaces[0]}" if len(namespaces) == 1 else f"ns {namespaces[0]} +{len(namespaces) - 1}"


def freshness(view: View, now: datetime) -> Span:
    """How old what is shown is. Only a living connection is called live."""
    cluster, link = view.cluster, view.link
    if cluster.source == "recording":
        when = f" of {cluster.recorded_at:%Y-%m-%d %H:%M}" if cluster.recorded_at else ""
        return Span(f"offline: recording{when}", Role.ACCENT)
    since = f" {age(link.since, now)}" if link.since else ""
    match link.state:
        case "live":
            return Span("● live", Role.OK)
        case "connecting":
            return Span("… connecting", Role.MUTED)
        case "login":
            return Span(f"! LOG IN AGAIN{since}", Role.FAIL)
        case "ended":
            return Span(f"! ENDED{since}", Role.FAIL)
    retry = ""
    if link.retry_at is not None:
        left = (link.retry_at - now).total_seconds()
        retry = f", next try in {left:.0f}s" if left >= 1 else ", trying"
    return Span(f"! STALE{since}{retry}", Role.FAIL)


def link_problem(view: View) -> str:
    """Why the connection is not live, as one line; "" when it is."""
    return "" if view.link.state in ("live", "connecting") else view.link.reason


def _fitted(parts: list[_Part], width: int) -> Line:
    kept = list(parts)
    while len(kept) > 1 and _length(kept) > width:
        kept.remove(min(reversed(kept), key=lambda part: part.worth))
    spans: list[Span] = [Span(" ")]
    for number, part in enumerate(kept):
        if number:
            spans.append(Span(" · ", Role.MUTED))
        spans.append(Span(fit(part.span.text, width), part.span.role))
    return Line(tuple(spans))


def _length(parts: Iterable[_Part]) -> int:
    return sum(width_of(part.span.text) + 3 for part in parts) - 1


def layer_strip(report: Report | None, width: int, *, pending: bool = False, stale: bool = False) -> Line:
    """The floors side by side, lowest first, each with its verdict as a word and the count of each status."""
    verdicts = {one.id: one.verdict for one in report.summary.layers} if report else {}
    counts = counts_by_layer(report.checks) if report else {}
    spans: list[Span] = []
    tail = Span(" (stale)" if stale else " (judging …)" if pending and report else "", Role.MUTED)
    for detail in (2, 1, 0):
        spans = [Span(" ")]
        for layer in Layer:
            if layer.floor:
                spans.append(Span(" │ ", Role.MUTED))
            spans.append(Span(layer.name if detail else layer.name[:5], Role.TITLE))
            spans.append(Span(" "))
            badge = FLOOR_BADGE.get(verdicts[layer]) if layer in verdicts else None
            spans.append(badge or NOT_JUDGED)
            if detail:
                spans.extend(_counts(counts.get(layer, Counter()), brief=detail == 1))
        spans.append(tail)
        if width_of(Line(tuple(spans)).text) <= width:
            break
    return Line(tuple(spans))


def counts_by_layer(checks: Iterable[CheckResult]) -> dict[Layer, Counter[Status]]:
    """How many checks of each layer have each status."""
    counted: dict[Layer, Counter[Status]] = {layer: Counter() for layer in Layer}
    for one in checks:
        counted[one.layer][one.status] += 1
    return counted


def _counts(counter: Counter[Status], *, brief: bool) -> list[Span]:
    shown = [(status, sign, role) for status, sign, role in _COUNTED if counter[status]]
    if brief:
        shown = [one for one in shown if one[0] is not Status.PASS]
    return [Span(f" {counter[status]}{sign}", role) for status, sign, role in shown]


def since_text(start: datetime | None, now: datetime) -> str:
    """``3m ago`` or nothing."""
    return f"{format_age(now - start)} ago" if start else ""
