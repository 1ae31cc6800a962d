"""Differences that are meant to be: marked with the rule that says so, never taken away.

Rules that do nothing (any more) are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase

import msgspec

from k8sview.analysis.drift.ignore import path_matches
from k8sview.model.diff import Contrast, Intended, IntendedRules
from k8sview.model.drift import RuleProblem
from k8sview.model.times import format_time

EXPIRED, UNUSED = "expired", "unused"


def apply_intended(contrasts: Iterable[Contrast], rules: Sequence[Intended], now: datetime) -> tuple[Contrast, ...]:
    """Each difference with the first rule in force that covers it."""
    standing = [rule for rule in rules if not expired(rule, now)]
    return tuple(_marked(one, standing) for one in contrasts)


def problems(
    contrasts: Sequence[Contrast], rules: IntendedRules, moved: Iterable[str], now: datetime
) -> Iterator[RuleProblem]:
    """Rules that expired, and rules and renames that nothing needs. Only as true as the differences are all."""
    for rule in rules.intended:
        used = any(covers(rule, one) for one in contrasts)
        who = f"{rule.owner} answers for it ({rule.reason})"
        if expired(rule, now) and rule.expires is not None:
            still = "what it covered differs still" if used else "nothing needs it any more"
            words = f"expired on {format_time(rule.expires)}: {still}; {who}"
            yield RuleProblem(rule.id, EXPIRED, words)
        elif not used:
            yield RuleProblem(rule.id, UNUSED, f"covers nothing; {who}")
    met = set(moved)
    for rename in rules.renames:
        if str(rename) not in met:
            yield RuleProblem(str(rename), UNUSED, "A has no such object")


def covers(rule: Intended, one: Contrast) -> bool:
    """Whether a difference is what a rule speaks of, be the rule in force or not. Names may be those of A or of B."""
    if rule.part not in (None, one.part) or rule.unlike not in (None, one.unlike):
        return False
    if rule.kind and not fnmatchcase(one.kind, rule.kind):
        return False
    if not _named(rule.name, one.name, one.name_in_a):
        return False
    if not _named(rule.namespace, one.namespace or "", one.namespace_in_a):
        return False
    return not rule.path or path_matches(rule.path, one.path)


def expired(rule: Intended, now: datetime) -> bool:
    return rule.expires is not None and rule.expires <= now


def _named(wanted: str, *names: str | None) -> bool:
    return not wanted or any(name is not None and fnmatchcase(name, wanted) for name in names)


def _marked(one: Contrast, rules: Sequence[Intended]) -> Contrast:
    rule = next((rule for rule in rules if covers(rule, one)), None)
    return msgspec.structs.replace(one, intended_by=rule.id) if rule is not None else one
