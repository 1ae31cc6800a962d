"""``field``, ``exists``, ``absent``, ``label``, ``quantity``: plain values of one object."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from k8sview.analysis.checks.check import Predicate
from k8sview.analysis.checks.outcome import PASS, Context, Outcome, cannot_tell, fails
from k8sview.analysis.checks.registry import Parameters, predicate
from k8sview.model.fields import reader
from k8sview.model.quantities import parse_quantity

Scalar = str | int | float | bool


class FieldParameters(Parameters, frozen=True, kw_only=True):
    """Every value at ``path`` meets each stated comparison (with ``any`` one value is enough).

    ``missing``: what no value means: pass (default), fail or unknown.
    """

    path: str
    equal: Scalar | None = msgspec.field(name="is", default=None)
    not_equal: Scalar | None = msgspec.field(name="not", default=None)
    within: tuple[Scalar, ...] = msgspec.field(name="in", default=())
    outside: tuple[Scalar, ...] = msgspec.field(name="not_in", default=())
    matches: str | None = None
    not_matches: str | None = None
    least: float | None = msgspec.field(name="min", default=None)
    most: float | None = msgspec.field(name="max", default=None)
    any: bool = False
    missing: str = "pass"

    def paths(self) -> tuple[str, ...]:
        return (self.path,)

    def problem(self) -> str | None:
        if self.missing not in ("pass", "fail", "unknown"):
            return f"missing: {self.missing!r} is none of pass, fail, unknown"
        stated = (self.equal, self.not_equal, self.matches, self.not_matches, self.least, self.most)
        if all(one is None for one in stated) and not self.within and not self.outside:
            return "states no comparison (is, not, in, not_in, matches, not_matches, min, max)"
        for pattern in (self.matches, self.not_matches):
            try:
                re.compile(pattern or "")
            except re.error as error:
                return f"{pattern!r} is no regular expression: {error}"
        return None


@predicate("field", FieldParameters)
def field(parameters: FieldParameters) -> Predicate:
    read = reader(parameters.path)
    holds = _comparison(parameters)
    wanted = _wording(parameters)

    def judge(obj: Any, context: Context) -> Outcome:
        values = read(obj)
        if not values:
            message = f"{parameters.path} is not set"
            if parameters.missing == "fail":
                return fails(message, path=parameters.path, expected=wanted)
            return PASS if parameters.missing == "pass" else cannot_tell(message, path=parameters.path)
        nested = next((value for value in values if isinstance(value, dict | list)), None)
        if nested is not None:  # it differs from every forbidden value, and still says nothing good
            return cannot_tell(f"{parameters.path} is no plain value", path=parameters.path)
        bad = [value for value in values if not holds(value)]
        if not bad or (parameters.any and len(bad) < len(values)):
            return PASS
        return fails(
            f"{parameters.path} is {_shown(bad[0])}, expected {wanted}",
            path=parameters.path,
            observed=_shown(bad[0]),
            expected=wanted,
        )

    return judge


def _comparison(p: FieldParameters) -> Any:
    matches = re.compile(p.matches) if p.matches is not None else None
    forbidden = re.compile(p.not_matches) if p.not_matches is not None else None

    def holds(value: Any) -> bool:
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        return (
            (p.equal is None or value == p.equal)
            and (p.not_equal is None or value != p.not_equal)
            and (not p.within or value in p.within)
            and value not in p.outside
            and (matches is None or bool(matches.search(str(value))))
            and (forbidden is None or not forbidden.search(str(value)))
            and (p.least is None or (number is not None and number >= p.least))
            and (p.most is None or (number is not None and number <= p.most))
        )

    return holds


def _wording(p: FieldParameters) -> str:
    parts = [
        f"{_shown(p.equal)}" if p.equal is not None else "",
        f"not {_shown(p.not_equal)}" if p.not_equal is not None else "",
        f"one of {', '.join(map(_shown, p.within))}" if p.within else "",
        f"none of {', '.join(map(_shown, p.outside))}" if p.outside else "",
        f"like {p.matches}" if p.matches is not None else "",
        f"not like {p.not_matches}" if p.not_matches is not None else "",
        f"at least {p.least:g}" if p.least is not None else "",
        f"at most {p.most:g}" if p.most is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value != "" else '""'


class PathParameters(Parameters, frozen=True, kw_only=True):
    """``path``: where to look."""

    path: str

    def paths(self) -> tuple[str, ...]:
        return (self.path,)


@predicate("exists", PathParameters)
def exists(parameters: PathParameters) -> Predicate:
    """There is a value at ``path`` that is not empty."""
    read = reader(parameters.path)

    def judge(obj: Any, context: Context) -> Outcome:
        if any(value not in ("", [], {}, ()) for value in read(obj)):
            return PASS
        return fails(f"{parameters.path} is not set", path=parameters.path, expected="set")

    return judge


@predicate("absent", PathParameters)
def absent(parameters: PathParameters) -> Predicate:
    """There is no value at ``path``, or only empty ones."""
    read = reader(parameters.path)

    def judge(obj: Any, context: Context) -> Outcome:
        found = [value for value in read(obj) if value not in ("", [], {}, ())]
        if not found:
            return PASS
        return fails(f"{parameters.path} is set", path=parameters.path, observed=_shown(found[0]), expected="not set")

    return judge


class LabelParameters(Parameters, frozen=True, kw_only=True):
    """At least one of these labels is present and not empty."""

    any_of: tuple[str, ...]

    def problem(self) -> str | None:
        return None if self.any_of else "any_of names no label"


@predicate("label", LabelParameters)
def label(parameters: LabelParameters) -> Predicate:
    wanted = " or ".join(parameters.any_of)

    def judge(obj: Any, context: Context) -> Outcome:
        if any(obj.metadata.labels.get(name) for name in parameters.any_of):
            return PASS
        return fails(f"no label {wanted}", path="metadata.labels", expected=wanted)

    return judge


class QuantityParameters(Parameters, frozen=True, kw_only=True):
    """A Kubernetes quantity (``500m``, ``2Gi``) between ``min`` and ``max``. Not set passes."""

    path: str
    least: str | int | float | None = msgspec.field(name="min", default=None)
    most: str | int | float | None = msgspec.field(name="max", default=None)

    def paths(self) -> tuple[str, ...]:
        return (self.path,)

    def problem(self) -> str | None:
        if self.least is None and self.most is None:
            return "states neither min nor max"
        bad = [one for one in (self.least, self.most) if one is not None and parse_quantity(one) is None]
        return f"{bad[0]!r} is no quantity" if bad else None


@predicate("quantity", QuantityParameters)
def quantity(parameters: QuantityParameters) -> Predicate:
    read = reader(parameters.path)
    least = parse_quantity(parameters.least) if parameters.least is not None else None
    most = parse_quantity(parameters.most) if parameters.most is not None else None

    def judge(obj: Any, context: Context) -> Outcome:
        for value in read(obj):
            amount = parse_quantity(value)
            if amount is None:
                return cannot_tell(f"{parameters.path} is {value!r}, which is no quantity", path=parameters.path)
            if least is not None and amount < least:
                return _beyond(parameters.path, value, f"at least {parameters.least}")
            if most is not None and amount > most:
                return _beyond(parameters.path, value, f"at most {parameters.most}")
        return PASS

    return judge


def _beyond(path: str, value: Any, wanted: str) -> Outcome:
    return fails(f"{path} is {value}, expected {wanted}", path=path, observed=str(value), expected=wanted)
