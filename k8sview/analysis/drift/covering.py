"""Keeps what may be a secret out of a shown difference: first by its place, then by its look.

Only the payload of Secrets never gets this far: values of ConfigMaps, custom resources, annotations and command lines
do. Under a name like ``password`` a value is ``…`` as a whole; a ConfigMap's value is shown where it is plain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from k8sview.analysis.drift import covered_text
from k8sview.analysis.drift.covered_text import COVERED, speaks_of_secrets
from k8sview.model.command_words import kept, secret_places
from k8sview.model.secretive import is_secret_name, words

__all__ = ["COVERED", "covered", "covered_line", "covered_tree", "covered_value", "covered_words", "is_secret_place"]

# What is longer is looked at by nobody, and would take a second to look through.
_LONGEST = 1 << 16
_STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
# Fields of the API below a secret's name, which say where it lies and how it is made.
_ABOUT = words(
    """name namespace kind path optional items mode defaultMode algorithm encoding size rotationPolicy type provider
    audience apiVersion group labels annotations enabled create user username expirationSeconds"""
)
# What chooses a key of a Secret.
_KEY_OF = re.compile(r"(?:Ref|Selector|[a-z]Secret|items)$")
_DIGEST = re.compile(
    r"digest|checksum|hash|revision|commit|sha(?:1|256|512)|uid|etag|fingerprint|generation", re.IGNORECASE
)
_COUNTED = frozenset({"hard", "used"})
_PLURAL = re.compile(r"(?:token|secret|credential|password|key)s$", re.IGNORECASE)
_PAYLOADS = frozenset({"data", "binaryData", "stringData"})
_COPY = "kubectl.kubernetes.io/last-applied-configuration"
_PLAIN = re.compile(r"[\w.:/,+*=~ -]{0,120}")
_STATED = re.compile(r"(\s*)(?:- )?[\"']?([\w./-]+)[\"']?\s*[:=]\s*(\S.*?)\s*,?")
_BLOCK = re.compile(r"[\"']?[|>][+-]?\d?[\"']?|[\[{(]+|\\")


def covered(text: str, *, digest: bool = False) -> str:
    """``text`` with what looks like a secret replaced by ``…``."""
    if len(text) > _LONGEST:
        return COVERED
    if text.lstrip()[:1] in ("{", "["):
        try:
            value = msgspec.json.decode(text)
            safe = covered_tree("", value)
        except (msgspec.DecodeError, RecursionError):
            return COVERED if speaks_of_secrets(text) else covered_text.covered(text, digest=digest)
        return text if safe == value else msgspec.json.encode(safe).decode()
    return covered_text.covered(text, digest=digest)


def covered_words(line: Sequence[str]) -> tuple[str, ...]:
    """The words of a command line; what follows a flag like ``--password`` is covered as a whole."""
    hidden = secret_places(line)
    return tuple(kept(word) if at in hidden else covered(word) for at, word in enumerate(line))


def covered_value(path: str, text: str) -> str:
    """The value of one field: as a whole where its place says that it may be a secret, else what looks like one.

    Literal values stand at ``value`` (of a header, say); annotations are named by whoever writes them.
    """
    names = _names(path)
    if names[-1:] == ["value"] or is_secret_place(path, text) or names[-1:] == [_COPY]:
        return COVERED
    if names[:1] and names[0] in _PAYLOADS:
        return _payload(names, text)
    return covered(text, digest=_is_digest(names))


def covered_line(path: str, lines: Sequence[str], number: int) -> str:
    """One line of a text of many, which what stands above it may make a secret."""
    line = lines[number]
    whole = "\n".join(lines)
    if "\n" not in whole.strip():
        return covered_value(path, line.strip())
    if (
        len(whole) > _LONGEST
        or is_secret_place(path, whole)
        or "-----BEGIN" in whole
        or covered(line.strip()) != line.strip()
    ):
        return COVERED
    if not speaks_of_secrets(whole):
        return line.strip()
    stated = _STATED.fullmatch(line)
    plain = stated is not None and _plain(stated[3].strip("\"'")) and not _BLOCK.match(stated[3])
    if not plain or any(speaks_of_secrets(each) for each in (line, *_above(lines, number))):
        return COVERED
    return line.strip()


def covered_tree(path: str, value: Any) -> Any:
    """A value of any shape with every leaf covered as its place and look ask for. Booleans are never secrets."""
    if isinstance(value, dict):
        literal = "name" in value and "value" in value
        return {
            key: COVERED if literal and key == "value" else covered_tree(f"{path}[{_step(key)}]", one)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        if value and all(isinstance(one, str) for one in value):
            return [COVERED] * len(value) if is_secret_place(path, "") else list(covered_words(value))
        return [covered_tree(path, one) for one in value]
    if isinstance(value, str):
        return value if path.endswith((".image", "[image]")) else covered_value(path, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return COVERED if is_secret_place(path, value) else value
    return value


def is_secret_place(path: str, value: Any = "") -> bool:
    """Whether what stands at a path may be a secret, for its own name or that of what it is part of."""
    names = _names(path)
    if not names or isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float) and _PLURAL.search(names[-1]):
        return False  # how many
    if _COUNTED.intersection(names[-2:-1]):
        return False  # a quota counts secrets
    if is_secret_name(names[-1]):
        return True
    last = names[-1]
    about = last in _ABOUT if last != "key" else bool(names[:-1]) and _KEY_OF.search(names[-2]) is not None
    if about or last.endswith(("Name", "Ref", "Namespace", "Seconds", "Key", "Policy")):
        return False
    return any(is_secret_name(one) and one.lower() != "auth" for one in names[:-1])


def _names(path: str) -> list[str]:
    """The names along a path; what tells the items of a list apart (``[name=app]``) is none."""
    found = [bracketed or plain for bracketed, plain in _STEP.findall(path)]
    named = [one for one in found if "=" not in one and not one.isdigit()]
    if "annotations" in named[:-1] or "labels" in named[:-1]:
        return named[-2:]
    return named


def _step(key: Any) -> str:
    return str(key).replace("]", "_").replace("=", "_")


def _is_digest(names: Sequence[str]) -> bool:
    return bool(names) and _DIGEST.search(names[-1]) is not None


def _payload(names: Sequence[str], text: str) -> str:
    """A value of a ConfigMap: as it is where every line of it is plain, else nothing of it."""
    if len(text) > _LONGEST:
        return COVERED
    body = text.strip()
    if body[:1] in ("{", "[", "<") or "\n" in body:
        harmless = not speaks_of_secrets(body) and covered(text) == text
        return text if harmless else COVERED
    shown = covered(text, digest=_is_digest(names))
    if _is_digest(names) or (COVERED in shown and re.fullmatch(r"(?:sha|md)\w+[:-]\w{8}…", shown)):
        return shown
    told = len(body.split()) > 1 and speaks_of_secrets(body)
    return COVERED if shown != text or told or not _plain(body) else text


def _plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None


def _above(lines: Sequence[str], number: int) -> list[str]:
    """What a line is part of: every line above it that is less indented than all between, and the section's head."""
    found: list[str] = []
    depth = _depth(lines[number])
    listed = lines[number].lstrip().startswith("- ")
    for line in reversed(lines[:number]):
        if not line.strip():
            continue
        if _depth(line) < depth or (listed and _depth(line) == depth and not line.lstrip().startswith("- ")):
            found.append(line)
            depth, listed = _depth(line), False
    head = next((line for line in reversed(lines[:number]) if line.lstrip().startswith("[")), "")
    before = lines[number - 1] if number else ""
    return [*found, head, *([before] if before.rstrip().endswith(("\\", "|", ">", ":", "=")) else [])]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
