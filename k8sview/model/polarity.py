"""Which way a condition speaks, by its type alone, for kinds whose authors nobody here knows."""

from __future__ import annotations

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


def bad_when_true(name: str) -> bool:
    """A type that tells of a fault when its status is True ("MemoryPressure", "Stalled")."""
    denied = name.startswith(_DENIALS) and name.endswith(_GOOD)  # "NotReady"
    return denied or name.endswith(_BAD) or any(word in name for word in _BAD_WORDS)


def good_when_true(name: str) -> bool:
    """A type that tells of health when its status is True; "Unavailable" is not "Available"."""
    return not bad_when_true(name) and name.endswith(_GOOD)
