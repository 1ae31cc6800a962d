"""Compare an answer (a HealthReport as JSON) with what the cases say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.scenarios.case import Case, Failure, Lookalike, Ref

Raw = dict[str, Any]
_FAULTY = ("Degraded", "Down")


@dataclass(frozen=True)
class Scored:
    """One failure: was it found, on the right object, with the right words?"""

    failure: Failure
    found: bool
    blamed: bool
    explained: bool
    got: str
    """What the answer says of it, for people."""

    @property
    def right(self) -> bool:
        return self.found and self.blamed and self.explained


@dataclass(frozen=True)
class Accused:
    """A healthy object of which the answer says otherwise."""

    lookalike: Lookalike
    got: str


def scored(report: Raw, failure: Failure) -> Scored:
    """How the answer does on one failure."""
    expected = failure.expected
    faulty = shown(report, failure)
    roots = {one.get("rootCause") for one in faulty}
    causes = [one for one in report["rootCauses"] if one["id"] in roots and _among(one["object"], expected.blame)]
    explained = [one for one in causes if re.search(expected.words, _text(one), re.IGNORECASE)]
    named = not expected.diagnosis or any(one["diagnosis"] == expected.diagnosis for one in explained)
    return Scored(failure, bool(faulty), bool(causes), bool(explained) and named, _got(report, failure, faulty))


def shown(report: Raw, failure: Failure) -> list[Raw]:
    """The faulty entries by which the answer shows a failure."""
    refs = failure.expected.found or failure.expected.blame
    return [one for one in report["objects"] if one["verdict"] in _FAULTY and _among(one["object"], refs)]


def key(found: Raw) -> str:
    """An object's name for people and for sets."""
    return _name(found)


def accused(report: Raw, lookalike: Lookalike) -> list[Accused]:
    """What the answer says against an innocent."""
    faulty = [
        one for one in report["objects"] if one["verdict"] in _FAULTY and _among(one["object"], lookalike.healthy)
    ]
    causes = [one for one in report["rootCauses"] if _among(one["object"], lookalike.healthy)]
    return [
        *(Accused(lookalike, f"{_name(one['object'])} {one['verdict']}: {one.get('message')}") for one in faulty),
        *(Accused(lookalike, f"root cause {_cause(one)}") for one in causes),
    ]


def strays(report: Raw, cases: Sequence[Case]) -> list[Raw]:
    """Root causes that no case accounts for: second opinions on the same failure, or false alarms."""
    blame = [ref for case in cases if isinstance(case, Failure) for ref in case.expected.blame]
    return [one for one in report["rootCauses"] if not _among(one["object"], blame)]


def table(report: Raw, cases: Sequence[Case]) -> str:
    """The scoreboard, worst first."""
    results = [scored(report, case) for case in cases if isinstance(case, Failure)]
    results.sort(key=lambda one: (one.found, one.blamed, one.explained))
    lines = [f"{'found':6} {'blamed':6} {'explained':9}  case"]
    for one in results:
        lines.append(
            f"{_mark(one.found):6} {_mark(one.blamed):6} {_mark(one.explained):9}  {one.failure.name}"
            f" (row {one.failure.row}): {one.failure.broken}"
        )
        if not one.right:
            wanted = "; ".join(map(str, one.failure.expected.blame))
            lines += [f"{'':25}want: {wanted}, in words like /{one.failure.expected.words}/", f"{'':25}got: {one.got}"]
    wrong = [each for case in cases if isinstance(case, Lookalike) for each in accused(report, case)]
    lines += [f"accused though healthy: {one.lookalike.name} ({one.lookalike.why}): {one.got}" for one in wrong]
    lines += [f"stray: {_cause(one)}" for one in strays(report, cases)]
    total, likes = len(results), sum(isinstance(case, Lookalike) for case in cases)
    counts = {
        "found": sum(one.found for one in results),
        "blamed": sum(one.blamed for one in results),
        "explained": sum(one.explained for one in results),
    }
    shares = ", ".join(f"{name} {count} of {total} ({count / max(total, 1):.0%})" for name, count in counts.items())
    lines.append(f"{shares}; {len({one.lookalike.name for one in wrong})} of {likes} lookalikes accused")
    lines.append(f"{len(report['rootCauses'])} root causes for {total} failures")
    return "\n".join(lines)


def _among(found: Raw, refs: Iterable[Ref]) -> bool:
    return any(
        found["kind"] == ref.kind
        and (found.get("namespace") or None) == ref.namespace
        and fnmatchcase(found["name"], ref.name)
        for ref in refs
    )


def _text(cause: Raw) -> str:
    evidence = " ".join(f"{one['path']} = {one['value']}" for one in cause.get("evidence") or [])
    return f"{cause.get('message') or ''} {evidence} {cause.get('next') or ''}"


def _got(report: Raw, failure: Failure, faulty: list[Raw]) -> str:
    """The causes that the answer gives for this failure, whatever they are."""
    ids = {one.get("rootCause") for one in faulty}
    spaces = {ref.namespace for ref in (*failure.expected.blame, *failure.expected.found)} - {None, "kube-system"}
    causes = [
        one
        for one in report["rootCauses"]
        if one["id"] in ids or one["object"].get("namespace") in spaces or _among(one["object"], failure.expected.blame)
    ]
    entries = [f"{_name(one['object'])} {one['verdict']}: {one.get('message')}" for one in faulty[:2]]
    return " | ".join([*entries, *map(_cause, causes)]) or "nothing"


def _cause(cause: Raw) -> str:
    return f"[{cause['diagnosis']}] {_name(cause['object'])}: {cause['message']}"


def _name(found: Raw) -> str:
    return str(Ref(found["kind"], found.get("namespace") or None, found["name"]))


def _mark(good: bool) -> str:
    return "yes" if good else "NO"
