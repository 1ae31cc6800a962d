"""Finding conditions and what they say. Which way a type speaks is `model.polarity`'s."""

from __future__ import annotations

from collections.abc import Iterable

from k8sview.model.objects.meta import Condition

SUMMARIES = ("Ready", "Available", "Healthy", "Synced", "Succeeded", "Established", "Programmed", "Accepted")
"""Conditions that sum a whole object up, most telling first."""

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


def tells_of_error(reason: str) -> bool:
    """Whether a condition's reason is the name of an error rather than of a wait."""
    return reason.startswith("Err") or any(word in reason for word in _ERROR_WORDS)


def tells_of_failure(reason: str) -> bool:
    """Whether a condition's reason is a failure in so many words, and not the denial of one ("NoFailures")."""
    return not reason.startswith(("No", "Not")) and any(word in reason for word in ("Fail", "Error", "Denied"))
