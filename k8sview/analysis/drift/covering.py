"""Keeps what may be a secret out of a shown difference: passwords in arguments and addresses, and opaque runs.

Values of variables, ConfigMaps and Secrets never get this far. People still write passwords into command lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

COVERED = "…"

_NAME = (
    r"(?:pass(?:w(?:or)?d|phrase)?|secret|token|credential"
    r"|api[_-]?key|access[_-]?key|private[_-]?key|dsn|authorization)"
)
_ASSIGNED = re.compile(rf"([\w.-]*{_NAME}[\w.-]*\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE)
_FLAG = re.compile(rf"-{{1,2}}[\w.-]*{_NAME}[\w.-]*", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]*(?=@)")
_BEARER = re.compile(r"\b(Bearer|Basic)\s+\S+", re.IGNORECASE)
# What nobody types: keys, digests, tokens. Their start is enough to see that two of them differ.
_OPAQUE = re.compile(r"(?=[\w+/=.-]*\d)(?=[\w+/=.-]*[A-Za-z])(?<![\w+/=])([\w+/=]{8})[\w+/=]{16,}")


def covered(text: str) -> str:
    """``text`` with what looks like a secret replaced by ``…``."""
    text = _IN_ADDRESS.sub(COVERED, text)
    text = _BEARER.sub(rf"\1 {COVERED}", text)
    text = _ASSIGNED.sub(rf"\1{COVERED}", text)
    return _OPAQUE.sub(rf"\1{COVERED}", text)


def covered_words(words: Sequence[str]) -> tuple[str, ...]:
    """The words of a command line; what follows a flag like ``--password`` is covered as a whole."""
    found: list[str] = []
    follows = False
    for word in words:
        found.append(COVERED if follows and not word.startswith("-") else covered(word))
        follows = _FLAG.fullmatch(word) is not None
    return tuple(found)


def covered_value(path: str, text: str) -> str:
    """The value of one field: as a whole where its place says that it may be a secret, else what looks like one.

    Literal values stand at ``value`` (of a header, say); annotations are named by whoever writes them.
    """
    name = path.rpartition("annotations")[2] if "metadata.annotations" in path else ""
    hidden = path.endswith(".value") or re.search(_NAME, name, re.IGNORECASE)
    return COVERED if hidden else covered(text)


def without_literals(value: Any) -> Any:
    """A free-form value in which every ``{name, value}`` keeps its name alone."""
    if isinstance(value, dict):
        literal = "name" in value and "value" in value
        return {key: COVERED if literal and key == "value" else without_literals(one) for key, one in value.items()}
    return [without_literals(one) for one in value] if isinstance(value, list | tuple) else value
