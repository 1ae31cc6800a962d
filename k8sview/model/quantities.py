"""Kubernetes quantities (``100m``, ``1.5Gi``, ``2e3``) as exact numbers (apimachinery, resource.Quantity)."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

_SUFFIXES = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1)}
_SUFFIXES |= {name: Decimal(1000) ** power for power, name in enumerate("kMGTPE", start=1)}
_SUFFIXES |= {f"{name}i": Decimal(1024) ** power for power, name in enumerate("KMGTPE", start=1)}
_QUANTITY = re.compile(r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?")


def parse_quantity(text: object) -> Decimal | None:
    """The number a quantity stands for, in its base unit (cores, bytes); None if it is none."""
    if isinstance(text, bool):
        return None
    if isinstance(text, int | float):
        number = Decimal(str(text))
        return number if number.is_finite() else None
    found = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    return Decimal(found[1]) * _SUFFIXES[found[2] or ""] * Decimal(10) ** int(found[3] or 0)


@lru_cache(maxsize=65536)
def amount(resource: str, quantity: str | int | float) -> int:
    """A resource's quantity as the scheduler counts it: CPU in thousandths of a core, all else in base units (bytes,
    pieces), rounded up. What is no quantity counts as 0.
    """
    number = parse_quantity(quantity)
    if number is None:
        return 0
    scaled = number * 1000 if resource == "cpu" else number
    return int(scaled.to_integral_value(ROUND_CEILING))


def written(resource: str, counted: int) -> str:
    """A counted amount as people write it, never more than it is: ``4``, ``1500m``, ``1.5Gi``, ``110``."""
    if resource == "cpu":
        return str(counted // 1000) if counted % 1000 == 0 else f"{counted}m"
    if resource in _BYTES or resource.startswith("hugepages-"):
        return _bytes(counted)
    return str(counted)


_BYTES = ("memory", "ephemeral-storage", "storage")


def _bytes(counted: int) -> str:
    """In the largest unit that says it exactly in few digits, else shortened to two decimals."""
    units = [(1024**power, suffix) for power, suffix in ((4, "Ti"), (3, "Gi"), (2, "Mi"), (1, "Ki"))]
    fitting = [(unit, suffix) for unit, suffix in units if abs(counted) >= unit]
    exact = [(unit, suffix) for unit, suffix in fitting if counted * 100 % unit == 0 and abs(counted) < 10_000 * unit]
    for unit, suffix in (exact or fitting)[:1]:
        hundredths = counted * 100 // unit
        return f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".") + suffix
    return str(counted)
