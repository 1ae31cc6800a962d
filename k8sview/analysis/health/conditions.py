"""Which conditions speak, and which way: polarity by type for kinds whose authors nobody here knows."""

from __future__ import annotations

from collections.abc import Iterable

from k8sview.model.objects.meta import Condition

SUMMARIES = ("Ready", "Available", "Healthy", "Synced", "Succeeded", "Established", "Programmed", "Accepted")
"""Conditions that sum a whole object up, most telling first."""

_GOOD = (
    "Ready",
    "Available",
    "Healthy",
    "Synced",
    "Succeeded",
    "Established",
    "Accepted",
    "Programmed",
    "ResolvedRefs",
    "Initialized",
)
_BAD = (
    "Pressure",
    "Failed",
    "Failure",
    "Error",
    "Degraded",
    "Stalled",
    "Unavailable",
    "Unhealthy",
    "Unready",
    "Deadlock",
    "Problem",
    "Conflicted",
)
_DENIALS = ("Not", "Non")
_BAD_WORDS = ("Readonly", "ReadOnly", "Frequent", "Corrupt")
_ERROR_WORDS = ("Error", "Fail", "Invalid", "Denied", "NotFound")


def find(conditions: Iterable[Condition], name: str) -> Condition | None:
    """The condition of this type, or None."""
    for condition in conditions:
        if condition.type == name:
            return condition
    return None


def is_true(conditions: Iterable[Condition], name: str) -> bool:
    """Whether the condition is there with status True: its mere presence means nothing."""
    found = find(conditions, name)
    return found is not None and found.status == "True"


def bad_when_true(name: str) -> bool:
    """A type that tells of a fault when its status is True ("MemoryPressure", "Stalled")."""
    denied = name.startswith(_DENIALS) and name.endswith(_GOOD)  # "NotReady"
    return denied or name.endswith(_BAD) or any(word in name for word in _BAD_WORDS)


def good_when_true(name: str) -> bool:
    """A type that tells of health when its status is True; "Unavailable" is not "Available"."""
    return not bad_when_true(name) and name.endswith(_GOOD)


def tells_of_error(reason: str) -> bool:
    """Whether a condition's reason is the name of an error rather than of a wait."""
    return reason.startswith("Err") or any(word in reason for word in _ERROR_WORDS)
