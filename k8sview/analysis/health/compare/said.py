"""The word that another judge has for an object, with the rule by which it comes to it."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.model.kinds import KINDS


class Said(msgspec.Struct, frozen=True):
    """``because`` goes on after "kstatus says Current: ", as a clause without a full stop."""

    word: str | None  # None: the judge has no word for such an object
    because: str
    fork: str = ""
    """What a fork of the same judge says instead, as a whole clause."""
    followed: bool = True
    """False: the judge may well have a word, but its rule is not known here."""


def counting(path: str, count: int, wanted_path: str, wanted: int) -> str:
    """``status.readyReplicas 1 is below spec.replicas 3``."""
    return f"{path} {count} is below {wanted_path} {wanted}"


def kind_of(resource: str, obj: Any) -> str:
    """The kind in the singular, as the API writes it."""
    known = KINDS.get(resource)
    return str(getattr(obj, "kind", "")) or (known.resource.kind if known else resource.partition(".")[0])
