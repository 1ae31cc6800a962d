"""Whether two leaves are the same value, however they are spelt. Exact: numbers are never rounded."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from k8sview.analysis.drift.comparing.rules import Act
from k8sview.model.quantities import parse_quantity
from k8sview.model.times import format_time

# Go's grammar, not people's: a unit is a must, and no unit is longer than an hour.
_GO_DURATION = re.compile(
    r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))*"
)
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}


def same(one: Any, other: Any) -> bool:
    """Equal as JSON values: ``true`` is no 1, but 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def alike(one: Any, other: Any, acts: Mapping[Act, Any]) -> bool:
    """Whether two leaves say the same under the acts of their place."""
    if same(one, other):
        return True
    if Act.QUANTITY in acts:
        amounts = parse_quantity(one), parse_quantity(other)
        if None not in amounts:
            return amounts[0] == amounts[1]
    if Act.DURATION in acts and isinstance(one, str) and isinstance(other, str):
        spans = nanoseconds(one), nanoseconds(other)
        if None not in spans:
            return spans[0] == spans[1]
    return Act.SPELLING in acts and isinstance(one, str) != isinstance(other, str) and _spelt(one) == _spelt(other)


def _spelt(value: Any) -> Any:
    """A scalar as text; what is no scalar stays itself and equals no text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def nanoseconds(text: str) -> Decimal | None:
    """A Go duration (``1h30m``, ``1.5s``) exactly; None for anything else, a bare number too."""
    if not _GO_DURATION.fullmatch(text):
        return None
    total = sum((Decimal(number) * _NANOSECONDS[unit] for number, unit in _PART.findall(text)), Decimal(0))
    return -total if text.startswith("-") else total


def plain_json(value: Any) -> Any:
    """What a YAML parser made, as JSON has it: text keys, times as text, tuples as lists."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else _key(key): plain_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(one) for one in value]
    if isinstance(value, datetime):
        return format_time(value)
    return value.isoformat() if isinstance(value, date) else value


def _key(key: Any) -> str:
    return str(_spelt(key)) if isinstance(key, bool) else str(key)


def folded(secret: dict[str, Any]) -> dict[str, Any]:
    """A Secret whose ``stringData`` stands in ``data``, as the server keeps it (N4). A null value is an empty one."""
    data = secret.get("data")
    kept = {key: "" if value is None else value for key, value in data.items()} if isinstance(data, dict) else {}
    written = secret.get("stringData")
    for key, value in written.items() if isinstance(written, dict) else ():
        kept[key] = base64.b64encode(str(_spelt("" if value is None else value)).encode()).decode()
    rest = {key: value for key, value in secret.items() if key not in ("data", "stringData")}
    return {**rest, "data": {key: _canonical(value) for key, value in kept.items()}} if kept else rest


def _canonical(value: Any) -> Any:
    """Base64 without line breaks; what is no base64 stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64encode(base64.b64decode("".join(value.split()), validate=True)).decode()
    except (binascii.Error, ValueError):
        return value
