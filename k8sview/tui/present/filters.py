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
from k8sview.tui.present.cells import Quantity, Ranked, Ratio, Unseen, Word, show, words
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
        return Filter(typed, _fuzzy(text[2:].strip(), spec))
    if text.startswith("!"):
        pattern, problem = _pattern(text[1:].strip())
        return Filter(typed, lambda candidate, now: not pattern.search(candidate.text), problem)
    terms = [_TERM.fullmatch(word) for word in text.split()]
    if all(terms):
        tests = [_term(term[1], term[2], term[3], spec) for term in terms if term]
        if len(tests) == 1:
            return Filter(typed, tests[0])
        return Filter(typed, lambda candidate, now: all(test(candidate, now) for test in tests))
    pattern, problem = _pattern(text)
    return Filter(typed, lambda candidate, now: pattern.search(candidate.text) is not None, problem)


def _pattern(text: str) -> tuple[re.Pattern[str], str]:
    lowered = re.sub(r"\\.|[A-Z]", lambda found: found[0] if found[0][0] == "\\" else found[0].lower(), text)
    try:
        return re.compile(lowered), ""
    except re.error as problem:
        return re.compile(re.escape(text.lower())), f"not a regular expression ({problem}): searched as plain text"


def _fuzzy(text: str, spec: TableSpec) -> Predicate:
    """The letters in their order, in the name (or, where a table has none, anywhere)."""
    pattern = re.compile(".*?".join(re.escape(one) for one in text.lower() if not one.isspace()))
    at = spec.position("name")
    if at is None:
        return lambda candidate, now: pattern.search(candidate.text) is not None
    return lambda candidate, now: pattern.search(words(candidate.values[at]).lower()) is not None


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
        same = _comparison("=", value)
        return lambda candidate, now: not any(same(candidate.values[at], now) for at in columns)
    test = _comparison(sign, value)
    if len(columns) == 1:
        only = columns[0]
        return lambda candidate, now: test(candidate.values[only], now)
    return lambda candidate, now: any(test(candidate.values[at], now) for at in columns)


def _comparison(sign: str, value: str) -> Callable[[Any, datetime], bool]:
    """A cell against what was typed, by the cell's type. What is not known matches nothing."""
    lowered = value.lower()
    if sign == "~":
        return lambda cell, now: lowered in words(cell).lower()
    compare, number, span, size = _COMPARE[sign], _number(value), parse_duration(value), size_of(value)
    known: dict[Any, bool] = {}

    def test(cell: Any, now: datetime) -> bool:
        kind = type(cell)
        if kind is datetime:
            return span is not None and compare(now - cell, span)
        if kind in (int, float):
            return number is not None and compare(cell, number)
        if kind is Quantity:
            return compare(cell.size, size)
        if kind is Ratio and "/" not in value:
            return number is not None and compare(cell.have, number)
        if cell is None or kind is Unseen:
            return False
        key = (cell.verdict, cell.reason) if kind is Health else _labels_text(cell) if kind is dict else cell
        found = known.get(key)  # few different words, many rows
        if found is None:
            found = known[key] = _same_words(cell, sign, lowered)
        return found

    return test


def _labels_text(labels: dict[str, str]) -> str:
    return show(labels, datetime.min).text


def _same_words(cell: Any, sign: str, value: str) -> bool:
    shown = show(cell, datetime.min)
    text = shown.text.lower()
    names = {text}
    if isinstance(cell, Health):
        names = {cell.verdict.value.lower(), cell.reason.lower(), shown.role.value}
    elif isinstance(cell, Status):
        names = {cell.value, shown.role.value}
    elif isinstance(cell, Ranked):
        names = {text, text.partition(" ")[2], cell.role.value}  # "✗ Down" is asked for as "down"
    elif isinstance(cell, Word):
        names = {text, cell.role.value}
    return value in names if sign == "=" else _COMPARE[sign](text, value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
