"""Values of Secrets never leave the comparer: equal ones stay recognisable, nothing else is said of them."""

from __future__ import annotations

import hashlib
from typing import Any

from k8sview.analysis.drift.comparing.difference import ABSENT, LAST_APPLIED, SECRET_DATA
from k8sview.analysis.drift.covering import COVERED

_DIGITS = 8


def masked(full: str, generic: tuple[str, ...], value: Any, key: bytes) -> Any:
    """A value that may be shown: as it is, or covered where its place holds secrets.

    Secret data: a hash under ``key`` (equal values, equal hashes; nobody without the key can try values), or ``…``
    without one. A Secret's annotations and everybody's last-applied copy hold data, too. Whole objects are never here.
    """
    if value is ABSENT or value is None:
        return value
    if generic[-1:] == (LAST_APPLIED,):
        return COVERED
    if full != "Secret":
        return _without_copies(value)
    if generic[:1] in ((SECRET_DATA[0],), (SECRET_DATA[1],)):
        return _hashed(value, key)
    return COVERED if generic[:2] == ("metadata", "annotations") else value


def _hashed(value: Any, key: bytes) -> Any:
    if isinstance(value, dict):
        return {name: _hashed(one, key) for name, one in value.items()}
    if not key:
        return COVERED
    return hashlib.blake2b(str(value).encode(), key=key[:64]).hexdigest()[:_DIGITS]


def _without_copies(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: COVERED if name == LAST_APPLIED else _without_copies(one) for name, one in value.items()}
    return [_without_copies(one) for one in value] if isinstance(value, list) else value
