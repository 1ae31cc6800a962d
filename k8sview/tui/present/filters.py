"""What ``/`` understands, as a pure predicate over rows. The text typed is kept: the screen shows it as it was typed.

``text``: regular expression, case-insensitive, spaces allowed · ``!text``: inverse · ``-l a=b,c!=d``: labels ·
``-f text``: fuzzy · ``status=fail age<2h restarts>3``: typed terms over columns (a name that is no column is a label).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from k8sview.model.health import Health
from k8sview.model.status import Status
from k8sview.model.times import parse_duration
from k8sview.tui.present.cells import Quantity, Ratio, Unseen, Word, show, words
from k8sview.tui.present.columns import TableSpec
from k8sview.tui.present.quantities import size_of


class Candidate(NamedTuple):
    """What a filter looks at: the row's values, its text in lower case, and its labels."""

    values: tuple[Any, ...]
    text: str
    labels: dict[str, str]


Predicate = Callable[[Candidate, datetime], bool]


class Filter(NamedTuple):
    """A filter as typed; ``problem`` says why it is not understood (then the text is searched as it is)."""

    typed: str = ""
    matches: Predicate = lambda candidate, now: True
    problem: str = ""

    @property
    def active(self) -> bool:
        """Whether it hides anything at all."""
        return bool(self.typed)


NO_FILTER = Filter()
_TERM = re.compile(r"([\w./-]+)(!=|<=|>=|=|<|>|~)(\S+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def parse_filter(typed: str, spec: TableSpec) -> Filter:
    """Read what was typed after ``/`` for a table of these columns."""
    text = typed.strip()
    if not text:
        return NO_FILTER
    if text.startswith("-l"):
        return Filter(typed, _labels(text[2:].strip()))
    if text.startswith("-f"):
        return Filter(typed, _fuzzy(text[2:].strip()))
    if text.startswith("!"):
        pattern, problem = _pattern(text[1:].strip())
        return Filter(typed, lambda candidate, now: not pattern.search(candidate.text), problem)
    terms = [_TERM.fullmatch(word) for word in text.split()]
    if all(terms):
        tests = [_term(term[1], term[2], term[3], spec) for term in terms if term]
        return Filter(typed, lambda candidate, now: all(test(candidate, now) for test in tests))
    pattern, problem = _pattern(text)
    return Filter(typed, lambda candidate, now: pattern.search(candidate.text) is not None, problem)


def _pattern(text: str) -> tuple[re.Pattern[str], str]:
    lowered = re.sub(r"\\.|[A-Z]", lambda found: found[0] if found[0][0] == "\\" else found[0].lower(), text)
    try:
        return re.compile(lowered), ""
    except re.error as problem:
        return re.compile(re.escape(text.lower())), f"not a regular expression ({problem}): searched as plain text"


def _fuzzy(text: str) -> Predicate:
    pattern = re.compile(".*?".join(re.escape(one) for one in text.lower() if not one.isspace()))
    return lambda candidate, now: pattern.search(candidate.text) is not None


def _labels(text: str) -> Predicate:
    tests: list[Callable[[dict[str, str]], bool]] = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, sign, value = _split(part)
        tests.append(_label(name, sign, value))
    return lambda candidate, now: all(test(candidate.labels) for test in tests)


def _label(name: str, sign: str, value: str) -> Callable[[dict[str, str]], bool]:
    if sign == "!=":
        return lambda labels: labels.get(name) != value
    if sign:
        return lambda labels: labels.get(name) == value
    return lambda labels: name in labels


def _split(part: str) -> tuple[str, str, str]:
    for sign in ("!=", "==", "="):
        name, found, value = part.partition(sign)
        if found:
            return name.strip(), sign, value.strip()
    return part, "", ""


def _term(name: str, sign: str, value: str, spec: TableSpec) -> Predicate:
    columns = [number for number, column in enumerate(spec.columns) if column.id == name.lower()]
    if name.lower() == "status":  # people mean the verdict as well
        columns += [number for number, column in enumerate(spec.columns) if column.id == "verdict"]
    if not columns:
        return _labels(f"{name}{sign}{value}")
    if sign == "!=":
        return lambda candidate, now: not any(_compare(candidate.values[at], "=", value, now) for at in columns)
    return lambda candidate, now: any(_compare(candidate.values[at], sign, value, now) for at in columns)


def _compare(cell: Any, sign: str, value: str, now: datetime) -> bool:
    """One cell against what was typed; a cell that is not known matches nothing."""
    if cell is None or isinstance(cell, Unseen):
        return False
    if sign == "~":
        return value.lower() in words(cell).lower()
    if isinstance(cell, datetime):
        span = parse_duration(value)
        return span is not None and _COMPARE[sign](now - cell, span)
    if isinstance(cell, bool):
        return _COMPARE[sign](str(cell).lower(), value.lower())
    if isinstance(cell, Quantity):
        return _COMPARE[sign](cell.size, size_of(value))
    if isinstance(cell, int | float):
        return _number(value) is not None and _COMPARE[sign](cell, _number(value))
    if isinstance(cell, Ratio) and "/" not in value:
        return _number(value) is not None and _COMPARE[sign](cell.have, _number(value))
    return _same_words(cell, sign, value.lower())


def _same_words(cell: Any, sign: str, value: str) -> bool:
    text = show(cell, datetime.min).text.lower()
    names = {text}
    if isinstance(cell, Health):
        names = {cell.verdict.value.lower(), cell.reason.lower(), show(cell, datetime.min).role.value}
    elif isinstance(cell, Status):
        names = {cell.value, show(cell, datetime.min).role.value}
    elif isinstance(cell, Word):
        names = {text, cell.role.value}
    return value in names if sign == "=" else _COMPARE[sign](text, value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
