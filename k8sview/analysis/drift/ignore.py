"""Ignore rules: what is known to differ, with a reason, an owner and an end. A drift that is ignored stays in the list.

Expired rules ignore nothing any more and are findings; so are rules that nothing needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

import msgspec

from k8sview.model.drift import Drift, IgnoreRule, RuleProblem
from k8sview.model.times import format_time

_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")
_ANY = "**"


class Step(NamedTuple):
    """One step of a path: a name, or (``selects``) what an item of a list must hold."""

    word: str
    selects: bool = False


class Ignored(NamedTuple):
    """The drifts, those covered with the id of their rule, and the rules that no longer do what they are there for."""

    drifts: tuple[Drift, ...]
    problems: tuple[RuleProblem, ...]


def apply_rules(drifts: Iterable[Drift], rules: Sequence[IgnoreRule], now: datetime) -> Ignored:
    """Each drift with the first rule in force that covers it. ``unused`` is only as true as the drifts are all."""
    used: set[str] = set()
    expired = {rule.id for rule in rules if _expired(rule, now)}
    marked = []
    for drift in drifts:
        covering = [rule.id for rule in rules if covers(rule, drift)]
        used.update(covering)
        rule_id = next((one for one in covering if one not in expired), None)
        marked.append(msgspec.structs.replace(drift, ignored_by=rule_id) if rule_id is not None else drift)
    return Ignored(tuple(marked), tuple(_problems(rules, used, now)))


def covers(rule: IgnoreRule, drift: Drift) -> bool:
    """Whether a drift is what a rule speaks of, be the rule in force or not."""
    subject = drift.object
    manager = drift.actor.manager if drift.actor is not None else ""
    criteria = (
        (rule.kind, subject.kind),
        (rule.namespace, subject.namespace or ""),
        (rule.name, subject.name),
        (rule.manager, manager),
    )
    if rule.drift is not None and rule.drift is not drift.kind:
        return False
    if not all(fnmatchcase(value, wanted) for wanted, value in criteria if wanted):
        return False
    return not rule.path or path_matches(rule.path, drift.path)


def path_matches(pattern: str, path: str) -> bool:
    """Whether a pattern meets a path or a node above it.

    ``/spec/replicas`` · ``spec.template.spec.containers[name=istio-*].image`` · ``metadata.annotations[x.io/*]`` ·
    ``**.caBundle``. A JSON pointer's index meets any item: paths name items by their content.
    """
    return _meets(_pattern(pattern), _steps(path))


def _problems(rules: Sequence[IgnoreRule], used: set[str], now: datetime) -> Iterable[RuleProblem]:
    for rule in rules:
        if _expired(rule, now) and rule.expires is not None:
            words = f"expired on {format_time(rule.expires)}; {rule.owner} answers for it ({rule.reason})"
            still = ": what it covered is there still" if rule.id in used else ": nothing needs it any more"
            yield RuleProblem(rule.id, "expired", words + still)
        elif rule.id not in used:
            yield RuleProblem(rule.id, "unused", f"covers nothing; {rule.owner} may take it away ({rule.reason})")


def _expired(rule: IgnoreRule, now: datetime) -> bool:
    return rule.expires is not None and rule.expires <= now


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> tuple[Step, ...]:
    if not pattern.startswith("/"):
        return _steps(pattern)
    words = [part.replace("~1", "/").replace("~0", "~") for part in pattern[1:].split("/")]
    return tuple(Step("*", True) if word.isdecimal() or word == "-" else Step(word) for word in words)


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[Step, ...]:
    found = []
    for plain, inner in _STEP.findall(path):
        if plain:
            found.append(Step(plain))
        elif "=" in inner or inner == "*" or inner.removeprefix("-").isdecimal():
            found.append(Step(inner, True))
        else:
            found.append(Step(inner))
    return tuple(found)


def _meets(pattern: tuple[Step, ...], steps: tuple[Step, ...]) -> bool:
    if not pattern:
        return True  # what is below is covered as well
    if pattern[0].word == _ANY:
        return any(_meets(pattern[1:], steps[skipped:]) for skipped in range(len(steps) + 1))
    if not steps:
        return False
    return _meets_step(pattern[0], steps[0]) and _meets(pattern[1:], steps[1:])


def _meets_step(wanted: Step, step: Step) -> bool:
    if wanted.word == "*":
        return True
    if wanted.selects is not step.selects:
        return False
    if not wanted.selects:
        return fnmatchcase(step.word, wanted.word)
    told = dict(part.partition("=")[::2] for part in step.word.split(","))
    asked = [part.partition("=")[::2] for part in wanted.word.split(",")]
    return all(name in told and fnmatchcase(told[name], value) for name, value in asked)
