"""Components and checks of two reports that were judged by one catalogue: which stand otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from k8sview.model.components import Presence
from k8sview.model.diff import Contrast, Contrasts, Incomparable, Part, Side, Unlikeness
from k8sview.model.report import CheckResult, ComponentReport
from k8sview.model.status import Severity, Status

_RUNS = (Presence.INSTALLED, Presence.MANAGED)


def compare_components(a: Iterable[ComponentReport], b: Iterable[ComponentReport]) -> Contrasts:
    """What is installed on one side alone, or in another version."""
    found = Contrasts()
    theirs = {one.id: one for one in b}
    for mine in a:
        if mine.id in theirs:
            found += _component(mine, theirs[mine.id])
    return found


def compare_checks(a: Iterable[CheckResult], b: Iterable[CheckResult]) -> Contrasts:
    """Checks with another status. Each side was judged at its own clock."""
    found = Contrasts()
    theirs = {one.id: one for one in b}
    for mine in a:
        other = theirs.get(mine.id)
        if other is not None:
            found += _check(mine, other)
    return found


def _component(a: ComponentReport, b: ComponentReport) -> Contrasts:
    side = _side(a.state is Presence.UNKNOWN, b.state is Presence.UNKNOWN)
    if side is not None:
        return _blind(Part.COMPONENTS, a.id, side, "whether it is installed could not be seen")
    if a.state is not b.state:
        unlike = Unlikeness.DIFFERS
        if (a.state is Presence.ABSENT) is not (b.state is Presence.ABSENT):
            unlike = Unlikeness.ONLY_B if a.state is Presence.ABSENT else Unlikeness.ONLY_A
        said = _version(a), _version(b)
        words = f"{a.state}{said[0]} in A, {b.state}{said[1]} in B"
        return _one(
            Part.COMPONENTS, "Component", a.id, "state", (str(a.state), str(b.state)), message=words, unlike=unlike
        )
    if a.state not in _RUNS or a.version == b.version:
        return Contrasts()
    side = _side(a.version is None, b.version is None)
    if side is not None:
        return _blind(Part.COMPONENTS, a.id, side, "its version could not be told")
    words = f"version {a.version} in A, {b.version} in B"
    return _one(Part.COMPONENTS, "Component", a.id, "version", (a.version, b.version), message=words)


def _check(a: CheckResult, b: CheckResult) -> Contrasts:
    blind = (Status.UNKNOWN, Status.ERROR)
    side = _side(a.status in blind, b.status in blind)
    if side is not None:
        reasons = dict.fromkeys(one.message or str(one.reason or one.status) for one in (a, b) if one.status in blind)
        return _blind(Part.CHECKS, a.id, side, "; ".join(reasons))
    if a.status is b.status:
        return Contrasts()
    worse = max(a, b, key=lambda one: one.status.badness)
    severity = worse.severity if worse.status is Status.FAIL else Severity.LOW
    severity = severity if worse.status in (Status.FAIL, Status.WARN) else Severity.INFO
    words = f"{a.status} in A, {b.status} in B: {worse.message or worse.title}"
    return _one(Part.CHECKS, "Check", a.id, "status", (str(a.status), str(b.status)), message=words, severity=severity)


def _version(one: ComponentReport) -> str:
    return f" ({one.version})" if one.version else ""


def _side(a: bool, b: bool) -> Side | None:
    if a and b:
        return Side.BOTH
    return Side.A if a else Side.B if b else None


def _blind(part: Part, what: str, side: Side, reason: str) -> Contrasts:
    return Contrasts(incomparable=(Incomparable(part=part, what=what, side=side, reason=reason),))


def _one(
    part: Part,
    kind: str,
    name: str,
    path: str,
    values: tuple[str | None, str | None],
    *,
    message: str,
    severity: Severity = Severity.MEDIUM,
    unlike: Unlikeness = Unlikeness.DIFFERS,
) -> Contrasts:
    contrast = Contrast(
        part=part,
        kind=kind,
        name=name,
        path=path,
        unlike=unlike,
        a=values[0],
        b=values[1],
        severity=severity,
        message=message,
    )
    return Contrasts((contrast,))
