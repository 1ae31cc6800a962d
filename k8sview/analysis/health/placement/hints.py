"""What somebody probably meant: labels that look like the one that is asked for, and values that would do."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache

from k8sview.model.placement import Requirement
from k8sview.model.view import View

_ALIKE = 0.75  # how similar two words must be to be taken for a slip of the pen


def hint(view: View, wanted: Requirement) -> tuple[str, str] | None:
    """The label somewhere in the cluster that somebody probably meant."""
    labels = view.once("placement.labels", _labels)
    value = wanted.values[0] if wanted.values else ""
    if value in labels.get(wanted.key, ()):
        return None
    alike = [(wanted.key, one) for one in sorted(labels.get(wanted.key, ())) if similar(one, value)]
    alike += [(key, value) for key in sorted(labels) if value in labels[key] and similar(key, wanted.key)]
    return alike[0] if alike else None


def _labels(view: View) -> dict[str, set[str]]:
    """All labels of nodes: the values of each key."""
    found: dict[str, set[str]] = {}
    for node in view.each("nodes"):
        for key, value in node.metadata.labels.items():
            found.setdefault(key, set()).add(value)
    return found


def nearest(wanted: Requirement, labels: dict[str, str]) -> tuple[str, str] | None:
    """The label that somebody probably meant: the same key with a similar value, or a similar key with the value."""
    value = wanted.values[0] if wanted.values else ""
    there = labels.get(wanted.key)
    if there is not None:
        return (wanted.key, there) if similar(there, value) else None
    alike = [key for key, one in labels.items() if one == value and similar(key, wanted.key)]
    return (min(alike), value) if alike else None


@lru_cache(maxsize=4096)
def similar(one: str, other: str) -> bool:
    """Whether one word may be a slip of the pen for the other."""
    if one == other or one.lower() == other.lower():
        return True
    if any(character.isdigit() for character in one + other) and len(one) == len(other):
        return False  # eu-1a and eu-1b are two places
    return SequenceMatcher(None, one.lower(), other.lower()).ratio() >= _ALIKE


def suiting(wanted: Requirement) -> str | None:
    """A value with which a label meets a requirement; None where it must be absent, or none can be thought of."""
    first = wanted.values[0] if wanted.values else ""
    match wanted.operator:
        case "In":
            return first
        case "Exists":
            return "true"
        case "Gt" | "Lt" if first.lstrip("-").isdecimal():
            return str(int(first) + (1 if wanted.operator == "Gt" else -1))
    return None
