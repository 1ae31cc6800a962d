"""Compare an answer (a DriftReport as JSON) with what the cases say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from tests.drifts.case import Case, Dated, Drifted, Expected, Lookalike
from tests.drifts.place import Written

Raw = dict[str, Any]
Writes = Mapping[tuple[str, str], Written]
_NEAR = timedelta(seconds=2)


@dataclass(frozen=True)
class Scored:
    """One expected drift. ``wrong``: what of it is not as it should be, each in a few words."""

    case: Drifted
    expected: Expected
    found: bool
    wrong: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return self.found and not self.wrong

    @property
    def blamed(self) -> bool:
        """Whether the right hand is told."""
        return self.found and not any(one.startswith(("manager", "class")) for one in self.wrong)


def by_case(report: Raw, cases: Sequence[Case]) -> dict[str, list[Raw]]:
    """What is told, by the case whose object it is; under "" what no case accounts for."""
    found: dict[str, list[Raw]] = {name: [] for name in ("", *(case.name for case in cases))}
    names = sorted((case.name for case in cases), key=len, reverse=True)
    for one in report["drifts"]:
        ref = one["object"]
        space = ref.get("namespace")
        name = space if space in found else next((name for name in names if not space and name in ref["name"]), "")
        found[name].append(one)
    return found


def scored(told: Iterable[Raw], case: Drifted, writes: Writes) -> list[Scored]:
    """How the answer does on one case; ``told``: what it says of the case's objects."""
    rest, results = list(told), []
    for expected in case.expected:
        match = next((one for one in rest if _is(one, expected)), None)
        if match is None:
            results.append(Scored(case, expected, False))
            continue
        rest.remove(match)
        results.append(Scored(case, expected, True, tuple(_faults(match, case, expected, writes))))
    return results


def strays(told: Iterable[Raw], case: Drifted) -> list[str]:
    """What the answer says of the case's objects besides what is expected: told twice, or an innocent accused."""
    rest = list(told)
    for expected in case.expected:
        match = next((one for one in rest if _is(one, expected)), None)
        if match is not None:
            rest.remove(match)
    return [line(one) for one in rest]


def line(one: Raw) -> str:
    """One told drift, for people."""
    ref, actor = one["object"], one.get("actor") or {}
    where = f"{ref.get('namespace') or ''}/{ref['name']}".lstrip("/")
    time = one["time"]
    when = f"{time.get('notBefore') or ''}..{time.get('at') or ''} by {time['basis']}"
    what = f"{one.get('change')} {one.get('before')} → {one.get('after')}"
    who = f"{actor.get('manager')}/{actor.get('class')}"
    told = f"({who}, {when}, {one['confidence']}): {one['message']}"
    return f"[{one['drift']}] {ref['kind']} {where} {one['path']} {what} {told}"


def table(report: Raw, cases: Sequence[Case], writes: Writes) -> str:
    """The scoreboard, and all that is not right."""
    told = by_case(report, cases)
    results = [one for case in cases if isinstance(case, Drifted) for one in scored(told[case.name], case, writes)]
    lines = []
    for one in results:
        if not one.right:
            wanted = f"{one.expected.kind} {one.expected.of} {one.expected.path}"
            got = "; ".join(one.wrong) if one.found else "NOT FOUND"
            lines.append(f"{one.case.name} ({one.case.what}): {wanted}: {got}")
    for case in cases:
        accusations = (
            strays(told[case.name], case) if isinstance(case, Drifted) else [line(one) for one in told[case.name]]
        )
        what = "told besides" if isinstance(case, Drifted) else "ACCUSED"
        lines += [f"{case.name}: {what}: {each}" for each in accusations]
    lines += [f"nobody's: {line(one)}" for one in told[""]]
    drifted = [case for case in cases if isinstance(case, Drifted)]
    likes = [case for case in cases if isinstance(case, Lookalike)]
    whole = sum(
        all(one.right for one in results if one.case is case) and not strays(told[case.name], case) for case in drifted
    )
    lines.append(
        f"{len(drifted)} cases with {len(results)} drifts: found {sum(one.found for one in results)}, "
        f"the right hand {sum(one.blamed for one in results)}, all right {sum(one.right for one in results)}; "
        f"{whole} cases wholly right"
    )
    accused = sum(bool(told[case.name]) for case in likes)
    besides = sum(len(strays(told[case.name], case)) for case in drifted)
    lines.append(f"{accused} of {len(likes)} lookalikes accused; {besides} told besides, {len(told[''])} of nobody's")
    return "\n".join(lines)


def _is(one: Raw, expected: Expected) -> bool:
    kind, _, name = expected.of.partition("/")
    ref = one["object"]
    return (
        one["drift"] == expected.kind
        and ref["kind"] == kind
        and fnmatchcase(ref["name"], name)
        and _plain(one["path"]) == _plain(expected.path)
    )


def _plain(path: str) -> str:
    """A label's or annotation's key may stand in brackets or not."""
    return re.sub(r"^(.*metadata\.(?:labels|annotations))\[(.*)\]$", r"\1.\2", path)


def _faults(one: Raw, case: Drifted, expected: Expected, writes: Writes) -> Iterable[str]:
    changes = expected.change if isinstance(expected.change, tuple) else (expected.change,)
    if one.get("change") not in changes:
        yield f"change {one.get('change')}, not {' or '.join(map(str, changes))}"
    for side, wanted in (("before", expected.before), ("after", expected.after)):
        if wanted is not None and one.get(side) != wanted:
            yield f"{side} {one.get(side)!r}, not {wanted!r}"
    actor = one.get("actor") or {}
    if expected.manager is not None and actor.get("manager") != expected.manager:
        yield f"manager {actor.get('manager')}, not {expected.manager}"
    if expected.actor is not None and actor.get("class") != expected.actor:
        yield f"class {actor.get('class')}, not {expected.actor}"
    if one["confidence"] not in expected.sure:
        yield f"confidence {one['confidence']}, not {' or '.join(expected.sure)}"
    if expected.security is not None and one["security"] is not expected.security:
        yield f"security {one['security']}, not {expected.security}"
    text = " ".join((one["message"], one["whyNotReverted"], one["next"], *one["evidence"]))
    if not re.search(expected.says, text, re.IGNORECASE):
        yield f"does not say /{expected.says}/: {text}"
    if expected.written and (case.name, expected.written) in writes:
        yield from _times(one["time"], expected.dated, writes[(case.name, expected.written)])
    elif expected.written and expected.dated is not Dated.UNTOLD:
        yield f"the case made no write {expected.written!r}"


def _times(told: Raw, dated: Dated, truth: Written) -> Iterable[str]:
    at, start = _moment(told.get("at")), _moment(told.get("notBefore"))
    # What controllers make of a write is as late as they are.
    end = truth.seen if told["basis"] in ("event", "revision") and truth.seen is not None else truth.end
    when = f"{start} to {at} by {told['basis']}; it was {truth.start:%H:%M:%S} to {truth.end:%H:%M:%S}"
    if start is not None and start > truth.end + _NEAR:
        yield f"time: not before too late: {when}"
    if at is not None and at < truth.start - _NEAR:
        yield f"time: at too early: {when}"
    if at is not None and start is None and at > end + _NEAR:
        yield f"time: claims to be exact and is too late: {when}"
    if dated is Dated.EXACTLY and (at is None or not truth.start - _NEAR <= at <= end + _NEAR):
        yield f"time: not exact: {when}"
    if dated is Dated.BOUNDED and at is None:
        yield f"time: no upper bound: {when}"
    if dated is Dated.AFTER and start is None and at is None:
        yield f"time: no bound at all: {when}"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
