"""Kubernetes quantities (``100m``, ``1.5Gi``, ``2e3``) as exact numbers (apimachinery, resource.Quantity)."""

from __future__ import annotations

import re
from decimal import Decimal

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
