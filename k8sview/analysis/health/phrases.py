"""Words of verdicts: what the cluster says, on one line and not too long. Escaping for terminals is the front ends'."""

from __future__ import annotations

from k8sview.model.text import shorten

LONGEST = 300


def one_line(text: str, longest: int = LONGEST) -> str:
    """Cluster text as part of one sentence: no full stop, at most ``longest`` characters."""
    return shorten(" ".join(text.split()).rstrip(". "), longest)


def joined(words: str, cause: str) -> str:
    """``words: cause``, or ``words`` alone where there is no cause."""
    return f"{words}: {cause}" if cause else words


def counted(number: int, noun: str) -> str:
    """``1 restart``, ``2 restarts``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
